"""What the table ``assiette`` says of a year: vacated dwellings, mutations, flux base of each landlord and département."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.verify import cells
from optimizer.verify.tables import RawTable

OUT_OF_BASE = ("mutation", "anru", "orcod", "unfit", "sale", "stock")
Place = tuple[str, str]
"""Landlord, département."""


@dataclass(frozen=True)
class Foreseen:
    """One year of a landlord in a département."""

    vacated: int
    mutations: int
    base: int


def foreseen_leases(table: RawTable, year: int) -> dict[Place, Foreseen]:
    """The forecast of each landlord and département, what was counted (``actual``) where there is no forecast."""
    basis = cells.choice(table, "basis", ("forecast", "actual"))
    years = cells.integers(table, "year")
    vacated = cells.integers(table, "vacated", 0)
    less = [cells.integers(table, name, 0) for name in OUT_OF_BASE]
    names = (cells.strings(table.text("landlord")), cells.strings(table.text("departement")))
    found: dict[Place, Foreseen] = {}
    for wanted in (1, 0):
        for i, place in enumerate(zip(*names, strict=True)):
            if basis[i] == wanted and years[i] == year:
                out = sum(int(x[i]) for x in less)
                found[place] = Foreseen(int(vacated[i]), int(less[0][i]), int(vacated[i]) - out)
    return found
