"""Leapfrogs: every better-scored household a line passes over, and why (design §6).

For a line (dwelling, account, household, rank) the passed households are those eligible for that dwelling and
account with a higher score, not above it on the list and without a first rank. Each gets one reason:

* ``pin`` / ``nomination`` — the place was decided before the run, or the order is the réservataire's own;
* ``fit`` — score + fit + fill of the passed household is not higher: preference, size or access decides;
* ``<rule>[<scope>]@<price>`` — at first rank: exchanging the two would worsen that row by more than it gains;
* ``places`` — in reserve: the passed household already stands on two lists;
* ``class`` — in reserve: the same class as the first rank comes first, and a DALO household is never filler;
* ``gap`` — the exchange would gain and the run is not proven; on a proven run this cannot happen and raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, define
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.shortlist.exchange import Exchange
from optimizer.shortlist.lookup import Pool, Pools
from optimizer.shortlist.ranks import Lines, all_given

B = NDArray[np.bool_]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

SHOWN = 20
"""Leapfrogs written per line, the highest scores first; a count row follows when there are more (design §8)."""

define(
    "LEAPFROG_UNEXPLAINED",
    "Une proposition passe devant une demande mieux cotée sans raison : le calcul est arrêté.",
    "A proposal passes over a better-scored application without a reason: the run is stopped.",
)


@dataclass(frozen=True)
class Leapfrog:
    """One passed household. ``passed`` is -1 on the count row that closes a long list."""

    dwelling: int
    rank: int
    ahead: int
    passed: int
    gap: int
    """Points of score between the two, hundredths (count rows: how many more there are)."""
    why: str


@dataclass(frozen=True)
class LineSummary:
    """How many households a line passes, by reason, for the sentence on the line itself."""

    total: int
    by_reason: tuple[tuple[str, int], ...]


def rule_reason(problem: Problem, row: int) -> str:
    """``lec_q1_outside_qpv[landlord=OPH25;epci=242500361]@2000``: the rule, its scope and its price in points."""
    line = problem.rows[row]
    price = f"{line.price // 100}" if line.price % 100 == 0 else f"{line.price / 100:.2f}"
    return f"{line.rule}[{line.scope}]@{price}"


class LeapfrogFinder:
    """Finds and explains the leapfrogs of finished lists."""

    def __init__(
        self,
        problem: Problem,
        lines: Lines,
        *,
        dalo: B,
        binding: B,
        num_run: I64,
        den_run: I64,
        named: Mapping[tuple[int, int], NDArray[np.int32]],
        pinned: frozenset[int],
        proven: bool,
        max_lists: int,
        pools: Pools | None = None,
    ) -> None:
        self.problem = problem
        self.lines = lines
        self.dalo = dalo
        self.named = named
        self.pinned = pinned
        self.proven = proven
        self.max_lists = max_lists
        self.pools = pools or Pools(problem)
        self.exchange = Exchange(problem, num_run, den_run)
        self.given = all_given(problem, binding)
        self.placed = np.zeros(len(problem.application_ids), np.bool_)
        at_first = (lines.rank == 1) & (lines.app >= 0)
        self.placed[lines.app[at_first]] = True
        self.full_at = self._full_at()
        self._words: list[str] = []
        self._number: dict[str, int] = {}
        self._rules: dict[int, int] = {}
        self._found = _Collected(self._word("count"))

    def _full_at(self) -> I64:
        """Fill order after which each application stood on its last allowed list (a large number: never)."""
        full = np.full(len(self.problem.application_ids), np.iinfo(np.int64).max, np.int64)
        count = np.zeros(len(self.problem.application_ids), np.int64)
        reserve = np.flatnonzero(self.lines.rank > 1)
        for i in reserve[np.argsort(self.lines.order[reserve], kind="stable")].tolist():
            a = int(self.lines.app[i])
            count[a] += 1
            if count[a] == self.max_lists:
                full[a] = int(self.lines.order[i])
        return full

    def find(self) -> tuple[list[Leapfrog], dict[int, LineSummary]]:
        """All leapfrogs in line order, and per line index its summary."""
        summaries = {i: summary for i, _, summary in self.walk()}
        return list(self.found().rows()), summaries

    def walk(self) -> Iterator[tuple[int, Pool, LineSummary]]:
        """Each line with a household, once, with its pool and its summary; :meth:`found` holds the leapfrogs after it.

        Lines come by class of dwellings, so that a class is read once.
        """
        lines, pool, place = self.lines, None, (-1, -1)
        starts = np.flatnonzero((lines.rank == 1) & (lines.app >= 0))
        klass = self.problem.klass[lines.dwelling[starts]]
        for first in starts[np.lexsort((lines.account[starts], klass))].tolist():
            d, r = int(lines.dwelling[first]), int(lines.account[first])
            if pool is None or (int(self.problem.klass[d]), r) != place:
                pool, place = self.pools.pool(d, r), (int(self.problem.klass[d]), r)
                unplaced = ~self.placed[pool.app]
                bonus = int(self.problem.bonus[d])
            extra = int(self.problem.bonus[d]) - bonus
            above: list[int] = []
            for i in range(first, len(lines)):
                if i > first and lines.dwelling[i] != d:
                    break
                yield i, pool, self._line(i, first, pool, unplaced, above, extra)
                above.append(int(lines.app[i]))

    def found(self) -> Leapfrogs:
        """The leapfrogs of the lines walked so far, in line order."""
        return self._found.sorted(self.lines, tuple(self._words))

    def _line(self, i: int, first: int, pool: Pool, unplaced: B, above: list[int], extra: int) -> LineSummary:
        """Leapfrogs and summary of one line. ``extra``: bonus of the dwelling beyond that which ``pool`` counts."""
        score = int(self.lines.score[i])
        hit = np.flatnonzero((pool.score > score) & unplaced)
        for a in above:
            hit = hit[pool.app[hit] != a]
        if not len(hit):
            return LineSummary(0, ())
        reasons = self._reasons(i, first, pool, hit, extra)
        count = np.bincount(reasons)
        tally = [(self._words[n], int(count[n])) for n in np.flatnonzero(count).tolist()]
        best = np.arange(len(hit))
        if len(hit) > 4 * SHOWN:
            least = np.partition(pool.score[hit], len(hit) - SHOWN)[len(hit) - SHOWN]
            best = np.flatnonzero(pool.score[hit] >= least)
        best = best[np.lexsort((pool.app[hit[best]], -pool.score[hit[best]]))][:SHOWN]
        shown = hit[best]
        self._found.add(i, pool.app[shown], pool.score[shown] - score, reasons[best], len(hit) - len(shown))
        return LineSummary(len(hit), tuple(sorted(tally, key=lambda x: (-x[1], x[0]))))

    def _word(self, word: str) -> int:
        """Number of a reason, so that a line holds numbers and not texts."""
        known = self._number.get(word)
        if known is None:
            known = self._number[word] = len(self._words)
            self._words.append(word)
        return known

    def _reasons(self, i: int, first: int, pool: Pool, hit: NDArray[np.intp], extra: int) -> I32:
        lines = self.lines
        d, r = int(lines.dwelling[i]), int(lines.account[i])
        if d in self.pinned and int(lines.rank[i]) == 1:
            return np.full(len(hit), self._word("pin"), np.int32)
        if (d, r) in self.named and int(lines.app[i]) in self.named[d, r]:
            return np.full(len(hit), self._word("nomination"), np.int32)
        if int(lines.rank[i]) == 1:
            reasons = self._first_reasons(i, pool, hit, extra)
        else:
            reasons = self._reserve_reasons(i, first, pool, hit, extra)
        if self.proven and bool((reasons == self._word("gap")).any()):
            raise AttrifluxError("LEAPFROG_UNEXPLAINED")
        return reasons

    def _first_reasons(self, i: int, pool: Pool, hit: NDArray[np.intp], extra: int) -> I32:
        gain = (pool.value[hit] + extra - self.lines.value[i]) * MICRO_PER_HUNDREDTH
        reasons = np.full(len(hit), self._word("gap"), np.int32)
        reasons[gain <= 0] = self._word("fit")
        better = np.flatnonzero((gain > 0) & pool.first[hit])
        if len(better):
            kinds, back = _met(pool, hit[better])
            known = self.exchange.known_costs(int(self.lines.kind[i]), kinds.tolist())
            cost = np.array([lost for lost, _ in known], np.int64)[back]
            row = np.array([self._rule(worst) for _, worst in known], np.int32)[back]
            held = (cost >= gain[better]) & (row >= 0)
            reasons[better[held]] = row[held]
        reasons[~pool.first[hit]] = self._word("nomination")
        return reasons

    def _rule(self, row: int) -> int:
        """Number of the reason « this row », -1 for none."""
        if row < 0:
            return -1
        known = self._rules.get(row)
        if known is None:
            known = self._rules[row] = self._word(rule_reason(self.problem, row))
        return known

    def _reserve_reasons(self, i: int, first: int, pool: Pool, hit: NDArray[np.intp], extra: int) -> I32:
        """The first that holds: DALO never filler, places, class, fit."""
        apps = pool.app[hit]
        reasons = np.full(len(hit), self._word("gap"), np.int32)
        reasons[pool.value[hit] + extra <= self.lines.value[i]] = self._word("fit")
        need = self.given[int(self.lines.kind[first])]
        if need and need <= self.given[int(self.lines.kind[i])]:
            kinds, back = _met(pool, hit)
            lacking = np.array([not need <= self.given[kind] for kind in kinds.tolist()], np.bool_)
            reasons[lacking[back]] = self._word("class")
        reasons[self.full_at[apps] < self.lines.order[i]] = self._word("places")
        if not self.dalo[self.lines.app[first]]:
            reasons[self.dalo[apps]] = self._word("class")
        return reasons


def _met(pool: Pool, hit: NDArray[np.intp]) -> tuple[I32, NDArray[np.intp]]:
    """The distinct kinds of some households of a pool, ascending, and which of them each is; no sorting per line."""
    kinds, which = pool.kinds
    here = which[hit]
    met = np.flatnonzero(np.bincount(here, minlength=len(kinds)))
    place = np.zeros(len(kinds), np.intp)
    place[met] = np.arange(len(met))
    return kinds[met], place[here]


@dataclass(frozen=True)
class Leapfrogs:
    """All leapfrogs as columns, in line order: 16 bytes each, a country has 24 million.

    ``line`` indexes ``lines``, ``why`` indexes ``words``; ``passed`` is -1 on a count row.
    """

    lines: Lines
    line: I32
    passed: I32
    gap: I32
    why: I32
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.line)

    @property
    def dwelling(self) -> I32:
        return self.lines.dwelling[self.line]

    @property
    def rank(self) -> I32:
        return self.lines.rank[self.line]

    @property
    def ahead(self) -> I32:
        """The household of the line, who goes ahead."""
        return self.lines.app[self.line]

    def part(self, rows: slice) -> Leapfrogs:
        """Some of them, in the same words."""
        return Leapfrogs(
            self.lines, self.line[rows], self.passed[rows], self.gap[rows], self.why[rows], self.words
        )

    def rows(self) -> Iterator[Leapfrog]:
        """One value per leapfrog."""
        columns = (self.dwelling, self.rank, self.ahead, self.passed, self.gap, self.why)
        for d, rank, ahead, passed, gap, why in zip(*(c.tolist() for c in columns), strict=True):
            yield Leapfrog(d, rank, ahead, passed, gap, self.words[why])


class _Collected:
    """Leapfrogs as they are found: a few columns of 32 bits in blocks, so that millions of them stay small."""

    def __init__(self, count_word: int) -> None:
        self._count = count_word
        self._blocks: list[NDArray[np.int32]] = []
        self._open: list[NDArray[np.int32]] = []
        self._held = 0

    def add(self, line: int, passed: I32, gap: I64, why: I32, more: int) -> None:
        """Those of one line, the highest scores first, and how many more there are."""
        n = len(passed)
        block = np.empty((n + (more > 0), 4), np.int32)
        block[:, 0] = line
        block[:n, 1], block[:n, 2], block[:n, 3] = passed, gap, why
        if more:
            block[n, 1:] = -1, more, self._count
        self._open.append(block)
        self._held += len(block)
        if self._held > 1_000_000:
            self._close()

    def _close(self) -> None:
        if self._open:
            self._blocks.append(np.concatenate(self._open))
        self._open, self._held = [], 0

    def sorted(self, lines: Lines, words: tuple[str, ...]) -> Leapfrogs:
        """In line order; the blocks are let go."""
        self._close()
        table = np.concatenate([np.zeros((0, 4), np.int32), *self._blocks])
        self._blocks = []
        order = np.argsort(table[:, 0], kind="stable")
        line, passed, gap, why = (table[order, j] for j in range(4))
        return Leapfrogs(lines, line, passed, gap, why, words)
