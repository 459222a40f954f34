"""Prices of the dwellings from the proof's multipliers: what the orientation sheet compares accounts with.

With the multipliers λ of the rules and the prices π of the households, a class has the price
``max(0, best(value − λ·marks − π))``; an account whose best reduced value is lower costs at least the difference. The
réservataires' orders are left out (multipliers of 0): the bound is weaker for it, never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT, Problem

I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Prices:
    """Reduced values in micropoints.

    Attributes
    ----------
    kind_cost : (n_kinds,) int64     Σ_k λ_k (rate_k·den − num) − lean: what a lease of that kind costs
    application : (A,) int64         π_a ≥ 0
    play : int                       Σ_k λ_k play_k: what may be missing without a point lost
    """

    kind_cost: I64
    application: I64
    play: int


def kind_costs(problem: Problem, multipliers: I64) -> I64:
    """Cost in micropoints of each kind under multipliers (micropoints per lease of shortfall), its lean taken off.

    ``Σ_k λ_k (rate_k·den − num)`` with the rate in ten-thousandths: rounded up, so that a price is never flattered.
    """
    kinds = problem.kinds
    rate = np.array([row.rate for row in problem.rows], np.int64)
    cost = -kinds.value * MICRO_PER_HUNDREDTH
    if len(kinds.row):
        marks = rate[kinds.row] * kinds.den + kinds.more - RATE_UNIT * kinds.num.astype(np.int64)
        # the running sum may wrap around 64 bits; its differences do not
        running = np.concatenate([[0], np.cumsum(multipliers[kinds.row] * marks)])
        cost = cost - ((running[kinds.ptr[:-1]] - running[kinds.ptr[1:]]) // RATE_UNIT)
    return np.asarray(cost, np.int64)


def price_classes(problem: Problem, multipliers: I64, application: I64) -> Prices:
    """Prices of the proof from multipliers and household prices (all in micropoints)."""
    play = sum(
        row.play * int(lost) for row, lost in zip(problem.rows, multipliers.tolist(), strict=True) if row.play
    )
    return Prices(kind_costs(problem, multipliers), application, -(-play // RATE_UNIT))
