"""Each réservataire's share of the yearly flux of a landlord in an area (CCH R. 441-5)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from optimizer.problem.areas import Area, FluxYear, area_of, areas_of, in_areas
from optimizer.problem.ground import I64, Counted, Ground, Place
from optimizer.problem.model import RATE_UNIT
from optimizer.problem.registry import (
    ALWAYS,
    NEVER,
    Line,
    Mark,
    Pairs,
    RuleShape,
    View,
    exact,
    hundredths,
    rule,
)


@rule(
    id="flux",
    order=1,
    title_fr="Part de flux de chaque réservataire",
    source="CCH R. 441-5 (décret 2020-145) ; convention de réservation",
)
class Flux(RuleShape):
    """One line per convention line. Denominator: the landlord's flux base in the area; numerator: on the account.

    Half a lease may be missing before a point is lost, and the tolerance of a line is at most a tenth of its share: the year
    is made of small sessions, and what each of them may leave undone adds up.

    Orientations that came back without a lease count before the run where the agreement's count rule has consumed them; the
    leases still expected are not fewer for them.
    """

    title_en = "Share of the flux of each réservataire"
    short = ("part du flux de la convention", "agreed share of the flux")
    long = (
        "Baux du flux du bailleur, dans le périmètre, signés sur le contingent : la part promise par la convention.",
        "Leases of the landlord's flux, in the area, signed on the account: the share the agreement promises.",
    )
    group = ("Parts de flux", "Shares of the flux")
    agreed = True
    viewers = {"landlord": 1, "epci": 2, "prefet": 2, "maire": 1}
    gauge = "agreed_shares"
    late_key = "national.dashboard.flux_late_share"
    ahead_key = "national.dashboard.flux_ahead_share"

    counts_seats = True
    counts_returned = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts = ground.facts
        terms = ground.rules.rule(self.id)
        year = FluxYear(ground)
        play = exact(ground.rules.get("national.rules.flux.play"))
        most = exact(ground.rules.get("national.rules.flux.tolerance_max"))
        present = set(ground.landlord_departements)
        found = []
        for line in facts.conventions:
            if (line.landlord, line.departement) not in present or line.account in ground.outside_flux:
                continue
            area = area_of(ground, line.landlord, line.area)
            found.append(
                Line(
                    scope=f"landlord={facts.landlords[line.landlord]};area={line.area}"
                    f";account={facts.accounts[line.account]}",
                    key=(*area, line.account),
                    share=Fraction(line.share, RATE_UNIT),
                    tolerance=min(
                        Fraction(line.tolerance, RATE_UNIT), most * Fraction(line.share, RATE_UNIT)
                    ),
                    price=hundredths(terms.price.value),
                    status="assumed" if line.assumed else "local",
                    opening_balance=line.opening_balance,
                    remaining=year.of_area(area),
                    play=play,
                )
            )
        return found

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        within: dict[Area, list[tuple[int, int]]] = {}
        for i, line in enumerate(lines):
            within.setdefault(Area(*line.key[:3]), []).append((line.key[3], i))

        def marks(place: Place, account: int) -> list[Mark]:
            if not place.flux_base or account in ground.outside_flux:
                return []
            return [
                Mark(line, ALWAYS if who == account else NEVER)
                for area in areas_of(place)
                for who, line in within.get(area, ())
            ]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = pairs_in_areas(lines, leases)
        account = np.array([one.key[3] for one in lines], np.int64)
        return Pairs(lease, line, leases.account[lease] == account[line])


def pairs_in_areas(lines: Sequence[Line], leases: Counted) -> tuple[I64, I64]:
    """(lease, line) pairs: leases of the flux base in the area of each line, which its key begins with."""
    areas = sorted({Area(*line.key[:3]) for line in lines})
    position = {area: i for i, area in enumerate(areas)}
    of_area = np.array([position[Area(*line.key[:3])] for line in lines], np.int64)
    order = np.argsort(of_area, kind="stable")
    start = np.searchsorted(of_area[order], np.arange(len(areas) + 1))
    lease, area = in_areas(areas, leases)
    width = start[area + 1] - start[area]
    shift = np.arange(int(width.sum())) - np.repeat(np.cumsum(width) - width, width)
    line = order[np.repeat(start[area], width) + shift]
    return np.repeat(lease, width), np.asarray(line, np.int64)
