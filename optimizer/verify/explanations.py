"""``explanations``: everybody without a first rank, the place of each at the dwelling, the points it lacked and the sentence.

Points that are not confirmed are those of one exchange: the household put in the place of that first rank, its score raised
by them, must be worth as much as the optimum, and a hundredth less must not. Confirmed ones come from the whole problem
solved again: they are the least, so never more than that exchange needs, and never less than the multipliers of the root say
it costs to put the household first anywhere. Who is solved again is a draw by hash, made again here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.coverage import Reasons
from optimizer.verify.exchanges import NEVER, FirstRankExchanges
from optimizer.verify.naming import Named
from optimizer.verify.nearest import IN_PROGRESS, LISTED_ONLY, LISTED_OR_EXCHANGED, Misses
from optimizer.verify.outputs import Out
from optimizer.verify.passes import places
from optimizer.verify.root import LeastLosses
from optimizer.verify.solution import RATE, Lines
from optimizer.verify.verdict import Findings, place
from optimizer.verify.wording import pick
from optimizer.verify.world import World

COLUMNS = (
    "application_id", "nearest_miss", "points_needed", "dwelling_id", "best_position", "of", "confirmed",
)  # fmt: skip
TABLE = "explanations"
NEAREST = 1_000
"""Dwellings up to which the exchanges at all of them are compared."""
NUMBERS = ("points_needed", "best_position", "of")


@dataclass(frozen=True)
class Said:
    """The rows of the table: applications and dwellings by index, points in hundredths (-1 where there are none)."""

    app: I32
    home: I32
    points: I64
    asked: B
    """Solved again, to the end (``confirmed``) or not."""
    confirmed: B
    beyond: B
    """No number of points that the grid can give would have been enough."""
    place: I32
    of: I32
    miss_at: I32
    misses: list[str]
    """Sentences of the rows; empty where they are not read word for word."""
    filled: tuple[B, B, B]
    """Whether points, place and number are there."""

    @classmethod
    def read(cls, out: Out, classes: Classes, found: Findings, worded: bool) -> Said:
        """One part of the table; ``worded``: whether sentences are kept."""
        ids = classes.world.ids
        (word_at, words), (miss_at, misses) = out.words("confirmed"), out.words("nearest_miss")
        odd = np.array([x not in ("", "yes", "no") for x in words], bool)[word_at]
        found.rows("explanations", out.table, out.first + np.flatnonzero(odd), "confirmed")
        points, place, of = (out.filled(x) for x in NUMBERS)
        return cls(
            out.index("application_id", ids.apps, -2),
            out.index("dwelling_id", ids.dwellings, -2),
            np.where(points, out.scaled("points_needed", 100), -1),
            np.array([x != "" for x in words], bool)[word_at],
            np.array([x == "yes" for x in words], bool)[word_at],
            np.array([x.startswith("NOT_BY_SCORE") for x in misses], bool)[miss_at],
            _narrow(out.scaled("best_position", 1)),
            _narrow(out.scaled("of", 1)),
            miss_at if worded else miss_at[:0],
            misses if worded else [],
            (points, place, of),
        )

    @classmethod
    def joined(cls, parts: Sequence[Said]) -> Said:
        """The parts of a table end to end."""

        def column(name: str) -> np.ndarray[Any, Any]:
            return np.concatenate([getattr(part, name) for part in parts])

        before = np.cumsum([0, *(len(part.misses) for part in parts)])
        miss_at = np.concatenate([part.miss_at + at for part, at in zip(parts, before[:-1], strict=True)])
        misses = [text for part in parts for text in part.misses]
        points, place, of = (np.concatenate([part.filled[i] for part in parts]) for i in range(len(NUMBERS)))
        return cls(
            column("app"),
            column("home"),
            column("points"),
            column("asked"),
            column("confirmed"),
            column("beyond"),
            column("place"),
            column("of"),
            miss_at.astype(np.int32),
            misses,
            (points, place, of),
        )

    def miss(self, i: int) -> str:
        """The sentence of a row."""
        return self.misses[int(self.miss_at[i])]


def _narrow(values: I64) -> I32:
    """The numbers in 32 bits; what they cannot hold becomes their end, which no place is."""
    ends = np.iinfo(np.int32)
    return np.clip(values, ends.min, ends.max).astype(np.int32)


@dataclass(frozen=True)
class SolvedAgain:
    """Whose points are looked for by solving again: the households of the smallest hashes, none where ``households`` is 0."""

    seed: str
    households: int
    least: LeastLosses | None
    """What the proof says that each lacks at least."""
    checked: bool = True
    """Whether the column is held to the draw."""

    @classmethod
    def of(cls, world: World, allowed: bool, least: LeastLosses | None, checked: bool) -> SolvedAgain:
        """``allowed``: the proposal is proven and has no chains."""
        key = "national.explanations.resolved_"
        few = len(world.dwellings) <= world.law.whole(key + "up_to_dwellings")
        households = world.law.whole(key + "households") if allowed and few else 0
        return cls(world.settings.seed, households, least, checked)

    def draw(self, application: str) -> str:
        """Place of a household in the draw."""
        return hashlib.sha256(f"{self.seed}|{application}|explanations".encode()).hexdigest()


class Explanations:
    """The table, row by row: everybody without a first rank once, with the place, the points it lacked and, given ``misses``, the sentence.

    What a row says without its dwelling is checked at once; rows that name a dwelling wait for its door (:meth:`check`).
    """

    def __init__(
        self, parts: Iterator[Out], exchanges: FirstRankExchanges, lines: Lines, reasons: Reasons, misses: Misses | None, proven: bool,
        again: SolvedAgain, found: Findings,
    ) -> None:  # fmt: skip
        """``parts``: the table; ``proven``: whether the proposal is shown to be the best; ``again``: who is solved again."""
        found.start("explanations")
        self.exchanges, self.misses, self.found, self.again = exchanges, misses, found, again
        self.proven = proven
        classes = exchanges.classes
        apps = len(classes.world.apps)
        placed = np.zeros(apps, bool)
        placed[lines.placed] = True
        at_first = lines.rank == 1
        self._most = np.full(apps, NEVER, np.int64) if len(classes.world.dwellings) <= NEAREST else None
        """Micropoints that each household wins by its best exchange, over all dwellings (none of a larger case)."""
        self._mine = np.full(apps, NEVER, np.int64)
        """The same at the dwelling that its row names."""
        self._account = dict(
            zip(lines.dwelling[at_first].tolist(), lines.accounts_of(lines.account[at_first]), strict=True)
        )
        """Dwelling -> the account it goes to."""
        said = self.said = Said.joined([Said.read(out, classes, found, misses is not None) for out in parts])
        fine = (said.app >= 0) & (said.home > -2) & ((said.points >= 0) | ~said.filled[0])
        fine[fine] = ~placed[said.app[fine]]
        times = np.bincount(said.app[said.app >= 0], minlength=apps)
        double = fine.copy()
        double[fine] = times[said.app[fine]] > 1
        found.rows("explanations", TABLE, np.flatnonzero(double), "demande deux fois")
        found.rows("explanations", TABLE, np.flatnonzero(~fine), "demande, logement ou points")
        missing = int(np.count_nonzero((times == 0) & ~placed))
        if missing:
            found.add("explanations", f"{TABLE} : demande absente", missing)
        away = fine & (said.home < 0)
        wrong = away & ((said.points >= 0) | said.confirmed | said.beyond)
        for number, filled in zip((said.place, said.of), said.filled[1:], strict=True):
            wrong |= away & ((number != 0) | filled)
        wrong |= said.beyond & (said.points >= 0)
        wrong |= said.asked & ((said.points < 0) | ~np.full(len(fine), proven))
        found.rows(
            "explanations", TABLE, np.flatnonzero(wrong), "points ou place sans logement ou sans preuve"
        )
        self._check_draw(np.flatnonzero(fine & ~wrong))
        if misses is not None:
            closed = LISTED_OR_EXCHANGED if exchanges.round_trips else LISTED_ONLY
            _check_away(said, np.flatnonzero(away & ~wrong), reasons, misses, closed, found)
        rows = np.flatnonzero(fine & ~wrong & (said.home >= 0))
        klass = classes.klass[said.home[rows]]
        order = np.argsort(klass, kind="stable")
        self._rows = rows[order]
        self._start = np.searchsorted(klass[order], np.arange(len(classes) + 1))
        self._home = np.full(apps, -1, np.int64)
        self._home[said.app[rows]] = said.home[rows]
        self._rows_of_most = np.flatnonzero(fine & ~wrong)

    def _check_draw(self, rows: I64) -> None:
        """Whoever the draw by hash chooses among those that lack points was solved again, and nobody else."""
        said, due = self.said, set[int]()
        if not self.again.checked:
            return
        if self.again.households:
            ids = self.exchanges.classes.world.ids.apps
            lacking = rows[(said.points[rows] > 0) | said.confirmed[rows]]
            names = ids.take(said.app[lacking]).to_pylist()
            order = sorted(zip(map(self.again.draw, names), lacking.tolist(), strict=True))
            due = {i for _, i in order[: self.again.households]}
        odd = [i for i in rows.tolist() if bool(said.asked[i]) != (i in due)]
        self.found.rows("explanations", TABLE, np.array(odd, np.int64), "confirmed")

    @property
    def wanted(self) -> B:
        """(classes,) whether rows name its dwellings."""
        found: B = np.diff(self._start) > 0
        return found if self._most is None else np.ones_like(found)

    def check(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """The rows that name a dwelling behind a door."""
        with self.found.guard("explanations"):
            for c, who in named:
                rows = self._rows[self._start[c] : self._start[c + 1]]
                if len(rows):
                    self._check_places(door, who, rows)
                if self._most is not None:
                    self._weigh(door, c, who, self._most)

    def _weigh(self, door: Door, c: int, named: Named, most: I64) -> None:
        """What each household wins by its best exchange at the dwellings of a class."""
        at = door.fine[named.first[door.type[door.fine]] > 0]
        if not len(at):
            return
        entries, bits = door.entries(named, at), door.profile[door.type[at]]
        for home in self.exchanges.classes.open_members(c):
            gains = self.exchanges.best(entries, home, bits)
            np.maximum.at(most, entries.app, gains)
            here = self._home[entries.app] == home
            self._mine[entries.app[here]] = gains[here]

    def told(self) -> tuple[I64, I64] | None:
        """What the second of two processes has weighed."""
        return None if self._most is None else (self._most, self._mine)

    def join(self, told: tuple[I64, I64] | None) -> None:
        """Take in what the other process has weighed."""
        if self._most is not None and told is not None:
            np.maximum(self._most, told[0], out=self._most)
            np.maximum(self._mine, told[1], out=self._mine)

    def close(self) -> None:
        """Every door has been read: no exchange at another dwelling needs fewer points than the one of the row."""
        if self._most is None:
            return
        with self.found.guard(TABLE):
            said, rows = self.said, self._rows_of_most
            most, mine = self._most[said.app[rows]], self._mine[said.app[rows]]
            # solved again, others move too: no more points than by the best exchange, at whatever dwelling
            needed = np.maximum(0, -(most // RATE))
            nearer = np.where(said.confirmed[rows], said.points[rows] > needed, most > mine)
            self.found.rows(TABLE, TABLE, rows[nearer], "dwelling_id")

    def _check_places(self, door: Door, named: Named, part: I64) -> None:
        """Place, points and sentence of the rows that name a dwelling of one class."""
        said, misses, top = self.said, self.misses, int(self.exchanges.classes.scores.span)
        misplaced, unproven = [], []
        at = door.block.where(said.app[part])
        known = (at >= 0) & (door.code[np.maximum(at, 0)] == 0)
        known[known] = named.named[door.type[at[known]]] > 0
        misplaced.append(part[~known])
        part, at = part[known], at[known]
        elsewhere = np.zeros(len(part), bool)
        if len(part):
            goes = [self._account.get(d, "") for d in said.home[part].tolist()]
            bit = {name: b for b, name in enumerate(named.accounts)}
            own = np.array([bit.get(name, -1) for name in goes], np.int64)
            n = len(named.accounts)
            rank, of, elsewhere = places(door.fine, door.type, door.block.score, named.named, at, own, n)
            elsewhere &= np.array([bool(name) for name in goes])
            misplaced.append(part[(said.place[part] != rank) | (said.of[part] != of)])
        if misses is None:  # what no number of points would have brought is not told apart among so many rows
            pointed = said.points[part] >= 0
            unproven += part[~pointed & ~said.beyond[part]].tolist()
            part, at, elsewhere = part[pointed], at[pointed], elsewhere[pointed]
        if len(part):
            score = door.block.score[at].tolist()
            homes, profiles = said.home[part].tolist(), door.profile[door.type[at]].tolist()
            gains = self.exchanges.gains(door.entries(named, at), homes, profiles)
            seats = named.pooled[door.type[at]].tolist()
            for i, gain, mine, away, kept in zip(
                part.tolist(), gains, score, elsewhere.tolist(), seats, strict=True
            ):
                if self._unproven(i, gain, top - mine):
                    unproven.append(i)
                if misses is not None:
                    points = int(said.points[i])
                    beyond = misses.beyond(int(said.place[i]), int(said.of[i]), away)
                    if said.miss(i) != (
                        misses.lacking(points, away, self.proven, kept) if points >= 0 else beyond
                    ):
                        _unsaid(self.found, i)
        self.found.rows("explanations", TABLE, np.concatenate(misplaced), "best_position ou of")
        self.found.rows("explanations", TABLE, np.array(unproven, np.int64), "points_needed")

    def _unproven(self, i: int, gain: int, most: int) -> bool:
        """Whether the points of a row are not those of its exchange; ``most``: points that the grid might still give."""
        points, needed = int(self.said.points[i]), max(0, -(gain // RATE))
        if points < 0:
            return not self.said.beyond[i] or gain == NEVER or needed <= most
        if self.said.confirmed[i]:
            least = self.again.least
            return points > needed or least is not None and points < least.points(int(self.said.app[i]))
        return gain == NEVER or points != needed or needed > most


def _check_away(
    said: Said, rows: I64, reasons: Reasons, misses: Misses, closed: tuple[str, str], found: Findings
) -> None:
    """Sentences of the rows that name no dwelling; ``closed``: of who is eligible where no first rank is open."""
    here, anywhere = reasons.here, reasons.anywhere
    for i in rows.tolist():
        a = int(said.app[i])
        if not anywhere[a]:
            wanted = misses.refused(a)
        else:
            wanted = {pick(closed if here[a] else IN_PROGRESS, misses.lang)}
        if said.miss(i) not in wanted:
            _unsaid(found, i)


def _unsaid(found: Findings, i: int) -> None:
    found.add("sentences", place(TABLE, i, "nearest_miss"))
