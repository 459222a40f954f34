"""The share of leases to essential workers that a convention intercommunale d'attribution sets for an EPCI."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.places import epci_scopes
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

TRAIT = "essential_worker"


def is_essential(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """A household with an essential worker."""
    return ground.facts.applications.essential_worker[apps]


@rule(
    id="essential_workers",
    order=8,
    title_fr="Travailleurs essentiels",
    source="CCH L. 441-1-6 (loi 2022-217) ; convention intercommunale d'attribution",
)
class EssentialWorkers(RuleShape):
    """One line per EPCI with a rate, every landlord together. Denominator: every lease there."""

    title_en = "Essential workers"
    short = ("travailleurs essentiels", "essential workers")
    long = (
        "Baux de l'EPCI signés par des ménages qui comptent un travailleur essentiel, au taux de la CIA.",
        "Leases of the EPCI signed by households with an essential worker, at the rate of the agreement (CIA).",
    )
    group = ("Travailleurs essentiels", "Essential workers")
    viewers = {"epci": 4}
    gauge = "place_rates"
    late_key = "national.dashboard.priority_late_share"

    traits = {TRAIT: is_essential}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id)
        shares = ground.rules.essential_shares
        concerned = frozenset(i for i, epci in enumerate(facts.epcis) if epci in shares)
        return [
            Line(
                scope=scope,
                key=key,
                share=exact(shares[facts.epcis[key[1]]].value),
                tolerance=exact(terms.tolerance.value),
                price=hundredths(terms.price.value),
                status=shares[facts.epcis[key[1]]].status,
            )
            for scope, key in epci_scopes(ground, concerned, by_landlord=False)
        ]

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key[1]: i for i, line in enumerate(lines)}

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get(place.epci)
            return [] if line is None else [Mark(line, TRAIT)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = match([one.key[1:] for one in lines], (leases.epci,))
        return Pairs(lease, line, leases.essential[lease])

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return pd.Series(True, index=lines.index), lines["essential"].astype(bool)
