"""The housing allowance estimated for a tenant of social housing, from the tables of ``national/housing_allowance.yaml``.

The formula and the roundings are written at the top of that file. Everything is whole numbers: cents, and rates in
ten-thousandths, so that the last cent never depends on a binary fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I64 = NDArray[np.int64]
CENTS = 100
RATE = 10_000
FINE = 100_000
"""Hundred-thousandths: the unit of the personal share."""
UNKNOWN_FAMILY = -1
ALONE, COUPLE = 0, 1
LARGEST_FAMILY = 60
"""Dependants beyond this many are counted as this many (the reader takes thirty persons at most)."""
INCOME_MAX = 10**8
"""A monthly income of a million euros: no allowance at any size of family, and every product stays inside 64 bits."""
_KEY = "national.housing_allowance."
OTHER_ZONE = 3


@dataclass(frozen=True)
class Allowance:
    """Amounts by family: position 0 alone, 1 couple, 1 + k with k dependants. Cents, by month unless said.

    Attributes
    ----------
    rent_ceiling : (3, F)
        By zone: the rent counted at most.
    charges, income_floor : (F,)
        Lump sum of charges; income of the year that costs nothing (R0).
    family_rate : (F,)
        TF in hundred-thousandths.
    """

    rent_ceiling: I64
    charges: I64
    income_floor: I64
    family_rate: I64
    minimum_rate: int
    minimum: int
    rent_breaks: tuple[int, int]
    rent_rates: tuple[int, int, int]
    flat_cut: int
    least_paid: int
    yearly: int
    """Income of the year counted for one cent of monthly income, ten-thousandths of a cent."""

    def of(self, zone: int, rent_cents: int, family: NDArray[np.int32], income_cents: I64) -> I64:
        """Monthly allowance of each household in cents, -1 where it cannot be computed.

        Parameters
        ----------
        zone : int
            1 to 3; 0 where the allowance is not estimated.
        rent_cents : int
            Rent without charges, -1 unknown.
        family, income_cents : (n,)
            Position in the tables (-1 unknown) and monthly income (-1 unknown).
        """
        known = (family != UNKNOWN_FAMILY) & (income_cents >= 0)
        if zone == 0 or rent_cents < 0:
            return np.full(len(family), -1, np.int64)
        before, rate = self.terms(zone, rent_cents)
        at = np.where(known, family, 0)
        income = np.minimum(income_cents, INCOME_MAX) * self.yearly
        beyond = np.maximum(income - self.income_floor[at] * RATE, 0)
        exact = before[at] - rate[at] * beyond
        unit = RATE * FINE
        amount = (2 * exact + unit) // (2 * unit)
        return np.where(known, np.where(amount < self.least_paid, 0, amount), -1)

    def terms(self, zone: int, rent_cents: int) -> tuple[I64, I64]:
        """Of each family at a known rent in zone 1 to 3: the allowance of an income below the floor, and what a unit above it
        takes off, (F,) each, in ``RATE × FINE`` of a cent."""
        rent = np.minimum(rent_cents, self.rent_ceiling[zone - 1])
        expense = rent + self.charges
        share = np.maximum(self.minimum_rate * expense * FINE, self.minimum * RATE * FINE)
        before = expense * RATE * FINE - share - self.flat_cut * RATE * FINE
        return before, self.family_rate + self._rent_rate(rent)

    def _rent_rate(self, rent: I64) -> I64:
        """TL in hundred-thousandths: progressive rates of the rent counted over the rent ceiling of zone 2."""
        reference = self.rent_ceiling[1]
        ratio = (2 * RATE * rent + reference) // (2 * reference)
        first, second = self.rent_breaks
        parts = (
            np.minimum(ratio, first),
            np.clip(ratio - first, 0, second - first),
            np.maximum(ratio - second, 0),
        )
        exact = sum((r * part for r, part in zip(self.rent_rates, parts, strict=True)), np.zeros_like(ratio))
        unit = RATE * RATE // FINE
        return np.asarray((2 * exact + unit) // (2 * unit), dtype=np.int64)


def _units(value: float, unit: int) -> int:
    """A value as it is written, in units, half-up."""
    return floor(Fraction(repr(float(value))) * unit + Fraction(1, 2))


def _by_family(values: tuple[float, ...], unit: int) -> I64:
    """A table ``[alone, couple, 1, 2, … dependants, each further one]`` spread over all sizes of family."""
    table = [_units(v, unit) for v in values[:-1]]
    further = _units(values[-1], unit)
    more = [table[-1] + further * k for k in range(1, LARGEST_FAMILY + 2 - len(table) + 1)]
    return np.maximum(np.array([*table, *more], np.int64), 0)


def _charges(values: tuple[float, ...]) -> I64:
    base, child = (_units(v, CENTS) for v in values)
    return np.array([base, *(base + child * k for k in range(LARGEST_FAMILY + 1))], np.int64)


def read_allowance(rules: RuleSet) -> Allowance | None:
    """The tables in force; None on a date before the first ones, when nothing is estimated."""
    try:
        zones = [_by_family(rules.get(f"{_KEY}rent_ceiling.zone_{z}"), CENTS) for z in (1, 2, 3)]
        charges = _charges(rules.get(_KEY + "charges"))
        minimum = _units(rules.number(_KEY + "personal_share.minimum"), CENTS)
    except AttrifluxError:
        return None
    share = _KEY + "personal_share."
    first, second = (_units(v, RATE) for v in rules.get(share + "rent_breaks"))
    low, middle, high = (_units(v, RATE) for v in rules.get(share + "rent_rates"))
    return Allowance(
        rent_ceiling=np.stack(zones),
        charges=charges,
        income_floor=_by_family(rules.get(share + "allowance"), CENTS),
        family_rate=_by_family(rules.get(share + "family_rate"), FINE),
        minimum_rate=_units(rules.number(share + "minimum_rate"), RATE),
        minimum=minimum,
        rent_breaks=(first, second),
        rent_rates=(low, middle, high),
        flat_cut=_units(rules.number(_KEY + "flat_cut"), CENTS),
        least_paid=_units(rules.number(_KEY + "least_paid"), CENTS),
        yearly=_units(rules.number(_KEY + "income_share"), RATE) * rules.integer(_KEY + "income_months"),
    )


def commune_zones(rules: RuleSet, communes: tuple[str, ...], departements: list[str]) -> NDArray[np.int8]:
    """Zone of each commune (1 to 3), 0 in the départements whose scales differ; ``departements`` beside ``communes``."""
    elsewhere = frozenset(rules.get(_KEY + "not_estimated"))
    zone = {code: z for z in (1, 2) for code in rules.get(f"{_KEY}zone_{z}")}
    return np.array(
        [
            0 if departement in elsewhere else zone.get(commune, OTHER_ZONE)
            for commune, departement in zip(communes, departements, strict=True)
        ],
        np.int8,
    )
