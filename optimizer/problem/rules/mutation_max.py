"""Not more mutations inside a landlord's stock than its forecast for the year."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

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
        mutation = ground.facts.accounts.index("MUTATION")

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((place.landlord, place.departement))
            if line is None:
                return []
            return [Mark(line, NEVER if account == mutation else ALWAYS)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line = match([one.key for one in lines], (leases.landlord, leases.departement))
        return Pairs(lease, line, leases.account[lease] != ground.facts.accounts.index("MUTATION"))
