"""LEC: half of the attributions inside QPV to households above the first quartile (CCH L. 441-1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_NO
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.places import ANY, lec_lines
from optimizer.problem.registry import Line, Mark, Pairs, RuleShape, View, match, rule

TRAIT = "known_above_first_quartile"


def counts(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """Income known and above the first quartile of the EPCI."""
    return np.asarray(ground.q1(apps, epci) == Q1_NO, dtype=bool)


@rule(
    id="lec_q234_inside_qpv",
    order=6,
    title_fr="LEC : autres quartiles en QPV",
    source="CCH L. 441-1, loi 2017-86 du 27 janvier 2017",
)
class OtherQuartilesInsideQpv(RuleShape):
    """One line per landlord and EPCI under LEC, per EPCI where the case holds all landlords."""

    traits = {TRAIT: counts}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        return lec_lines(ground, self.id)

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}
        shared = ground.settings.all_landlords

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((ANY if shared else place.landlord, place.epci))
            return [Mark(line, TRAIT)] if line is not None and place.qpv else []

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        landlord = np.full(len(leases), ANY) if ground.settings.all_landlords else leases.landlord
        inside = np.flatnonzero(leases.qpv)
        lease, line = match([one.key for one in lines], (landlord[inside], leases.epci[inside]))
        lease = inside[lease]
        return Pairs(lease, line, leases.q1[lease] == Q1_NO)
