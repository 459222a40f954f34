"""A small year of leases and events, in memory."""

from __future__ import annotations

from datetime import date

import pandas as pd

from optimizer.domain import Case, CaseSettings, default_seed, empty_frame

ON = date(2026, 7, 2)


def filled(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows with the canonical columns and kinds of a table."""
    empty = empty_frame(table)
    frame = pd.DataFrame(rows, columns=list(empty.columns))
    return frame.astype({name: str(kind) for name, kind in empty.dtypes.items()})


def lease(dwelling: str, account: str, signed_on: str = "2026-03-01", **more: object) -> dict[str, object]:
    return {
        "dwelling_id": dwelling, "landlord": "OPH25", "commune": "25056", "qpv": "no", "rooms": 3, "financing": "plus",
        "construction_year": 1980, "account": account, "signed_on": signed_on, "q1": "no", **more,
    }  # fmt: skip


def event(dwelling: str, account: str, **dates: str) -> dict[str, object]:
    return {"dwelling_id": dwelling, "account": account, **{f"{k}_on": v for k, v in dates.items()}}


def year_case(**tables: list[dict[str, object]]) -> Case:
    """A case of the Doubs on 2 July 2026."""
    settings = CaseSettings(
        title="Année",
        territory="doubs",
        on=ON,
        year=2026,
        landlord="OPH25",
        seed=default_seed(ON, "OPH25", "doubs"),
        synthetic=True,
    )
    return Case(settings, {name: filled(name, rows) for name, rows in tables.items()})
