"""Cases written by hand for the oracle: a few dwellings and households where everything else is usual."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.oracle.cases import ON, write_table

Row = dict[str, Any]


def dwelling(name: str, **more: Any) -> Row:
    """A T2 of landlord OPHA in Besançon, outside QPV, rent unknown."""
    usual = {
        "dwelling_id": name, "landlord": "OPHA", "commune": "25056", "rooms": 2, "financing": "PLUS", "qpv": False,
    }  # fmt: skip
    return usual | more


def household(name: str, **more: Any) -> Row:
    """One person who asks for Besançon since 1 January 2026."""
    usual = {
        "application_id": name, "first_registered_on": date(2026, 1, 1), "persons": 1, "choices": ["25056"],
        "status": "active", "adults": 1, "dependants": 0, "score": 50,
    }  # fmt: skip
    return usual | more


def line(account: str, share: str, **more: Any) -> Row:
    """A line of OPHA's agreement."""
    usual = {"landlord": "OPHA", "departement": "25", "year": 2026, "account": account, "share": share}
    return usual | more


def lease(number: int, account: str = "BAILLEUR", **more: Any) -> Row:
    """A lease of the year in Besançon, outside QPV."""
    usual = {
        "dwelling_id": f"B{number}", "landlord": "OPHA", "commune": "25056", "qpv": False, "account": account,
        "signed_on": date(2026, 3, 2), "q1": "no",
    }  # fmt: skip
    return usual | more


def write(
    folder: Path, settings: Row | None = None, grid: str = "demonstration", **tables: list[Row]
) -> Path:
    """Write the tables into a new folder and return it."""
    folder.mkdir(parents=True)
    territory = {
        "title": "À la main", "departements": ["25", "90"], "status": "local", "source": "à la main",
        "reviewed_on": date(2026, 1, 2), "by": "oracle", "market": "relaxed", "conventions": [],
    }  # fmt: skip
    if grid:
        territory["grid"] = grid
    case = {
        "title": "À la main", "territory": "territoire.yaml", "on": ON, "year": 2026, "synthetic": True,
    }  # fmt: skip
    for name, content in (("territoire.yaml", territory), ("case.yaml", case | (settings or {}))):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    for name, rows in tables.items():
        write_table(folder / f"{name}.csv", rows)
    return folder
