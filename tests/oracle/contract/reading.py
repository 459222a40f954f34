"""A case folder read plainly: rows as dictionaries, numbers as exact fractions, and the dated values of `models/`.

The folder is one that `tests/oracle/cases.py` wrote (canonical names, comma, decimal point), so this reader knows one
spelling only. A missing table has no rows; an empty cell is None.
"""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).absolute().parents[3] / "models"

TABLES = (
    "dwellings", "applications", "scores", "nominations", "in_progress", "leases", "events", "simulations",
    "decisions", "residences", "conventions", "assiette", "forecast",
)  # fmt: skip
WHOLE = {
    "rooms", "floor", "attempts", "construction_year", "persons", "adults", "children_under_14", "visiting_children",
    "household_category", "ages_sum", "disabled_persons", "dependants", "current_rooms", "refusals",
    "alternate_custody_children", "expected_children", "rank", "year", "vacated", "mutation", "anru", "orcod", "unfit",
    "sale", "stock", "proposal_deadline_days", "arrivals",
}  # fmt: skip
NUMBERS = {
    "surface_m2", "rent_eur", "charges_eur", "ceiling_factor", "tax_income_eur", "tax_income_n1_eur",
    "monthly_income_eur", "housing_allowance_eur", "consumption_units", "income_per_uc", "max_rent_eur",
    "current_rent_eur", "current_surface_m2", "score", "acceptance", "allowance_eur", "rls_eur", "effort", "share",
    "tolerance", "opening_balance", "expected", "q1_share", "recent_q1_share",
}  # fmt: skip
YES_NO = {
    "lift", "first_letting", "priority_mix_residence", "subsidy_d331_25_1", "couple", "extend", "accepts_qpv",
    "als_employee", "public_agent", "essential_worker", "local_job", "first_quartile", "prefet_designated",
    "in_flux", "carry_over",
}  # fmt: skip
LISTS = {
    "choices", "districts_wanted", "rooms_wanted", "priority_codes", "dalo_perimeter", "dalo_rooms", "accounts",
}  # fmt: skip
LOWER = {
    "financing", "accessible", "assiette_exclusion", "status", "income_status", "mobility_need", "priority_status",
    "relocation", "dossier", "stage", "q1", "decision", "management_mode", "count_rule", "basis",
}  # fmt: skip


def read_case(folder: Path) -> dict[str, Any]:
    """Settings and tables of a case folder; every row a dictionary of the columns that its file has."""
    settings = yaml.safe_load((folder / "case.yaml").read_text("utf-8"))
    case: dict[str, Any] = {"settings": settings, "folder": folder, "on": settings["on"]}
    for table in TABLES:
        path = folder / f"{table}.csv"
        case[table] = []
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as lines:
                case[table] = [_row(table, row) for row in csv.DictReader(lines)]
    return case


class Row(dict[str, Any]):
    """A row: a column that the file does not have reads None, as an empty cell does."""

    def __missing__(self, key: str) -> None:
        return None


def _row(table: str, row: dict[str, str]) -> Row:
    return Row({name: _cell(table, name, text) for name, text in row.items()})


def _cell(table: str, name: str, text: str) -> Any:
    if text == "":
        return None
    if name.endswith("_on") or name in ("vacant_since", "since"):
        return date.fromisoformat(text)
    if name == "mutation" and table == "leases":
        return text == "1"
    if name == "qpv":
        return text not in ("0", "no")
    if name in ("rooms_wanted", "dalo_rooms"):
        return [int(item) for item in text.split("|")]
    if name == "priority_codes":
        return [item.lower() for item in text.split("|")]
    if name in LISTS:
        return text.split("|")
    if name in WHOLE:
        return int(text)
    if name in NUMBERS:
        return Fraction(text)
    if name in YES_NO:
        return text == "1"
    return text.lower() if name in LOWER else text


# ---- models/ --------------------------------------------------------------------------------------------------------


