"""Compiled passes over all arcs of a component: listed by pair and by class, best gains, and what vacancies are worth."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.bundles import ArcsByPair, OffersByClass
from optimizer.solve.transport.shortest_paths import FAR, floor_of


@njit(cache=True, nogil=True)
def transpose(arcs, n_pairs):  # type: ignore[no-untyped-def]
    """Arcs by pair, best value first."""
    arc_start, arc_pair, arc_value = arcs
    start = np.zeros(n_pairs + 1, np.int64)
    for i in range(len(arc_pair)):
        start[arc_pair[i] + 1] += 1
    for p in range(n_pairs):
        start[p + 1] += start[p]
    place = start[:-1].copy()
    who = np.empty(len(arc_pair), np.int32)
    value = np.empty(len(arc_pair), arc_value.dtype)
    for a in range(len(arc_start) - 1):
        for i in range(arc_start[a], arc_start[a + 1]):
            p = arc_pair[i]
            who[place[p]] = a
            value[place[p]] = arc_value[i]
            place[p] += 1
    for p in range(n_pairs):
        span = slice(start[p], start[p + 1])
        order = np.argsort(-value[span].astype(np.int64), kind="mergesort")
        who[span], value[span] = who[span][order], value[span][order]
    return ArcsByPair(start, who, value)


@njit(cache=True, nogil=True)
def offers_by_class(offer_start, offer_class, n_classes):  # type: ignore[no-untyped-def]
    """Offers of each class."""
    start = np.zeros(n_classes + 1, np.int64)
    for j in range(len(offer_class)):
        start[offer_class[j] + 1] += 1
    for k in range(n_classes):
        start[k + 1] += start[k]
    place = start[:-1].copy()
    offer = np.empty(len(offer_class), np.int32)
    pair = np.empty(len(offer_class), np.int32)
    for p in range(len(offer_start) - 1):
        for j in range(offer_start[p], offer_start[p + 1]):
            k = offer_class[j]
            offer[place[k]] = j
            pair[place[k]] = p
            place[k] += 1
    return OffersByClass(start, offer, pair)


@njit(cache=True, nogil=True)
def floors(component, price, offers):  # type: ignore[no-untyped-def]
    """Least price less credit of each pair of a component, (p1 - p0,), in quanta."""
    p0, p1 = component.p0, component.p1
    floor = np.empty(p1 - p0, np.int64)
    for p in range(p0, p1):
        floor[p - p0] = floor_of(p, price, offers)
    return floor


@njit(cache=True, nogil=True)
def gain_of(a, p0, quantum, floor, arcs):  # type: ignore[no-untyped-def]
    """Best gain of one applicant over its arcs, at least 0, in quanta."""
    start, pair, value = arcs
    gain = np.int64(0)
    for i in range(start[a], start[a + 1]):
        g = np.int64(value[i]) * quantum - floor[pair[i] - p0]
        if g > gain:
            gain = g
    return gain


@njit(cache=True, nogil=True)
def applicant_gains(component, quantum, offers, arcs, price):  # type: ignore[no-untyped-def]
    """Sum over a component's applicants of their best gain at these class prices: their part of the bound."""
    floor = floors(component, price, offers)
    total = np.int64(0)
    for a in range(component.a0, component.a1):
        total += gain_of(a, component.p0, quantum, floor, arcs)
    return total


@njit(cache=True, nogil=True)
def ask_bidders(component, quantum, capacity, offers, arcs, by_class, by_pair, price, count):  # type: ignore[no-untyped-def]
    """Raise the price of each class without households to what the highest bidder would pay, given all other prices."""
    k0, k1, a0, a1, p0, _ = component
    class_start, class_offer, class_pair = by_class
    by_start, by_who, by_value = by_pair
    least = price[k0:k1].copy()
    some = False
    for k in range(k0, k1):
        if count[k] == 0 and capacity[k] > 0:
            price[k] = FAR // 4  # nobody's offer, while gains are those of the others
            some = True
    if not some:
        return
    floor = floors(component, price, offers)
    gain = np.empty(a1 - a0, np.int64)
    for a in range(a0, a1):
        gain[a - a0] = gain_of(a, p0, quantum, floor, arcs)
    for k in range(k0, k1):
        if count[k] > 0 or capacity[k] == 0:
            continue
        price[k] = least[k - k0]
        for o in range(class_start[k], class_start[k + 1]):
            credit = offers.credit[class_offer[o]]
            for i in range(by_start[class_pair[o]], by_start[class_pair[o] + 1]):
                price[k] = max(price[k], np.int64(by_value[i]) * quantum + credit - gain[by_who[i] - a0])
