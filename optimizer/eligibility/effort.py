"""Effort rate and residual income of a pair: shown on the sheets, never a silent filter (arrêté of 10 March 2011)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

RATE_UNIT = 10_000
UC_UNIT = 100
_SHOWN_MAX = 10**9


def effort(
    facts: Facts, rules: RuleSet, dwelling: int, apps: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Share of income spent on the dwelling, and what is left to live on.

    Returns
    -------
    rate : (n,) int64
        (rent + charges − housing allowance) / monthly income in ten-thousandths, rounded half up, not below 0; -1 when
        the rent or the income is unknown, or the income is zero. Unknown charges and allowance count as zero.
    residual : (n,) int64
        (monthly income − that cost) per day and consumption unit, cents, rounded down (negative when the cost exceeds
        the income); -1 when the rent or the income is unknown.
    """
    a, d = facts.applications, facts.dwellings
    rent, charges = int(d.rent_cents[dwelling]), max(int(d.charges_cents[dwelling]), 0)
    nothing = np.full(len(apps), -1, np.int64)
    if rent < 0:
        return nothing, nothing.copy()
    income = a.monthly_income_cents[apps]
    cost = np.maximum(rent + charges - a.allowance_cents[apps], 0)
    divisor = np.maximum(income, 1)
    rate = np.minimum((cost * 2 * RATE_UNIT + divisor) // (2 * divisor), _SHOWN_MAX)
    days = rules.integer("national.effort.days_per_month")
    left = (income - cost) * UC_UNIT // (days * a.uc_hundredths[apps])
    return np.where(income > 0, rate, nothing), np.where(income >= 0, left, nothing)
