"""Small cases written by hand: rows as dictionaries with canonical column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from optimizer import policy
from optimizer.domain import TABLES, Case, CaseSettings, Column

ON = date(2026, 11, 23)
BESANCON, PONTARLIER, MONTBELIARD = "25056", "25462", "25388"
GRAND_BESANCON, GRAND_PONTARLIER = "242500361", "242500338"
SERRE = "25542"
"""Serre-les-Sapins, in Grand Besançon like Besançon."""
Row = Mapping[str, Any]


@cache
def rules(territory: str = "doubs", on: date = ON) -> policy.RuleSet:
    return policy.load(territory, on)


def frame(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a frame with the canonical columns and dtypes; other keys are kept as text columns."""
    found = _empty(table, len(rows)).copy(deep=False)
    kinds = {c.name: c for c in TABLES[table].columns}
    given = {key for row in rows for key in row}
    for name in [*(c for c in kinds if c in given), *sorted(given - kinds.keys())]:
        found[name] = _column([row.get(name) for row in rows], kinds.get(name))
    return found


@cache
def _empty(table: str, rows: int) -> pd.DataFrame:
    """So many rows without a value; a small case gives a tenth of the sixty columns."""
    return pd.DataFrame({c.name: _column([None] * rows, c) for c in TABLES[table].columns})


def _column(values: list[Any], column: Column | None) -> pd.Series:
    if column is None:
        return pd.Series(values, dtype="str")
    found = pd.Series(values, dtype="object")
    return (pd.to_datetime(found) if column.kind == "date" else found).astype(column.dtype)


def dwelling(name: str = "L1", **more: Any) -> dict[str, Any]:
    """A T3 PLUS in Besançon, on the ground floor."""
    return {
        "dwelling_id": name, "landlord": "OPH25", "commune": BESANCON, "rooms": 3, "financing": "plus", "floor": 0,
        **more,
    }  # fmt: skip


def application(name: str = "A1", **more: Any) -> dict[str, Any]:
    """Three persons who want Besançon, with modest known incomes."""
    return {
        "application_id": name, "first_registered_on": "2026-05-04", "persons": 3, "choices": BESANCON,
        "status": "active", "tax_income_eur": 15000.0, "monthly_income_eur": 1500.0, "income_status": "verified", **more,
    }  # fmt: skip


def make_case(
    dwellings: Sequence[Row] = (), applications: Sequence[Row] = (), *, territory: str = "doubs", on: date = ON,
    synthetic: bool = True, landlord: str | None = None, **tables: Sequence[Row],
) -> Case:  # fmt: skip
    """A case in memory."""
    frames = {"dwellings": frame("dwellings", dwellings), "applications": frame("applications", applications)}
    frames |= {name: frame(name, rows) for name, rows in tables.items()}
    settings = CaseSettings(
        "petit dossier", territory, on, on.year, landlord=landlord, seed="essai", synthetic=synthetic
    )
    return Case(settings, frames)
