"""The stock and the assiette of the worked example (invented numbers), and small tables for the properties."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pandas as pd

from optimizer.conversion import Caps, Conversion, Terms, convert
from optimizer.domain import empty_frame

ON = date(2026, 1, 1)
CAPS = Caps(agents=Fraction(1, 20), state=Fraction(3, 10), guarantees=Fraction(1, 5))
PRIO, AGENT, ALS, COLL, OWN = "ETAT_PRIO", "ETAT_AGENT", "ALS", "COLL:25056", "BAILLEUR"


def stock_rows(*rows: tuple[str, int, float | None, str | None]) -> pd.DataFrame:
    """Rows of `stock`: account, dwellings, turnover, end date."""
    frame = pd.DataFrame(
        {
            "landlord": "OPH25", "departement": "25", "account": [r[0] for r in rows],
            "dwellings": pd.array([r[1] for r in rows], "Int64"),
            "turnover": pd.array([r[2] for r in rows], "float64"),
            "ends_on": pd.to_datetime(pd.Series([r[3] for r in rows], dtype=object)).astype("datetime64[s]"),
        }
    )  # fmt: skip
    return pd.concat([empty_frame("stock"), frame])[list(empty_frame("stock").columns)].reset_index(drop=True)


def assiette_row(**numbers: int | str) -> pd.DataFrame:
    row = {"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", **numbers}
    frame = empty_frame("assiette")
    return pd.concat([frame, pd.DataFrame([row])])[list(frame.columns)].reset_index(drop=True)


STOCK = stock_rows(
    (PRIO, 2500, 0.07, None), (AGENT, 500, 0.10, None),
    (ALS, 1500, 0.09, "2046-01-01"), (ALS, 1000, 0.09, "2032-01-01"),
    (COLL, 1500, 0.08, None), (OWN, 3000, 0.08, None),
)  # fmt: skip
BASE = assiette_row(vacated=810, mutation=120, anru=25, orcod=10, unfit=5, sale=20)


def run(
    stock: pd.DataFrame = STOCK, base: pd.DataFrame = BASE, caps: Caps = CAPS, **more: object
) -> Conversion:
    dwellings = empty_frame("dwellings")
    terms = Terms(caps=caps, spread_years=15, **more)  # type: ignore[arg-type]
    return convert(
        stock, base, dwellings, pd.Series([], dtype=object), on=ON, year=2026, terms=terms,
        modes=(1, 2, 3, 4) if terms.negotiated else (1, 2, 3),
    )  # fmt: skip


def column(conversion: Conversion, mode: int, name: str) -> dict[str, object]:
    rows = conversion.flux[conversion.flux["mode"] == mode]
    return dict(zip(rows["account"], rows[name], strict=True))
