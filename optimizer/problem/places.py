"""Scopes shared by several rules: their texts, and what finds them."""

from __future__ import annotations

from optimizer.problem.ground import Ground
from optimizer.problem.registry import Line, RuleShape, exact, hundredths

ANY = -1
"""Landlord index of the lines that gather every landlord of a place."""


def epci_scopes(
    ground: Ground, epcis: frozenset[int], by_landlord: bool
) -> list[tuple[str, tuple[int, int]]]:
    """(scope, (landlord or ANY, EPCI)) of the EPCI of the case among ``epcis``."""
    found = {
        (landlord if by_landlord else ANY, epci)
        for landlord, epci, _ in ground.places_present
        if epci in epcis
    }
    names, landlords = ground.facts.epcis, ground.facts.landlords
    return [
        (
            f"landlord={landlords[key[0]]};epci={names[key[1]]}" if by_landlord else f"epci={names[key[1]]}",
            key,
        )
        for key in sorted(found)
    ]


def lec_lines(ground: Ground, shape: RuleShape) -> list[Line]:
    """Lines of a LEC rule: one per landlord and EPCI under LEC, one per EPCI where the case holds all landlords."""
    terms = ground.rules.rule(shape.id, shape.share_key)
    assert terms.share is not None
    under_lec = frozenset(i for i, under in enumerate(ground.facts.lec_epci.tolist()) if under)
    return [
        Line(
            scope=scope,
            key=key,
            share=exact(terms.share.value),
            tolerance=exact(terms.tolerance.value),
            price=hundredths(terms.price.value),
            status=terms.share.status,
        )
        for scope, key in epci_scopes(ground, under_lec, not ground.settings.all_landlords)
    ]
