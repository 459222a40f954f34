"""``explanations``: everybody without a first rank, the place of each at the dwelling, the points it lacked and the sentence.

Points that are not confirmed are those of one exchange: the household put in the place of that first rank, its score raised
by them, must be worth as much as the optimum, and a hundredth less must not. Confirmed ones come from the whole problem
solved again: they are the least, so never more than that exchange needs; how much less is not recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.coverage import Reasons
from optimizer.verify.exchanges import NEVER, Exchanges
from optimizer.verify.nearest import IN_PROGRESS, LISTED_ONLY, Misses
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.passes import places
from optimizer.verify.solution import RATE, Lines
from optimizer.verify.verdict import Findings
from optimizer.verify.wording import pick

COLUMNS = (
    "application_id", "nearest_miss", "points_needed", "dwelling_id", "best_position", "of", "confirmed",
)  # fmt: skip


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
    miss_at: I32
    misses: list[str]

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
            miss_at,
            misses,
        )

    def miss(self, i: int) -> str:
        """The sentence of a row."""
        return self.misses[int(self.miss_at[i])]


def check_explanations(
    folder: Path, exchanges: Exchanges, lines: Lines, reasons: Reasons, misses: Misses | None, proven: bool, found: Findings
) -> None:  # fmt: skip
    """Everybody without a first rank once, with the place, the points it lacked and, given ``misses``, the sentence."""
    parts = out_parts(folder, "explanations", COLUMNS)
    if parts is None:
        return
    found.start("explanations")
    classes = exchanges.classes
    world = classes.world
    placed = np.zeros(len(world.apps), bool)
    placed[lines.placed] = True
    times = np.zeros(len(world.apps), np.int64)
    for out in parts:
        said = Said.read(out, classes, found)
        fine = (said.app >= 0) & (said.home > -2) & ((said.points >= 0) | ~out.filled("points_needed"))
        fine[fine] = ~placed[said.app[fine]]
        np.add.at(times, said.app[said.app >= 0], 1)
        bad = int(np.count_nonzero(~fine))
        if bad:
            found.add("explanations", "demande, logement ou points", bad)
        away = fine & (said.home < 0)
        wrong = away & ((said.points >= 0) | said.confirmed | said.beyond)
        for name, number in (("best_position", said.place), ("of", said.of)):
            wrong |= away & ((number != 0) | out.filled(name))
        wrong |= said.beyond & (said.points >= 0)
        wrong |= said.confirmed & ((said.points < 0) | ~np.full(len(fine), proven))
        if wrong.any():
            found.add("explanations", "points sans logement ou sans preuve", int(np.count_nonzero(wrong)))
        _check_places(said, np.flatnonzero(fine & ~wrong & (said.home >= 0)), exchanges, misses, found)
        if misses is not None:
            _check_away(said, np.flatnonzero(away & ~wrong), reasons, misses, found)
    found.demand("explanations", bool((times == ~placed).all()), "demande absente, en trop ou deux fois")


def _check_away(said: Said, rows: I64, reasons: Reasons, misses: Misses, found: Findings) -> None:
    """Sentences of the rows that name no dwelling."""
    here, anywhere = reasons.here, reasons.anywhere
    for i in rows.tolist():
        a = int(said.app[i])
        if not anywhere[a]:
            wanted = misses.refused(a)
        else:
            wanted = {pick(LISTED_ONLY if here[a] else IN_PROGRESS, misses.lang)}
        if said.miss(i) not in wanted:
            _unsaid(found, i, misses, a)


def _unsaid(found: Findings, i: int, misses: Misses, a: int) -> None:
    found.add("sentences", f"ligne {i + 2}, nearest_miss : application_id={misses.world.apps.ids[a]}")


def _check_places(
    said: Said, rows: I64, exchanges: Exchanges, misses: Misses | None, found: Findings
) -> None:
    """Place, points and sentence of the rows that name a dwelling, class by class, those of a door and of a place together."""
    misplaced = unproven = 0
    classes = exchanges.classes
    top = int(classes.scores.span)
    for c, part in _by_class(classes, classes.klass[said.home[rows]], rows):
        door = classes.door(classes.door_of[c])
        named = classes.named(c, door)
        at = door.block.where(said.app[part])
        known = (at >= 0) & (door.code[np.maximum(at, 0)] == 0)
        known[known] = named.named[door.type[at[known]]] > 0
        misplaced += int(np.count_nonzero(~known))
        part, at = part[known], at[known]
        if not len(part):
            continue
        place, of = places(door.fine, door.type, door.block.score, named.named, at, len(named.accounts))
        misplaced += int(np.count_nonzero((said.place[part] != place) | (said.of[part] != of)))
        if misses is None:  # what no number of points would have brought is not told apart among so many rows
            pointed = said.points[part] >= 0
            unproven += int(np.count_nonzero(~pointed & ~said.beyond[part]))
            part, at = part[pointed], at[pointed]
        score = door.block.score[at].tolist()
        homes, profiles = said.home[part].tolist(), door.profile[door.type[at]].tolist()
        gains = exchanges.gains(door.entries(named, at), homes, profiles)
        for i, gain, mine in zip(part.tolist(), gains, score, strict=True):
            points = int(said.points[i])
            needed = max(0, -(gain // RATE))
            if points < 0:
                unproven += not said.beyond[i] or gain == NEVER or needed <= top - mine
            elif said.confirmed[i]:
                unproven += points > needed
            else:
                unproven += gain == NEVER or points != needed or needed > top - mine
            if misses is not None:
                beyond = misses.beyond(int(said.place[i]), int(said.of[i]))
                if said.miss(i) != (misses.lacking(points) if points >= 0 else beyond):
                    _unsaid(found, i, misses, int(said.app[i]))
    if misplaced:
        found.add("explanations", "rang possible", misplaced)
    if unproven:
        found.add("explanations", "points nécessaires", unproven)


def _by_class(classes: Classes, klass: I64, rows: I64) -> Iterator[tuple[int, I64]]:
    """Rows of each class, in the order in which the doors of the classes are read."""
    turn = np.empty(len(classes.door_order), np.int64)
    turn[classes.door_order] = np.arange(len(turn))
    order = np.lexsort((klass, turn[np.array(classes.door_of, np.int64)[klass]]))
    for part in np.split(order, np.flatnonzero(np.diff(klass[order])) + 1):
        if len(part):
            yield int(klass[part[0]]), rows[part]
