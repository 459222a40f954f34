"""What each dwelling of the year is: read from the leases, the dwellings and the work in progress of a case."""

from __future__ import annotations

import pandas as pd

from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case

ATTRIBUTES = ("landlord", "commune", "qpv", "rooms", "financing", "construction_year")
UNKNOWN = ""

PERIODS = ((1949, "avant 1949"), (1975, "1949-1974"), (1990, "1975-1989"), (2010, "1990-2009"))
"""Construction periods of the statement: first year after the period, name. R. 441-5-1 asks for a period and gives no
bounds; these are those of the usual inventories (first thermal rules in 1975), Attriflux's convention."""
LAST_PERIOD = "2010 et après"


def construction_period(year: object) -> str:
    """The period of a construction year; empty when it is not known."""
    if year is None or year is pd.NA or year != year:
        return UNKNOWN
    number = int(str(int(float(str(year)))))
    return next((name for bound, name in PERIODS if number < bound), LAST_PERIOD)


def homes_of(case: Case) -> pd.DataFrame:
    """One row per known dwelling, index ``dwelling_id``: landlord, commune, qpv, rooms, financing, construction_period.

    The first table that knows a value gives it, in the order leases, dwellings, in_progress; ``qpv`` is ``yes``, ``no``
    or empty, ``rooms`` ``T1``…``T6``, ``financing`` in capitals.
    """
    found: pd.DataFrame | None = None
    for name in ("leases", "dwellings", "in_progress"):
        frame = case.table(name)
        part = frame.reindex(columns=["dwelling_id", *ATTRIBUTES]).astype(object)
        part = part.sort_values(["dwelling_id", "landlord", "commune"]).drop_duplicates("dwelling_id")
        part = part.set_index("dwelling_id")
        found = part if found is None else found.combine_first(part)
    assert found is not None
    out = pd.DataFrame(index=found.index)
    out["landlord"] = found["landlord"].fillna(UNKNOWN).astype(str)
    out["commune"] = found["commune"].fillna(UNKNOWN).astype(str)
    out["qpv"] = in_qpv(found["qpv"]).map({"oui": "yes", "non": "no"}).fillna(UNKNOWN)
    out["rooms"] = [UNKNOWN if pd.isna(n) else f"T{int(n)}" for n in found["rooms"]]
    out["financing"] = found["financing"].fillna(UNKNOWN).astype(str).str.upper()
    out["construction_period"] = [construction_period(y) for y in found["construction_year"]]
    return out.sort_index()
