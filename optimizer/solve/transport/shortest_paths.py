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

`repair` starts from an earlier assignment instead and shares `enter`; there a vacancy may be priced above what
it earns outside for a while, and then costs nothing to take.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.solve.transport.heap import pop, push

FAR = np.int64(1) << np.int64(60)
OFTEN = 10
"""Times a component's arcs are looked at before they are put in order (again): sorting then costs less than it saves."""


@njit(cache=True, nogil=True, inline="always")
def slot_bonus(bonus_start, bonus, k, n):  # type: ignore[no-untyped-def]
    return bonus[bonus_start[k] + n] if bonus_start[k + 1] > bonus_start[k] else 0


@njit(cache=True, nogil=True)
def lowest(p, price, offer_start, offer_class, offer_credit):  # type: ignore[no-untyped-def]
    """Least price less credit among the offers of a pair."""
    low = FAR
    for j in range(offer_start[p], offer_start[p + 1]):
        x = price[offer_class[j]] - offer_credit[j]
        if x < low:
            low = x
    return low


@njit(cache=True, nogil=True)
def best_gain(  # type: ignore[no-untyped-def]
    a, best, p0, quantum, price, floor, entry,
    offer_start, offer_class, offer_credit, arc_start, shift, arc_pair, arc_value,
):  # fmt: skip
    """What applicant ``a`` gains at most, if more than ``best``; floors read on the way are brought up to date."""
    for i in range(arc_start[a] - shift, arc_start[a + 1] - shift):
        p = np.int64(arc_pair[i])
        worth = np.int64(arc_value[i]) * quantum
        if worth - entry[p - p0] <= best:
            break
        if worth - floor[p - p0] > best:
            floor[p - p0] = lowest(p, price, offer_start, offer_class, offer_credit)
            best = max(best, worth - floor[p - p0])
    return best


@njit(cache=True, nogil=True)
def in_order(  # type: ignore[no-untyped-def]
    a0, a1, p0, quantum, price, floor,
    offer_start, offer_class, offer_credit, arc_start, arc_pair, arc_value,
):  # fmt: skip
    """Pairs and values of the applicants' arcs by falling gain at present floors, and these floors.

    ``arc_pair`` and ``arc_value`` hold the arcs of ``a0..a1`` only. While prices rise, what an arc gains stays below
    what it gained here, so a search that goes through the arcs in this order may stop early.
    """
    for q in range(len(floor)):
        floor[q] = lowest(q + p0, price, offer_start, offer_class, offer_credit)
    pair, value = np.empty_like(arc_pair), np.empty_like(arc_value)
    shift = arc_start[a0]
    for a in range(a0, a1):
        start, end = arc_start[a] - shift, arc_start[a + 1] - shift
        loss = np.empty(end - start, np.int64)
        for i in range(start, end):
            loss[i - start] = floor[arc_pair[i] - p0] - np.int64(arc_value[i]) * quantum
        order = np.argsort(loss)
        for i in range(start, end):
            pair[i] = arc_pair[start + order[i - start]]
            value[i] = arc_value[start + order[i - start]]
    return pair, value, floor.copy()


@njit(cache=True, nogil=True)
def seek(  # type: ignore[no-untyped-def]
    new, best, k0, p0, quantum, capacity, slot_start, offer_start, offer_class, offer_cell, offer_credit,
    outside, bonus_start, bonus, arc_start, shift, arc_pair, arc_value, entry, price, base, member, count,
    dist, via, via_worth, via_base, via_cell, settled, touched, reach, opened, floor, keys, vals, work,
):  # fmt: skip
    """Cheapest way to house ``new`` at a cost below ``best``: (cost, last class, who leaves, touched, opened, heap).

    ``last class`` is -1 when there is none, ``who leaves`` -1 for a vacancy. Three filters keep a search short:
    ``reach[p]``, the smallest distance at which pair p was already opened; ``floor[p]``, the least price less credit
    among its classes when last read (prices only rise while applicants enter, so an old value is still a lower bound);
    and ``entry[p]``, that floor when the arcs were put in order (`in_order`).
    """
    end = -1
    leaver = -1
    n_touched = 0
    n_opened = 0
    n_heap = np.int64(0)
    a = new
    stand = best
    here = -1
    position = np.int64(0)
    last = np.int64(0)
    while True:
        # relax every arc of applicant a; ``stand`` is its distance plus what it gains where it is
        for i in range(arc_start[a] - shift, arc_start[a + 1] - shift):
            p = arc_pair[i] - p0
            worth = np.int64(arc_value[i]) * quantum
            e = stand - worth
            work[2] += 1
            if e + entry[p] >= best:
                break
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
                    via_worth[q] = worth
                    via_base[q] = worth + offer_credit[j]
                    via_cell[q] = offer_cell[j]
                    spare = np.int64(1)
                    if count[k] < capacity[k]:
                        spare = outside[k] - price[k] - quantum * slot_bonus(bonus_start, bonus, k, count[k])
                        spare = max(np.int64(0), spare)
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
                        n_heap = np.int64(0)
                        break
                    if not settled[q] and key == dist[q]:
                        here = q
                        break
                if here < 0:
                    break
                settled[here] = True
                work[1] += 1
                position = slot_start[k0 + here]
                last = position + count[k0 + here]
        if not found:
            break
    for i in range(n_touched):
        q = touched[i]
        if dist[q] < best:
            price[k0 + q] += best - dist[q]
    return best, end, leaver, n_touched, n_opened, keys, vals


