"""Where a target comes from: read in a text, decided locally, or assumed, as every value that ``changes`` supposes (design §6).

In a case about real people a row whose target is assumed has no price unless the run said ``--price-assumed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.verify.law import Law
from optimizer.verify.tables import csv_columns
from optimizer.verify.yamltext import read_yaml

ASSUMED = "assumed"


def is_assumed(law: Law, key: str) -> bool:
    """Whether the value of ``national.…`` in force is assumed; one that the case changes is a supposition too."""
    if key in law.changes:
        return True
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
    for key in law.own_values:
        if key.startswith(f"{prefix}."):
            last[key.removeprefix(f"{prefix}.")] = (law.on, "local")
    changed = {key.removeprefix(f"{prefix}.") for key in law.changes if key.startswith(f"{prefix}.")}
    return frozenset(changed | {place for place, (_, status) in last.items() if status == ASSUMED})
