"""The yearly number of DALO households to house in a département (CCH L. 441-2-3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_YES
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.places import departement_territories
from optimizer.problem.registry import (
    Line,
    Mark,
    Pairs,
    RuleShape,
    View,
    exact,
    hundredths,
    match,
    rule,
)

OUTSIDE, INSIDE = "dalo", "dalo_in_qpv"


def is_dalo(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """DALO, whatever the proof says."""
    return ground.facts.applications.dalo[apps]


def counts_in_qpv(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """In a QPV: a household of the first quartile counts only when it accepts a QPV."""
    a = ground.facts.applications
    return np.asarray(a.dalo[apps] & (a.accepts_qpv[apps] | (ground.q1(apps, epci) != Q1_YES)), dtype=bool)


@rule(
    id="dalo",
    order=6,
    title_fr="Ménages DALO",
    source="CCH L. 441-2-3 ; objectif annuel du préfet par département",
)
class Dalo(RuleShape):
    """One line per département with a yearly number, every landlord together.

    The share is that number over the leases of the year in the scope (done and expected), so that the required rate is
    what is left of the number over what is left of the year.
    """

    title_en = "DALO households"
    short = ("objectif DALO du département", "DALO target of the département")
    long = (
        "Ménages DALO logés dans l'année dans le département ; en QPV, un premier quartile ne compte que s'il l'accepte.",
        "DALO households housed in the département this year; in a QPV a first quartile counts only if it accepts.",
    )
    group = ("DALO", "DALO")
    viewers = {"prefet": 1}
    gauge = "yearly_numbers"
    gauge_title = "Ménages DALO à loger dans l'année"
    late_key = "national.dashboard.trajectory_late_share"

    traits = {OUTSIDE: is_dalo, INSIDE: counts_in_qpv}

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id)
        numbers = ground.rules.dalo_numbers
        return [
            Line(
                scope=f"departement={facts.departements[departement]}",
                key=(departement,),
                share=None,
                number=exact(numbers[facts.departements[departement]].value),
                tolerance=exact(terms.tolerance.value),
                price=hundredths(terms.price.value),
                status=numbers[facts.departements[departement]].status,
                territory=territory,
            )
            for departement, territory in departement_territories(ground).items()
            if facts.departements[departement] in numbers
        ]

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((place.departement,))
            return [] if line is None else [Mark(line, INSIDE if place.qpv else OUTSIDE)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = match([one.key for one in lines], (leases.departement,))
        against_wish = leases.qpv & (leases.q1 == Q1_YES) & ~leases.accepts_qpv
        return Pairs(lease, line, (leases.dalo & ~against_wish)[lease])

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        fine = ~lines["qpv"].astype(bool) | (lines["q1"] != "yes") | lines["accepts_qpv"].astype(bool)
        return pd.Series(True, index=lines.index), lines["dalo"].astype(bool) & fine
