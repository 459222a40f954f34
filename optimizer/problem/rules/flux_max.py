"""No account takes more of the flux than its share of what the landlord has let so far, and half a lease (CCH R. 441-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.areas import DEPARTEMENT, Area, area_of, areas_of
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.model import RATE_UNIT
from optimizer.problem.registry import (
    ALWAYS,
    Line,
    Mark,
    Pairs,
    RuleShape,
    View,
    exact,
    hundredths,
    rule,
)
from optimizer.problem.rules.flux import pairs_in_areas

TRAIT = "prefet_designated"
OWN = "BAILLEUR"


def is_designated(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """Designated by the préfet: the landlord houses them whatever the account, and they weigh on nobody's share."""
    return ground.facts.applications.prefet_designated[apps]


@rule(
    id="flux_max",
    order=2,
    title_fr="Compte au-delà de sa part de flux",
    source="CCH R. 441-5 (décret 2020-145) ; convention de réservation",
)
class FluxMax(RuleShape):
    """One line per convention line, and one per landlord and département for what is not reserved.

    Denominator as in `flux`; what counts against a line are leases on its account, those of households designated by the
    préfet apart. The share of BAILLEUR goes by commune: what the shares that apply there leave. There is no forecast in it, so
    it holds from the first session of the year to the last, however many leases are still expected.
    """

    title_en = "Account above its share of the flux"
    short = ("part du flux à ne pas dépasser", "share of the flux not to exceed")
    long = (
        "Logements du flux orientés vers le réservataire, au plus sa part de ce qui est déjà loué et un demi-bail.",
        "Dwellings of the flux oriented to the réservataire, at most its share of what is already let and half a lease.",
    )
    group = ("Parts de flux", "Shares of the flux")

    counts_seats = True
    counts_returned = True
    traits = {TRAIT: is_designated}

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts = ground.facts
        terms = ground.rules.rule(self.id)
        play = exact(ground.rules.get("national.rules.flux.play"))
        price = hundredths(terms.price.value)
        present = set(ground.landlord_departements)
        own = facts.accounts.index(OWN)
        found = []
        assumed: dict[tuple[int, int], bool] = {}
        for line in facts.conventions:
            pair = (line.landlord, line.departement)
            if pair not in present or line.account in ground.outside_flux:
                continue
            assumed[pair] = assumed.get(pair, False) or line.assumed
            if line.account == own:
                continue
            found.append(
                Line(
                    scope=f"landlord={facts.landlords[line.landlord]};area={line.area}"
                    f";account={facts.accounts[line.account]}",
                    key=(*area_of(ground, line.landlord, line.area), line.account),
                    share=Fraction(line.share, RATE_UNIT),
                    tolerance=Fraction(0),
                    price=price,
                    status="assumed" if line.assumed else "local",
                    opening_balance=line.opening_balance,
                    play=play,
                    ceiling=True,
                )
            )
        for (landlord, departement), guessed in sorted(assumed.items()):
            share, by_commune = _left(ground, landlord, departement)
            found.append(
                Line(
                    scope=f"landlord={facts.landlords[landlord]};departement={facts.departements[departement]}"
                    f";account={OWN}",
                    key=(landlord, DEPARTEMENT, departement, own),
                    share=share,
                    tolerance=Fraction(0),
                    price=price,
                    status="assumed" if guessed else "local",
                    opening_balance=_own_balance(ground, landlord, departement, own),
                    play=play,
                    ceiling=True,
                    by_commune=by_commune,
                )
            )
        return found

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        within: dict[Area, list[tuple[int, int]]] = {}
        for i, line in enumerate(lines):
            within.setdefault(Area(*line.key[:3]), []).append((line.key[3], i))
        by_place = [line.by_commune is not None for line in lines]

        def marks(place: Place, account: int) -> list[Mark]:
            if not place.flux_base or account in ground.outside_flux:
                return []
            return [
                Mark(line, TRAIT if who == account else ALWAYS, place.commune if by_place[line] else -1)
                for area in areas_of(place)
                for who, line in within.get(area, ())
            ]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = pairs_in_areas(lines, leases)
        account = np.array([one.key[3] for one in lines], np.int64)
        apart = (leases.account[lease] != account[line]) | leases.designated[lease]
        return Pairs(lease, line, apart)


def _left(ground: Ground, landlord: int, departement: int) -> tuple[Fraction, Mapping[int, int]]:
    """What the other accounts leave: in the département at large, and in each of its communes (ten-thousandths)."""
    facts = ground.facts
    lines = [
        (Area(*area_of(ground, landlord, line.area)), line.share)
        for line in facts.conventions
        if line.landlord == landlord and facts.accounts[line.account] != OWN
    ]
    place = Place(landlord, -1, -1, departement, False, 0, -1, -1, True)

    def left(somewhere: Place) -> int:
        covering = areas_of(somewhere)
        return max(0, RATE_UNIT - sum(share for area, share in lines if area in covering))

    here = np.flatnonzero(facts.commune_departement == departement).tolist()
    by_commune = {c: left(place._replace(commune=c, epci=int(facts.commune_epci[c]))) for c in here}
    return Fraction(left(place), RATE_UNIT), by_commune


def _own_balance(ground: Ground, landlord: int, departement: int, own: int) -> int:
    """Opening balance of the landlord's own lines in the département, hundredths of a lease."""
    return sum(
        line.opening_balance
        for line in ground.facts.conventions
        if (line.landlord, line.departement, line.account) == (landlord, departement, own)
    )
