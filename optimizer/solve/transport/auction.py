"""Compiled kernel: households of a large component bid for dwellings, until nobody gains more than a step elsewhere.

From prices near those that clear the market (`market`) thousands of households still have to be refused or moved, each for a point or
two. A shortest path to whoever leaves for it (`shortest_paths`) goes through all that is nearly as good: on a region of a country half a
million offers, tens of thousands of times. Here a household looks at its own offers alone: it takes the best, and raises its price by
what it gains there more than at the next best, and a step; whoever had it bids again. A price rises by a step at least each time, so
there are few bids where prices begin near, and what comes out is within a step a household of an optimum: a part of the slack, which is
all that a pricing with slack promises. What is left, vacancies too dear among it, is for `repair`.

A class of several dwellings has one price, the least of what was bid for them and of what its next vacancy must earn.

References
----------
D. Bertsekas, *The auction algorithm: a distributed relaxation method for the assignment problem*, Annals of Operations Research 14
(1988), 105-123. D. Bertsekas, D. Castañon, *The auction algorithm for the transportation problem*, ibid. 20 (1989), 67-96.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.bundles import Arcs
from optimizer.solve.transport.shortest_paths import FAR, OFTEN, in_order, slot_bonus

MOST = 200
"""Bids for each dwelling, on average, after which those still waiting are left to shortest paths."""


@njit(cache=True, nogil=True)
def _two_best(a, p0, quantum, price, floor, entry, offers, own, shift, work):  # type: ignore[no-untyped-def]
    """(best gain of a household, its class, -1 for none, its offer, what it is worth there, gain at the next best class or at none)."""
    start, klass, _, credit = offers
    arc_start, arc_pair, arc_value = own
    best, after = np.int64(0), np.int64(0)
    k, offer, worth = np.int64(-1), np.int64(-1), np.int64(0)
    for i in range(arc_start[a] - shift, arc_start[a + 1] - shift):
        p = np.int64(arc_pair[i])
        w = np.int64(arc_value[i]) * quantum
        work[2] += 1
        if w - entry[p - p0] <= after:
            break
        if w - floor[p - p0] <= after:
            continue
        low = FAR
        for j in range(start[p], start[p + 1]):
            x = price[klass[j]] - credit[j]
            low = min(low, x)
            gain = w - x
            if gain > best:
                if klass[j] != k:
                    after = best
                best, k, offer, worth = gain, np.int64(klass[j]), np.int64(j), w
            elif gain > after and klass[j] != k:
                after = gain
        floor[p - p0] = low
    return best, k, offer, worth, after


@njit(cache=True, nogil=True)
def _least(k, reserve, quantum, supply, count, bids, s0):  # type: ignore[no-untyped-def]
    """(least price at which a dwelling of a class is to be had, its place; -1: the next vacancy)."""
    level, place = FAR, np.int64(-1)
    if count[k] < supply.capacity[k]:
        bonus = quantum * slot_bonus(supply.bonus_start, supply.bonus, k, count[k])
        level = max(reserve, supply.outside[k] - bonus)
    first = supply.slot_start[k]
    for s in range(first, first + count[k]):
        if bids[s - s0] < level:
            level, place = bids[s - s0], np.int64(s)
    return level, place


@njit(cache=True, nogil=True)
def bid(queue, step, component, quantum, supply, offers, arcs, placed, floor, work):  # type: ignore[no-untyped-def]
    """Have the households of ``queue`` bid in turn, the first first, whoever is outbid at once again.

    Whoever is housed at the end gains at most ``step`` (quanta, above 0) less than elsewhere at the final prices; who gains no more than
    ``step`` does not bid. ``floor`` (p1 - p0,) is that of `arcs.floors`, and is brought up to date.
    """
    k0, k1, a0, a1, p0, p1 = component
    price, worth, base, owner, cell, slot, member, count = placed
    s0 = supply.slot_start[k0]
    bids = np.empty(supply.slot_start[k1] - s0, np.int64)
    for k in range(k0, k1):
        first = supply.slot_start[k]
        bids[first - s0 : first - s0 + count[k]] = price[k]
    reserve = price[k0:k1].copy()
    shift, end = arcs.start[a0], arcs.start[a1]
    own = Arcs(arcs.start, arcs.pair[shift:end], arcs.value[shift:end])
    entry = np.full(p1 - p0, -FAR, np.int64)
    waiting = np.empty(a1 - a0, np.int32)
    n = len(queue)
    for i in range(n):
        waiting[i] = queue[n - 1 - i]
    since = work[2]
    left = MOST * len(bids)
    while n > 0 and left > 0:
        n -= 1
        a = np.int64(waiting[n])
        if work[2] - since > OFTEN * len(own.pair):
            own, entry = in_order(component, quantum, price, floor, offers, own)
            since = work[2]
        gain, k, offer, brought, after = _two_best(
            a, p0, quantum, price, floor, entry, offers, own, shift, work
        )
        if gain <= step:
            continue
        left -= 1
        _, place = _least(k, reserve[k - k0], quantum, supply, count, bids, s0)
        if place < 0:
            place = supply.slot_start[k] + count[k]
            count[k] += 1
        else:
            waiting[n] = member[place]
            owner[waiting[n]] = -1
            n += 1
        member[place] = a
        slot[a] = place
        owner[a] = k
        worth[a] = brought
        base[a] = brought + offers.credit[offer]
        cell[a] = offers.cell[offer]
        bids[place - s0] = price[k] + gain - after + step
        price[k], _ = _least(k, reserve[k - k0], quantum, supply, count, bids, s0)
