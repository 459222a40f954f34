"""Given what each kind of lease costs, the best assignment of a few dozen dwellings and the household prices that prove it.

What `subproblem` asks of the scale kernel for hundreds of dwellings, for those for which its structures would take longer than the
answer: of each class the best few entries that any assignment can need, then shortest augmenting paths, a dwelling at a time.

With n dwellings at most n households have a price, so that among the n + 1 best entries of a class one has none and stands above all
that are left out: the prices hold over all pairs. They are rounded up to micropoints.

References
----------
R. Jonker, A. Volgenant, *A shortest augmenting path algorithm for dense and sparse linear assignment problems*, Computing 38 (1987),
325-340.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I64
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import HUNDREDTH, NEVER, TEN, best_options, segment_max

FAR = 1 << 61
NOBODY = -1


def matched_prices(layout: Layout, kind_cost: I64) -> I64:
    """(A,) micropoints: prices of the best assignment when a lease of each kind costs ``kind_cost`` (n_kinds,), 1e-10 point.

    A dwelling without a household has its best seat, or nobody where that is worth nothing; one that must be filled has a
    household as long as there is one.
    """
    problem, full = layout.problem, layout.full
    seats = problem.seats
    worth = seats.value[layout.seat] * HUNDREDTH - kind_cost[seats.kind[layout.seat]]
    seated = segment_max(worth, layout.seat_ptr)
    outside = np.where(problem.must_fill, np.maximum(seated, NEVER // 2), np.maximum(0, seated))
    n = len(problem.dwelling_ids)
    runs = layout.runs
    size = len(problem.class_menu), n + 1
    top, gain, many = np.zeros(size, np.int32), np.zeros(size, np.int64), np.zeros(size[0], np.int64)
    _tops(
        runs.ptr,
        runs.key,
        runs.start,
        runs.entry,
        full.value,
        best_options(layout, kind_cost),
        top,
        gain,
        many,
    )
    prices = np.zeros(len(problem.application_ids), np.int64)
    owner = np.full(len(prices), NOBODY, np.int32)
    chosen = np.full(n, NOBODY, np.int64)
    _assign(problem.klass, problem.bonus, top, gain, many, full.app, outside, prices, owner, chosen)
    return np.asarray(-(-prices // TEN), np.int64)


@njit(cache=True, nogil=True)
def _tops(ptr, key, start, entry, value, cost, top, gain, many):  # type: ignore[no-untyped-def]
    """The best entries of each class, falling."""
    most = top.shape[1]
    for k in range(len(many)):
        n = 0
        for i in range(ptr[k], ptr[k + 1]):
            own = cost[key[i]]
            for j in range(start[i], start[i + 1]):
                e = entry[j]
                worth = value[e] * HUNDREDTH - own
                if n == most and worth <= gain[k, n - 1]:
                    break
                at = min(n, most - 1)
                n = min(n + 1, most)
                while at > 0 and gain[k, at - 1] < worth:
                    gain[k, at], top[k, at] = gain[k, at - 1], top[k, at - 1]
                    at -= 1
                gain[k, at], top[k, at] = worth, e
        many[k] = n


@njit(cache=True, nogil=True)
def _assign(klass, bonus, top, gain, many, app, outside, price, owner, chosen):  # type: ignore[no-untyped-def]
    """Shortest augmenting paths; ``chosen``: place of each dwelling's household in the list of its class."""
    n = len(klass)
    profit = np.zeros(n, np.int64)
    dist = np.empty(n, np.int64)
    before = np.empty(n, np.int32)  # the dwelling that wants this one's household
    through = np.empty(n, np.int64)  # and where that one stands in its list
    done = np.empty(n, np.bool_)
    for new in range(n):
        k = klass[new]
        profit[new] = outside[k]
        for j in range(many[k]):
            profit[new] = max(profit[new], gain[k, j] + bonus[new] * HUNDREDTH - price[app[top[k, j]]])
        dist[:] = FAR
        done[:] = False
        dist[new], before[new], through[new] = 0, NOBODY, NOBODY
        best, last, place = FAR, NOBODY, np.int64(NOBODY)
        while True:
            d = NOBODY
            for i in range(n):
                if not done[i] and dist[i] < best and (d < 0 or dist[i] < dist[d]):
                    d = i
            if d < 0:
                break
            done[d] = True
            k = klass[d]
            here = dist[d] + profit[d]
            if here - outside[k] < best:
                best, last, place = here - outside[k], d, np.int64(NOBODY)
            for j in range(many[k]):
                a = app[top[k, j]]
                away = here - (gain[k, j] + bonus[d] * HUNDREDTH - price[a])
                if away >= best:
                    continue
                o = owner[a]
                if o < 0:
                    best, last, place = away, d, np.int64(j)
                elif not done[o] and away < dist[o]:
                    dist[o], before[o], through[o] = away, d, j
        for i in range(n):
            if done[i] and dist[i] < best:
                less = best - dist[i]
                profit[i] -= less
                if chosen[i] >= 0:
                    price[app[top[klass[i], chosen[i]]]] += less
        d = last
        while d >= 0:
            wanting, at = before[d], through[d]
            chosen[d] = place
            if place >= 0:
                owner[app[top[klass[d], place]]] = d
            d, place = wanting, at
