"""Prices of households at which chains nearly clear: where the LP of a case with chains begins.

The dwellings of a case bid for households. A household is worth its value less its price, and for a tenant what its departure opens is
worth besides: the best that the dwelling it frees could then take. A dwelling raises the price of the one it wants most to what it is
worth more there than the next best, and a step; who is outbid bids again. A freed dwelling bids once its tenant is first somewhere.

Nothing here is proven and nobody's first rank: the prices only say which pairs are worth having. On 300 dwellings and 3,000 applications
they bound the program by 0.06 % after a tenth of a second, which took its rounds of pricing four of nine.

References
----------
D. Bertsekas, *The auction algorithm: a distributed relaxation method for the assignment problem*, Annals of Operations Research 14
(1988), 105-123.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I64
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import HUNDREDTH, best_options

NOBODY = -1
PASSES = 3
"""Times that what departures open is worth is worked out before the first bid: as many positions count exactly."""


class Cleared(NamedTuple):
    """``worth`` (n,) of each entry of ``layout.full`` at the prices, hundredths; ``held``: entries that dwellings hold at the end."""

    worth: I64
    held: I64


def clear(layout: Layout, cost: I64, step: int, most: int) -> Cleared:
    """Let the dwellings bid, by steps of ``step`` hundredths, at most ``most`` times each on average.

    Parameters
    ----------
    cost : (n_kinds,) 1e-10 point, what a first rank of each kind costs beside what its departure opens
    """
    problem, full = layout.problem, layout.full
    opens = np.full(len(full.app), NOBODY, np.int64)
    entry, row = layout.departing
    opens[entry] = problem.orders.dwelling[row]
    value = full.value - (best_options(layout, cost) // HUNDREDTH)[full.key]
    freed = np.zeros(len(problem.dwelling_ids), np.bool_)
    freed[list(layout.link_of)] = True
    price = np.zeros(len(problem.application_ids), np.int64)
    beyond = np.zeros(len(freed), np.int64)
    held = np.full(len(freed), NOBODY, np.int64)
    _clear(
        problem.klass, problem.bonus, full.ptr, full.app, value, opens, freed, price, beyond, held, step,
        most * len(freed),
    )  # fmt: skip
    worth = value - price[full.app] + np.where(opens >= 0, beyond[opens], 0)
    return Cleared(worth, held[held >= 0])


@njit(cache=True, nogil=True)
def _best(d, klass, bonus, ptr, app, value, opens, price, beyond):  # type: ignore[no-untyped-def]
    """Best entry of a dwelling, what it is worth there, and the next best; an empty dwelling is worth nothing."""
    at, first, second = NOBODY, 0, 0
    for e in range(ptr[klass[d]], ptr[klass[d] + 1]):
        worth = value[e] + bonus[d] - price[app[e]]
        if opens[e] >= 0:
            worth += beyond[opens[e]]
        if worth > first:
            at, first, second = e, worth, first
        elif worth > second:
            second = worth
    return at, first, second


@njit(cache=True, nogil=True)
def _clear(  # type: ignore[no-untyped-def]
    klass, bonus, ptr, app, value, opens, freed, price, beyond, held, step, most
):
    """``beyond``: what each freed dwelling would be worth if its tenant left, never less than that as prices rise."""
    n = len(klass)
    holder = np.full(len(price), NOBODY, np.int64)
    doors = np.zeros(n, np.int64)
    waiting = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int64)
    end = 0
    for _ in range(PASSES):
        for d in range(n):
            if freed[d]:
                beyond[d] = _best(d, klass, bonus, ptr, app, value, opens, price, beyond)[1]
    for d in range(n):
        if not freed[d]:
            queue[end], waiting[d] = d, True
            end += 1
    while end and most > 0:
        end -= 1
        most -= 1
        d = queue[end]
        waiting[d] = False
        if freed[d] and doors[d] == 0:
            continue
        while True:
            e, first, second = _best(d, klass, bonus, ptr, app, value, opens, price, beyond)
            if e < 0 or opens[e] < 0:
                break
            q = opens[e]
            now = _best(q, klass, bonus, ptr, app, value, opens, price, beyond)[1]
            if now >= beyond[q]:
                break
            beyond[q] = now
        if e < 0:
            continue
        a = app[e]
        price[a] += first - second + step
        before = holder[a]
        if opens[e] >= 0:
            doors[opens[e]] += 1
        holder[a], held[d] = d, e
        if before >= 0:
            shut = opens[held[before]]
            held[before] = NOBODY
            if not waiting[before]:
                queue[end], waiting[before] = before, True
                end += 1
            # whoever was let what is open no longer is nobody's, and so on down the chain
            while shut >= 0:
                doors[shut] -= 1
                if doors[shut] > 0 or held[shut] < 0:
                    break
                last = held[shut]
                held[shut] = NOBODY
                holder[app[last]] = NOBODY
                shut = opens[last]
        q = opens[e]
        if q >= 0 and held[q] < 0 and not waiting[q]:
            queue[end], waiting[q] = q, True
            end += 1
    for _ in range(PASSES):
        for d in range(n):
            if freed[d]:
                beyond[d] = _best(d, klass, bonus, ptr, app, value, opens, price, beyond)[1]