@cache
def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@cache
def _places(table: str) -> dict[str, list[tuple[date, Fraction | None, str]]]:
    found: dict[str, list[tuple[date, Fraction | None, str]]] = {}
    with (MODELS / "territories" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            value = None if row["value"] == "none" else Fraction(row["value"])
            found.setdefault(row["place"], []).append(
                (date.fromisoformat(row["since"]), value, row["status"])
            )
    return found


@cache
def communes() -> dict[str, tuple[str, str]]:
    """INSEE code -> (EPCI, département)."""
    with (MODELS / "territories" / "communes.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["insee"]: (row["epci"], row["departement"]) for row in csv.DictReader(lines, delimiter=";")
        }


def exact(value: Any) -> Any:
    """A number of a YAML file as it is written, not as the processor holds it."""
    return Fraction(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class Law:
    """The dated values in force on the day of the case, the territory's choices and the case's `changes`."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.on: date = case["on"]
        self.changes: dict[str, Any] = case["settings"].get("changes") or {}
        self.folder: Path = case["folder"]
        name = case["settings"]["territory"]
        own = name.endswith(".yaml")
        self.territory = _yaml(self.folder / name if own else MODELS / "territories" / f"{name}.yaml")

    def national(self, key: str) -> Any:
        """`lec.first_quartile_share` -> the value in force (a fraction where it is a number)."""
        if f"national.{key}" in self.changes:
            return exact(self.changes[f"national.{key}"])
        file, *names = key.split(".")
        node = _yaml(MODELS / "national" / f"{file}.yaml")
        for part in names:
            node = node[part]
        since = max(day for day in node["values"] if day <= self.on)
        return exact(node["values"][since]["value"])

    def status(self, key: str) -> str:
        """`assumed`, `local` or `sourced`: of the value in force."""
        if f"national.{key}" in self.changes:
            return "assumed"
        file, *names = key.split(".")
        node = _yaml(MODELS / "national" / f"{file}.yaml")
        for part in names:
            node = node[part]
        since = max(day for day in node["values"] if day <= self.on)
        return str(node["values"][since].get("status", node["status"]))

    def place(self, table: str, place: str) -> tuple[Fraction, str] | None:
        """(value, status) of a table by place; None where the place has none."""
        key = "lec.q1_threshold" if table == "lec_q1_threshold" else table
        if f"territory.{key}.{place}" in self.changes:
            return exact(self.changes[f"territory.{key}.{place}"]), "assumed"
        rows = [row for row in _places(table).get(place, []) if row[0] <= self.on]
        if not rows:
            return None
        _, value, status = max(rows, key=lambda row: row[0])
        return None if value is None else (value, status)

    @property
    def market(self) -> str:
        """`tense` or `relaxed`."""
        return str(self.changes.get("territory.market", self.territory["market"]))

    def grids(self, epci: str) -> tuple[str, str]:
        """(first-time grid, grid of mutations) of an EPCI; an empty name where there is none."""
        own = (self.territory.get("grid_by_epci") or {}).get(epci)
        pair = own if own is not None else self.territory
        return tuple((pair.get(name) or "") for name in ("grid", "mutation_grid"))  # type: ignore[return-value]

    def grid(self, name: str) -> dict[str, Any]:
        """The content of a grid's file: beside the territory where the name says so, else shipped."""
        path = self.folder / name if name.endswith(".yaml") else MODELS / "cotation" / f"{name}.yaml"
        return _yaml(path)

    def agreements(self) -> list[dict[str, Any]]:
        """The agreement files that the territory names."""
        return [
            _yaml(self.folder / name if name.endswith(".yaml") else MODELS / "conventions" / f"{name}.yaml")
            for name in self.territory["conventions"]
        ]


def half_up(value: Fraction, decimals: int) -> Fraction:
    """The number with so many decimals, a tie upwards."""
    scale = 10**decimals
    return Fraction((value * scale + Fraction(1, 2)).__floor__(), scale)


def floored(value: Fraction, decimals: int) -> Fraction:
    """The number cut to so many decimals."""
    scale = 10**decimals
    return Fraction((value * scale).__floor__(), scale)
