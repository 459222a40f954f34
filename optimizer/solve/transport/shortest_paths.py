"""Compiled kernel: exact transport by shortest augmenting paths driven by applicants.

Applicants enter one by one, best offers first. Each looks for the cheapest way to be housed: a vacant dwelling, or a
chain of moves ending with a vacancy or with a household that leaves. The search radius is what the newcomer gains,
so in a saturated territory most applicants are refused after one look at their own arcs.

The arrays are those of `bundles`. Prices: ``price[k]`` is what the first n dwellings of class k must earn beyond their own bonus; an applicant keeps
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

from optimizer.compiled import njit
from optimizer.solve.transport.bundles import Arcs, Paths, Sieve
from optimizer.solve.transport.heap import Heap, empty_heap, pop, push

FAR = np.int64(1) << np.int64(60)
OFTEN = 10
"""Times a component's arcs are looked at before they are put in order (again): sorting then costs less than it saves."""


@njit(cache=True, nogil=True, inline="always")
def slot_bonus(bonus_start, bonus, k, n):  # type: ignore[no-untyped-def]
    return bonus[bonus_start[k] + n] if bonus_start[k + 1] > bonus_start[k] else 0


@njit(cache=True, nogil=True)
def floor_of(p, price, offers):  # type: ignore[no-untyped-def]
    """Least price less credit among the offers of a pair."""
    start, klass, _, credit = offers
    low = FAR
    for j in range(start[p], start[p + 1]):
        x = price[klass[j]] - credit[j]
        if x < low:
            low = x
    return low


@njit(cache=True, nogil=True)
def best_gain(a, best, p0, quantum, price, floor, entry, offers, arcs, shift):  # type: ignore[no-untyped-def]
    """What applicant ``a`` gains at most, if more than ``best``; floors read on the way are brought up to date."""
    start, pair, value = arcs
    for i in range(start[a] - shift, start[a + 1] - shift):
        p = np.int64(pair[i])
        worth = np.int64(value[i]) * quantum
        if worth - entry[p - p0] <= best:
            break
        if worth - floor[p - p0] > best:
            floor[p - p0] = floor_of(p, price, offers)
            best = max(best, worth - floor[p - p0])
    return best


@njit(cache=True, nogil=True)
def in_order(component, quantum, price, floor, offers, own):  # type: ignore[no-untyped-def]
    """Arcs of the applicants by falling gain at present floors, and these floors.

    ``own`` holds the arcs of the component only, and so does what is returned. While prices rise, what an arc gains stays below
    what it gained here, so a search that goes through the arcs in this order may stop early.
    """
    _, _, a0, a1, p0, _ = component
    arc_start, arc_pair, arc_value = own
    for q in range(len(floor)):
        floor[q] = floor_of(q + p0, price, offers)
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
    return Arcs(arc_start, pair, value), floor.copy()


@njit(cache=True, nogil=True)
def seek(  # type: ignore[no-untyped-def]
    new, best, component, quantum, supply, offers, own, shift, entry, placed, paths, sieve, heap, work
):
    """Cheapest way to house ``new`` at a cost below ``best``: (cost, last class, who leaves, touched, opened, heap).

    ``last class`` is -1 when there is none, ``who leaves`` -1 for a vacancy. ``own`` are the component's arcs, which begin ``shift``
    later among all. The `Sieve` keeps a search short, and so does ``entry[p]``, the floor of a pair when the arcs were put in order
    (`in_order`).
    """
    k0, _, _, _, p0, _ = component
    capacity, slot_start, outside, bonus_start, bonus = supply
    offer_start, offer_class, offer_cell, offer_credit = offers
    arc_start, arc_pair, arc_value = own
    price, _, base, _, _, _, member, count = placed
    dist, via, _, via_worth, via_base, via_cell, settled, touched = paths
    reach, opened, floor = sieve
    keys, vals = heap
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
    return best, end, leaver, n_touched, n_opened, Heap(keys, vals)


