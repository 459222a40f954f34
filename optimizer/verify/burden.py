"""``burden``: what a heavy effort rate takes from a value, exact to the hundredth of a point (design §5)."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

import numpy as np

from optimizer.compiled import njit
from optimizer.verify.cells import I32, I64, U8, B
from optimizer.verify.effort import BEFORE, Efforts, Once, Rates
from optimizer.verify.scores import Scores
from optimizer.verify.world import World

LIMIT = 2**61


class Burdens:
    """Burdens of pairs, for a case whose scores are known."""

    def __init__(self, world: World, scores: Scores) -> None:
        self.world, self.scores = world, scores
        self.efforts = Efforts(world)
        self._settings: dict[str, tuple[Fraction, Fraction]] = {}
        self._known: dict[str, tuple[int, int, int, int, int]] = {}

    def setting(self, landlord: str) -> tuple[Fraction, Fraction]:
        """(threshold, weight) of a landlord: its own deliberated threshold with its weight, else the law's."""
        if landlord not in self._settings:
            law, own = self.world.law, self.world.effort_threshold.get(landlord)
            weight = law.fraction(f"national.burden.{'weight' if own is None else 'weight_deliberated'}")
            free = law.fraction("national.burden.free_rate") if own is None else own
            self._settings[landlord] = (free, weight)
        return self._settings[landlord]

    @cached_property
    def _free(self) -> B:
        """(A,) households that nothing is taken from: DALO, designated by the préfet, or without income."""
        a = self.world.apps
        return np.asarray(a.dalo | a.prefet | (a.monthly == 0), bool)

    def keys(self) -> list[tuple[int, int, Fraction, Fraction]]:
        """By dwelling: what its burdens depend on besides its commune."""
        e = self.efforts
        rows = zip(e.rent.tolist(), e.charges.tolist(), self.world.dwellings.landlord, strict=True)
        return [(rent, charges, *self.setting(name)) for rent, charges, name in rows]

    def at(self, dwelling: int, apps: I32, once: Once | None = None) -> I64:
        """Hundredths of a point, at least 0, of some applications at a dwelling."""
        rates = self.efforts.at(dwelling, apps, once)
        free = once("free", lambda: self._free[apps]) if once else self._free[apps]
        return self.of(rates, free, self.world.dwellings.landlord[dwelling])

    def of(self, rates: Rates, free: B, landlord: str) -> I64:
        """``weight × M × min(1, max(0, e − threshold) / span)``, half up; 0 where the rate weighs nothing."""
        num, den, at, unit, most = numbers = self._numbers(landlord)
        if not num:
            return np.zeros(len(free), np.int64)
        largest = 2 * int(rates.bottom.max(initial=1)) * (den * (most + 2) + 4 * num)
        if largest < LIMIT:
            return burden_pass(rates.top, rates.bottom, rates.status, free, *numbers)
        # beyond 64 bits: the same over unlimited integers
        top, whole = rates.top.astype(object), rates.bottom.astype(object)
        return np.asarray(
            burden_pass.py_func(top, whole, rates.status, free, num, den, at, unit, most), np.int64
        )

    def _numbers(self, landlord: str) -> tuple[int, int, int, int, int]:
        """What :func:`burden_pass` asks of a landlord: weight × M / span as a ratio, the threshold, the largest burden.

        ``most × (top/bottom − threshold) / span = num × (top × unit − bottom × at) / (den × bottom)``
        """
        if landlord not in self._known:
            threshold, weight = self.setting(landlord)
            most = weight * self.scores.span
            part = most / (self.world.law.fraction("national.burden.span") * threshold.denominator)
            rounded = (2 * most.numerator + most.denominator) // (2 * most.denominator)
            ratio = (part.numerator, part.denominator)
            self._known[landlord] = (*ratio, threshold.numerator, threshold.denominator, rounded)
        return self._known[landlord]


@njit(cache=True, nogil=True)
def burden_pass(
    top: I64, bottom: I64, status: U8, free: B, num: int, den: int, at: int, unit: int, most: int
) -> I64:
    """``num × (top × unit − bottom × at) / (den × bottom)`` of each pair, half up, from 0 to ``most``."""
    n = len(top)
    found = np.zeros(n, np.int64)
    for i in range(n):
        if free[i] or bottom[i] <= 0 or status[i] <= BEFORE:
            continue
        over = top[i] * unit - bottom[i] * at
        if over <= 0:
            continue
        # far above the span nothing more is taken, and the product might leave 64 bits
        if over // bottom[i] >= (most + 1) * den // num + 1:
            found[i] = most
            continue
        found[i] = min(most, (2 * num * over + den * bottom[i]) // (2 * den * bottom[i]))
    return found
