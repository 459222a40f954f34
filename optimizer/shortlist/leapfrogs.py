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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, define
from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT, Problem
from optimizer.shortlist.lookup import Pool, Pools
from optimizer.shortlist.ranks import Lines, given_rows

B = NDArray[np.bool_]
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


class Exchange:
    """Change of the priced shortfalls when one lease of a kind replaces another; cached per pair of kinds."""

    def __init__(self, problem: Problem, num_run: I64, den_run: I64) -> None:
        self.problem = problem
        self.num = num_run
        self.den = den_run
        self.rate = np.array([row.rate for row in problem.rows], np.int64)
        self.price = np.array([row.price for row in problem.rows], np.int64)
        self._cache: dict[tuple[int, int], tuple[int, int]] = {}

    def marks(self, kind: int) -> dict[int, tuple[int, int]]:
        """num and den on each row; nothing for kind -1 (an empty dwelling)."""
        if kind < 0:
            return {}
        a, b = int(self.problem.kinds.ptr[kind]), int(self.problem.kinds.ptr[kind + 1])
        kinds = self.problem.kinds
        return {int(kinds.row[j]): (int(kinds.num[j]), int(kinds.den[j])) for j in range(a, b)}

    def cost(self, out: int, into: int) -> tuple[int, int]:
        """(micropoints lost to shortfalls by exchanging ``out`` for ``into``, row that worsens most or -1)."""
        key = (out, into)
        known = self._cache.get(key)
        if known is not None:
            return known
        left, right = self.marks(out), self.marks(into)
        total, worst, worst_row = 0, 0, -1
        for row in sorted(left.keys() | right.keys()):
            num0, den0 = left.get(row, (0, 0))
            num1, den1 = right.get(row, (0, 0))
            before = max(0, int(self.rate[row] * self.den[row] - self.num[row] * RATE_UNIT))
            after = max(
                0,
                int(
                    self.rate[row] * (self.den[row] + den1 - den0) - (self.num[row] + num1 - num0) * RATE_UNIT
                ),
            )
            change = int(self.price[row]) * (after - before)
            total += change
            if change > worst:
                worst, worst_row = change, row
        self._cache[key] = (total, worst_row)
        return total, worst_row


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
        self.given = [given_rows(problem, c, binding) for c in range(len(problem.kinds))]
        self.placed = np.zeros(len(problem.application_ids), np.bool_)
        at_first = (lines.rank == 1) & (lines.app >= 0)
        self.placed[lines.app[at_first]] = True
        self.full_at = self._full_at()

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
        found: list[Leapfrog] = []
        summaries: dict[int, LineSummary] = {}
        above: list[int] = []
        pool: Pool | None = None
        for i in range(len(self.lines)):
            a = int(self.lines.app[i])
            if a < 0:
                continue
            d, r, rank = int(self.lines.dwelling[i]), int(self.lines.account[i]), int(self.lines.rank[i])
            if rank == 1:
                above, first = [], i
                pool = self.pools.pool(d, r)
            assert pool is not None
            mask = (pool.score > self.lines.score[i]) & ~self.placed[pool.app]
            if above:
                mask &= ~np.isin(pool.app, above)
            above.append(a)
            hit = np.flatnonzero(mask)
            if not len(hit):
                summaries[i] = LineSummary(0, ())
                continue
            hit = hit[np.lexsort((pool.app[hit], -pool.score[hit]))]
            reasons = self._reasons(i, first, pool, hit)
            for j, why in list(zip(hit.tolist(), reasons, strict=True))[:SHOWN]:
                found.append(
                    Leapfrog(d, rank, a, int(pool.app[j]), int(pool.score[j] - self.lines.score[i]), why)
                )
            if len(hit) > SHOWN:
                found.append(Leapfrog(d, rank, a, -1, len(hit) - SHOWN, "count"))
            tally: dict[str, int] = {}
            for why in reasons:
                tally[why] = tally.get(why, 0) + 1
            summaries[i] = LineSummary(len(hit), tuple(sorted(tally.items(), key=lambda x: (-x[1], x[0]))))
        return found, summaries

    def _reasons(self, i: int, first: int, pool: Pool, hit: NDArray[np.intp]) -> list[str]:
        lines = self.lines
        d, r = int(lines.dwelling[i]), int(lines.account[i])
        if d in self.pinned and int(lines.rank[i]) == 1:
            return ["pin"] * len(hit)
        if (d, r) in self.named:
            return ["nomination"] * len(hit)
        if int(lines.rank[i]) == 1:
            return [self._first_reason(i, pool, j) for j in hit.tolist()]
        return [self._reserve_reason(i, first, pool, j) for j in hit.tolist()]

    def _first_reason(self, i: int, pool: Pool, j: int) -> str:
        if not pool.first[j]:
            return "nomination"
        gain = int(pool.value[j] - self.lines.value[i]) * MICRO_PER_HUNDREDTH
        if gain <= 0:
            return "fit"
        cost, row = self.exchange.cost(int(self.lines.kind[i]), int(pool.kind[j]))
        if cost >= gain and row >= 0:
            return rule_reason(self.problem, row)
        return self._gap()

    def _reserve_reason(self, i: int, first: int, pool: Pool, j: int) -> str:
        a = int(pool.app[j])
        if self.dalo[a] and not self.dalo[self.lines.app[first]]:
            return "class"
        if self.full_at[a] < self.lines.order[i]:
            return "places"
        need = self.given[int(self.lines.kind[first])]
        if need and need <= self.given[int(self.lines.kind[i])] and not need <= self.given[int(pool.kind[j])]:
            return "class"
        if pool.value[j] <= self.lines.value[i]:
            return "fit"
        return self._gap()

    def _gap(self) -> str:
        if self.proven:
            raise AttrifluxError("LEAPFROG_UNEXPLAINED")
        return "gap"
