"""LEC: a quarter of the leases outside QPV to households of the first quartile, or relocated (CCH L. 441-1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_YES
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.places import ANY, lec_lines
from optimizer.problem.registry import Line, Mark, Pairs, RuleShape, View, match, rule

TRAIT = "first_quartile_or_relocated"


def counts(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """First quartile of the EPCI, or relocated by NPNRU or ORCOD. An unknown income is no first quartile."""
    return np.asarray((ground.q1(apps, epci) == Q1_YES) | ground.relocated[apps], dtype=bool)


@rule(
    id="lec_q1_outside_qpv",
    order=5,
    title_fr="LEC : premier quartile hors QPV",
    source="CCH L. 441-1, loi 2017-86 du 27 janvier 2017",
)
class FirstQuartileOutsideQpv(RuleShape):
    """One line per landlord and EPCI under LEC, per EPCI where the case holds all landlords."""

    title_en = "LEC: first quartile outside QPV"
    short = (
        "objectif LEC : premier quartile hors QPV",
        "LEC target: first quartile outside QPV",
    )
    long = (
        "Baux hors QPV signés par des ménages du premier quartile de l'EPCI, ou relogés (NPNRU, ORCOD).",
        "Leases outside QPV signed by households of the EPCI's first quartile, or relocated (NPNRU, ORCOD).",
    )
    group = ("Mixité (LEC)", "Mixity (LEC)")
    share_key = "national.lec.first_quartile_share"
    reached = ("hors QPV Q1", "outside QPV Q1")
    indicator = (
        "lec_outside_qpv",
        "LEC hors QPV : premier quartile ou relogement, EPCI soumis",
        "LEC outside QPV: first quartile or relocation, EPCI concerned",
    )
    viewers = {"landlord": 2, "epci": 1, "prefet": 3}
    gauge = "epci_rates"
    gauge_title = "LEC hors QPV : 1er quartile ou relogés"
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
            return [] if line is None or place.qpv else [Mark(line, TRAIT)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        landlord = np.full(len(leases), ANY) if ground.settings.all_landlords else leases.landlord
        outside = np.flatnonzero(~leases.qpv)
        lease, line = match([one.key for one in lines], (landlord[outside], leases.epci[outside]))
        lease = outside[lease]
        return Pairs(lease, line, (leases.q1[lease] == Q1_YES) | leases.relocated[lease])

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return ~lines["qpv"].astype(bool), (lines["q1"] == "yes") | lines["relocated"].astype(bool)
