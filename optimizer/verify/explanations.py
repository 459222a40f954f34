"""``explanations``: who is named there may be, the place of each at the dwelling, and the points it lacked counted again.

Points that are not confirmed are those of one exchange: the household put in the place of that first rank, its score raised
by them and a hundredth, must be worth more than the optimum. Confirmed ones come from the whole problem solved again: they
are the least, so never more than that exchange needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.naming import Entries, Order
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.rows import TRAITS, Book, lease_of, profile_at
from optimizer.verify.solution import RATE, Counts, Lines
from optimizer.verify.verdict import Findings

COLUMNS = (
    "application_id", "nearest_miss", "points_needed", "dwelling_id", "best_position", "of", "confirmed",
)  # fmt: skip
NEVER = -(2**62)
KEPT = 20_000
"""Dwellings and accounts whose rows are kept: the households of a class come one after the other."""
Marked = list[tuple[int, int, int]]
"""(row, 1 if counted in num, what the lease asks for above the row's rate)."""


@dataclass(frozen=True)
class Said:
    """The rows of one part: applications and dwellings by index, points in hundredths (-1 where there are none)."""

    app: I32
    home: I32
    points: I64
    confirmed: B
    beyond: B
    """No number of points that the grid can give would have been enough."""
    place: I64
    of: I64

    @classmethod
    def read(cls, out: Out, classes: Classes, found: Findings) -> Said:
        ids = classes.world.ids
        (word_at, words), (miss_at, misses) = out.words("confirmed"), out.words("nearest_miss")
        found.demand("explanations", {*words} <= {"", "yes"}, "confirmed")
        points = np.where(out.filled("points_needed"), out.scaled("points_needed", 100), -1)
        return cls(
            out.index("application_id", ids.apps, -2),
            out.index("dwelling_id", ids.dwellings, -2),
            points,
            np.array([x == "yes" for x in words], bool)[word_at],
            np.array([x.startswith("NOT_BY_SCORE") for x in misses], bool)[miss_at],
            out.scaled("best_position", 1),
            out.scaled("of", 1),
        )


def check_explanations(
    folder: Path, classes: Classes, book: Book, counts: Counts, lines: Lines, proven: bool, found: Findings
) -> None:
    """Known applications without a first rank, at most once each, with their place and the points they lacked."""
    parts = out_parts(folder, "explanations", COLUMNS)
    if parts is None:
        return
    found.start("explanations")
    world = classes.world
    placed = np.zeros(len(world.apps), bool)
    placed[lines.placed] = True
    times = np.zeros(len(world.apps), np.int64)
    exchanges = Exchanges(classes, book, counts, lines)
    for out in parts:
        said = Said.read(out, classes, found)
        fine = (said.app >= 0) & (said.home > -2) & ((said.points >= 0) | ~out.filled("points_needed"))
        fine[fine] = ~placed[said.app[fine]]
        np.add.at(times, said.app[said.app >= 0], 1)
        bad = int(np.count_nonzero(~fine))
        if bad:
            found.add("explanations", "demande, logement ou points", bad)
        away = fine & (said.home < 0)
        wrong = away & ((said.points >= 0) | said.confirmed | (said.place != 0) | (said.of != 0))
        wrong |= said.beyond & (said.points >= 0)
        wrong |= said.confirmed & ((said.points < 0) | ~np.full(len(fine), proven))
        if wrong.any():
            found.add("explanations", "points sans logement ou sans preuve", int(np.count_nonzero(wrong)))
        _check_places(said, np.flatnonzero(fine & ~wrong & (said.home >= 0)), classes, exchanges, found)
    found.demand("explanations", bool((times <= 1).all()), "demande deux fois")


def _check_places(said: Said, rows: I64, classes: Classes, exchanges: Exchanges, found: Findings) -> None:
    """Place and points of the rows that name a dwelling, class by class."""
    misplaced = unproven = 0
    for c, part in _by_class(classes.klass[said.home[rows]], rows):
        entries = classes.entries(c)
        at = np.searchsorted(entries.app, said.app[part])
        known = at < len(entries.app)
        known[known] = entries.app[at[known]] == said.app[part][known]
        # where the household may not be named it has no place, and no points would help
        nothing = (said.points[part] < 0) & (said.place[part] == 0) & (said.of[part] == 0)
        misplaced += int(np.count_nonzero(~known & ~nothing))
        at = at[known]
        bits = profile_at(classes.world, int(said.home[part[0]]), entries.app[at].astype(np.int64))
        place, of = (x[at] for x in places(entries))
        misplaced += int(np.count_nonzero((said.place[part[known]] != place) | (said.of[part[known]] != of)))
        for i, k, profile in zip(part[known].tolist(), at.tolist(), bits.tolist(), strict=True):
            points = int(said.points[i])
            if points < 0:
                unproven += not said.beyond[i]
                continue
            gain = exchanges.gain(entries, k, int(said.home[i]), profile)
            # confirmed: the hundredth below must not be enough for this exchange
            enough = gain + (points + 1) * RATE > 0
            unproven += not (gain + points * RATE <= 0 if said.confirmed[i] else enough)
    if misplaced:
        found.add("explanations", "rang possible", misplaced)
    if unproven:
        found.add("explanations", "points nécessaires", unproven)


def _by_class(klass: I64, rows: I64) -> Iterator[tuple[int, I64]]:
    order = np.argsort(klass, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(klass[order])) + 1):
        if len(part):
            yield int(klass[part[0]]), rows[part]


