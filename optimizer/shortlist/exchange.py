"""What the rules charge when one lease replaces another: exact change of the priced shortfalls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import RATE_UNIT, Problem

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_REMEMBERED = 1_000_000
"""Pairs of kinds whose cost is kept."""


class Exchange:
    """Change of the priced shortfalls when one lease of a kind replaces another; remembered per pair of kinds."""

    def __init__(self, problem: Problem, num_run: I64, den_run: I64) -> None:
        self.problem = problem
        self.num = num_run
        self.den = den_run
        self.rate = np.array([row.rate for row in problem.rows], np.int64)
        self.price = np.array([row.price for row in problem.rows], np.int64)
        self._known: dict[tuple[int, int], tuple[int, int]] = {}

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

        Of rows that worsen alike the first is named.
        """
        kinds = self.problem.kinds
        length = kinds.ptr[into + 1] - kinds.ptr[into]
        owner = np.repeat(np.arange(len(into)), length)
        at = np.repeat(kinds.ptr[into] - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
        left = slice(int(kinds.ptr[out]), int(kinds.ptr[out + 1])) if out >= 0 else slice(0, 0)
        rows, place = np.unique(np.concatenate([kinds.row[at], kinds.row[left]]), return_inverse=True)
        if not len(rows):
            return np.zeros(len(into), np.int64), np.full(len(into), -1, np.int64)
        num, den = np.zeros((len(into), len(rows)), np.int64), np.zeros((len(into), len(rows)), np.int64)
        here, gone = place.reshape(-1)[: len(at)], place.reshape(-1)[len(at) :]
        num[owner, here] = kinds.num[at]
        den[owner, here] = kinds.den[at]
        num[:, gone] -= kinds.num[left]
        den[:, gone] -= kinds.den[left]
        rate, base_num, base_den = self.rate[rows], self.num[rows], self.den[rows]
        before = np.maximum(0, rate * base_den - base_num * RATE_UNIT)
        after = np.maximum(0, rate * (base_den + den) - (base_num + num) * RATE_UNIT)
        change = self.price[rows] * (after - before)
        worst = np.argmax(change, axis=1)
        rises = change[np.arange(len(into)), worst] > 0
        return change.sum(axis=1), np.where(rises, rows[worst], -1).astype(np.int64)
