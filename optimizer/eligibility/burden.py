"""`burden` of a pair (design §5): what too heavy an effort rate takes off the value of a proposal.

b·M × min(1, max(0, e − threshold) / span), rounded half up to hundredths of a point, in whole numbers. M is the span of
the grid, which scoring knows: `Facts.span` is filled before the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.effort import RATE_UNIT, Ratio, ratio
from optimizer.eligibility.facts import Facts

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
WEIGHT_UNIT = 100
_SAFE = 1 << 61


def burden(facts: Facts, rules: RuleSet, dwelling: int, apps: I32, found: Ratio | None = None) -> I64:
    """Burden of each pair, hundredths of a point, 0 or more.

    Zero where the rate is unknown or before allowance, the income is zero, or the household is DALO or designated by
    the préfet.

    Parameters
    ----------
    found : the exact rates where the caller has them.

    Raises
    ------
    ValueError
        The span of the grid has not been told to the facts (``Facts.with_span``).
    """
    if facts.span < 0:
        raise ValueError("the span of the grid is unknown: score the case first")
    a, d = facts.applications, facts.dwellings
    exact = found if found is not None else ratio(facts, dwelling, apps)
    counted = exact.weighed & (a.monthly_income_cents[apps] != 0) & ~a.dalo[apps] & ~a.prefet_designated[apps]
    width = facts.burden_width
    full = int(d.effort_weight[dwelling]) * facts.span
    over = np.clip(
        exact.num * RATE_UNIT - int(d.effort_threshold[dwelling]) * exact.den, 0, width * exact.den
    )
    unit = WEIGHT_UNIT * width * exact.den
    if 2 * full * int(over.max(initial=0)) + int(unit.max(initial=0)) < _SAFE:
        points = (2 * full * over + unit) // np.maximum(2 * unit, 1)
    else:
        exactly = (2 * full * over.astype(object) + unit.astype(object)) // np.maximum(
            2 * unit.astype(object), 1
        )
        points = exactly.astype(np.int64)
    return np.where(counted, points, 0).astype(np.int64)