def places(entries: Entries) -> tuple[I64, I64]:
    """(place by score, of how many) of each household on the account where its place is best.

    Equal scores share the best place; of equal places the one among fewest counts; 0 where no account may name it.
    """
    place = np.zeros(len(entries.app), np.int64)
    of = np.zeros(len(entries.app), np.int64)
    for bit in range(len(entries.accounts)):
        at = np.flatnonzero(entries.named >> bit & 1)
        fallen = -entries.score[at]
        here = np.searchsorted(np.sort(fallen), fallen, side="left") + 1
        better = (place[at] == 0) | (here < place[at]) | ((here == place[at]) & (len(at) < of[at]))
        place[at[better]], of[at[better]] = here[better], len(at)
    return place, of


class Exchanges:
    """What giving a dwelling's first rank to another household would change, everything else staying."""

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: Lines) -> None:
        self.classes, self.book, self.counts, self.lines = classes, book, counts, lines
        self._first = np.full(len(classes.world.dwellings), -1, np.int64)
        at_first = np.flatnonzero(lines.rank == 1)
        self._first[lines.dwelling[at_first]] = at_first
        self._placed = np.zeros(len(classes.world.apps), bool)
        self._placed[lines.placed] = True
        self._holds: dict[int, bool] = {}
        self._gone: dict[int, Marked] = {}
        """Marks of the first ranks there are, by dwelling."""
        self._asked: dict[tuple[int, str, bool], list[tuple[int, str, int]]] = {}
        self._won: dict[tuple[int, str, int], int] = {}
        """What the rules ask less, by dwelling, account and profile of whoever takes the first rank."""
        self._counted: dict[tuple[str, int], int] = {}

    def gain(self, entries: Entries, k: int, home: int, bits: int) -> int:
        """Micropoints won on the household's best account; very negative where it may not be first.

        ``bits``: of its profile there.
        """
        now = int(self._first[home])
        if home in self.classes.world.pins:
            return NEVER
        gone: Marked = []
        held = 0
        if now >= 0:
            account = self.lines.accounts[self.lines.account[now]]
            if home not in self._gone:
                app = int(self.lines.app[now])
                there = 0 if app < 0 else int(profile_at(self.classes.world, home, np.array([app]))[0])
                self._gone[home] = self._marks(home, account, there, seat=app < 0)
            gone, held = self._gone[home], int(self.lines.value[now])
        leaver, best = -1 if now < 0 else int(self.lines.app[now]), NEVER
        if leaver >= 0 and self._is_passed(leaver, home):
            return NEVER
        orders = {x.account: x for x in entries.orders}
        for bit, account in enumerate(entries.accounts):
            if int(entries.first[k]) >> bit & 1:
                if account in orders and self._passes(orders[account], int(entries.app[k]), leaver):
                    continue
                value = self.classes.fit.fill + int(self.classes.bonus[home]) + entries.worth_of(k, bit)
                key = home, account, bits
                if key not in self._won:
                    if len(self._won) >= KEPT:
                        self._won.clear()
                    self._won[key] = self._saved(gone, self._marks(home, account, bits))
                best = max(best, (value - held) * RATE + self._won[key])
        return best

    def _passes(self, order: Order, app: int, leaver: int) -> bool:
        """Whether a household would pass over a nominee who holds no first rank then."""
        return any(
            order.after(b, app) and (one == leaver or not self._placed[one])
            for b, one in enumerate(order.app)
        )

    def _is_passed(self, leaver: int, home: int) -> bool:
        """Whether somebody who holds the first rank of another dwelling is placed after that household on a list."""
        if not self.classes.world.is_nominated[leaver]:
            return False
        if leaver not in self._holds:
            self._holds[leaver] = any(
                self._after(leaver, int(i), home) for i in np.flatnonzero(self.lines.rank == 1)
            )
        return self._holds[leaver]

    def _after(self, leaver: int, line: int, home: int) -> bool:
        d, account = int(self.lines.dwelling[line]), self.lines.accounts[self.lines.account[line]]
        if d == home:
            return False
        c = int(self.classes.klass[d])
        return any(
            x.account == account
            and leaver in x.app
            and x.after(x.app.index(leaver), int(self.lines.app[line]))
            for x in self.classes.orders(c)
        )

    def _saved(self, gone: Marked, new: Marked) -> int:
        """Micropoints that the rules ask less when one lease takes the place of another."""
        changed: dict[int, tuple[int, int, int]] = {}
        for sign, marks in ((-1, gone), (1, new)):
            for at, num, more in marks:
                n, d, m = changed.get(at, (0, 0, 0))
                changed[at] = (n + sign * num, d + sign, m + sign * more)
        won, counts = 0, self.counts
        for number, (num, den, more) in changed.items():
            row = self.book.rows[number]
            short = row.missing(
                counts.num[number] + num, counts.den[number] + den, counts.more[number] + more
            )
            won += row.price * (counts.short[number] - short)
        return won

    def _marks(self, home: int, account: str, bits: int, seat: bool = False) -> Marked:
        """(row, 1 if counted in num, what the lease asks for above the row's rate) of a first rank."""
        key = home, account, seat
        if key not in self._asked:
            if len(self._asked) >= KEPT:
                self._asked.clear()
            lease = lease_of(self.classes.world, home)
            self._asked[key] = [
                (k, trait, self.book.more(k, lease))
                for k, trait in self.book.marks(lease, account, seat=seat)
            ]
        return [(k, self._count(trait, bits), more) for k, trait, more in self._asked[key]]

    def _count(self, trait: str, bits: int) -> int:
        if (trait, bits) not in self._counted:
            self._counted[trait, bits] = int(TRAITS[trait](np.array([bits], np.int64))[0])
        return self._counted[trait, bits]
