"""The best of a tiny problem by trying every set of first ranks: an oracle without rows, bounds or prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from optimizer.problem import InvalidSolution, evaluate, explicit
from optimizer.problem.model import Columns, FirstRanks, Problem

Moves = Mapping[int, int]
"""Dwelling -> household that is first there."""


def everything(problem: Problem, fits: Callable[[Moves], bool] = lambda moves: True) -> int:
    """The best objective, in micropoints, among the sets of first ranks that fit."""
    columns = explicit(problem)
    by_dwelling = [np.flatnonzero(columns.dwelling == d).tolist() for d in range(len(problem.dwelling_ids))]
    best = -(10**18)

    def go(d: int, taken: list[int]) -> None:
        nonlocal best
        if d == len(by_dwelling):
            if fits({int(columns.dwelling[j]): int(columns.app[j]) for j in taken}):
                best = max(best, _worth(problem, columns, taken, best))
            return
        go(d + 1, taken)
        for j in by_dwelling[d]:
            if columns.app[j] < 0 or columns.app[j] not in [columns.app[i] for i in taken]:
                go(d + 1, [*taken, j])

    go(0, [])
    return best


def _worth(problem: Problem, columns: Columns, taken: list[int], least: int) -> int:
    if sum(int(columns.value[j]) for j in taken) * 10_000 <= least:
        return least
    first = FirstRanks(columns.dwelling[taken], columns.app[taken], columns.kind[taken])
    try:
        return evaluate(problem, first).objective
    except InvalidSolution:
        return least
