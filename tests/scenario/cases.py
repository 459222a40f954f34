"""Small cases: one with a stock, an assiette and a few dwellings, in memory; parts of the shipped one, on disk."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd

from optimizer.domain import Case, CaseSettings, default_seed, empty_frame
from optimizer.scenario.running import demo_case

ON = date(2026, 1, 1)


def filled(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows with the canonical columns and kinds of a table."""
    empty = empty_frame(table)
    frame = pd.DataFrame(rows, columns=list(empty.columns))
    return frame.astype({name: str(kind) for name, kind in empty.dtypes.items()})


def planner_case(**settings: object) -> Case:
    """The worked example of the four modes as a case of the Doubs."""
    row = {"landlord": "OPH25", "departement": "25", "commune": "25056", "rooms": 3, "financing": "plus"}
    stock = [
        {**row, "account": "ETAT_PRIO", "dwellings": 2500, "turnover": 0.07},
        {**row, "account": "ETAT_AGENT", "dwellings": 500, "turnover": 0.10},
        {
            **row,
            "account": "ALS",
            "dwellings": 1500,
            "turnover": 0.09,
            "ends_on": "2046-01-01",
            "convention": "A1",
        },
        {**row, "account": "ALS", "dwellings": 1000, "turnover": 0.09, "ends_on": "2032-01-01", "qpv": "yes"},
        {**row, "account": "COLL:25056", "dwellings": 1500, "turnover": 0.08},
        {**row, "account": "BAILLEUR", "dwellings": 3000, "turnover": 0.08, "rooms": None},
    ]
    assiette = [
        {"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 810, "mutation": 120,
         "anru": 40, "sale": 20},
    ]  # fmt: skip
    applications = [
        {"application_id": f"N{i}", "first_registered_on": "2025-05-01", "persons": 1 + i % 4, "choices": "25056",
         "als_employee": i % 2 == 0, "priority_codes": "dalo" if i < 3 else None}
        for i in range(12)
    ]  # fmt: skip
    values: dict[str, object] = {
        "title": "Exemple", "territory": "doubs", "on": ON, "year": 2026, "landlord": "OPH25",
        "seed": default_seed(ON, "OPH25", "doubs"), "synthetic": True, **settings,
    }  # fmt: skip
    return Case(
        CaseSettings(**values),  # type: ignore[arg-type]
        {
            "stock": filled("stock", stock),
            "assiette": filled("assiette", assiette),
            "applications": filled("applications", applications),
        },
    )


def cut(out: Path, dwellings: int, applications: int) -> Path:
    """The shipped small case with its first dwellings, and so many of its applications beside the nominated ones."""
    shutil.copytree(demo_case(), out)
    named = {
        line.split(";")[1] for line in (out / "designations.csv").read_text(encoding="utf-8-sig").splitlines()
    }
    homes = (out / "logements.csv").read_text(encoding="utf-8-sig").splitlines()
    (out / "logements.csv").write_text("\n".join(homes[: 1 + dwellings]) + "\n", encoding="utf-8-sig")
    head, *people = (out / "demandes.csv").read_text(encoding="utf-8-sig").splitlines()
    at = head.split(";").index("numero_unique")
    first = [line for line in people if line.split(";")[at] in named]
    first += [line for line in people if line.split(";")[at] not in named][:applications]
    (out / "demandes.csv").write_text("\n".join([head, *first]) + "\n", encoding="utf-8-sig")
    return out
