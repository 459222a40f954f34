"""What the rules charge when one lease replaces another: exact change of the priced shortfalls, orders kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.evaluate import orders_kept
from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.problem.own_lists import needed
from optimizer.shortlist.lookup import kind_marks
from optimizer.shortlist.passes import FORBIDDEN, Change, OrderMarks, RowsAsked, exchange_costs

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

NEVER = int(FORBIDDEN)
"""Cost of an exchange that passes over a réservataire's order."""
_REMEMBERED = 1_000_000
"""Pairs of kinds whose cost is kept."""


class Exchange:
    """Change of the priced shortfalls when one lease of a kind replaces another; remembered per pair of kinds."""

    def __init__(self, problem: Problem, first: FirstRanks, counted: Evaluation) -> None:
        self.problem = problem
        rows = problem.rows
        kinds, play = problem.kinds, np.array([row.play for row in rows], np.int64)
        self._marks = kind_marks(problem)
        self._rows = RowsAsked(
            np.array([row.rate for row in rows], np.int64),
            np.array([row.price for row in rows], np.int64),
            counted.asked - RATE_UNIT * counted.num_run - play,
        )
        kept = orders_kept(problem, first)
        self._orders = OrderMarks(kinds.order_ptr, kinds.order_row, kinds.order_sign, kept)
        scratch = np.zeros((2, len(rows)), np.int64)
        self._change = Change(scratch[0], scratch[1], np.zeros(len(problem.orders), np.int64))
        self._known: dict[tuple[int, int], tuple[int, int]] = {}
        self._waited, self._more = needed(problem, first)

    def needed(self, app: int, dwelling: int) -> bool:
        """Whether the first rank of another dwelling is placed after that household on a list that is not written as rows."""
        return app >= 0 and (
            bool(self._more[app]) or self._waited[app] >= 0 and int(self._waited[app]) != dwelling
        )

    def cost(self, out: int, into: int) -> tuple[int, int]:
        """(micropoints lost to shortfalls by exchanging ``out`` for ``into``, row that worsens most or -1)."""
        total, row = self.costs(out, np.array([into], np.int32))
        return int(total[0]), int(row[0])

    def known_costs(self, out: int, into: list[int]) -> list[tuple[int, int]]:
        """:meth:`costs` for a few kinds, remembered."""
        missing = [kind for kind in into if (out, kind) not in self._known]
        if missing:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                missing = into
            total, row = self.costs(out, np.array(missing, np.int32))
            for kind, lost, worst in zip(missing, total.tolist(), row.tolist(), strict=True):
                self._known[out, kind] = (lost, worst)
        return [self._known[out, kind] for kind in into]

    def costs(self, out: int, into: I32) -> tuple[I64, I64]:
        """For each kind: micropoints lost by putting it in the place of ``out`` (-1: an empty dwelling), worst row or -1.

        Of rows that worsen alike the first is named; `NEVER` where a réservataire's order would be passed over.
        """
        total, worst = np.empty(len(into), np.int64), np.empty(len(into), np.int64)
        exchange_costs(out, into, self._marks, self._rows, self._orders, self._change, total, worst)
        return total, worst
