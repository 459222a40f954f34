"""Effort rate and residual income of a pair, as the arrêté of 10 March 2011 counts them, and where they come from.

A simulated rate wins; else rent and charges less what is known of the rent reduction and of the allowance, over the
income. An allowance that nobody simulated is estimated and labelled so; where it cannot be, the rate is before any
allowance, shown as such, and weighs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]

RATE_UNIT = 10_000
UC_UNIT = 100
_SHOWN_MAX = 10**9
EFFORT_STATUS = ("unknown", "before_allowance", "estimated", "simulated")
"""Where the allowance of a rate comes from: the rate is unknown, before any allowance, with an estimated allowance, or
with a simulated one (or itself simulated)."""
UNKNOWN, BEFORE_ALLOWANCE, ESTIMATED, SIMULATED = range(len(EFFORT_STATUS))


class Effort(NamedTuple):
    """What `effort` says of pairs, (n,) each.

    Attributes
    ----------
    rate : int64
        Ten-thousandths, half-up, not below 0; -1 unknown (rent or income unknown, income zero).
    residual : int64
        (income − cost) per day and consumption unit, cents, rounded down; -1 when the rent or the income is unknown.
    status : int8
        Index in ``EFFORT_STATUS``.
    allowance : int64
        Monthly allowance counted, cents; -1 without one, or where the rate was written without it.
    reduction : int64
        Monthly rent reduction counted, cents; 0 without one.
    given : bool
        Whether the rate was written as such: rent, charges and allowance do not give it.
    """

    rate: I64
    residual: I64
    status: I8
    allowance: I64
    reduction: I64
    given: B


@dataclass(frozen=True)
class Ratio:
    """The exact rate ``num / den`` (den 0: unknown), its status, the monthly cost, allowance (-1 unknown) and rent reduction in
    cents, and whether the rate was written as such."""

    num: I64
    den: I64
    status: I8
    cost: I64
    allowance: I64
    reduction: I64
    given: B

    @property
    def weighed(self) -> B:
        """Where the rate is known and after an allowance: elsewhere it weighs nothing."""
        return np.asarray((self.den > 0) & (self.status >= ESTIMATED), dtype=bool)


def ratio(facts: Facts, dwelling: int, apps: I32) -> Ratio:
    """Exact effort rate of each pair."""
    a, d = facts.applications, facts.dwellings
    rent, charges = int(d.counted_rent_cents[dwelling]), int(d.counted_charges_cents[dwelling])
    income = a.monthly_income_cents[apps]
    simulated = facts.simulations.get(dwelling)
    if facts.allowance is None:
        allowance = np.full(len(apps), -1, np.int64)
    else:
        zone = int(d.allowance_zone[dwelling])
        allowance = facts.allowance.of(zone, rent, a.family[apps], income)
    status = np.where(allowance >= 0, ESTIMATED, BEFORE_ALLOWANCE).astype(np.int8)
    reduction: I64 = np.zeros(len(apps), np.int64)
    written: B = np.zeros(len(apps), np.bool_)
    given: I64 = np.full(len(apps), -1, np.int64)
    if simulated is not None:
        at, here = simulated.find(apps)
        written = here & (simulated.allowance_cents[at] >= 0)
        allowance = np.where(written, simulated.allowance_cents[at], allowance)
        status = np.where(written, SIMULATED, status).astype(np.int8)
        reduction = np.where(here, np.maximum(simulated.rls_cents[at], 0), 0)
        given = np.where(here, simulated.effort[at], -1)
    if rent < 0:
        num = den = np.zeros(len(apps), np.int64)
        cost = np.full(len(apps), -1, np.int64)
        status = np.zeros(len(apps), np.int8)
    else:
        cost = np.maximum(rent + max(charges, 0) - reduction - np.maximum(allowance, 0), 0)
        num, den = cost, np.maximum(income, 0)
        status = np.where(income < 0, UNKNOWN, status).astype(np.int8)
    told = given >= 0
    if told.any():
        num, den = np.where(told, given, num), np.where(told, RATE_UNIT, den)
        status = np.where(told, SIMULATED, status).astype(np.int8)
        of_income = (2 * given * np.maximum(income, 0) + RATE_UNIT) // (2 * RATE_UNIT)
        cost = np.where(told & (income >= 0), of_income, cost)
        # an estimate beside a rate that somebody else computed is no part of it
        allowance = np.where(told & ~written, -1, allowance)
    return Ratio(num, den, status, cost, allowance, reduction, told)


def effort(facts: Facts, rules: RuleSet, dwelling: int, apps: I32) -> Effort:
    """Share of income spent on the dwelling, what is left to live on, and where the allowance comes from."""
    found = ratio(facts, dwelling, apps)
    income = facts.applications.monthly_income_cents[apps]
    divisor = np.maximum(found.den, 1)
    rate = np.minimum((found.num * 2 * RATE_UNIT + divisor) // (2 * divisor), _SHOWN_MAX)
    days = rules.integer("national.effort.days_per_month")
    left = (income - found.cost) * UC_UNIT // (days * facts.applications.uc_hundredths[apps])
    return Effort(
        np.where(found.den > 0, rate, -1), np.where((income >= 0) & (found.cost >= 0), left, -1), found.status,
        found.allowance, found.reduction, found.given,
    )  # fmt: skip


def effort_high(facts: Facts, dwelling: int, apps: I32, found: Ratio | None = None) -> B:
    """Rate after allowance above the flagged one, compared exactly: 33.001 % is above 33 %."""
    exact = found if found is not None else ratio(facts, dwelling, apps)
    return np.asarray(exact.weighed & (exact.num * RATE_UNIT > facts.effort_flag * exact.den), dtype=bool)
