"""Compiled kernel: exact transport by shortest augmenting paths driven by applicants.

Applicants enter one by one, best offers first. Each looks for the cheapest way to be housed: a vacant dwelling, or a
chain of moves ending with a vacancy or with a household that leaves. The search radius is what the newcomer gains,
so in a saturated territory most applicants are refused after one look at their own arcs.

Prices: ``price[k]`` is what the first n dwellings of class k must earn beyond their own bonus; an applicant keeps
``base[a] - price[owner[a]]``, never stored. Invariants after each entry, all in integers:

* no entered applicant gains more elsewhere; those without a dwelling gain nothing anywhere;
* the last dwelling filled earns at least the outside value, the next one would not earn more than it:
  ``outside - bonus[n - 1] <= price <= outside - bonus[n]`` while n < capacity. One more applicant never empties a
  dwelling, so the counts only grow.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.solve.scale.heap import pop, push

FAR = np.int64(1) << np.int64(60)


@njit(cache=True, nogil=True, inline="always")
def _slot_bonus(bonus_start, bonus, k, n):  # type: ignore[no-untyped-def]
    return bonus[bonus_start[k] + n] if bonus_start[k + 1] > bonus_start[k] else 0


@njit(cache=True, nogil=True)
def place_component(  # type: ignore[no-untyped-def]
    k0, k1, a0, a1, p0, p1, quantum, capacity, slot_start, offer_start, offer_class, offer_cell, offer_credit,
    outside, bonus_start, bonus, arc_start, arc_pair, arc_value,
    price, base, owner, cell, slot, member, count, work,
):  # fmt: skip
    """Solve one component (classes ``k0..k1``, applicants ``a0..a1``, pairs ``p0..p1``) from scratch.

    ``offer_credit`` is the multiplier credit of each offer, ``outside`` (K,) what a vacancy earns, both times
    ``quantum``; outputs are ``price`` and what follows. Two filters keep a search short: ``reach[p]``, the smallest
    distance at which pair p was already opened, and ``floor[p]``, the least price less credit among its classes when
    last read (prices only rise, so an old value is still a lower bound).
    """
    nk = k1 - k0
    dist = np.full(nk, FAR, np.int64)
    via = np.empty(nk, np.int32)
    via_base = np.empty(nk, np.int64)
    via_cell = np.empty(nk, np.int32)
    settled = np.zeros(nk, np.bool_)
    touched = np.empty(nk, np.int32)
    reach = np.full(p1 - p0, FAR, np.int64)
    opened = np.empty(p1 - p0, np.int32)
    floor = np.empty(p1 - p0, np.int64)
    keys = np.empty(64 + 4 * nk, np.int64)
    vals = np.empty(64 + 4 * nk, np.int32)
    for k in range(k0, k1):
        count[k] = 0
        price[k] = outside[k] - quantum * _slot_bonus(bonus_start, bonus, k, 0)
    for p in range(p0, p1):
        low = FAR
        for j in range(offer_start[p], offer_start[p + 1]):
            x = price[offer_class[j]] - offer_credit[j]
            if x < low:
                low = x
        floor[p - p0] = low
    rank = np.empty(a1 - a0, np.int64)
    for a in range(a0, a1):
        owner[a] = -1
        top = -FAR
        for i in range(arc_start[a], arc_start[a + 1]):
            gain = np.int64(arc_value[i]) * quantum - floor[arc_pair[i] - p0]
            if gain > top:
                top = gain
        rank[a - a0] = -top
    order = np.argsort(rank)
    position = np.int64(0)
    last = np.int64(0)
    searches = 0
    pops = 0
    scans = 0
    for place in range(a1 - a0):
        new = a0 + order[place]
        if rank[new - a0] >= 0:
            break
        best = np.int64(0)
        for i in range(arc_start[new], arc_start[new + 1]):
            p = arc_pair[i]
            worth = np.int64(arc_value[i]) * quantum
            if worth - floor[p - p0] > best:
                low = FAR
                for j in range(offer_start[p], offer_start[p + 1]):
                    x = price[offer_class[j]] - offer_credit[j]
                    if x < low:
                        low = x
                floor[p - p0] = low
                if worth - low > best:
                    best = worth - low
        if best <= 0:
            continue
        searches += 1
        end = -1
        leaver = -1
        n_touched = 0
        n_opened = 0
        n_heap = 0
        a = new
        stand = best
        here = -1
        while True:
            # relax every arc of applicant a; ``stand`` is its distance plus what it gains where it is
            scans += arc_start[a + 1] - arc_start[a]
            for i in range(arc_start[a], arc_start[a + 1]):
                p = arc_pair[i] - p0
                worth = np.int64(arc_value[i]) * quantum
                e = stand - worth
                if e >= reach[p] or e + floor[p] >= best:
                    continue
                if reach[p] == FAR:
                    opened[n_opened] = p
                    n_opened += 1
                reach[p] = e
                low = FAR
                for j in range(offer_start[p + p0], offer_start[p + p0 + 1]):
                    k = offer_class[j]
                    x = price[k] - offer_credit[j]
                    if x < low:
                        low = x
                    nd = e + x
                    q = k - k0
                    if nd < best and nd < dist[q]:
                        if dist[q] == FAR:
                            touched[n_touched] = q
                            n_touched += 1
                        dist[q] = nd
                        via[q] = a
                        via_base[q] = worth + offer_credit[j]
                        via_cell[q] = offer_cell[j]
                        spare = np.int64(1)
                        if count[k] < capacity[k]:
                            spare = (
                                outside[k] - price[k] - quantum * _slot_bonus(bonus_start, bonus, k, count[k])
                            )
                            if nd + spare < best:
                                best = nd + spare
                                end = q
                                leaver = -1
                        if spare > 0:
                            if n_heap == len(keys):
                                keys = np.concatenate((keys, np.empty(n_heap, np.int64)))
                                vals = np.concatenate((vals, np.empty(n_heap, np.int32)))
                            n_heap = push(keys, vals, n_heap, nd, np.int32(q))
                floor[p] = low
            # next member to relax: continue inside the current class, else settle another one
            found = False
            while not found:
                if here >= 0 and position < last and dist[here] < best:
                    a = member[position]
                    position += 1
                    stand = dist[here] + base[a] - price[k0 + here]
                    if stand < best:
                        best = stand
                        end = here
                        leaver = a
                    found = True
                else:
                    here = -1
                    while n_heap > 0:
                        q = vals[0]
                        key = keys[0]
                        n_heap = pop(keys, vals, n_heap)
                        if key >= best:
                            n_heap = 0
                            break
                        if not settled[q] and key == dist[q]:
                            here = q
                            break
                    if here < 0:
                        break
                    settled[here] = True
                    pops += 1
                    position = slot_start[k0 + here]
                    last = position + count[k0 + here]
            if not found:
                break
        for i in range(n_touched):
            q = touched[i]
            if dist[q] < best:
                price[k0 + q] += best - dist[q]
        if end >= 0:
            k = k0 + end
            if leaver >= 0:
                s = slot[leaver]
                owner[leaver] = -1
            else:
                s = slot_start[k] + count[k]
                count[k] += 1
            while True:
                q = k - k0
                a = via[q]
                before = owner[a]
                hole = slot[a]
                member[s] = a
                slot[a] = s
                owner[a] = k
                base[a] = via_base[q]
                cell[a] = via_cell[q]
                if before < 0:
                    break
                k = before
                s = hole
        for i in range(n_touched):
            q = touched[i]
            dist[q] = FAR
            settled[q] = False
        for i in range(n_opened):
            reach[opened[i]] = FAR
    work[0] += searches
    work[1] += pops
    work[2] += scans
