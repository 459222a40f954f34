"""Passes over the listed entries of a problem and over the marks of its kinds, compiled: what pricing a case mostly takes.

Of the entries of a class those of one option list cost the same and come best first (a *run*): the best of a run is the first
without a price, or one of the few before it. So a case of 200,000 entries is priced by looking at some ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I8, I32, I64, B, Kinds
from optimizer.solve.implicit import HUNDREDTH, NEVER, TEN


@dataclass(frozen=True)
class Runs:
    """Runs ``ptr[k]:ptr[k+1]`` of class k, ascending ``key``; run i holds ``entry[start[i]:start[i+1]]``, best values first.

    ``entry`` indexes the entries they were made from.
    """

    ptr: I64
    key: I32
    start: I64
    entry: I32


class Costing(NamedTuple):
    """Ways in which the (row, num, den) marks of a kind are charged; way w has the marks ``ptr[w]:ptr[w+1]``.

    Kinds that differ by what they add to a value, or by the orders they enter, are charged alike: two thousand kinds of a commission
    have some two hundred ways.

    Attributes
    ----------
    way : (kinds,)
        Way of a kind.
    ptr : (ways + 1,)
        Marks of a way.
    row, num, den : (marks,)
        Row; leases added to what is counted and to what the share applies to.
    rate : (marks,)
        Rate of a lease in the row, ten-thousandths; 0 outside what its share applies to.
    marking : (ways,)
        Number of a way's marks in ``Layout.marking``.
    """

    way: I32
    ptr: I64
    row: I32
    num: I8
    den: I8
    rate: I64
    marking: I32


def read_runs(ptr: I64, key: I32, n_keys: int) -> Runs:
    """The runs of entries of classes end to end (``ptr``), each with its option list and best values first inside a list."""
    entry = np.empty(len(key), np.int32)
    run_ptr = np.zeros(len(ptr), np.int64)
    run_key, start = np.empty(len(key), np.int32), np.empty(len(key) + 1, np.int64)
    n = _sort(ptr, key, np.zeros(n_keys + 1, np.int64), entry, run_ptr, run_key, start)
    return Runs(run_ptr, run_key[:n].copy(), start[: n + 1].copy(), entry)


def first_of_runs(runs: Runs, width: int) -> B:
    """Which of the entries that the runs were made from are among the ``width`` best of their run."""
    kept: B = np.zeros(len(runs.entry), np.bool_)
    _first(runs.start, runs.entry, width, kept)
    return kept


def best_of_runs(runs: Runs, app: I32, value: I64, option_cost: I64, prices: I64) -> I64:
    """(K,) best reduced value of each class over its entries, 1e-10 point, without the dwelling's bonus.

    Parameters
    ----------
    app, value : of the entries that the runs were made from
    option_cost : cost of the cheapest kind of each option list, 1e-10 point
    prices : (A,) micropoints, none below 0
    """
    best = np.full(len(runs.ptr) - 1, NEVER, np.int64)
    _best(runs.ptr, runs.key, runs.start, runs.entry, app, value, option_cost, prices, best)
    return best


def costs_of_marks(costing: Costing, rows: I64, num: I64, den: I64) -> I64:
    """(ways,) sum over the marks of a way of ``rows·rate + den − num`` of their rows, 1e-10 point."""
    cost = np.zeros(len(costing.ptr) - 1, np.int64)
    _marks(costing.ptr, costing.row, costing.num, costing.den, costing.rate, rows, num, den, cost)
    return cost


def least_of_lists(ptr: I64, kind: I32, kind_cost: I64) -> I64:
    """(lists,) cost of the cheapest kind of each option list ``kind[ptr[l]:ptr[l+1]]``, none of them empty."""
    least = np.empty(len(ptr) - 1, np.int64)
    _least(ptr, kind, kind_cost, least)
    return least


class KindsByOrder(NamedTuple):
    """The kinds that enter each order, end to end: ``ptr`` (orders + 1,) where they begin, ``kind`` ascending, and their ``sign``."""

    ptr: I64
    kind: I32
    sign: I8


def entered_orders(kinds: Kinds, orders: int) -> KindsByOrder:
    """The kinds of each order: of thousands of orders few have a multiplier, and a pass over those is a tenth of one over all kinds."""
    many = np.zeros(orders, np.int64)
    _counted(kinds.order_row, many)
    found = KindsByOrder(
        np.append(0, np.cumsum(many)).astype(np.int64),
        np.empty(len(kinds.order_row), np.int32),
        np.empty(len(kinds.order_row), np.int8),
    )
    _by_order(
        kinds.order_ptr, kinds.order_row, kinds.order_sign, found.ptr[:-1].copy(), found.kind, found.sign
    )
    return found


def costs_of_orders(entered: KindsByOrder, sigma: I64, kinds: int) -> I64:
    """(kinds,) sum over the orders that a kind enters of their multipliers with its signs, ``sigma`` (orders,) in 1e-10 point."""
    cost = np.zeros(kinds, np.int64)
    _orders(entered.ptr, entered.kind, entered.sign, sigma, np.flatnonzero(sigma), cost)
    return cost


@njit(cache=True, nogil=True)
def _sort(ptr, key, count, entry, run_ptr, run_key, start):  # type: ignore[no-untyped-def]
    n = 0
    for k in range(len(ptr) - 1):
        a, b = ptr[k], ptr[k + 1]
        low, high = len(count), -1
        for e in range(a, b):
            count[key[e]] += 1
            low, high = min(low, key[e]), max(high, key[e])
        at = a
        for x in range(low, high + 1):
            if count[x]:
                run_key[n], start[n] = x, at
                n += 1
                at, count[x] = at + count[x], at
        for e in range(a, b):
            entry[count[key[e]]] = e
            count[key[e]] += 1
        for x in range(low, high + 1):
            count[x] = 0
        run_ptr[k + 1] = n
    start[n] = len(entry)
    return n


@njit(cache=True, nogil=True)
def _first(start, entry, width, kept):  # type: ignore[no-untyped-def]
    for i in range(len(start) - 1):
        for j in range(start[i], min(start[i] + width, start[i + 1])):
            kept[entry[j]] = True


@njit(cache=True, nogil=True)
def _best(ptr, key, start, entry, app, value, cost, prices, best):  # type: ignore[no-untyped-def]
    for k in range(len(best)):
        top = best[k]
        for i in range(ptr[k], ptr[k + 1]):
            own = cost[key[i]]
            for j in range(start[i], start[i + 1]):
                e = entry[j]
                worth = value[e] * HUNDREDTH - own
                if worth <= top:
                    break
                worth -= prices[app[e]] * TEN
                if worth > top:
                    top = worth
        best[k] = top


@njit(cache=True, nogil=True)
def _marks(ptr, row, num, den, rate, rows, nums, dens, cost):  # type: ignore[no-untyped-def]
    for c in range(len(cost)):
        total = 0
        for i in range(ptr[c], ptr[c + 1]):
            k = row[i]
            total += rows[k] * rate[i] + dens[k] * np.int64(den[i]) - nums[k] * np.int64(num[i])
        cost[c] = total


@njit(cache=True, nogil=True)
def _least(ptr, kind, cost, least):  # type: ignore[no-untyped-def]
    for i in range(len(least)):
        best = cost[kind[ptr[i]]]
        for j in range(ptr[i] + 1, ptr[i + 1]):
            best = min(best, cost[kind[j]])
        least[i] = best


@njit(cache=True, nogil=True)
def _counted(row, many):  # type: ignore[no-untyped-def]
    for p in row:
        many[p] += 1


@njit(cache=True, nogil=True)
def _by_order(ptr, row, sign, next, kind, signs):  # type: ignore[no-untyped-def]
    for c in range(len(ptr) - 1):
        for i in range(ptr[c], ptr[c + 1]):
            at = next[row[i]]
            kind[at], signs[at] = c, sign[i]
            next[row[i]] = at + 1


@njit(cache=True, nogil=True)
def _orders(ptr, kind, sign, sigma, some, cost):  # type: ignore[no-untyped-def]
    for p in some:
        for i in range(ptr[p], ptr[p + 1]):
            cost[kind[i]] += sigma[p] * np.int64(sign[i])
