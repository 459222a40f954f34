"""Compiled kernel: a transport problem solved again from the assignment of other credits.

Multipliers move little from one pricing to the next, so most households stay where they are. What stays is what is still
within ``slack`` of its best offer (counted as if it were the best: the problem solved is the asked one with these pairs
worth up to ``slack`` more). Then households without a dwelling look for one as in `shortest_paths`, a vacancy priced above its
outside value costing nothing; and vacancies still too dear look for a household, or for a cheaper vacancy elsewhere, by
the same search the other way round (prices fall). With ``slack`` 0 the result is an optimum like that of `shortest_paths`.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.arcs import ask_bidders, floors, gain_of
from optimizer.solve.transport.auction import bid
from optimizer.solve.transport.heap import Heap, pop, push
from optimizer.solve.transport.shortest_paths import FAR, enter, scratch, slot_bonus


@njit(cache=True, nogil=True)
def _drop(a, slot_start, placed):  # type: ignore[no-untyped-def]
    """Take ``a`` out of its class; the last member fills the hole."""
    _, _, _, owner, _, slot, member, count = placed
    k = owner[a]
    last = slot_start[k] + count[k] - 1
    b = member[last]
    member[slot[a]] = b
    slot[b] = slot[a]
    count[k] -= 1
    owner[a] = -1


@njit(cache=True, nogil=True)
def _fill(  # type: ignore[no-untyped-def]
    vacant, best, k0, quantum, supply, offers, by_class, by_pair, placed, paths, heap, work
):
    """One vacancy of class ``vacant``, too dear by ``best``: find who takes it at the least loss, and lower prices."""
    _, slot_start, outside, bonus_start, bonus = supply
    offer_cell, offer_credit = offers.cell, offers.credit
    class_start, class_offer, class_pair = by_class
    by_start, by_who, by_value = by_pair
    price, worth, base, owner, cell, slot, member, count = placed
    dist, leaves, goes, via_worth, via_base, via_cell, settled, touched = paths
    keys, vals = heap
    end = vacant - k0
    comer = -1
    comer_worth = np.int64(0)
    comer_base = np.int64(0)
    comer_cell = np.int32(0)
    dist[end] = 0
    touched[0] = end
    n_touched = 1
    n_heap = push(keys, vals, np.int64(0), np.int64(0), np.int32(end))
    while n_heap > 0:
        q = vals[0]
        key = keys[0]
        n_heap = pop(keys, vals, n_heap)
        if key >= best:
            break
        if settled[q] or key != dist[q]:
            continue
        settled[q] = True
        k = k0 + q
        if k != vacant:
            spare = price[k] - outside[k] + quantum * slot_bonus(bonus_start, bonus, k, count[k] - 1)
            spare = max(np.int64(0), spare)
            if key + spare < best:
                best = key + spare
                end = q
                comer = -1
        for o in range(class_start[k], class_start[k + 1]):
            j = class_offer[o]
            p = class_pair[o]
            level = price[k] - offer_credit[j]
            for i in range(by_start[p], by_start[p + 1]):
                a = by_who[i]
                w = np.int64(by_value[i]) * quantum
                work[2] += 1
                if key + level - w >= best:
                    break
                r = owner[a]
                if r < 0:
                    nd = key + max(np.int64(0), level - w)
                    if nd < best:
                        best = nd
                        end = q
                        comer = a
                        comer_worth = w
                        comer_base = w + offer_credit[j]
                        comer_cell = offer_cell[j]
                elif r != k:
                    nd = key + max(np.int64(0), base[a] - price[r] - w + level)
                    if nd < best and nd < dist[r - k0]:
                        t = r - k0
                        if dist[t] == FAR:
                            touched[n_touched] = t
                            n_touched += 1
                        dist[t] = nd
                        leaves[t] = a
                        goes[t] = k
                        via_worth[t] = w
                        via_base[t] = w + offer_credit[j]
                        via_cell[t] = offer_cell[j]
                        if n_heap == len(keys):
                            keys = np.concatenate((keys, np.empty(n_heap, np.int64)))
                            vals = np.concatenate((vals, np.empty(n_heap, np.int32)))
                        n_heap = push(keys, vals, n_heap, nd, np.int32(t))
    for i in range(n_touched):
        q = touched[i]
        if dist[q] < best:
            price[k0 + q] -= best - dist[q]
    k = k0 + end
    if comer >= 0 or k != vacant:
        if comer >= 0:
            a = comer
            w, b, c = comer_worth, comer_base, comer_cell
        else:
            a = leaves[end]
            w, b, c = via_worth[end], via_base[end], via_cell[end]
            _drop(a, slot_start, placed)
            k = goes[end]
        while True:
            if k == vacant:
                s = slot_start[k] + count[k]
                count[k] += 1
                nxt = -1
            else:
                nxt = leaves[k - k0]
                s = slot[nxt]
            member[s] = a
            slot[a] = s
            owner[a] = k
            worth[a] = w
            base[a] = b
            cell[a] = c
            if nxt < 0:
                break
            t = k - k0
            a = nxt
            w, b, c = via_worth[t], via_base[t], via_cell[t]
            k = goes[t]
    for i in range(n_touched):
        q = touched[i]
        dist[q] = FAR
        settled[q] = False
    return Heap(keys, vals)


@njit(cache=True, nogil=True)
def repair_component(  # type: ignore[no-untyped-def]
    component, quantum, slack, supply, offers, arcs, by_class, by_pair, credit, moved, placed, work, step
):
    """Solve one component again, in place, from ``price``, ``worth``, ``owner``, ``cell`` of an earlier solution.

    ``credit`` (C,) are the new credits, ``moved`` (A,) is how much the credit of each housed household's cell rose, both in quanta
    like ``slack``. Prices follow the least rise among the members of a class and then start a little
    too low, by what credits moved apart: households without a dwelling then bid them up in short searches, which is
    far cheaper than lowering prices from the vacancies' side. Large moves are worked off in rounds of falling slack, and with ``step``
    (quanta, 0: none) above 0 by auctions of as many steps.
    Where no credit moved, what changed is who is housed and what is vacant (a later week): a vacancy then costs what its
    highest bidder would pay, so that nobody is better off there and all but a few stay; at the price of nothing hundreds
    would leave where they were.
    """
    k0, k1, a0, a1, _, _ = component
    capacity, slot_start, outside, bonus_start, bonus = supply
    price, worth, base, owner, cell, slot, member, count = placed
    nk = k1 - k0
    least = np.full(nk, FAR, np.int64)
    for k in range(k0, k1):
        count[k] = 0
    housed = 0
    mean = np.int64(0)
    for a in range(a0, a1):
        k = owner[a]
        if k >= 0:
            slot[a] = slot_start[k] + count[k]
            member[slot[a]] = a
            count[k] += 1
            least[k - k0] = min(least[k - k0], moved[a])
            mean += moved[a]
            housed += 1
    mean //= max(1, housed)
    apart = np.int64(0)
    for a in range(a0, a1):
        if owner[a] >= 0:
            apart += abs(moved[a] - mean)
            base[a] = worth[a] + credit[cell[a]]
    apart //= max(1, housed)
    for k in range(k0, k1):
        if count[k] > 0:
            price[k] += least[k - k0]
    drop = apart
    while True:
        loose = drop
        if loose < 3 * slack + quantum:
            loose = slack
        for k in range(k0, k1):
            if count[k] > 0:
                price[k] -= drop
                price[k] = max(
                    price[k], outside[k] - quantum * slot_bonus(bonus_start, bonus, k, count[k] - 1)
                )
            if count[k] < capacity[k] and (count[k] == 0 or drop > 0):
                limit = outside[k] - quantum * slot_bonus(bonus_start, bonus, k, count[k])
                if count[k] == 0 or price[k] > limit:
                    price[k] = limit
        if drop == 0:
            ask_bidders(component, quantum, capacity, offers, arcs, by_class, by_pair, price, count)
        bids = step if loose == slack or step == 0 else loose // max(1, slack // step)
        _round(component, quantum, loose, supply, offers, arcs, by_class, by_pair, credit, placed, work, bids)
        if loose == slack:
            return
        drop //= 3


@njit(cache=True, nogil=True)
def open_component(  # type: ignore[no-untyped-def]
    component, quantum, slack, supply, offers, arcs, by_class, by_pair, credit, placed, work, step
):
    """Solve one component from nothing but ``price``, at least what the first vacancy of each class earns outside; ``step`` as in
    `repair_component`."""
    k0, k1, a0, a1, _, _ = component
    for a in range(a0, a1):
        placed.owner[a] = -1
    for k in range(k0, k1):
        placed.filled[k] = 0
    _round(component, quantum, slack, supply, offers, arcs, by_class, by_pair, credit, placed, work, step)


@njit(cache=True, nogil=True)
def _stay(component, quantum, slack, offers, arcs, credit, floor, slot_start, placed):  # type: ignore[no-untyped-def]
    """Keep who is within ``slack`` of the best offer, as if it were the best; the others, who gain most first."""
    _, _, a0, a1, p0, _ = component
    price, worth, base, owner, cell, _, _, _ = placed
    waiting = np.empty(a1 - a0, np.int32)
    rank = np.empty(a1 - a0, np.int64)
    n = 0
    for a in range(a0, a1):
        gain = gain_of(a, p0, quantum, floor, arcs)
        k = owner[a]
        if k >= 0:
            base[a] = worth[a] + credit[cell[a]]
            if gain - (base[a] - price[k]) <= slack:
                base[a] = price[k] + gain
                continue
            _drop(a, slot_start, placed)
        if gain > slack:
            waiting[n] = a
            rank[n] = -gain
            n += 1
    return waiting[np.argsort(rank[:n])]


@njit(cache=True, nogil=True)
def _round(  # type: ignore[no-untyped-def]
    component, quantum, slack, supply, offers, arcs, by_class, by_pair, credit, placed, work, step
):
    """Keep who is within ``slack`` of the best offer; house the others, after an auction by ``step`` where that is above 0; fill what is
    vacant and too dear."""
    k0, k1 = component.k0, component.k1
    capacity, slot_start, outside, bonus_start, bonus = supply
    price, count = placed.price, placed.filled
    floor = floors(component, price, offers)
    queue = _stay(component, quantum, slack, offers, arcs, credit, floor, slot_start, placed)
    if step > 0:
        bid(queue, step, component, quantum, supply, offers, arcs, placed, floor, work)
        floor = floors(component, price, offers)
        queue = _stay(component, quantum, slack, offers, arcs, credit, floor, slot_start, placed)
    paths, sieve, heap = scratch(component, floor)
    heap = enter(queue, slack, component, quantum, supply, offers, arcs, placed, paths, sieve, heap, work)
    for k in range(k0, k1):
        while count[k] < capacity[k]:
            dear = price[k] - outside[k] + quantum * slot_bonus(bonus_start, bonus, k, count[k])
            if dear <= slack:
                break
            work[3] += 1
            before = work[2]
            heap = _fill(k, dear, k0, quantum, supply, offers, by_class, by_pair, placed, paths, heap, work)
            work[4] += work[2] - before
