"""`burden` of a pair (design §5): what too heavy an effort rate takes off the value of a proposal.

b·M × min(1, max(0, e − threshold) / span), rounded half up to hundredths of a point, in whole numbers. M is the span of
the grid, which scoring knows: `Facts.span` is filled before the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.eligibility.allowance import FINE, INCOME_MAX, RATE
from optimizer.eligibility.effort import RATE_UNIT, Ratio, ratio
from optimizer.eligibility.facts import Facts

if TYPE_CHECKING:
    pass

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
WEIGHT_UNIT = 100
_SAFE = 1 << 61


def burden(facts: Facts, dwelling: int, apps: I32, found: Ratio | None = None) -> I64:
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
    if found is None and dwelling not in facts.simulations:
        points = _estimated(facts, dwelling, apps)
        if points is not None:
            return points
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


def _estimated(facts: Facts, dwelling: int, apps: I32) -> I64 | None:
    """The same where nobody simulated anything, in one compiled pass: a country has 300 million pairs. None where a product
    might not fit 63 bits."""
    a, d = facts.applications, facts.dwellings
    points = np.zeros(len(apps), np.int64)
    rent, zone = int(d.counted_rent_cents[dwelling]), int(d.allowance_zone[dwelling])
    full = int(d.effort_weight[dwelling]) * facts.span
    if facts.allowance is None or zone == 0 or rent < 0 or full == 0:
        return points  # unknown or before any allowance: weighs nothing
    allowance = facts.allowance
    before, rate = allowance.terms(zone, rent)
    cost = rent + max(int(d.counted_charges_cents[dwelling]), 0)
    width, threshold = facts.burden_width, int(d.effort_threshold[dwelling])
    if 4 * full * cost * RATE_UNIT >= _SAFE:
        return None
    dearest = _SAFE // (4 * max(WEIGHT_UNIT * width, threshold, 1))
    fits = _weigh(
        apps, a.monthly_income_cents, a.family, a.dalo, a.prefet_designated, before, rate, allowance.income_floor,
        allowance.yearly, allowance.least_paid, cost, threshold, width, full, dearest, points,
    )  # fmt: skip
    return points if fits else None


@njit(cache=True, nogil=True)
def _weigh(  # type: ignore[no-untyped-def]
    apps, incomes, families, dalo, designated, before, rate, floor, yearly, least, cost, threshold, width, full, dearest, points
):  # fmt: skip
    """Fill the points of each pair; whether every income is below the one from which products might not fit."""
    unit = RATE * FINE
    for i in range(len(apps)):
        app = apps[i]
        income, family = incomes[app], families[app]
        if income <= 0 or family < 0 or dalo[app] or designated[app]:
            continue
        if income > dearest:
            return False
        beyond = max(min(income, INCOME_MAX) * yearly - floor[family] * RATE, 0)
        amount = (2 * (before[family] - rate[family] * beyond) + unit) // (2 * unit)
        left = cost - amount if amount >= least and amount > 0 else cost
        over = min(max(left, 0) * RATE_UNIT - threshold * income, width * income)
        if over > 0:
            most = WEIGHT_UNIT * width * income
            points[i] = (2 * full * over + most) // (2 * most)
    return True
