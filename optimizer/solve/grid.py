"""The grid of the objective: the largest step all possible objective values are multiples of."""

from __future__ import annotations

import math

import numpy as np

from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT
from optimizer.solve.implicit import steps
from optimizer.solve.layout import Layout


def grid(layout: Layout) -> int:
    """Micropoints, at least 1: gcd of all column values and of price × rate, × play and × one lease of every priced row.

    A bound can be floored to a multiple of it without losing a solution.
    """
    problem = layout.problem
    found = 0
    first, step = steps(problem, layout.lists)
    for klass in np.flatnonzero((step >= 0) & (np.diff(layout.member_ptr) > 0)).tolist():
        bonus = problem.bonus[layout.members(klass)]
        found = math.gcd(found, int(first[klass] + bonus[0]), int(step[klass]))
        found = math.gcd(found, int(np.gcd.reduce(bonus - bonus[0])))
    used = layout.seat[np.diff(layout.member_ptr)[problem.seats.klass[layout.seat]] > 0]
    if len(used):
        found = math.gcd(found, int(np.gcd.reduce(problem.seats.value[used])))
    if len(problem.kinds):
        found = math.gcd(found, int(np.gcd.reduce(problem.kinds.value)))
    found *= MICRO_PER_HUNDREDTH
    for price, rate, ask in zip(
        layout.price.tolist(), layout.rate.tolist(), layout.ask.tolist(), strict=True
    ):
        found = math.gcd(found, price * rate, price * RATE_UNIT, price * ask)
    more = problem.kinds.more
    for k, extra in set(zip(problem.kinds.row[more > 0].tolist(), more[more > 0].tolist(), strict=True)):
        found = math.gcd(found, int(layout.price[k]) * extra)
    return max(1, found)


def floor_to(value: int, step: int) -> int:
    """Largest multiple of ``step`` not above ``value``.

    >>> floor_to(-7, 5)
    -10
    """
    return value // step * step
