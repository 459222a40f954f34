"""Areas of the agreements (commune, EPCI or département), and how many leases of the flux each still expects.

The area of a convention line is the code of a place; a dwelling is in it when its commune, its EPCI or its département
bears that code.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from optimizer.domain.account import remainder
from optimizer.problem.ground import I64, Counted, Ground, Place
from optimizer.problem.model import RATE_UNIT
from optimizer.problem.registry import match
from optimizer.problem.required import expected

DEPARTEMENT, EPCI, COMMUNE = 0, 1, 2


class Area(NamedTuple):
    """The flux of one landlord in one place: kind of place and its index in the words of `Facts`."""

    landlord: int
    kind: int
    code: int


def area_of(ground: Ground, landlord: int, text: str) -> Area:
    """The area a code names; a code of nowhere gives an area without dwellings."""
    for kind, names in (
        (DEPARTEMENT, ground.facts.departements),
        (EPCI, ground.facts.epcis),
        (COMMUNE, ground.facts.communes),
    ):
        at = bisect_left(names, text)
        if at < len(names) and names[at] == text:
            return Area(landlord, kind, at)
    return Area(landlord, DEPARTEMENT, -2)


def areas_of(place: Place) -> tuple[Area, Area, Area]:
    """The areas a dwelling can be in: of its département, its EPCI and its commune."""
    return (
        Area(place.landlord, DEPARTEMENT, place.departement),
        Area(place.landlord, EPCI, place.epci),
        Area(place.landlord, COMMUNE, place.commune),
    )


def in_areas(areas: Sequence[Area], leases: Counted) -> tuple[I64, I64]:
    """(lease, area) pairs: leases of the flux base of each area."""
    lease, area = [], []
    base = np.flatnonzero(leases.flux_base)
    for kind, place in ((DEPARTEMENT, leases.departement), (EPCI, leases.epci), (COMMUNE, leases.commune)):
        here = [i for i, a in enumerate(areas) if a.kind == kind]
        found, at = match(
            [(areas[i].landlord, areas[i].code) for i in here], (leases.landlord[base], place[base])
        )
        lease.append(base[found])
        area.append(np.array(here, np.int64)[at])
    return np.concatenate(lease), np.concatenate(area)


class FluxYear:
    """Leases of the flux expected until 31 December, by area and by account."""

    def __init__(self, ground: Ground) -> None:
        lines = ground.facts.conventions
        self._ground = ground
        self._area = [area_of(ground, line.landlord, line.area) for line in lines]
        self._lines: dict[tuple[int, int], list[int]] = {}
        for i, line in enumerate(lines):
            self._lines.setdefault((line.landlord, line.departement), []).append(i)
        whole = [Area(landlord, DEPARTEMENT, d) for landlord, d in ground.landlord_departements]
        self._remaining = self._expected([*self._area, *whole])

    def _expected(self, areas: Iterable[Area]) -> Mapping[Area, Fraction]:
        ground = self._ground
        unique = sorted(set(areas))
        done = in_areas(unique, ground.before)
        own = in_areas(unique, ground.dwellings_as_leases())
        found = expected(ground, len(unique), done, own, flux=True)
        return {area: one.leases for area, one in zip(unique, found, strict=True)}

    def of_area(self, area: Area) -> Fraction:
        """F of the flux rows of an area."""
        return self._remaining[area]

    def of_account(self, landlord: int, departement: int, account: int) -> Fraction:
        """Leases still expected on one account of a landlord in a département: its share of the flux's.

        The remainder (``BAILLEUR``) without a line of its own has what the others leave of the département's flux.
        """
        lines = self._ground.facts.conventions
        here = self._lines.get((landlord, departement), [])
        given = {i: Fraction(lines[i].share, RATE_UNIT) * self.of_area(self._area[i]) for i in here}
        own = [i for i in here if lines[i].account == account]
        if own or self._ground.facts.accounts[account] != remainder():
            return sum((given[i] for i in own), Fraction(0))
        whole = self.of_area(Area(landlord, DEPARTEMENT, departement))
        return max(Fraction(0), whole - sum(given.values(), Fraction(0)))
