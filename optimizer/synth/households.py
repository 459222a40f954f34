"""Composition and resources of the households that ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.synth.draws import I64, Draws, at_rank, knots, share, table
from optimizer.synth.world import World

B = NDArray[np.bool_]
Stream = Callable[[str], Draws]
_FIRST_QUARTILE = share(0.25)
"""Rank of the first quartile: that is its definition, not a parameter."""


@dataclass(frozen=True)
class Households:
    """One value per application of a chunk."""

    persons: I64
    adults: I64
    couple: B
    children_under_14: I64
    visiting: I64
    ages_sum: I64
    """0 for other than couples without dependants."""
    disabled: B
    income_rank: I64
    """Rank of the resources per unit among applicants, on the 32-bit scale."""

    @property
    def dependants(self) -> I64:
        return self.persons - self.adults

    @property
    def poorest(self) -> B:
        """Of the first quartile of their EPCI."""
        return np.asarray(self.income_rank < _FIRST_QUARTILE)


@dataclass(frozen=True)
class Resources:
    """Euros; the masks say what the file knows."""

    monthly: I64
    monthly_known: B
    verified: B
    tax: I64
    tax_known: B
    tax_n1: I64
    tax_n1_known: B
    allowance: I64


def draw_households(world: World, draws: Stream, n: int) -> Households:
    """Composition of ``n`` households."""
    profile = world.profile
    persons = draws("persons").pick(n, table({int(k): float(v) for k, v in profile.of("persons").items()}))
    lone = {int(k): share(float(v)) for k, v in profile.of("lone_by_persons").items()}
    most = max(lone)
    limits = np.array([lone.get(k, 0) for k in range(most + 1)], np.int64)[np.minimum(persons, most)]
    alone = draws("lone").chance(n, limits)
    adults = np.where(alone, 1, 2)
    dependants = persons - adults
    children = np.zeros(n, np.int64)
    for k in range(int(persons.max(initial=1))):
        children += draws(f"child{k}").chance(n, profile.rate("child_under_14")) & (k < dependants)
    childless = ~alone & (dependants == 0)
    young = draws("young").chance(n, profile.rate("young_couple"))
    limit = world.rules.integer("national.household.young_couple_ages_sum")
    ages = np.where(young, limit - draws("ages").below(n, 16), limit + 1 + draws("elder").below(n, 95))
    return Households(
        persons=persons,
        adults=adults,
        couple=~alone,
        children_under_14=children,
        visiting=draws("visiting").chance(n, profile.rate("visiting_children")).astype(np.int64),
        ages_sum=np.where(childless, ages, 0),
        disabled=draws("disabled").chance(n, profile.rate("disabled")),
        income_rank=draws("income").words(n),
    )


def draw_resources(world: World, draws: Stream, homes: Households, first_commune: I64) -> Resources:
    """Resources, scaled so that a quarter of each EPCI's applicants are under its threshold.

    ``first_commune`` places the household in an EPCI. Monthly amounts are rounded down to whole euros, so that twelve of
    them per unit stay on the right side of the threshold.
    """
    profile, rules, n = world.profile, world.rules, len(homes.persons)
    where, euros = knots(profile.of("income_per_uc"))
    reference = int(profile.of("income_per_uc")[25])
    per_unit = at_rank(homes.income_rank, where, euros * 100) * world.threshold[first_commune] // reference
    first, other, child = (
        round(rules.number(f"national.uc.{k}") * 100) for k in ("first_person", "other_person", "child")
    )
    children = homes.children_under_14
    units = first + other * (homes.persons - 1 - children) + child * children
    months = rules.integer("national.lec.income_months")
    monthly = per_unit * units // (100 * 100 * months)
    unknown = draws("income_unknown").chance(n, profile.rate("income_unknown"))
    missing = unknown & draws("income_missing").chance(n, profile.rate("income_missing"))
    ratio = at_rank(draws("tax").words(n), *knots(profile.of("tax_income_ratio")))
    tax = monthly * 12 * ratio // 100
    n1 = tax * (70 + draws("tax_n1").below(n, 51)) // 100
    need = np.maximum(
        0, 46 - (homes.income_rank >> 26)
    )  # falls with the rank: nothing above the seventh decile
    return Resources(
        monthly=np.where(unknown, 0, monthly),
        monthly_known=~missing,
        verified=draws("verified").chance(n, profile.rate("income_verified")) & ~unknown,
        tax=tax,
        tax_known=~draws("tax_missing").chance(n, profile.rate("tax_income_missing")),
        tax_n1=n1,
        tax_n1_known=draws("tax_n1_known").chance(n, profile.rate("tax_income_n1")),
        allowance=need * (5 + homes.persons),
    )