@njit(cache=True, nogil=True)
def seat(  # type: ignore[no-untyped-def]
    end, leaver, k0, slot_start, via, via_worth, via_base, via_cell,
    worth, base, owner, cell, slot, member, count,
):  # fmt: skip
    """Carry out the chain of moves that ends in class ``end``: a vacancy there, or the dwelling of ``leaver``."""
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
        worth[a] = via_worth[q]
        base[a] = via_base[q]
        cell[a] = via_cell[q]
        if before < 0:
            break
        k = before
        s = hole


@njit(cache=True, nogil=True)
def forget(n_touched, touched, dist, settled, n_opened, opened, reach):  # type: ignore[no-untyped-def]
    """Make the marks of a search clean again."""
    for i in range(n_touched):
        q = touched[i]
        dist[q] = FAR
        settled[q] = False
    for i in range(n_opened):
        reach[opened[i]] = FAR


@njit(cache=True, nogil=True)
def enter(  # type: ignore[no-untyped-def]
    queue, slack, k0, a0, a1, p0, p1, quantum, capacity, slot_start, offer_start, offer_class, offer_cell,
    offer_credit, outside, bonus_start, bonus, arc_start, arc_pair, arc_value, price, worth, base, owner, cell, slot,
    member, count, dist, via, via_worth, via_base, via_cell, settled, touched, reach, opened, floor, keys, vals, work,
):  # fmt: skip
    """House the applicants of ``queue`` in turn, each by the cheapest way that brings more than ``slack``.

    Returns ``keys, vals``, the heap of `seek`, which may have grown.
    """
    shift = arc_start[a0]
    pairs, values = arc_pair[shift : arc_start[a1]], arc_value[shift : arc_start[a1]]
    entry = np.full(p1 - p0, -FAR, np.int64)
    since = work[2]
    for i in range(len(queue)):
        new = np.int64(queue[i])
        best = best_gain(
            new, np.int64(0), p0, quantum, price, floor, entry, offer_start, offer_class, offer_credit,
            arc_start, shift, pairs, values,
        )  # fmt: skip
        if best <= slack:
            continue
        if work[2] - since > OFTEN * len(pairs):
            pairs, values, entry = in_order(
                a0, a1, p0, quantum, price, floor, offer_start, offer_class, offer_credit, arc_start, pairs, values,
            )  # fmt: skip
            since = work[2]
        work[0] += 1
        best, end, leaver, n_touched, n_opened, keys, vals = seek(
            new, best, k0, p0, quantum, capacity, slot_start, offer_start, offer_class, offer_cell, offer_credit,
            outside, bonus_start, bonus, arc_start, shift, pairs, values, entry, price, base, member, count,
            dist, via, via_worth, via_base, via_cell, settled, touched, reach, opened, floor, keys, vals, work,
        )  # fmt: skip
        if end >= 0:
            seat(
                end, leaver, k0, slot_start, via, via_worth, via_base, via_cell,
                worth, base, owner, cell, slot, member, count,
            )  # fmt: skip
        forget(n_touched, touched, dist, settled, n_opened, opened, reach)
    return keys, vals


@njit(cache=True, nogil=True)
def place_component(  # type: ignore[no-untyped-def]
    k0, k1, a0, a1, p0, p1, quantum, capacity, slot_start, offer_start, offer_class, offer_cell, offer_credit,
    outside, bonus_start, bonus, arc_start, arc_pair, arc_value,
    price, worth, base, owner, cell, slot, member, count, work,
):  # fmt: skip
    """Solve one component (classes ``k0..k1``, applicants ``a0..a1``, pairs ``p0..p1``) from scratch.

    ``offer_credit`` is the multiplier credit of each offer, ``outside`` (K,) what a vacancy earns, both times
    ``quantum``; outputs are ``price`` and what follows.
    """
    nk = k1 - k0
    dist = np.full(nk, FAR, np.int64)
    via = np.empty(nk, np.int32)
    via_worth = np.empty(nk, np.int64)
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
        price[k] = outside[k] - quantum * slot_bonus(bonus_start, bonus, k, 0)
    for p in range(p0, p1):
        floor[p - p0] = lowest(p, price, offer_start, offer_class, offer_credit)
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
    queue = np.empty(a1 - a0, np.int32)
    n = 0
    for i in range(a1 - a0):
        if rank[order[i]] >= 0:
            break
        queue[n] = a0 + order[i]
        n += 1
    enter(
        queue[:n], np.int64(0), k0, a0, a1, p0, p1, quantum, capacity, slot_start, offer_start, offer_class, offer_cell,
        offer_credit, outside, bonus_start, bonus, arc_start, arc_pair, arc_value, price, worth, base, owner, cell, slot,
        member, count, dist, via, via_worth, via_base, via_cell, settled, touched, reach, opened, floor, keys, vals, work,
    )  # fmt: skip
