"""Effort rate of a household in a dwelling: what the arrêté of 10 March 2011 divides, with the allowance estimated."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import Law, exact, half_up


class Effort(NamedTuple):
    """The rate (None where it weighs nothing) and how its allowance was had."""

    rate: Fraction | None
    allowance: str
    """`simulated`, `estimated` or `missing`."""


def effort(pairs: Pairs, d: str, a: str) -> Effort:
    """The effort rate that weighs; None where it is unknown or "avant APL"."""
    dwelling, household = pairs.dwellings[d], pairs.applications[a]
    told = next(
        (row for row in pairs.case["simulations"] if (row["dwelling_id"], row["application_id"]) == (d, a)),
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
    law, dwelling, household = pairs.law, pairs.dwellings[d], pairs.applications[a]
    rent, income, persons = dwelling["rent_eur"], household["monthly_income_eur"], household["persons"]
    if rent is None or income is None:
        return None
    if household["dependants"] is not None:
        dependants = household["dependants"]
    elif household["adults"] is not None:
        dependants = max(0, persons - household["adults"])
    elif persons == 1:
        dependants = 0
    else:
        return None
    alone = persons == 1
    zone = "zone_3"
    for name in ("zone_1", "zone_2"):
        if dwelling["commune"] in law.national(f"housing_allowance.{name}"):
            zone = name
    ceiling = _at(_amounts(law, f"rent_ceiling.{zone}"), dependants, alone)
    kept = min(rent, ceiling)
    base, each = _amounts(law, "charges")
    total = kept + base + each * dependants
    share = _own_share(law, total)
    rate = _at(_amounts(law, "personal_share.family_rate"), dependants, alone)
    rate += _rent_rate(law, kept / _at(_amounts(law, "rent_ceiling.zone_2"), dependants, alone))
    months, part = (
        law.national("housing_allowance.income_months"),
        law.national("housing_allowance.income_share"),
    )
    above = max(
        Fraction(0),
        part * months * income - _at(_amounts(law, "personal_share.allowance"), dependants, alone),
    )
    found = half_up(total - share - rate * above - law.national("housing_allowance.flat_cut"), 2)
    return found if found >= law.national("housing_allowance.least_paid") else Fraction(0)


def _amounts(law: Law, name: str) -> list[Fraction]:
    return [exact(value) for value in law.national(f"housing_allowance.{name}")]


def _at(amounts: list[Fraction], dependants: int, alone: bool) -> Fraction:
    """Alone, couple, then by dependants; the last number for each one more."""
    if dependants == 0:
        return amounts[0 if alone else 1]
    known = len(amounts) - 3
    return amounts[1 + min(dependants, known)] + max(0, dependants - known) * amounts[-1]


def _own_share(law: Law, total: Fraction) -> Fraction:
    """What every tenant pays whatever the resources."""
    rate = law.national("housing_allowance.personal_share.minimum_rate")
    return max(rate * total, law.national("housing_allowance.personal_share.minimum"))


def _rent_rate(law: Law, ratio: Fraction) -> Fraction:
    """TL: a rate for each slice of the ratio of the rent kept to the reference rent."""
    breaks, rates = _amounts(law, "personal_share.rent_breaks"), _amounts(law, "personal_share.rent_rates")
    ratio, found, low = half_up(ratio, 4), Fraction(0), Fraction(0)
    for rate, high in zip(rates, [*breaks, max(ratio, breaks[-1])], strict=True):
        found += rate * max(Fraction(0), min(ratio, high) - low)
        low = high
    return half_up(found, 5)
