"""The housing allowance estimated for a pair, from the dated amounts of ``housing_allowance.yaml`` (design §4).

L + C − max(minimum share of L + C, minimum) − T × max(0, R − R0) − the flat cut, half-up to the cent, 0 below the least paid.
L is the rent up to the ceiling of zone and family, C the lump sum of charges, R the part of a year's income that counts. The
families: alone, couple, one dependant, two, … T = TF of the family + TL of the rent beside the ceiling of zone 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor, lcm

import numpy as np

from optimizer.compiled import njit
from optimizer.verify.cells import I32, I64
from optimizer.verify.world import World

KEY = "national.housing_allowance"
RATE_UNIT = 100_000
"""T is held in hundred-thousandths."""


@dataclass(frozen=True)
class Terms:
    """What the allowance of each family at a rent is made of, scaled by ``unit``: cents × unit."""

    before: I64
    """Scaled allowance of a family whose income is not above R0."""
    rate: I64
    """Scaled by cent of R above R0, times the denominator of the share of income."""
    free: I64
    """R0 times that denominator, cents."""
    share: int
    """Numerator of the share of twelve months' income that counts."""
    unit: int
    least: int
    """Cents below which nothing is paid."""


class Allowances:
    """The amounts in force, by family."""

    def __init__(self, world: World) -> None:
        self.world = world
        a = world.apps
        dependants = np.where((a.dependants < 0) & (a.persons == 1), 0, a.dependants)
        single = (dependants == 0) & (a.persons == 1)
        family = np.where(dependants > 0, dependants + 1, np.where(single, 0, 1))
        self.family: I32 = np.where(dependants < 0, -1, family).astype(np.int32)
        """(A,) position of each household's family; -1 where it cannot be told."""
        self._terms: dict[tuple[int, int], Terms] = {}
        self._most = max(2, int(self.family.max(initial=0)))

    @cached_property
    def known(self) -> bool:
        """Whether every amount has a value in force on the date of the case."""
        keys = (
            "rent_ceiling.zone_1", "rent_ceiling.zone_2", "rent_ceiling.zone_3", "charges", "income_share",
            "income_months", "personal_share.minimum_rate", "personal_share.minimum", "personal_share.family_rate",
            "personal_share.rent_breaks", "personal_share.rent_rates", "personal_share.allowance", "flat_cut",
            "least_paid", "zone_1", "zone_2", "not_estimated",
        )  # fmt: skip
        return all(self.world.law.has(f"{KEY}.{x}") for x in keys)

    def _cents(self, name: str) -> list[int]:
        return [self._scaled(x, 100) for x in self.world.law.raw(f"{KEY}.{name}")]

    @staticmethod
    def _scaled(value: object, unit: int) -> int:
        """A value in units, half-up: a scenario may give more decimals than a cent has."""
        return floor(Fraction(str(value)) * unit + Fraction(1, 2))

    def _by_family(self, values: Sequence[int]) -> list[int]:
        """The value of each family: the last number is what each further dependant adds."""
        *given, more = values
        last = len(given) - 1
        return [given[min(k, last)] + max(0, k - last) * more for k in range(self._most + 1)]

    @cached_property
    def _ceilings(self) -> list[I64]:
        """Of zones 1, 2, 3, by family, cents."""
        names = (f"rent_ceiling.zone_{i}" for i in (1, 2, 3))
        return [np.array(self._by_family(self._cents(name)), np.int64) for name in names]

    @cached_property
    def _zones(self) -> I64:
        """(places,) zone of each commune from 0; -1 where nothing is estimated."""
        law, places = self.world.law, self.world.law.places
        first, second = (frozenset(law.words(f"{KEY}.zone_{i}")) for i in (1, 2))
        away = frozenset(law.words(f"{KEY}.not_estimated"))
        zone = np.full(len(places.insee), 2, np.int64)
        for number, codes in ((1, second), (0, first)):
            zone[[places.number[x] for x in codes if x in places.number]] = number
        zone[[i for i, dep in enumerate(places.departement) if dep in away]] = -1
        return zone

    @cached_property
    def _fixed(self) -> tuple[Fraction, Fraction, int, int, int]:
        """(share of twelve months' income, minimum share, minimum, flat cut, least paid); amounts in cents."""
        law = self.world.law
        share = law.fraction(f"{KEY}.income_share") * law.whole(f"{KEY}.income_months")
        least = law.fraction(f"{KEY}.personal_share.minimum_rate")
        amounts = ("personal_share.minimum", "flat_cut", "least_paid")
        cents = (self._scaled(law.raw(f"{KEY}.{x}"), 100) for x in amounts)
        return (share, least, *cents)  # type: ignore[return-value]

    @cached_property
    def _of_family(self) -> tuple[I64, I64, I64]:
        """(charges, R0 in cents, TF in hundred-thousandths) by family."""
        base, more = self._cents("charges")
        charges = [base + max(0, k - 1) * more for k in range(self._most + 1)]
        free = self._by_family(self._cents("personal_share.allowance"))
        rates = [self._scaled(x, RATE_UNIT) for x in self.world.law.raw(f"{KEY}.personal_share.family_rate")]
        by_family = [max(0, x) for x in self._by_family(rates)]
        return tuple(np.array(x, np.int64) for x in (charges, free, by_family))  # type: ignore[return-value]

    @cached_property
    def _steps(self) -> tuple[list[int], list[int]]:
        """(limits, rates) of the steps of RL, ten-thousandths."""
        names = ("rent_breaks", "rent_rates")
        values = (self.world.law.raw(f"{KEY}.personal_share.{x}") for x in names)
        breaks, rates = ([self._scaled(x, 10_000) for x in one] for one in values)
        return breaks, rates

    def _rent_rate(self, rent: I64) -> I64:
        """TL by family, hundred-thousandths, of the rent kept (cents)."""
        reference = self._ceilings[1]
        ratio = (2 * 10_000 * rent + reference) // (2 * reference)
        breaks, rates = self._steps
        total = np.zeros(len(rent), np.int64)
        for low, high, rate in zip([0, *breaks], [*breaks, 10**9], rates, strict=True):
            total += rate * np.clip(ratio - low, 0, high - low)
        return (2 * total + 1000) // 2000

    def terms(self, place: int, rent: int) -> Terms | None:
        """The allowance at a rent (cents) by family; None where it is not estimated."""
        zone = int(self._zones[place]) if self.known else -1
        if zone < 0:
            return None
        if (zone, rent) not in self._terms:
            self._terms[zone, rent] = self._at(zone, rent)
        return self._terms[zone, rent]

    def _at(self, zone: int, rent: int) -> Terms:
        share, part, minimum, cut, least = self._fixed
        charges, free, rates = self._of_family
        kept = np.minimum(rent, self._ceilings[zone])
        unit = lcm(RATE_UNIT * share.denominator, part.denominator)
        whole = kept + charges
        own = np.maximum(whole * (unit // part.denominator * part.numerator), minimum * unit)
        rate = (rates + self._rent_rate(kept)) * (unit // (RATE_UNIT * share.denominator))
        return Terms((whole - cut) * unit - own, rate, free * share.denominator, share.numerator, unit, least)


@njit(cache=True, nogil=True)
def allowances(
    income: I64, family: I32, before: I64, rate: I64, free: I64, share: int, unit: int, least: int
) -> I64:
    """Cents a month of each household; -1 where its family or its income (cents a month) is not known."""
    found = np.full(len(income), -1, np.int64)
    for i in range(len(income)):
        k = family[i]
        if k >= 0 and income[i] >= 0:
            exact = before[k] - rate[k] * max(0, share * income[i] - free[k])
            cents = (2 * exact + unit) // (2 * unit)
            found[i] = cents if cents >= least else 0
    return found
