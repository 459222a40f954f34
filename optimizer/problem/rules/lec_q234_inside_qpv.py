"""LEC: half of the attributions inside QPV to households above the first quartile (CCH L. 441-1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
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

    title_en = "LEC: other quartiles inside QPV"
    short = (
        "objectif LEC : quartiles 2 à 4 en QPV",
        "LEC target: quartiles 2 to 4 inside QPV",
    )
    long = (
        "Baux en QPV signés par des ménages dont les ressources connues dépassent le premier quartile de l'EPCI.",
        "Leases inside QPV signed by households whose known income is above the EPCI's first quartile.",
    )
    group = ("Mixité (LEC)", "Mixity (LEC)")
    share_key = "national.lec.other_quartiles_share"
    reached = ("en QPV Q2-Q4", "inside QPV Q2–Q4")
    indicator = (
        "lec_inside_qpv",
        "LEC en QPV : autres quartiles, EPCI soumis",
        "LEC inside QPV: other quartiles, EPCI concerned",
    )
    viewers = {"landlord": 2, "epci": 1, "prefet": 3}
    gauge = "epci_rates"
    gauge_title = "LEC en QPV : 2e à 4e quartiles"
    late_key = "national.dashboard.lec_late_share"

    traits = {TRAIT: counts}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        return lec_lines(ground, self)

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

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return lines["qpv"].astype(bool), lines["q1"] == "no"
