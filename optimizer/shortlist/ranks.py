"""Ranks 2…k behind the first rank of each dwelling (design §6).

1. Rank by rank; within a rank, dwellings by (h of their first rank, dwelling id).
2. Candidates: eligible for the dwelling on the account of its first rank, without a first rank this session, on
   fewer than two lists so far, not already on this list.
3. A DALO household is never filler: it stands behind a DALO first rank only.
4. When the first rank gives a *binding* rule its num, households that give the same rules theirs come first.
   A row binds when the first rank could not be taken away from its num without a shortfall:
   ``rate × den_run > (num_run − 1)``.
5. Then the highest (value, seniority, h); the smallest application id if all three are equal.

On an account that names its own households (`direct`, or `partial` with nominations) the réservataire's order
replaces 3 to 5; on a `partial` account they hold again once its nominations are used up (design §3: nominations first,
then the engine).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.passes import next_entries

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """All lines, sorted by (dwelling, rank). ``app`` is -1 on the line of a seat (awaiting the réservataire).

    ``lists_before`` (n,) is not published: for each line it holds nothing else than its fill order, which the
    leapfrogs need to know who was still free then.
    """

    dwelling: I32
    rank: I32
    app: I32
    kind: I32
    account: I32
    score: I64
    fit: I64
    value: I64
    order: I32

    def __len__(self) -> int:
        return len(self.dwelling)


def binding_rows(problem: Problem, num_run: I64, den_run: I64) -> B:
    """Rows that would miss a lease if one of their num were taken away (price above zero).

    Parameters
    ----------
    num_run, den_run : (n_rows,) int64
        Leases of this run counted in num and den.
    """
    rate = np.array([row.rate for row in problem.rows], np.int64)
    price = np.array([row.price for row in problem.rows], np.int64)
    return (price > 0) & (rate * den_run > (num_run - 1) * RATE_UNIT)


def fill_ranks(
    problem: Problem,
    first: FirstRanks,
    *,
    dalo: B,
    binding: B,
    size: int,
    max_lists: int,
    named: Mapping[tuple[int, int], I32],
    shared: frozenset[tuple[int, int]] = frozenset(),
    pools: Pools | None = None,
) -> Lines:
    """First ranks and reserves of every dwelling that has a first rank.

    Parameters
    ----------
    dalo : (A,) bool
        DALO households.
    binding : (n_rows,) bool
        From :func:`binding_rows`.
    size : int
        Lines wanted per dwelling (k).
    max_lists : int
        Lists a household may be reserve on in a session (``national.caleol.max_lists``).
    named : mapping
        (dwelling, account) -> application indices in the réservataire's own order, for lists it names itself.
    shared : those of ``named`` where the engine goes on after the nominations.
    """
    pools = pools or Pools(problem)
    account = problem.kinds.account[first.kind]
    filler = _Filler(problem, pools, dalo, binding, max_lists, first)
    named_first = np.flatnonzero(first.app >= 0)
    todo = sorted(
        (pools.lottery(int(first.app[i]), int(first.dwelling[i]), int(account[i])),
         str(problem.dwelling_ids[first.dwelling[i]]), i)
        for i in named_first.tolist()
    )  # fmt: skip
    on_list = np.full((len(first), max(size, 1)), -1, np.int32)
    on_list[:, 0] = first.app
    length = np.ones(len(first), np.int32)
    steps = max(0, size - 1)
    found = np.empty((len(first) + steps * len(todo), 5), np.int64)
    count = len(first)
    found[:count, 0], found[:count, 1] = np.arange(count), 1
    found[:count, 2] = entries_of_pairs(problem, first.dwelling, first.app)
    found[:count, 3], found[:count, 4] = first.kind, 0
    order = 0
    for _ in range(steps):
        for _, _, i in todo:
            d, r = int(first.dwelling[i]), int(account[i])
            order += 1
            own = named.get((d, r))
            above = on_list[i, : length[i]]
            at, kind = (-1, -1) if own is None else filler.next_named(d, r, above.tolist(), own)
            if at < 0 and (own is None or (d, r) in shared):
                at, kind = filler.best(d, r, int(first.app[i]), int(first.kind[i]), above)
            if at < 0:
                continue
            a = int(problem.entry_app[at])
            filler.take(a)
            on_list[i, length[i]] = a
            length[i] += 1
            found[count] = i, length[i], at, kind, order
            count += 1
    return _lines(problem, pools, first, found[:count])


def _lines(problem: Problem, pools: Pools, first: FirstRanks, found: I64) -> Lines:
    """Lines from rows of (first rank, rank, entry or -1, kind, order), sorted by (dwelling, rank)."""
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    found = found[np.lexsort((found[:, 1], dwelling))]
    at, kind = found[:, 2], found[:, 3].astype(np.int32)
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    seat = np.flatnonzero(at < 0)
    app = np.where(at >= 0, _taken(problem.entry_app, at), -1).astype(np.int32)
    score = np.where(at >= 0, _taken(problem.entry_score, at), 0).astype(np.int64)
    fit = np.where(at >= 0, _taken(problem.entry_fit, at) + problem.bonus[dwelling], 0).astype(np.int64)
    value = problem.fill_value + score + fit
    for i in seat.tolist():
        value[i] = pools.seat_value(int(dwelling[i]), int(kind[i]))
        score[i] = value[i] - problem.fill_value
    return Lines(
        dwelling=dwelling.astype(np.int32),
        rank=found[:, 1].astype(np.int32),
        app=app,
        kind=kind,
        account=problem.kinds.account[kind].astype(np.int32),
        score=score,
        fit=fit,
        value=value,
        order=found[:, 4].astype(np.int32),
    )


def _taken(column: NDArray[np.integer], at: I64) -> I64:
    """Values at positions, whatever where the position is -1 (a seat)."""
    return column[np.maximum(at, 0)].astype(np.int64) if len(column) else np.zeros(len(at), np.int64)


class _Filler:
    """Finds the next reserve of a list by walking its menu from the best value down, no further than needed."""

    def __init__(
        self, problem: Problem, pools: Pools, dalo: B, binding: B, max_lists: int, first: FirstRanks
    ) -> None:
        self.problem, self.pools, self.dalo, self.binding, self.max_lists = (
            problem, pools, dalo, binding, max_lists,
        )  # fmt: skip
        self.lists = np.zeros(len(problem.application_ids), np.int32)
        self.free = np.full(len(self.lists), max_lists > 0)
        self.free[first.app[first.app >= 0]] = False
        self._kind_of = np.full(problem.n_types, -1, np.int32)
        self._same = np.zeros(problem.n_types, np.bool_)
        self._need = np.zeros(len(problem.rows), np.bool_)

    def take(self, app: int) -> None:
        """The household stands on one more list."""
        self.lists[app] += 1
        if self.lists[app] >= self.max_lists:
            self.free[app] = False

    def next_named(self, dwelling: int, account: int, above: list[int], own: I32) -> tuple[int, int]:
        """Entry and kind of the réservataire's next household that is free, -1 when there is none."""
        part = self.pools.entries(dwelling)
        for a in own.tolist():
            if self.free[a] and a not in above:
                at = part.start + int(np.flatnonzero(self.problem.entry_app[part] == a)[0])
                return at, int(self.pools.kinds(dwelling, account)[self.problem.entry_type[at]])
        return -1, -1

    def best(
        self, dwelling: int, account: int, first_app: int, first_kind: int, above: I32
    ) -> tuple[int, int]:
        """Entry and kind of the best free household: same class first, then (value, seniority, h), then id; -1 without any.

        A menu is sorted by (value, seniority): the first that fits is the best, but for those tied with it.
        """
        problem, pools, kinds = self.problem, self.pools, self.problem.kinds
        part, here = pools.entries(dwelling), pools.options_at(dwelling)
        tied, kind = next_entries(
            problem.entry_app, problem.entry_type, problem.entry_score, problem.entry_fit, problem.seniority,
            part.start, part.stop, pools.option_type[here], pools.option_account[here], problem.options.kind[here], account,
            kinds.ptr, kinds.row, kinds.num, self.binding, first_kind, bool(self.dalo[first_app]), self.free, self.dalo, above,
            self._kind_of, self._same, self._need,
        )  # fmt: skip
        if not len(tied):
            return -1, -1
        best = 0
        if len(tied) > 1:
            apps = problem.entry_app[tied].tolist()
            best = min(range(len(apps)), key=lambda j: (-pools.lottery(apps[j], dwelling, account), apps[j]))
        return int(tied[best]), int(kind[best])
