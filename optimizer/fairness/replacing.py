"""Whom an allocation passes over, and what it loses when one of them takes the place of who was let the dwelling: the leapfrogs' exchange,
of any mechanism."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.fairness.lottery import Allocation
from optimizer.fairness.market import Market
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, B, FirstRanks
from optimizer.problem.own_lists import needed
from optimizer.shortlist.passes import Change, KindMarks, OrderMarks, RowsAsked, exchange_costs

F = NDArray[np.float64]
BETTER = 1e-12
"""Utility above which one household is better off than where it is."""


class Named(NamedTuple):
    """Who may be named where: a list for every class and account, in the order ≻; one entry for each option of a pair.

    Attributes
    ----------
    ptr : (classes × accounts + 1,)
        Entries of list l: those from ``ptr[l]`` to ``ptr[l + 1]``. They lie side by side, as every draw reads most of them.
    app, rank, utility : (entries,)
        Household, its place in the order ≻ of the class, what it is worth to it.
    kind, score, value : (entries,)
        Kind; hundredths of a point, ``value`` without what the dwelling adds.
    """

    ptr: I64
    app: I32
    rank: I32
    utility: F
    kind: I32
    score: I64
    value: I64


class Held(NamedTuple):
    """The lettings of one allocation.

    Attributes
    ----------
    pair, list : (lettings,)
        Pair; list of `Named` of its class and account.
    app, rank : (lettings,)
        Household, its place in the order ≻ of the class.
    kind, score, value : (lettings,)
        Kind; hundredths of a point, ``value`` without what the dwelling adds.
    """

    pair: I64
    list: I64
    app: I32
    rank: I32
    kind: I32
    score: I64
    value: I64


def named_of(market: Market, utility: F) -> Named:
    """The lists of a market."""
    owner = np.repeat(np.arange(len(market.pair_class), dtype=np.int64), np.diff(market.option_ptr))
    lists = _list_of(market, market.pair_class[owner], market.option_kind)
    order = np.lexsort((market.pair_rank[owner], lists)).astype(np.int64)
    size = np.bincount(lists, minlength=market.n_classes * max(1, len(market.accounts)))
    pair = owner[order]
    return Named(
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        market.pair_app[pair],
        market.pair_rank[pair],
        utility[pair],
        market.option_kind[order],
        market.score[pair],
        market.option_value[order],
    )


def held_by(market: Market, one: Allocation) -> Held:
    """The lettings of an allocation of a market."""
    pair = market.pair_of(one.app, one.klass)
    value = market.values_of(one.app, one.klass, one.kind)
    lists = _list_of(market, one.klass, one.kind)
    return Held(pair, lists, one.app, market.pair_rank[pair], one.kind, market.score[pair], value)


def _list_of(market: Market, klass: I32, kind: I32) -> I64:
    account = market.kinds.account[kind]
    return np.asarray(klass.astype(np.int64) * max(1, len(market.accounts)) + account, np.int64)


class Replacing:
    """Change of the priced shortfalls of one allocation when a letting of a kind is replaced by one of another.

    An order of a réservataire that the allocation already passes over is not held against an exchange: only what it would pass besides.

    Parameters
    ----------
    seats : kinds of the waiting seats that the allocation leaves to réservataires
    """

    def __init__(self, market: Market, one: Allocation, seats: I32) -> None:
        kinds, rows = market.kinds, market.rows
        held = np.bincount(np.concatenate([one.kind, seats]), minlength=len(kinds))
        owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.ptr))
        rate, play, price = (
            np.array([getattr(row, name) for row in rows], np.int64) for name in ("rate", "play", "price")
        )
        short = -play
        if len(rows):
            asked = rate[kinds.row] * kinds.den + kinds.more - RATE_UNIT * kinds.num.astype(np.int64)
            np.add.at(short, kinds.row, held[owner] * asked)
        lines = np.repeat(np.arange(len(kinds)), np.diff(kinds.order_ptr))
        kept = np.zeros(int(kinds.order_row.max(initial=-1)) + 1, np.int64)
        np.add.at(kept, kinds.order_row, held[lines] * kinds.order_sign)
        self._marks = KindMarks(kinds.ptr, kinds.row, kinds.num, kinds.den, kinds.more)
        self._rows = RowsAsked(rate, price, short)
        self._orders = OrderMarks(kinds.order_ptr, kinds.order_row, kinds.order_sign, np.minimum(0, kept))
        self._change = Change(
            np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64), np.zeros(len(kept), np.int64)
        )
        self._needed = _waited_for(market, one)

    def passed_over(self, named: Named, held: Held, own: F, weight: float, total: F) -> tuple[int, int]:
        """How many households the lettings pass over, and how many of these passages nothing explains.

        Per letting: who is placed before the household that got it, may be named on its account, and would be better off.
        What explains a passage is what explains a leapfrog of first ranks (design §6): that the household passed over has no higher
        score, or a dwelling of its own that it would leave; a réservataire's order; or that putting it there brings no points: its
        fit, burden or lean, and what the rules then miss at their prices, take off what its score adds.

        Parameters
        ----------
        own : (n,) utility of each household where it is; 0: not housed
        weight, total : (n,) ``total`` gains ``weight`` for each household passed over
        """
        passed, bare = _passed_over(
            named, held, own, weight, total, self._needed, self._marks, self._rows, self._orders, self._change
        )
        return int(passed), int(bare)


@njit(cache=True, nogil=True)
def _passed_over(named, held, own, weight, total, needed, marks, rows, orders, change):  # type: ignore[no-untyped-def]
    ptr, app, rank, utility, kind, score, value = named
    _, lists, mine, place, kinds, own_score, worth = held
    cost, asked = np.empty(len(marks[0]) - 1, np.int64), np.full(len(marks[0]) - 1, -1, np.int64)
    into, lost, worst = np.empty(1, np.int32), np.empty(1, np.int64), np.empty(1, np.int64)
    passed = bare = 0
    for i in range(len(lists)):
        first, last = ptr[lists[i]], ptr[lists[i] + 1]
        for e in range(first, first + np.searchsorted(rank[first:last], place[i])):
            a = app[e]
            if not utility[e] > own[a] + BETTER:
                continue
            passed += 1
            total[a] += weight
            if needed[mine[i]] or own[a] != 0.0 or score[e] <= own_score[i]:
                continue
            k = kind[e]
            if asked[k] != i:
                into[0] = k
                exchange_costs(kinds[i], into, marks, rows, orders, change, lost, worst)
                asked[k], cost[k] = i, lost[0]
            bare += (value[e] - worth[i]) * MICRO_PER_HUNDREDTH > cost[k]
    return passed, bare


def _waited_for(market: Market, one: Allocation) -> B:
    found = np.zeros(len(market), bool)
    problem = market.problem
    if problem is None or problem.own_lists is None or not len(one):
        return found
    mine = market.in_problem
    order = np.argsort(one.klass, kind="stable")
    klass = one.klass[order]
    nth = np.arange(len(order)) - np.searchsorted(klass, klass)
    homes = np.argsort(problem.klass, kind="stable")
    dwelling = homes[np.searchsorted(problem.klass[homes], klass) + nth]
    by_dwelling = np.argsort(dwelling)
    first = FirstRanks(
        dwelling[by_dwelling].astype(np.int32),
        mine[one.app[order]][by_dwelling].astype(np.int32),
        one.kind[order][by_dwelling].astype(np.int32),
    )
    waited, more = needed(problem, first)
    home = np.full(len(problem.application_ids), -1, np.int64)
    home[first.app] = first.dwelling
    return np.asarray((more | ((waited >= 0) & (waited != home)))[mine])
