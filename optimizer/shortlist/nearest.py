"""What would have brought a first rank: the cheapest exchange for each household, exactly.

Putting household a in the place of the first rank of dwelling d changes the objective by ``value(a) − value(now)`` less what
the rules then charge, where no réservataire's order is passed over. If a's score rose by more than the loss of its cheapest exchange, that exchange would beat the optimum;
every proposal without a is worth what it was, so the new optimum would hold a at a first rank. The points needed are
therefore sufficient (never promised too low); the sample of ``confirming`` shows it by solving again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.exchange import NEVER, Exchange
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.passes import offer

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
NONE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Nearest:
    """Per application: micropoints its cheapest exchange loses (-1: no first rank is open to it), and that dwelling."""

    lacking: I64
    dwelling: I32


def nearest_exchanges(problem: Problem, first: FirstRanks, counted: Evaluation) -> Nearest:
    """Cheapest exchange of every application over all dwellings it may hold a first rank of.

    Notes
    -----
    Pinned dwellings are left out: their place was decided before the run.
    """
    n = len(problem.application_ids)
    search = _Search(
        problem,
        Pools(problem),
        Exchange(problem, first, counted),
        np.full(n, NONE, np.int64),
        np.full(n, -1, np.int32),
    )
    for klass, out, dwelling, worth in _places(problem, first):
        search.offer(klass, out, dwelling, worth)
    search.lacking[search.where < 0] = -1
    return Nearest(search.lacking, search.where)


def _places(problem: Problem, first: FirstRanks) -> Iterator[tuple[int, int, int, int]]:
    """(class, kind to leave or -1, dwelling, what is lost there without its bonus): the cheapest dwelling of each kind.

    Dwellings of one class that hold leases of one kind differ only by what their household is worth: the one which loses
    least (then the first) is the nearest of them to everybody. Groups come together.
    """
    count = len(problem.dwelling_ids)
    out = np.full(count, -1, np.int64)
    out[first.dwelling] = first.kind
    worth = current_values(problem, first) - problem.bonus
    klass = problem.klass.astype(np.int64)
    open_ = np.flatnonzero((klass >= 0) & ~problem.must_fill[klass])
    group = problem.class_group[klass]
    order = open_[np.lexsort((open_, worth[open_], klass[open_], out[open_], group[open_]))]
    if not len(order):
        return
    change = np.ones(len(order), bool)
    change[1:] = (np.diff(klass[order]) != 0) | (np.diff(out[order]) != 0)
    for d in order[change].tolist():
        yield int(klass[d]), int(out[d]), d, int(worth[d])


@dataclass
class _Search:
    """Nearest exchange of every application so far; the answers of the last group and kind are kept."""

    problem: Problem
    pools: Pools
    exchange: Exchange
    lacking: I64
    where: I32
    _place: tuple[int, int] = (-1, -1)
    _charge: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def offer(self, klass: int, out: int, dwelling: int, worth: int) -> None:
        """Compare a dwelling with the nearest found so far, for everybody in its menu."""
        problem, menu = self.problem, int(self.problem.class_menu[klass])
        entries = (
            slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])) if menu >= 0 else slice(0, 0)
        )
        if entries.stop == entries.start:
            return
        offer(
            problem.entry_app, problem.entry_type, problem.entry_score, problem.entry_fit, entries.start, entries.stop,
            self._charges(int(problem.class_group[klass]), out), NONE, worth - problem.fill_value, MICRO_PER_HUNDREDTH,
            dwelling, self.lacking, self.where,
        )  # fmt: skip

    def _charges(self, group: int, out: int) -> I64:
        """For each type: the least that its first rank in the place of ``out`` costs, its lean taken off (NONE: not open)."""
        if self._place != (group, out):
            options, here = self.problem.options, self.pools.options_of(group)
            first = np.flatnonzero(options.first[here]) + here.start
            cost, _ = self.exchange.costs(out, options.kind[first])
            kept = cost < NEVER
            gain = self.problem.kinds.value[options.kind[first[kept]]] * MICRO_PER_HUNDREDTH
            self._charge = np.full(self.problem.n_types, NONE, np.int64)
            np.minimum.at(self._charge, self.pools.option_type[first[kept]], cost[kept] - gain)
            self._place = (group, out)
        return self._charge


def current_values(problem: Problem, first: FirstRanks) -> I64:
    """(D,) value in hundredths of the first rank each dwelling has, 0 for none."""
    found = np.zeros(len(problem.dwelling_ids), np.int64)
    pools = Pools(problem)
    for i in np.flatnonzero(first.app < 0).tolist():
        found[first.dwelling[i]], _ = pools.seat_value(int(first.dwelling[i]), int(first.kind[i]))
    housed = np.flatnonzero(first.app >= 0)
    home = first.dwelling[housed]
    lean = problem.kinds.value[first.kind[housed]]
    found[home] = (
        problem.values(entries_of_pairs(problem, home, first.app[housed])) + problem.bonus[home] + lean
    )
    return found
