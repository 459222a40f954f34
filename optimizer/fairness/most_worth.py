"""The linear program of largest worth with at most so many dwellings per kind of household, over pairs that are added as prices ask for them.

A case of a thousand dwellings has most of a million pairs and an optimum of a thousand: the program starts with the pairs of most worth
of each class, and each answer's prices are held against *all* pairs. Those that would raise it are added; when none would, the answer is
that of the whole program. One program serves every way of putting the households into kinds: their rows come and go, its pairs stay, and
caps that do not bind are settled by the answer without caps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.fairness.leximin.polytope import passed
from optimizer.problem.model import I32, I64
from optimizer.solve.highs_lp import INFINITY, basis_of, restart, run

F = NDArray[np.float64]

AHEAD = 10
"""Pairs added for each dwelling of a class at a time: fewer ask for more rounds, more make each round longer."""
RAISES = 1e-7
"""Worth above its prices from which a pair is added: HiGHS's own tolerance."""
PRIMAL = 4
"""HiGHS's word for the primal simplex: an answer stays one when pairs are added to it."""


class MostWorth:
    """Largest Σ worth of lettings, at most one per household and the capacity per class.

    Parameters
    ----------
    app, home : (P,) household and class of each pair
    worth : (P,) of letting a dwelling of the class to the household, ≥ 0
    households : int
    capacity : (K,) dwellings of each class

    Attributes
    ----------
    free : the optimum without caps
    columns : (N,) pairs that the program has come to hold
    """

    def __init__(self, app: I32, home: I32, worth: F, households: int, capacity: I64) -> None:
        self._app, self._home, self._worth = app, home, worth
        self._ahead = AHEAD * capacity[home]
        self._classes = households + np.arange(len(capacity))
        right = np.concatenate([np.ones(households), capacity.astype(np.float64)])
        none = np.zeros(0)
        self._model = passed(
            sp.csc_matrix((len(right), 0)), np.full(len(right), -INFINITY), right, none, none, none
        )
        self._model.setOptionValue("presolve", "off")  # nothing is left to remove after the first round
        self._model.setOptionValue("simplex_strategy", PRIMAL)
        self._held = np.zeros(len(app), bool)
        self.columns = np.zeros(0, np.int64)
        self._kind: NDArray[np.int64] | None = None
        self._caps = none
        self._add(foremost(home, worth, self._ahead))
        self.free = self._optimum()
        self._basis = basis_of(self._model)

    def capped(self, kind: NDArray[np.int64], caps: F) -> float:
        """The optimum with at most ``caps[t]`` dwellings to households of ``kind`` t."""
        mine = kind[self._app[self.columns]]
        order = np.argsort(mine, kind="stable")
        start = np.searchsorted(mine[order], np.arange(len(caps)))
        first = self._model.getNumRow()
        self._model.addRows(
            len(caps), np.full(len(caps), -INFINITY), caps, len(order), start.astype(np.int32), order.astype(np.int32),
            np.ones(len(order)),
        )  # fmt: skip
        self._kind, self._caps = kind, caps
        found = self._optimum()
        self._kind = None
        self._model.deleteRows(len(caps), np.arange(first, first + len(caps), dtype=np.int32))
        restart(self._model, self._basis)
        return found

    def _optimum(self) -> float:
        while True:
            answer = run(self._model)
            if answer.status != "optimal":
                return float("nan")
            price = np.maximum(0.0, answer.row_dual)
            above = self._worth - price[self._app] - price[self._classes[self._home]]
            cell = self._home.astype(np.int64)
            if self._kind is not None:
                kind = self._kind[self._app]
                above -= price[len(price) - len(self._caps) + kind]
                cell = cell * len(self._caps) + kind
            above[self._held] = 0.0
            raising = np.flatnonzero(above > RAISES)
            if not len(raising):
                return answer.objective
            self._add(raising[foremost(cell[raising], above[raising], self._ahead[raising])])

    def _add(self, pairs: NDArray[np.int64]) -> None:
        self._held[pairs] = True
        self.columns = np.concatenate([self.columns, pairs])
        rows: list[NDArray[np.integer[Any]]] = [self._app[pairs], self._classes[self._home[pairs]]]
        if self._kind is not None:
            first = self._model.getNumRow() - len(self._caps)
            rows.append(first + self._kind[self._app[pairs]])
        n, each = len(pairs), len(rows)
        self._model.addCols(
            n, self._worth[pairs], np.zeros(n), np.full(n, INFINITY), each * n, (np.arange(n) * each).astype(np.int32),
            np.stack(rows, axis=1).ravel().astype(np.int32), np.ones(each * n),
        )  # fmt: skip


def foremost(cell: NDArray[Any], worth: F, most: I64) -> NDArray[np.int64]:
    """The items of most worth of each cell, as many as ``most`` says of an item of it; ascending."""
    order = np.lexsort((-worth, cell))
    fresh = np.r_[True, np.diff(cell[order]) != 0][: len(order)]
    place = np.arange(len(order))
    rank = place - np.maximum.accumulate(np.where(fresh, place, 0))
    return np.sort(order[rank < most[order]])
