"""Residences à enjeu prioritaire de mixité sociale: leases there to households above the first quartile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_NO
from optimizer.problem.ground import B, Counted, Ground, Place
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

TRAIT = "known_above_first_quartile"


def counts(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """Income known and above the first quartile of the EPCI."""
    return np.asarray(ground.q1(apps, epci) == Q1_NO, dtype=bool)


@rule(
    id="priority_mix",
    order=9,
    title_fr="Résidences à enjeu de mixité",
    source="CCH L. 441-1-6 (loi 2022-217) ; liste et taux de la convention intercommunale d'attribution",
)
class PriorityMix(RuleShape):
    """One line per flagged residence.

    The leases table does not name residences; before the run only work in progress on a dwelling of the case is counted.
    """

    title_en = "Priority-mix residences"
    short = ("résidence à enjeu de mixité", "priority-mix residence")
    long = (
        "Baux de la résidence signés par des ménages dont les ressources connues dépassent le premier quartile.",
        "Leases of the residence signed by households whose known income is above the first quartile.",
    )
    group = ("Résidences à enjeu de mixité", "Priority-mix residences")
    share_key = "national.rules.priority_mix.share"
    viewers = {}

    traits = {TRAIT: counts}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id, self.share_key)
        assert terms.share is not None
        d = facts.dwellings
        flagged = np.flatnonzero(d.priority_mix & (d.residence >= 0))
        return [
            Line(
                scope=f"residence={facts.residences[residence]}",
                key=(residence,),
                share=exact(terms.share.value),
                tolerance=exact(terms.tolerance.value),
                price=hundredths(terms.price.value),
                status=terms.share.status,
            )
            for residence in np.unique(d.residence[flagged]).tolist()
        ]

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((place.residence,))
            return [] if line is None else [Mark(line, TRAIT)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = match([one.key for one in lines], (leases.residence,))
        return Pairs(lease, line, leases.q1[lease] == Q1_NO)
