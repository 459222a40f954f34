"""Effort rate of a pair as the arrêté of 10 March 2011 counts it, in whole numbers (design §4).

(rent + charges − rent reduction − allowance) / monthly income. What was simulated elsewhere for the pair wins; else the
allowance is estimated from the dated amounts of ``housing_allowance.yaml``, half-up to the cent. A rate is a numerator and
a denominator, never a rounded number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.verify import cells
from optimizer.verify.allowance import Allowances, allowances
from optimizer.verify.cells import I32, I64, U8, B
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import World

UNKNOWN, BEFORE, ESTIMATED, SIMULATED = range(4)
"""No rate; a rate before any allowance; with the estimated allowance; with what was simulated for the pair."""
Once = Callable[[str, Callable[[], Any]], Any]


@dataclass(frozen=True)
class Rates:
    """Effort rates of pairs: ``top / bottom``; ``bottom`` is 0 where there is no rate (no rent, or no income)."""

    top: I64
    bottom: I64
    status: U8

    @classmethod
    def none(cls, n: int) -> Rates:
        """No rate for any of ``n`` pairs."""
        return cls(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.uint8))

    @property
    def known(self) -> B:
        """Where there is a rate."""
        found: B = self.bottom > 0
        return found

    def shown(self) -> I64:
        """Ten-thousandths, half up; -1 where there is no rate."""
        bottom = np.maximum(1, self.bottom)
        return np.where(self.known, (2 * 10_000 * self.top + bottom) // (2 * bottom), -1)

    def above(self, limit: Fraction) -> B:
        """Where the rate after an allowance is above a limit."""
        over = self.top * limit.denominator > self.bottom * limit.numerator
        return np.asarray(self.known & over & (self.status >= ESTIMATED), bool)


@dataclass(frozen=True)
class Simulation:
    """What was computed elsewhere for a pair: cents, -1 not said; ``effort`` in ten-thousandths."""

    allowance: int
    reduction: int
    effort: int


class Efforts:
    """Rent and charges of every dwelling as they count, and the rates of pairs."""

    def __init__(self, world: World) -> None:
        self.world = world
        d = world.dwellings
        self.like = len(d) - len(world.tenant) > world.law.whole("national.burden.like_dwellings_above")
        """Like dwellings share the mean rent and charges of (commune, rooms, financing)."""
        self.rent: I64 = _means(world, d.rent) if self.like else d.rent
        self.charges: I64 = np.maximum(0, _means(world, d.charges) if self.like else d.charges)
        self.simulations = _simulations(world)
        self.simulated = frozenset(self.simulations)
        """Dwellings with a simulation."""

    @cached_property
    def allowances(self) -> Allowances:
        return Allowances(self.world)

    def at(self, dwelling: int, apps: I32, once: Once | None = None) -> Rates:
        """Rates of some applications at a dwelling; ``once`` keeps what is asked of the applications alone."""
        ask: Once = once or (lambda _, compute: compute())
        income = ask("monthly", lambda: self.world.apps.monthly[apps])
        family = ask("family", lambda: self.allowances.family[apps])
        rent, charges = int(self.rent[dwelling]), int(self.charges[dwelling])
        terms = self.allowances.terms(int(self.world.dwellings.place[dwelling]), rent) if rent >= 0 else None
        if terms is None:
            paid = np.full(len(income), -1, np.int64)
        else:
            paid = allowances(
                income, family, terms.before, terms.rate, terms.free, terms.share, terms.unit, terms.least
            )
        known = (income >= 0) & (rent >= 0)
        status = np.where(known, np.where(paid >= 0, ESTIMATED, BEFORE), UNKNOWN).astype(np.uint8)
        top = np.maximum(0, rent + charges - np.maximum(paid, 0))
        rates = Rates(top, np.where(known, income, 0), status)
        for app, one in self.simulations.get(dwelling, {}).items():
            at = np.flatnonzero(apps == app)
            if len(at):
                self._simulated(rates, int(at[0]), dwelling, int(income[at[0]]), one)
        return rates

    def _simulated(self, rates: Rates, at: int, dwelling: int, income: int, one: Simulation) -> None:
        """Put what was simulated in the place of the estimate."""
        rent, charges = int(self.rent[dwelling]), int(self.charges[dwelling])
        if one.effort >= 0:
            rates.top[at], rates.bottom[at], rates.status[at] = one.effort, 10_000, SIMULATED
        elif rent >= 0 and income >= 0 and one.allowance >= 0:
            cost = rent + charges - max(0, one.reduction) - one.allowance
            rates.top[at], rates.bottom[at], rates.status[at] = max(0, cost), income, SIMULATED
        elif rates.status[at] != UNKNOWN and one.reduction > 0:
            rates.top[at] = max(0, int(rates.top[at]) - one.reduction)


def _means(world: World, cents: I64) -> I64:
    """Mean of the known amounts of like dwellings (commune, rooms, financing), whole euros, half up, in cents; -1 none."""
    d = world.dwellings
    key = (d.place.astype(np.int64) * 8 + d.rooms) * 4 + d.financing
    _, found = np.unique(key, return_inverse=True)
    group, known = found.reshape(-1), cents >= 0
    number = np.bincount(group[known], minlength=int(group.max(initial=-1)) + 1)
    total = np.zeros(len(number), np.int64)
    np.add.at(total, group[known], cents[known])
    euros = (2 * total + 100 * number) // np.maximum(1, 200 * number)
    return np.asarray(np.where(number > 0, 100 * euros, -1)[group], np.int64)


def _simulations(world: World) -> Mapping[int, dict[int, Simulation]]:
    """Dwelling -> application -> what the table says of the pair."""
    table = world.raw.table("simulations")
    homes = [world.copies.of(name) for name in cells.strings(table.text("dwelling_id"))]
    apps = cells.index_in(table.text("application_id"), world.apps.ids)
    columns = (
        cells.scaled(table, "allowance_eur", 100).tolist(),
        cells.scaled(table, "rls_eur", 100).tolist(),
        cells.scaled(table, "effort", 10_000).tolist(),
    )
    found: dict[int, dict[int, Simulation]] = {}
    for copies, a, *values in zip(homes, apps.tolist(), *columns, strict=True):
        for d in copies if a >= 0 else ():
            if a in found.setdefault(d, {}):
                raise Unreadable(table.file, "deux simulations d'une paire")
            found[d][a] = Simulation(*values)
    return found
