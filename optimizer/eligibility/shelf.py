"""The applications that reach one commune, and what `pairs`, `fit` say of them, kept while its dwellings are read.

The kinds of dwellings of a commune ask the same few questions again and again: six sizes, three financings, six kinds of
access. Each is asked once for all applications of the commune, in contiguous columns, and a kind only joins the answers.
The questions themselves stay where they are, so that a menu cannot disagree with the code of a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Csr, Facts
from optimizer.eligibility.fit import Fit
from optimizer.eligibility.pairs import (
    FACTOR_UNIT,
    above_ceiling,
    ceiling_cents,
    rooms_accepted,
    unreachable,
)
from optimizer.eligibility.passes import tally

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]
A = TypeVar("A", bound=NDArray[Any])


@dataclass(frozen=True)
class Shelf:
    """Applications that reach a commune, ascending, with their preference rank there (0: by `extend` only)."""

    facts: Facts
    apps: I32
    ranks: I16
    _kept: dict[Hashable, NDArray[Any]] = field(default_factory=dict, repr=False, compare=False)
    """Answers that no decision changes."""

    def serves(self, facts: Facts) -> bool:
        """Whether its answers hold for other facts: the same households and dwellings, whatever was decided."""
        return facts.applications is self.facts.applications and facts.dwellings is self.facts.dwellings

    def of(self, facts: Facts) -> Shelf:
        """The shelf of the same case with other decisions, which goes on with what this one has answered."""
        return self if facts is self.facts else Shelf(facts, self.apps, self.ranks, self._kept)

    @cached_property
    def _barred(self) -> B:
        """Applications that a decision keeps from every dwelling."""
        barred: B = self.facts.barred_everywhere[self.apps]
        return barred

    def _once(self, key: Hashable, ask: Callable[[], A]) -> A:
        known: Any = self._kept.get(key)
        if known is None:
            known = self._kept[key] = ask()
        answer: A = known
        return answer

    def wanted_district(self, district: int) -> B | None:
        """Applications that accept the district; None when it refuses nobody."""
        wanted = self.facts.applications.districts_wanted
        if district < 0 or not len(wanted.values):
            return None
        return self._once(("district", district), lambda: self._accepting(wanted, district))

    def _accepting(self, wanted: Csr, district: int) -> B:
        anywhere = self._once("anywhere", lambda: ~wanted.filled(self.apps))
        choosy = self._once("choosy", lambda: np.flatnonzero(~anywhere))
        fine: B = anywhere.copy()
        fine[choosy] = wanted.holds(self.apps[choosy], district)
        return fine

    def _rooms(self, dwelling: int) -> B:
        d = self.facts.dwellings
        key = ("rooms", int(d.rooms[dwelling]), int(d.rooms_table[dwelling]))
        return self._once(key, lambda: rooms_accepted(self.facts, dwelling, self.apps))

    def _above(self, dwelling: int) -> B:
        d = self.facts.dwellings
        key = ("ceiling", int(d.financing[dwelling]), int(d.zone[dwelling]), int(d.ceiling_factor[dwelling]))
        return self._once(key, lambda: above_ceiling(self.facts, dwelling, self.apps))

    def _unreachable(self, dwelling: int) -> B:
        d = self.facts.dwellings
        key = ("access", int(d.accessible[dwelling]), bool(d.upstairs_without_lift[dwelling]))
        return self._once(key, lambda: unreachable(self.facts, dwelling, self.apps))

    def suitable(self, dwelling: int, district: int) -> NDArray[np.int64]:
        """Positions of the applications that no code but ACCOUNT refuses for the dwelling."""
        facts = self.facts
        fine = self._rooms(dwelling) & ~self._above(dwelling)
        fine &= ~self._unreachable(dwelling)
        fine &= ~self._barred
        inside = self.wanted_district(district)
        if inside is not None:
            fine &= inside
        left = np.flatnonzero(fine)
        if facts.inhabited[dwelling]:
            left = left[facts.applications.current_dwelling[self.apps[left]] != dwelling]
        if dwelling in facts.barred:
            left = left[~np.isin(self.apps[left], facts.barred[dwelling])]
        return left

    def _over(self, dwelling: int) -> I64:
        """Cents by which the income of every application is above the ceiling of the dwelling."""
        facts, d = self.facts, self.facts.dwellings
        key = ("over", int(d.financing[dwelling]), int(d.zone[dwelling]), int(d.ceiling_factor[dwelling]))
        return self._once(
            key,
            lambda: (
                facts.applications.ceiling_income_cents[self.apps]
                - ceiling_cents(facts, dwelling, self.apps) // FACTOR_UNIT
            ),
        )

    def tally(self, dwelling: int, district: int, times: int, count: I32, excess: I64, financing: I8) -> I32:
        """Add the first code of each application, `pairs.adequacy`, to ``count``, from the answers kept.

        Returns
        -------
        Positions of those that no code but ACCOUNT refuses.
        """
        facts, nobody = self.facts, np.zeros(0, np.bool_)
        home = self._once("home", lambda: facts.applications.current_dwelling[self.apps])
        here = np.isin(self.apps, facts.barred[dwelling]) if dwelling in facts.barred else nobody
        inside = self.wanted_district(district)
        found: I32 = tally(
            self._rooms(dwelling), self._above(dwelling), self._unreachable(dwelling), self._barred, home, here,
            nobody if inside is None else inside, dwelling, times, count, self._over(dwelling), self.apps, excess, financing,
            facts.dwellings.financing[dwelling],
        )  # fmt: skip
        return found

    def fit(self, terms: Fit, dwelling: int) -> I32:
        """Fit of every application for the dwelling, hundredths."""
        d = self.facts.dwellings
        key = ("fit", int(d.rooms[dwelling]), int(d.rooms_table[dwelling]), int(d.accessible[dwelling]))
        return self._once(key, lambda: terms.of(self.facts, dwelling, self.apps, self.ranks).astype(np.int32))
