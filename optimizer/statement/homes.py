"""What each dwelling of the year is: read from the leases, the dwellings, the work in progress and the events of a case."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case
from optimizer.errors import Finding

ATTRIBUTES = ("landlord", "commune", "qpv", "rooms", "financing", "construction_year")
UNKNOWN = ""

PERIODS = "national.statement.construction_periods"
"""Key of the periods in ``models/``: first year that is no longer in the period -> name."""


def construction_period(year: object, periods: Mapping[str, str]) -> str:
    """The period of a construction year; empty when it is not known, or later than the last bound."""
    if year is None or year is pd.NA or year != year:
        return UNKNOWN
    number = int(str(int(float(str(year)))))
    bounds = sorted((int(bound), name) for bound, name in periods.items())
    return next((name for bound, name in bounds if number < bound), UNKNOWN)


def in_two_places(case: Case) -> tuple[Finding, ...]:
    """Numbers of dwellings that the case gives to two landlords or two communes: what is said of one would be counted for the other."""
    names = ("leases", "dwellings", "in_progress")
    known = pd.concat(
        [case.table(name)[["dwelling_id", "landlord", "commune"]].astype(object) for name in names]
    )
    known = known.dropna().drop_duplicates().sort_values(["dwelling_id", "landlord", "commune"])
    twice = known[known["dwelling_id"].duplicated(keep=False)]
    return tuple(
        Finding(
            "BILAN_TWO_PLACES", file="baux",
            params={"dwelling": dwelling, "places": ", ".join(f"{x.landlord} ({x.commune})" for x in places.itertuples())},
        )
        for dwelling, places in twice.groupby("dwelling_id")
    )  # fmt: skip


def homes_of(case: Case, periods: Mapping[str, str]) -> pd.DataFrame:
    """One row per known dwelling, index ``dwelling_id``: landlord, commune, qpv, rooms, financing, construction_period.

    The first table that knows a value gives it, in the order leases, dwellings, in_progress, events; ``qpv`` is ``yes``, ``no``
    or empty, ``rooms`` ``T1``…``T6``, ``financing`` in capitals. ``periods``: see :data:`PERIODS`.
    """
    found: pd.DataFrame | None = None
    for name in ("leases", "dwellings", "in_progress", "events"):
        frame = case.table(name)
        if (
            name == "events"
        ):  # its rows follow orientations: only those that name the dwelling's place describe it
            frame = frame[frame["landlord"].notna() & frame["commune"].notna()]
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
    out["construction_period"] = [construction_period(y, periods) for y in found["construction_year"]]
    return out.sort_index()