@njit(cache=True, nogil=True)
def seat(end, leaver, k0, slot_start, paths, placed):  # type: ignore[no-untyped-def]
    """Carry out the chain of moves that ends in class ``end``: a vacancy there, or the dwelling of ``leaver``."""
    _, via, _, via_worth, via_base, via_cell, _, _ = paths
    _, worth, base, owner, cell, slot, member, count = placed
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
def forget(n_touched, paths, n_opened, sieve):  # type: ignore[no-untyped-def]
    """Make the marks of a search clean again."""
    dist, settled, touched = paths.distance, paths.settled, paths.touched
    reach, opened = sieve.reach, sieve.opened
    for i in range(n_touched):
        q = touched[i]
        dist[q] = FAR
        settled[q] = False
    for i in range(n_opened):
        reach[opened[i]] = FAR


@njit(cache=True, nogil=True)
def scratch(component, floor):  # type: ignore[no-untyped-def]
    """What a search over a component writes on: (`Paths`, `Sieve` with these floors, `Heap`)."""
    k0, k1, _, _, p0, p1 = component
    nk = k1 - k0
    paths = Paths(
        np.full(nk, FAR, np.int64), np.empty(nk, np.int32), np.empty(nk, np.int32), np.empty(nk, np.int64),
        np.empty(nk, np.int64), np.empty(nk, np.int32), np.zeros(nk, np.bool_), np.empty(nk, np.int32),
    )  # fmt: skip
    sieve = Sieve(np.full(p1 - p0, FAR, np.int64), np.empty(p1 - p0, np.int32), floor)
    return paths, sieve, empty_heap(64 + 4 * nk)


@njit(cache=True, nogil=True)
def enter(  # type: ignore[no-untyped-def]
    queue, slack, component, quantum, supply, offers, arcs, placed, paths, sieve, heap, work
):
    """House the applicants of ``queue`` in turn, each by the cheapest way that brings more than ``slack``.

    Returns the heap of `seek`, which may have grown.
    """
    k0, _, a0, a1, p0, p1 = component
    price, floor = placed.price, sieve.floor
    shift, end_of_arcs = arcs.start[a0], arcs.start[a1]
    own = Arcs(arcs.start, arcs.pair[shift:end_of_arcs], arcs.value[shift:end_of_arcs])
    entry = np.full(p1 - p0, -FAR, np.int64)
    since = work[2]
    for i in range(len(queue)):
        new = np.int64(queue[i])
        best = best_gain(new, np.int64(0), p0, quantum, price, floor, entry, offers, own, shift)
        if best <= slack:
            continue
        if work[2] - since > OFTEN * len(own.pair):
            own, entry = in_order(component, quantum, price, floor, offers, own)
            since = work[2]
        work[0] += 1
        best, end, leaver, n_touched, n_opened, heap = seek(
            new, best, component, quantum, supply, offers, own, shift, entry, placed, paths, sieve, heap, work
        )
        if end >= 0:
            seat(end, leaver, k0, supply.slot_start, paths, placed)
        forget(n_touched, paths, n_opened, sieve)
    return heap


@njit(cache=True, nogil=True)
def place_component(component, quantum, supply, offers, arcs, placed, work):  # type: ignore[no-untyped-def]
    """Solve one component from scratch into ``placed``."""
    k0, k1, a0, a1, p0, p1 = component
    arc_start, arc_pair, arc_value = arcs
    price, owner, count = placed.price, placed.owner, placed.filled
    for k in range(k0, k1):
        count[k] = 0
        price[k] = supply.outside[k] - quantum * slot_bonus(supply.bonus_start, supply.bonus, k, 0)
    floor = np.empty(p1 - p0, np.int64)
    for p in range(p0, p1):
        floor[p - p0] = floor_of(p, price, offers)
    paths, sieve, heap = scratch(component, floor)
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
    enter(queue[:n], np.int64(0), component, quantum, supply, offers, arcs, placed, paths, sieve, heap, work)
