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
replaces 3 to 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.shortlist.lookup import Pool, Pools

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


def given_rows(problem: Problem, kind: int, binding: B) -> frozenset[int]:
    """The binding rows whose num a lease of that kind gives."""
    a, b = int(problem.kinds.ptr[kind]), int(problem.kinds.ptr[kind + 1])
    return frozenset(
        int(row)
        for row, num in zip(problem.kinds.row[a:b], problem.kinds.num[a:b], strict=True)
        if num and binding[row]
    )


class _KindClass:
    """Whether a kind gives at least the binding rows of another one; cached over the few kinds there are."""

    def __init__(self, problem: Problem, binding: B) -> None:
        self.given = [given_rows(problem, c, binding) for c in range(len(problem.kinds))]
        self._cache: dict[int, B] = {}

    def same(self, first_kind: int) -> B:
        known = self._cache.get(first_kind)
        if known is None:
            need = self.given[first_kind]
            known = np.array([need <= g for g in self.given], np.bool_)
            self._cache[first_kind] = known
        return known

    def demanding(self, first_kind: int) -> bool:
        return bool(self.given[first_kind])


def fill_ranks(
    problem: Problem,
    first: FirstRanks,
    *,
    dalo: B,
    binding: B,
    size: int,
    max_lists: int,
    named: Mapping[tuple[int, int], I32],
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
    """
    pools = pools or Pools(problem)
    kinds = _KindClass(problem, binding)
    n_apps = len(problem.application_ids)
    lists = np.zeros(n_apps, np.int32)
    placed = np.zeros(n_apps, np.bool_)
    placed[first.app[first.app >= 0]] = True
    account = problem.kinds.account[first.kind]
    rows: list[tuple[int, int, int, int, int, int, int, int, int]] = []
    todo: list[tuple[int, str, int]] = []
    cache: dict[int, Pool] = {}
    for i in range(len(first)):
        d, a, c = int(first.dwelling[i]), int(first.app[i]), int(first.kind[i])
        if a < 0:
            value = seat_value(problem, d, c)
            rows.append((d, 1, -1, c, int(account[i]), value - problem.fill_value, 0, value, 0))
            continue
        pool = pools.pool(d, int(account[i]))
        cache[i] = pool
        at = int(np.flatnonzero(pool.app == a)[0])
        rows.append(
            (d, 1, a, c, int(account[i]), int(pool.score[at]), int(pool.fit[at]), int(pool.value[at]), 0)
        )
        todo.append((pools.lottery(a, d, int(account[i])), str(problem.dwelling_ids[d]), i))
    todo.sort()
    on_list: dict[int, list[int]] = {i: [int(first.app[i])] for _, _, i in todo}
    order = 0
    for _ in range(2, size + 1):
        for _, _, i in todo:
            d, r = int(first.dwelling[i]), int(account[i])
            pool = cache[i]
            order += 1
            free = ~placed[pool.app] & (lists[pool.app] < max_lists) & ~np.isin(pool.app, on_list[i])
            own = named.get((d, r))
            if own is not None:
                at = _next_named(pool, free, own)
            else:
                if not dalo[first.app[i]]:
                    free &= ~dalo[pool.app]
                same = (
                    kinds.same(int(first.kind[i]))[pool.kind]
                    if kinds.demanding(int(first.kind[i]))
                    else np.ones(len(pool.app), np.bool_)
                )
                at = _best(pools, pool, free, same, d, r)
            if at < 0:
                continue
            a = int(pool.app[at])
            lists[a] += 1
            on_list[i].append(a)
            rows.append(
                (d, len(on_list[i]), a, int(pool.kind[at]), r, int(pool.score[at]), int(pool.fit[at]),
                 int(pool.value[at]), order)
            )  # fmt: skip
    rows.sort(key=lambda line: (line[0], line[1]))
    table = np.array(rows, np.int64).reshape(-1, 9)
    return Lines(
        dwelling=table[:, 0].astype(np.int32),
        rank=table[:, 1].astype(np.int32),
        app=table[:, 2].astype(np.int32),
        kind=table[:, 3].astype(np.int32),
        account=table[:, 4].astype(np.int32),
        score=table[:, 5],
        fit=table[:, 6],
        value=table[:, 7],
        order=table[:, 8].astype(np.int32),
    )


def seat_value(problem: Problem, dwelling: int, kind: int) -> int:
    """Value of the seat of that kind on the dwelling, hundredths."""
    at = np.flatnonzero((problem.seats.klass == problem.klass[dwelling]) & (problem.seats.kind == kind))
    return int(problem.seats.value[at[0]])


def _next_named(pool: Pool, free: B, own: I32) -> int:
    for a in own.tolist():
        at = np.flatnonzero((pool.app == a) & free)
        if len(at):
            return int(at[0])
    return -1


def _best(pools: Pools, pool: Pool, free: B, same: B, dwelling: int, account: int) -> int:
    """Index in the pool of the best free household: same class first, then (value, seniority, h), then id."""
    pick = np.flatnonzero(free & same)
    if not len(pick):
        pick = np.flatnonzero(free)
    if not len(pick):
        return -1
    pick = pick[pool.value[pick] == pool.value[pick].max()]
    seniority = pools.problem.seniority[pool.app[pick]]
    pick = pick[seniority == seniority.max()]
    if len(pick) == 1:
        return int(pick[0])
    return int(
        min(
            pick.tolist(),
            key=lambda j: (-pools.lottery(int(pool.app[j]), dwelling, account), int(pool.app[j])),
        )
    )
