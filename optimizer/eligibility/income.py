"""First quartile of income (LEC, CCH L. 441-1): three states, never a guess."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_NO, Q1_UNKNOWN, Q1_YES, Facts

UC_UNIT = 100


def income_missing(facts: Facts, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Monthly income unknown, or zero and only declared."""
    a = facts.applications
    income = a.monthly_income_cents[apps]
    return np.asarray((income < 0) | ((income == 0) & a.income_declared_only[apps]), dtype=bool)


def q1_state(facts: Facts, apps: NDArray[np.int32], epci: int) -> NDArray[np.int8]:
    """Q1_NO, Q1_YES or Q1_UNKNOWN of each household in an EPCI.

    Q1 when twelve months of income per consumption unit are at most the threshold of the EPCI. Unknown when the income is
    missing, and for everybody in an EPCI without threshold.
    """
    a = facts.applications
    threshold = int(facts.q1_threshold_cents[epci])
    if threshold < 0:
        return np.full(len(apps), Q1_UNKNOWN, np.int8)
    yearly = a.monthly_income_cents[apps] * (facts.months_per_year * UC_UNIT)
    state = np.where(yearly <= threshold * a.uc_hundredths[apps], Q1_YES, Q1_NO)
    return np.where(income_missing(facts, apps), Q1_UNKNOWN, state).astype(np.int8)
