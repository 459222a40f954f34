"""Names of a case as sorted tuples: landlords, communes, EPCI, départements, districts, residences, accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.account import vocabulary
from optimizer.eligibility.accounts import is_known
from optimizer.eligibility.columns import arrow_text, index_of, items
from optimizer.eligibility.geography import geography

if TYPE_CHECKING:
    from optimizer.eligibility.conventions import Line
    from optimizer.policy import RuleSet


@dataclass(frozen=True)
class Vocabulary:
    """Sorted names; ``commune_epci``, ``commune_departement`` and ``commune_zone`` are aligned with ``communes``."""

    landlords: tuple[str, ...]
    communes: tuple[str, ...]
    epcis: tuple[str, ...]
    departements: tuple[str, ...]
    districts: tuple[str, ...]
    residences: tuple[str, ...]
    accounts: tuple[str, ...]
    commune_epci: NDArray[np.int32]
    commune_departement: NDArray[np.int32]
    commune_zone: NDArray[np.int8]
    arrondissements: Mapping[int, NDArray[np.int32]]

    @cached_property
    def landlord_index(self) -> Mapping[str, int]:
        return index_of(self.landlords)

    @cached_property
    def departement_index(self) -> Mapping[str, int]:
        return index_of(self.departements)

    @cached_property
    def account_index(self) -> Mapping[str, int]:
        return index_of(self.accounts)


def distinct(values: pa.Array) -> set[str]:
    """The different texts of a column, null and empty left out."""
    return {str(v) for v in pc.unique(values).to_pylist() if v}


def flux_landlords(case: Case) -> frozenset[str]:
    """Landlords whose conventions matter: of the dwellings, of the work in progress, of the leases, of the case."""
    found: set[str] = set()
    for table in ("dwellings", "in_progress", "leases"):
        found |= distinct(arrow_text(case.table(table), "landlord"))
    if case.settings.landlord:
        found.add(case.settings.landlord)
    return frozenset(found)


def read_vocabulary(
    case: Case, rules: RuleSet, lines: Sequence[Line], landlords: frozenset[str], places: frozenset[str]
) -> Vocabulary:
    """All names of the case."""
    dwellings, applications = case.table("dwellings"), case.table("applications")
    places_of = geography(rules)
    accounts = {line.account for line in lines}
    for table, column in (
        ("dwellings", "reserved_to"), ("nominations", "account"), ("in_progress", "account"), ("leases", "account"),
        ("events", "account"),
    ):  # fmt: skip
        accounts |= distinct(arrow_text(case.table(table), column))
    accounts |= distinct(items(applications, "accounts")[1])
    known = {a for a in accounts if is_known(a, places)}
    names = set(landlords) | {line.landlord for line in lines}
    names |= distinct(arrow_text(applications, "current_landlord"))
    names |= distinct(arrow_text(case.table("forecast"), "landlord"))
    return Vocabulary(
        landlords=tuple(sorted(names)),
        communes=places_of.communes,
        epcis=places_of.epcis,
        departements=places_of.departements,
        districts=tuple(sorted(distinct(arrow_text(dwellings, "district")))),
        residences=tuple(sorted(distinct(arrow_text(dwellings, "residence")))),
        accounts=vocabulary(known),
        commune_epci=places_of.commune_epci,
        commune_departement=places_of.commune_departement,
        commune_zone=places_of.commune_zone,
        arrondissements=places_of.arrondissements,
    )
