"""Compiled kernel: class prices near those that clear the market, from which a large component is priced from nothing.

Households entering one by one (`shortest_paths`) each flood what is already full in search of the last vacancies, so the work
grows with the square of a component. From prices near the final ones every search ends at once: most households are
where they stay, a vacancy is taken or refused by its neighbours. Such prices come from the smoothed problem, in which a
household takes each offer with a probability that falls by a factor of e for every ``heat`` it gains less there; it has one
solution, found by raising the price of classes asked for too much and lowering the others, and tends to the exact one
as the heat falls (Kosowsky and Yuille 1994; the two-sided scaling of Sinkhorn converges too slowly here, since a shift of
all prices together moves demand little). Every class has its own step, longer while its sign holds and half as long when it
turns (Riedmiller and Braun 1993).

Prices are only where a search starts; what is found from them is exact for any prices. Sums run in a fixed order and the
exponential is a polynomial, so that they are the same on every machine.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.bundles import Demand, PairOffers
from optimizer.solve.transport.shortest_paths import slot_bonus

HEATS = (3e-3, 1e-3, 3e-4, 1e-4)
"""Heats in turn, as parts of what a household brings: the last is about a point where a lease brings ten thousand."""
SWEEPS = (12, 8, 8, 10)
"""Readings of all arcs at each heat."""
MOST, NEAR = 4, 0.1
"""A heat lasts up to so many times its sweeps while demand over all classes is further from the dwellings than this part."""
LONGER, SHORTER = 1.4, 0.5
FAR_LESS = 14.0
"""Heats below the best offer from which an offer is never taken: one in a million."""
ABOVE = 4.2
"""Heats by which the smoothed prices are too high (dwellings have no second choice, households have): taken off as the
heat falls, and at the end. A little too low is better than too high: households bid prices up in far shorter searches
than vacancies bring them down."""


@njit(cache=True, nogil=True, inline="always")
def power(x):  # type: ignore[no-untyped-def]
    """e to the ``x`` for -40 < x <= 0, to three digits."""
    t = x * 1.4426950408889634
    n = np.int64(t)
    f = t - n  # in (-1, 0]
    y = 1.0 + f * (0.6931472 + f * (0.2402265 + f * (0.0555041 + f * (0.0096181 + f * 0.0013333))))
    return y / np.float64(np.int64(1) << -n)


@njit(cache=True, nogil=True)
def logarithm(x):  # type: ignore[no-untyped-def]
    """Natural logarithm for x > 0, kept between -28 and 28."""
    n = 0
    while x >= 1.4142135 and n < 40:
        x *= 0.5
        n += 1
    while x < 0.7071067 and n > -40:
        x *= 2.0
        n -= 1
    z = (x - 1.0) / (x + 1.0)
    w = z * z
    return max(-28.0, min(28.0, 0.6931471805599453 * n + z * (2.0 + w * (0.6666667 + w * (0.4 + w * 0.285)))))


@njit(cache=True, nogil=True)
def demand_at(component, heat, price, offers, arcs, quantum, out):  # type: ignore[no-untyped-def]
    """Write into ``out`` (`Demand`) how many households are expected to take each class and each offer at these prices.

    ``price`` (k1 - k0,) and the credit of ``offers`` are fractional here.
    """
    k0, _, a0, a1, p0, _ = component
    offer_start, offer_class, _, credit = offers
    arc_start, arc_pair, arc_value = arcs
    level, asked, chance, lot, demand = out
    for q in range(len(level)):
        p = p0 + q
        top = -1e18
        for j in range(offer_start[p], offer_start[p + 1]):
            top = max(top, credit[j] - price[offer_class[j] - k0])
        total = 0.0
        for j in range(offer_start[p], offer_start[p + 1]):
            x = (credit[j] - price[offer_class[j] - k0] - top) / heat
            if x > -FAR_LESS:
                total += power(x)
        level[q] = top + heat * logarithm(total) if total > 0.0 else top
        asked[q] = 0.0
    for a in range(a0, a1):
        start, end = arc_start[a], arc_start[a + 1]
        best = -FAR_LESS * heat
        for i in range(start, end):
            x = arc_value[i] * quantum + level[arc_pair[i] - p0]
            if x > best:
                best = x
        if best <= -FAR_LESS * heat:
            continue
        best = max(best, 0.0)
        least = best - FAR_LESS * heat
        total = power(-best / heat) if least < 0.0 else 0.0
        for i in range(start, end):
            x = arc_value[i] * quantum + level[arc_pair[i] - p0]
            chance[i - start] = 0.0
            if x > least:
                chance[i - start] = power((x - best) / heat)
                total += chance[i - start]
        for i in range(start, end):
            if chance[i - start] > 0.0:
                asked[arc_pair[i] - p0] += chance[i - start] / total
    demand[:] = 0.0
    for q in range(len(level)):
        p = p0 + q
        for j in range(offer_start[p], offer_start[p + 1]):
            lot[j] = 0.0
            if asked[q] > 0.0:
                x = (credit[j] - price[offer_class[j] - k0] - level[q]) / heat
                if x > -FAR_LESS:
                    lot[j] = asked[q] * power(min(0.0, x))
                    demand[offer_class[j] - k0] += lot[j]


@njit(cache=True, nogil=True)
def reprice(heat, longest, capacity, demand, least, now, step, turn):  # type: ignore[no-untyped-def]
    """One step of every class price, at most ``longest``; by how many households demand exceeds the dwellings."""
    net = 0.0
    for k in range(len(now)):
        if now[k] > least[k] or demand[k] > capacity[k]:
            net += demand[k] - capacity[k]
        excess = logarithm(max(demand[k], 1e-12) / capacity[k])
        if excess < 0.0 and now[k] <= least[k]:
            excess = 0.0
        sign = 1.0 if excess > 0.0 else (-1.0 if excess < 0.0 else 0.0)
        if sign * turn[k] > 0.0:
            step[k] = min(step[k] * LONGER, longest)
        elif sign * turn[k] < 0.0:
            step[k] *= SHORTER
        turn[k] = sign
        now[k] = max(least[k], now[k] + sign * min(step[k], 4.0 * heat * abs(excess)))
    return net


@njit(cache=True, nogil=True)
def first_prices(component, quantum, capacity, least, offers, arcs, now):  # type: ignore[no-untyped-def]
    """Write one price for all classes, at which about as many households come as there are dwellings; most one brings."""
    k0, k1, a0, a1, p0, p1 = component
    offer_start, credit = offers.start, offers.credit
    arc_start, arc_pair, arc_value = arcs
    dwellings = np.int64(0)
    for k in range(k0, k1):
        dwellings += capacity[k]
    level = np.empty(p1 - p0)
    for q in range(p1 - p0):
        level[q] = -1e18
        for j in range(offer_start[p0 + q], offer_start[p0 + q + 1]):
            level[q] = max(level[q], credit[j])
    top = np.zeros(a1 - a0)
    for a in range(a0, a1):
        for i in range(arc_start[a], arc_start[a + 1]):
            top[a - a0] = max(top[a - a0], arc_value[i] * quantum + level[arc_pair[i] - p0])
    top = -np.sort(-top)
    common = top[dwellings - 1] if dwellings < len(top) else 0.0
    for q in range(k1 - k0):
        now[q] = max(least[q], common)
    return max(top[0], 1.0) if len(top) else 1.0


@njit(cache=True, nogil=True)
def clearing_prices(component, quantum, supply, offers, arcs, price, first):  # type: ignore[no-untyped-def]
    """Write near-clearing prices of a component's classes into ``price`` (K,), in quanta.

    ``first`` is the heat to begin with: 0 from nothing, above it from the prices given, those of credits nearby.
    """
    k0, k1, a0, a1, p0, p1 = component
    capacity, _, outside, bonus_start, bonus = supply
    arc_start = arcs.start
    nk = k1 - k0
    least = np.empty(nk)
    dwellings = np.int64(0)
    for k in range(k0, k1):
        least[k - k0] = outside[k] - quantum * slot_bonus(bonus_start, bonus, k, 0)
        dwellings += capacity[k]
    credit = np.empty(len(offers.credit))
    for j in range(offers.start[p0], offers.start[p1]):
        credit[j] = offers.credit[j]
    offered = PairOffers(offers.start, offers.klass, offers.cell, credit)
    longest = 0
    for a in range(a0, a1):
        longest = max(longest, arc_start[a + 1] - arc_start[a])
    now = np.empty(nk)
    worth = first_prices(component, quantum, capacity, least, offered, arcs, now)
    if first > 0:
        for q in range(nk):
            now[q] = max(least[q], price[k0 + q] + ABOVE * HEATS[first] * worth)
    step, turn = np.full(nk, HEATS[first] * worth), np.zeros(nk)
    out = Demand(np.empty(p1 - p0), np.empty(p1 - p0), np.empty(longest), np.empty(len(credit)), np.empty(nk))
    for h in range(first, len(HEATS)):
        heat = HEATS[h] * worth
        net = 0.0
        for q in range(nk):
            if h > first:
                now[q] = max(least[q], now[q] - ABOVE * (HEATS[h - 1] - HEATS[h]) * worth)
            step[q] = max(heat, min(8.0 * heat, step[q]))
        for sweep in range(MOST * SWEEPS[h]):
            if sweep >= SWEEPS[h] and abs(net) <= NEAR * dwellings:
                break
            demand_at(component, heat, now, offered, arcs, quantum, out)
            net = reprice(heat, 0.3 * worth, capacity[k0:k1], out.demand, least, now, step, turn)
    for q in range(nk):
        price[k0 + q] = np.int64(max(least[q], now[q] - ABOVE * HEATS[-1] * worth))
