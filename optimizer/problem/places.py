"""Scopes shared by several rules: their texts and the landlords and départements behind them."""

from __future__ import annotations

from optimizer.problem.ground import Ground
from optimizer.problem.registry import Line, RuleShape, exact, hundredths

Territory = tuple[tuple[int, int], ...]
ANY = -1
"""Landlord index of the lines that gather every landlord of a place."""


def epci_scopes(
    ground: Ground, epcis: frozenset[int], by_landlord: bool
) -> list[tuple[str, tuple[int, int], Territory]]:
    """(scope, (landlord or ANY, EPCI), territory) of the EPCI of the case among ``epcis``."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for landlord, epci, departement in ground.places_present:
        if epci in epcis:
            key = (landlord if by_landlord else ANY, epci)
            found.setdefault(key, []).append((landlord, departement))
    names, landlords = ground.facts.epcis, ground.facts.landlords
    return [
        (
            f"landlord={landlords[key[0]]};epci={names[key[1]]}" if by_landlord else f"epci={names[key[1]]}",
            key,
            tuple(sorted(set(pairs))),
        )
        for key, pairs in sorted(found.items())
    ]


def departement_territories(ground: Ground) -> dict[int, Territory]:
    """(landlord, département) pairs of the case, by département."""
    found: dict[int, list[tuple[int, int]]] = {}
    for landlord, departement in ground.landlord_departements:
        found.setdefault(departement, []).append((landlord, departement))
    return {departement: tuple(pairs) for departement, pairs in sorted(found.items())}


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
            territory=territory,
        )
        for scope, key, territory in epci_scopes(ground, under_lec, not ground.settings.all_landlords)
    ]
