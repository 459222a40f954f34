"""Effort rate and residual income of a pair (arrêté of 10 March 2011): shown on the sheets.

A rate filters, or withholds the credit of the rules, only where the landlord's own file sets a limit (design §4), and a
rate that cannot be computed never does: the poorest files are the least complete.
"""

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
    a = facts.applications
    nothing = np.full(len(apps), -1, np.int64)
    if facts.dwellings.rent_cents[dwelling] < 0:
        return nothing, nothing.copy()
    income = a.monthly_income_cents[apps]
    cost = _cost(facts, dwelling, apps)
    divisor = np.maximum(income, 1)
    rate = np.minimum((cost * 2 * RATE_UNIT + divisor) // (2 * divisor), _SHOWN_MAX)
    days = rules.integer("national.effort.days_per_month")
    left = (income - cost) * UC_UNIT // (days * a.uc_hundredths[apps])
    return np.where(income > 0, rate, nothing), np.where(income >= 0, left, nothing)


def _cost(facts: Facts, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rent and charges less the housing allowance, cents a month, not below 0; the rent must be known."""
    d = facts.dwellings
    gross = int(d.rent_cents[dwelling]) + max(int(d.charges_cents[dwelling]), 0)
    return np.maximum(gross - facts.applications.allowance_cents[apps], 0)


def _beyond(facts: Facts, limit: int, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Rate known and above the limit, compared exactly: 33.001 % is above 33 %, whatever the sheet rounds it to."""
    if limit < 0 or facts.dwellings.rent_cents[dwelling] < 0:
        return np.zeros(len(apps), bool)
    income = facts.applications.monthly_income_cents[apps]
    return np.asarray((income > 0) & (_cost(facts, dwelling, apps) * RATE_UNIT > limit * income), dtype=bool)


def rate_rounded_up(facts: Facts, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rate in thousandths rounded up, so that a refused rate is never shown equal to the limit. Income above zero."""
    income = facts.applications.monthly_income_cents[apps]
    rate: NDArray[np.int64] = np.minimum(-(-_cost(facts, dwelling, apps) * 1000 // income), _SHOWN_MAX)
    return rate


def too_dear(facts: Facts, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pairs that the landlord's own file refuses for their effort rate (``effort_filter_max``)."""
    return _beyond(facts, int(facts.dwellings.effort_max[dwelling]), dwelling, apps)


def without_credit(facts: Facts, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pairs whose lease gives no credit to the rules that look at the household (``credit_effort_max``)."""
    return _beyond(facts, int(facts.dwellings.effort_credit_max[dwelling]), dwelling, apps)
