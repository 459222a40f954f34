"""Not more mutations inside a landlord's stock than its forecast for the year."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from optimizer.domain.account import transfers
from optimizer.problem.ground import Counted, Ground, Place
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
    match,
    rule,
)


@rule(
    id="mutation_max",
    order=3,
    title_fr="Mutations dans le parc du bailleur",
    source="CCH R. 441-5 : les logements nécessaires aux mutations sont ôtés de l'assiette du flux",
)
class MutationMax(RuleShape):
    """One line per landlord and département in `assiette`. Denominator: every lease; numerator: not a mutation."""

    title_en = "Transfers inside the landlord's stock"
    short = (
        "part hors mutation interne (plafond des mutations)",
        "share outside own transfers (ceiling on transfers)",
    )
    long = (
        "Baux du bailleur qui ne sont pas des mutations internes : pas plus de mutations que la prévision de l'année.",
        "Leases of the landlord that are not own transfers: no more transfers than the year's forecast.",
    )
    group = ("Mutations internes", "Own transfers")
    viewers = {"landlord": 4}
    gauge = "ceilings"
    gauge_title = "Mutations internes (plafond)"
    late_key = "national.dashboard.flux_late_share"

    counts_seats = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id)
        found = []
        for pair in ground.landlord_departements:
            forecast = ground.forecast.get(pair)
            if forecast is None or forecast.vacated <= 0:
                continue
            landlord, departement = pair
            found.append(
                Line(
                    scope=f"landlord={facts.landlords[landlord]};departement={facts.departements[departement]}",
                    key=pair,
                    share=max(Fraction(0), 1 - Fraction(forecast.mutation, forecast.vacated)),
                    tolerance=exact(terms.tolerance.value),
                    price=hundredths(terms.price.value),
                    status="local",
                )
            )
        return found

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}
        own = _transfers(ground)

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((place.landlord, place.departement))
            if line is None:
                return []
            return [Mark(line, NEVER if account in own else ALWAYS)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = match([one.key for one in lines], (leases.landlord, leases.departement))
        return Pairs(lease, line, ~np.isin(leases.account[lease], _transfers(ground)))

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        # the ceiling counts the transfers themselves; a lease said to be one is out of the flux whatever its account
        return pd.Series(True, index=lines.index), lines["account"].isin(transfers())


def _transfers(ground: Ground) -> list[int]:
    """Accounts of the landlords' own tenants, by index."""
    return [ground.facts.accounts.index(code) for code in transfers()]
