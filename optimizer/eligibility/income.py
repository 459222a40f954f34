"""First quartile of income (LEC, CCH L. 441-1): three states, never a guess."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_NO, Q1_UNKNOWN, Q1_YES, Facts

UC_UNIT = 100


def income_missing(facts: Facts, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Monthly income unknown, or zero and only declared, and neither the quartile nor the income per unit written."""
    a = facts.applications
    income = a.monthly_income_cents[apps]
    told = (a.income_per_uc_cents[apps] >= 0) | (a.first_quartile[apps] != Q1_UNKNOWN)
    return np.asarray(((income < 0) | ((income == 0) & a.income_declared_only[apps])) & ~told, dtype=bool)


def q1_state(facts: Facts, apps: NDArray[np.int32], epci: int) -> NDArray[np.int8]:
    """Q1_NO, Q1_YES or Q1_UNKNOWN of each household in an EPCI.

    A quartile written in the file is taken as it is. Else Q1 when the income per consumption unit written there, or
    twelve months of income over the units, is at most the threshold of the EPCI. Unknown when the income is missing, and
    in an EPCI without threshold.
    """
    a = facts.applications
    given = a.first_quartile[apps]
    threshold = int(facts.q1_threshold_cents[epci])
    if threshold < 0:
        return given
    yearly = a.monthly_income_cents[apps] * (facts.months_per_year * UC_UNIT)
    per_uc = a.income_per_uc_cents[apps]
    below = np.where(per_uc >= 0, per_uc <= threshold, yearly <= threshold * a.uc_hundredths[apps])
    state = np.where(income_missing(facts, apps), Q1_UNKNOWN, np.where(below, Q1_YES, Q1_NO))
    return np.where(given != Q1_UNKNOWN, given, state).astype(np.int8)
