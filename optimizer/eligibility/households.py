"""What is derived from a household's declared composition: ceiling category, consumption units, who never gets a T1.

Ceiling categories: arrêté of 29 July 1987 as amended, annex I. Category = number of persons, one more for a young couple
without dependants, for a lone person with dependants and when a person is disabled (never added together). Category 6 holds
six persons, a lone person with four dependants, or five persons of whom one is disabled; each person beyond *that* raises
the ceiling, so that a lone parent of five children is one above it, as a couple with five is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.allowance import ALONE, COUPLE, LARGEST_FAMILY, UNKNOWN_FAMILY
from optimizer.eligibility.columns import booleans, hundredths, integers
from optimizer.errors import AttrifluxError

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I64 = NDArray[np.int64]
B = NDArray[np.bool_]
LAST_CATEGORY = 6
YOUNG_COUPLE = "national.household.young_couple_ages_sum"
"""Largest sum of ages of a *jeune ménage*; while ``models/`` has no such value, no couple is treated as one."""


@dataclass(frozen=True)
class Households:
    """One value per row of the applications table."""

    persons: I64
    size_persons: I64
    category: I64
    category_extra: I64
    uc_hundredths: I64
    never_t1: B
    family: NDArray[np.int32]


def young_couple_ages(rules: RuleSet) -> int:
    """Largest sum of the ages of a young couple, -1 when the rules do not give one."""
    try:
        return int(rules.integer(YOUNG_COUPLE))
    except AttrifluxError:
        return -1


def _family(persons: I64, adults: I64, dependants: I64) -> NDArray[np.int32]:
    """Position in the tables of the housing allowance: with dependants their number, else alone or a couple.

    ``dependants`` as written, else the persons who are not adults; -1 where neither is known and several live together.
    """
    known = (dependants >= 0) | (adults >= 1) | (persons == 1)
    counted = np.where(dependants >= 0, dependants, np.where(adults >= 1, np.maximum(persons - adults, 0), 0))
    some = COUPLE + np.minimum(counted, LARGEST_FAMILY)
    found = np.where(counted >= 1, some, np.where(persons >= 2, COUPLE, ALONE))
    return np.where(known, found, UNKNOWN_FAMILY).astype(np.int32)


def read_households(frame: pd.DataFrame, rules: RuleSet) -> Households:
    """Derive the household facts of every application.

    ``dependants`` missing: persons other than the adults, else the children under 14. A person without adult count and
    without dependants is taken as declared: only ``persons`` counts. An explicit ``household_category`` wins; the last one
    means "six and more" in the files of landlords, so the persons beyond it are those of the household.
    """
    persons = np.maximum(integers(frame, "persons", 1), 1)
    # children who come, live there half of the time or are to be born count for the size, not for the ceilings
    guests = np.zeros(len(frame), np.int64)
    for name in ("visiting_children", "alternate_custody_children", "expected_children"):
        guests += np.maximum(integers(frame, name, 0), 0)
    adults = integers(frame, "adults")
    children = np.maximum(integers(frame, "children_under_14", 0), 0)
    written_dependants = integers(frame, "dependants")
    rest = np.where(adults >= 1, np.maximum(persons - adults, 0), np.minimum(children, persons - 1))
    dependants = np.where(written_dependants >= 0, written_dependants, rest)
    couple = booleans(frame, "couple")
    ages = integers(frame, "ages_sum")
    disabled = np.maximum(integers(frame, "disabled_persons", 0), 0)

    lone_parent = ~couple & (dependants >= 1) & (persons - dependants == 1)
    young = couple & (dependants == 0) & (persons == 2) & (ages >= 0) & (ages <= young_couple_ages(rules))
    derived = persons + (lone_parent | young | (disabled >= 1))
    given = integers(frame, "household_category")
    given = np.where(given >= LAST_CATEGORY, np.maximum(given, derived), given)
    category = np.where(given >= 1, given, derived)

    first, other, child = (
        int(np.floor(rules.number(f"national.uc.{name}") * 100 + 0.5))
        for name in ("first_person", "other_person", "child")
    )
    young_children = np.minimum(children, persons - 1)
    uc = first + other * (persons - 1 - young_children) + child * young_children
    written = hundredths(frame, "consumption_units")
    uc = np.where(written > 0, written, uc)
    parent = (children >= 1) | ((persons >= 2) & (adults >= 1) & (adults < persons))
    return Households(
        persons=persons,
        size_persons=persons + guests,
        category=np.minimum(category, LAST_CATEGORY),
        category_extra=np.maximum(category - LAST_CATEGORY, 0),
        uc_hundredths=uc,
        never_t1=couple | parent | (guests >= 1),
        family=_family(persons, adults, written_dependants),
    )
