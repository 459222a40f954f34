"""Relocation charters: offers made to each household, promises kept and late, by programme.

An offer is a dwelling attributed to the household (`events`), one whose offer is running (`in_progress` at the stage
``offered``), or one it has signed for (`leases`): each dwelling once. A promise is kept when the household is housed, or has
been made as many offers as promised, by the day the charter says.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from optimizer.domain import Case

COLUMNS = ("programme", "application_id", "promised", "made", "housed_on", "due_on", "state")
SUMMARY = ("programme", "households", "housed", "promised", "made", "kept", "kept_late", "late", "running")
STATES = ("kept", "kept_late", "late", "running")
"""Kept in time; kept after the day; not kept and the day is past; the day is still to come."""


def charters(case: Case, to: date) -> pd.DataFrame:
    """The promises of the charters on a day, one row per household and programme.

    Returns
    -------
    DataFrame
        ``programme, application_id, promised, made, housed_on, due_on, state``; only offers since ``promised_on`` count.
    """
    day = pd.Timestamp(to)
    made = _offers(case)
    made = made[made["day"] <= day]
    rows = []
    for row in case.table("charters").sort_values(["programme", "application_id"]).to_dict("records"):
        who, due = str(row["application_id"]), row["due_on"]
        mine = made[made["application_id"] == who]
        if pd.notna(row["promised_on"]):
            mine = mine[mine["day"] >= row["promised_on"]]
        days = mine.groupby("dwelling_id")["day"].min().sort_values()
        signed = mine.loc[mine["signed"], "day"]
        housed = signed.min() if len(signed) else pd.NaT
        promised = int(row["offers"])
        reached = [
            d for d in (housed, days.iloc[promised - 1] if len(days) >= promised else pd.NaT) if pd.notna(d)
        ]
        if reached:
            state = "kept" if min(reached) <= due else "kept_late"
        else:
            state = "late" if day > due else "running"
        rows.append(
            (
                str(row["programme"]), who, promised, len(days), "" if pd.isna(housed) else f"{housed:%Y-%m-%d}",
                f"{due:%Y-%m-%d}", state,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _offers(case: Case) -> pd.DataFrame:
    """``application_id, dwelling_id, day, signed``: every offer, and every lease, that the case knows of."""
    events, progress, leases = (case.table(name) for name in ("events", "in_progress", "leases"))
    offered = progress[progress["stage"] == "offered"]
    parts = [
        _part(events, events["attributed_on"], False), _part(events, events["signed_on"], True),
        _part(offered, offered["since"], False), _part(leases, leases["signed_on"], True),
    ]  # fmt: skip
    found = pd.concat(parts, ignore_index=True)
    return found[found["application_id"].ne("") & found["day"].notna()]


def _part(frame: pd.DataFrame, day: pd.Series, signed: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "application_id": frame["application_id"].astype(object).fillna("").astype(str),
            "dwelling_id": frame["dwelling_id"].astype(object).fillna("").astype(str),
            "day": pd.to_datetime(day),
            "signed": signed,
        }
    )


def by_programme(table: pd.DataFrame) -> pd.DataFrame:
    """The promises added up: ``programme, households, housed, promised, made, kept, kept_late, late, running``; nobody's number."""
    rows = []
    for programme, mine in table.groupby("programme", sort=True):
        states = mine["state"].value_counts()
        rows.append(
            (
                str(programme), len(mine), int((mine["housed_on"] != "").sum()), int(mine["promised"].sum()), int(mine["made"].sum()),
                *(int(states.get(state, 0)) for state in STATES),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUMMARY))
