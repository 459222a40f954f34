"""What an allocation loses when another household takes the place of one that was let a dwelling: the leapfrogs' exchange, of any mechanism."""

from __future__ import annotations

import numpy as np

from optimizer.fairness.lottery import Allocation
from optimizer.fairness.market import Market
from optimizer.problem.model import I32, I64, RATE_UNIT, B, FirstRanks
from optimizer.problem.own_lists import needed
from optimizer.shortlist.passes import Change, KindMarks, OrderMarks, RowsAsked, exchange_costs


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

    def lost(self, out: int, into: I32) -> I64:
        """Micropoints that the rules lose when a letting of each kind takes the place of one of kind ``out``; out of reach where an
        order would be passed over."""
        total, worst = np.empty(len(into), np.int64), np.empty(len(into), np.int64)
        exchange_costs(out, into, self._marks, self._rows, self._orders, self._change, total, worst)
        return total

    def needed(self, app: int) -> bool:
        """Whether somebody housed elsewhere is placed after this household on a réservataire's list that is not written as rows."""
        return bool(self._needed[app])


def _waited_for(market: Market, one: Allocation) -> B:
    found = np.zeros(len(market), bool)
    problem = market.problem
    if problem is None or problem.own_lists is None or not len(one):
        return found
    place = {str(name): i for i, name in enumerate(problem.application_ids)}
    mine = np.array([place[str(name)] for name in market.application_ids], np.int64)
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
