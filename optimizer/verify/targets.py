"""Where a target comes from: read in a text, decided locally, given by the case, or assumed (design §6).

In a case about real people a row whose target is assumed has no price unless the run said ``--price-assumed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from optimizer.verify.law import Law
from optimizer.verify.tables import csv_columns, read_yaml

ASSUMED = "assumed"


def is_assumed(law: Law, key: str) -> bool:
    """Whether the value of ``national.…`` in force is assumed; one that the case changes is not."""
    if key in law.changes:
        return False
    _, name, *rest = key.split(".")
    entry: Any = read_yaml(law.models / "national" / f"{name}.yaml")
    for part in rest:
        entry = entry[part]
    past = [(date.fromisoformat(str(d)), v) for d, v in entry["values"].items()]
    last: Mapping[str, Any] = max((x for x in past if x[0] <= law.on), key=lambda x: x[0])[1]
    return str(last.get("status") or entry.get("status", "")) == ASSUMED


def assumed_places(law: Law, table: str, prefix: str) -> frozenset[str]:
    """Places whose value in a table by place is assumed."""
    path = law.models / "territories" / f"{table}.csv"
    if not path.is_file():
        return frozenset()
    columns = csv_columns(path.read_bytes(), path.name)
    last: dict[str, tuple[date, str]] = {}
    rows = zip(*(columns[x].to_pylist() for x in ("place", "since", "status")), strict=True)
    for place, since, status in rows:
        day = date.fromisoformat(since)
        if day <= law.on and (place not in last or last[place][0] < day):
            last[place] = (day, status or "")
    return frozenset(
        place
        for place, (_, status) in last.items()
        if status == ASSUMED and f"{prefix}.{place}" not in law.changes
    )


def dalo_numbers(
    law: Law, given: Mapping[tuple[str, str], Fraction]
) -> dict[tuple[str, str], tuple[Fraction, bool]]:
    """(landlord, département) -> (DALO households of the year, whether that is assumed): the case, then convention files."""
    found: dict[tuple[str, str], tuple[Fraction, bool]] = {}
    for name in law.territory.get("conventions", ()):
        path = law.territory_path.parent / name
        if not name.endswith(".yaml"):
            path = law.models / "conventions" / f"{name}.yaml"
        data = read_yaml(path) if path.is_file() else {}
        for departement, number in (data.get("dalo") or {}).items():
            landlord = str(data["landlord"])
            found[landlord, str(departement)] = (Fraction(str(number)), data.get("status") == ASSUMED)
    return found | {place: (number, False) for place, number in given.items()}
