"""``prospects.csv``: the names to call: the published lists, which go on in the same turns to as many ranks as the run was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from optimizer.verify.classes import Classes, Door
from optimizer.verify.lists import Lists, Shown
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out, read_out
from optimizer.verify.rows import Book
from optimizer.verify.solution import Counts, Lines
from optimizer.verify.verdict import Findings
from optimizer.verify.waiters import Waiters
from optimizer.verify.world import World

CHECK = "prospects"


def prospects_of(
    folder: Path,
    names: int,
    size: int,
    lines: Lines,
    classes: Classes,
    book: Book,
    counts: Counts,
    waiters: Waiters,
    found: Findings,
) -> Prospects | None:
    """The table of a result, ready to be checked beside its lists; None where it has none.

    Parameters
    ----------
    names : ranks of each list, as the run was asked for.
    size : ranks of the published lists.
    lines : the published lists, which head those of the prospects.
    """
    with found.guard(CHECK):
        out = read_out(folder, "prospects")
        if out is None:
            return None
        own = _read(out, lines, min(size, names), classes.world, found)
        if not found.counts.get(CHECK):
            # no more names than a list has are its head, which is compared: there is nothing to draw again
            most = max(size, len(classes.world.apps.ids)) + 1
            drawn = min(names, most) if names > size else 0
            return Prospects(Lists(classes, book, counts, own, drawn, waiters, after=size), found)
    return None


class Prospects:
    """The lists of the prospects, checked rank by rank as those of the proposals are, and their points."""

    def __init__(self, lists: Lists, found: Findings) -> None:
        self.lists, self.found = lists, found

    def count(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """First reading of a door: who may stand on its lists."""
        with self.found.guard(CHECK):
            self.lists.count(door, named)

    def check_all(self) -> None:
        """Second reading: every rank and its points."""
        ranks = Findings()
        with self.found.guard(CHECK):
            self.lists.settle()
            for door, named in self.lists.classes.sweep(wanted=self.lists.wanted, seats=False):
                shown = self.lists.shown(door, named)
                if shown is None:
                    self.found.add(CHECK, "demande non recevable")
                    continue
                self.lists.check(door, shown, ranks)
                self._points(door, shown)
            number = sum(ranks.counts.values())
            if number:
                self.found.add(CHECK, next(iter(ranks.details.values()), "ordre des rangs"), number)

    def _points(self, door: Door, shown: Shown) -> None:
        """Score and value of each name, as a line of the proposals would have them."""
        lines, classes = self.lists.lines, self.lists.classes
        row = np.repeat(np.arange(len(shown.dwelling)), np.diff(shown.ptr))
        homes = shown.dwelling[row]
        # the lines of a dwelling lie together, by rank, in the same order as its names are shown
        at = np.concatenate([np.flatnonzero(lines.dwelling == d) for d in shown.dwelling.tolist()])
        lean = shown.by_stand.lean[shown.stand[row], door.type[shown.at]]
        value = classes.fit.fill + door.worth[shown.at] + classes.bonus[homes] + lean
        wrong = (lines.score[at] != door.block.score[shown.at]) | (lines.value[at] != value)
        self.found.rows(CHECK, CHECK, lines.row[at[wrong]], "score ou value")


def _read(out: Out, published: Lines, size: int, world: World, found: Findings) -> Lines:
    """The lines of the table, with the orientations that wait for a réservataire: they are nobody to call, but draw their turn."""
    home, app = out.index("dwelling_id", world.dwellings.ids), out.index("application_id", world.apps.ids, -2)
    code, accounts = out.words("account")
    rank, score, value = out.scaled("rank", 1), out.scaled("score", 100), out.scaled("value", 100)
    odd = (home < 0) | (app < 0)
    for name in ("rank", "score", "value"):
        odd |= ~out.filled(name)
    found.rows(CHECK, CHECK, np.flatnonzero(odd), "identifiant inconnu ou nombre absent")
    seats = published.take(np.flatnonzero(published.app < 0))
    numbers = {name: i for i, name in enumerate(accounts)}
    names = [*accounts, *(x for x in seats.accounts if x not in numbers)]
    numbers = {name: i for i, name in enumerate(names)}
    seat_code = np.array([numbers[x] for x in seats.accounts_of(seats.account)], np.int32)
    row = np.concatenate([np.arange(out.rows), np.full(len(seats), -1)])
    home, app = np.concatenate([home, seats.dwelling]), np.concatenate([app, seats.app])
    code, rank = np.concatenate([code, seat_code]).astype(np.int32), np.concatenate([rank, seats.rank])
    score, value = np.concatenate([score, seats.score]), np.concatenate([value, seats.value])
    order = np.lexsort((rank, home))
    zero = np.zeros(len(order), np.int64)
    own = Lines(
        home[order].astype(np.int32), code[order], rank[order], app[order].astype(np.int32), score[order],
        zero, zero, zero, zero, value[order], names, row[order],
    )  # fmt: skip
    heads, told = set(_heads(published, size)), _heads(own, size)
    strange = np.array([x not in heads for x in told], bool)
    found.rows(CHECK, CHECK, own.row[own.rank <= size][strange], "autre ménage que sur la liste publiée")
    found.demand(CHECK, heads <= set(told), f"{CHECK} : ménage d'une liste publiée absent")
    start = (
        np.flatnonzero(np.r_[True, own.dwelling[1:] != own.dwelling[:-1]])
        if len(own)
        else np.zeros(0, np.int64)
    )
    place = np.arange(len(own)) - np.repeat(start, np.diff(np.r_[start, len(own)])) + 1
    found.rows(CHECK, CHECK, own.row[own.rank != place], "rank")
    other = np.repeat(own.account[start], np.diff(np.r_[start, len(own)])) != own.account
    found.rows(CHECK, CHECK, own.row[other], "un contingent par logement")
    return own


def _heads(lines: Lines, size: int) -> list[tuple[int, str, int, int]]:
    """(dwelling, account, rank, household) of the ranks up to ``size``."""
    head = lines.take(np.flatnonzero(lines.rank <= size))
    accounts = head.accounts_of(head.account)
    return list(zip(head.dwelling.tolist(), accounts, head.rank.tolist(), head.app.tolist(), strict=True))
