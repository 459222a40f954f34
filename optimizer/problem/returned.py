"""Orientations that came back without a lease: what a count rule before the lease has used up all the same.

An agreement that counts at `oriented` (or `presented`, `attributed`) has consumed the dwelling even when nobody moved in.
`events` follows each orientation: (dwelling, account, day of orientation), however many candidates it had; rows without
that day are one orientation a year. It counts in the year it first reached the stage of the rule, up to the date of the
case. Of the k orientations of a dwelling on an account that did, the leases of the year and the work in progress already
counted there are taken away; the rest came back, and counts once each on the flux rows only: it is no lease.

Where the dwelling is: `dwellings`, else `in_progress`, else `leases`, else what `events` itself says of it (landlord and commune);
a dwelling none of them describes is not counted (the reading warns). It is in the flux base as `dwellings` says, else unless one
of its leases says no on an account of the flux, or `events` where nothing else describes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.account import outside_flux
from optimizer.domain.schema import STAGES
from optimizer.eligibility.columns import arrow_text, booleans, codes, days, texts

if TYPE_CHECKING:
    from optimizer.domain.case import Case

REACHED = {"oriented": 0, "presented": 1, "attributed": 3}
"""First stage of STAGES that a count rule counts; `signed` counts leases only."""
DATES = ("oriented_on", "presented_on", "attributed_on", "signed_on")
FIRST_DATE = {"oriented": 0, "presented": 1, "attributed": 2}
"""First date of DATES that says a count rule was reached; a later one stands for it where it is missing."""
KEY = ["dwelling_id", "account"]
COLUMNS = (*KEY, "rule", "day", "let_after", "landlord", "commune", "inside")


def returned_orientations(case: Case, year: int) -> pd.DataFrame:
    """Orientations of a year that came back without a lease, as each count rule sees them.

    Returns
    -------
    DataFrame
        ``dwelling_id, account, rule, day, let_after, landlord, commune, inside``: one row per orientation and rule it has reached,
        with the day it did, sorted. ``let_after``: it ended in a lease, signed after the year. Leases and work in progress stand for the latest orientations. ``inside``: in the flux
        base. Accounts outside the flux and dwellings nobody describes are left out.
    """
    events = case.table("events")
    if not len(events):
        return pd.DataFrame(columns=list(COLUMNS))
    leases, progress = case.table("leases"), case.table("in_progress")
    of_year = years(days(leases, "signed_on")) == year
    earlier = counted_earlier(case, leases, year)
    kept, stage = furthest(progress)
    on = np.datetime64(case.settings.on.isoformat(), "D")
    parts = []
    for rule, first in REACHED.items():
        rows = _reached(events, rule)
        rows = rows[(years(rows["day"].to_numpy("datetime64[D]")) == year) & (rows["day"] <= on)]
        rows = rows.sort_values([*KEY, "day"], ignore_index=True)
        signed = _sized(_keys(leases)[of_year & ~earlier[rule].to_numpy(bool)])
        done = signed.add(_sized(_keys(progress)[kept & (stage >= first)]), fill_value=0).rename("done")
        rows = rows.join(_sized(rows).rename("all"), on=KEY).join(done, on=KEY)
        back = rows["all"] - rows["done"].fillna(0) - rows.groupby(KEY).cumcount()
        later = years(rows["signed"].to_numpy("datetime64[D]")) > year
        parts.append(rows.assign(rule=rule, let_after=later & rows["signed"].notna())[back > 0])
    every: pd.DataFrame = pd.concat(parts, ignore_index=True)
    found = every.join(_places(case, kept), on="dwelling_id", how="inner")
    return found[list(COLUMNS)].reset_index(drop=True).sort_values(["rule", *KEY, "day"], ignore_index=True)


def counted_earlier(case: Case, leases: pd.DataFrame, year: int) -> pd.DataFrame:
    """Leases whose orientation had reached a count rule before ``year``: that earlier year counted the dwelling, none counts it twice.

    Parameters
    ----------
    leases : DataFrame
        Rows of the table `leases`.

    Returns
    -------
    DataFrame
        One column of booleans for each rule of `REACHED`, same index: `events` holds the orientation that ended in this very
        lease (dwelling, account, day of signature), and its first day of the rule is of an earlier year.
    """
    out = pd.DataFrame(False, index=leases.index, columns=list(REACHED), dtype=bool)
    events = case.table("events")
    if not len(events) or not len(leases):
        return out
    names = _keys(leases)
    own = list(zip(names["dwelling_id"], names["account"], days(leases, "signed_on"), strict=True))
    for rule in REACHED:
        rows = _reached(events, rule)
        rows = rows[(years(rows["day"].to_numpy("datetime64[D]")) < year) & rows["signed"].notna()]
        signed = rows["signed"].to_numpy("datetime64[D]")
        found = set(zip(rows["dwelling_id"], rows["account"], signed, strict=True))
        out[rule] = [key in found for key in own]
    return out


def furthest(in_progress: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """One line per dwelling, and the stage of every line (its place in STAGES, -1 unknown).

    Of the lines of a dwelling the furthest stage is kept, then the oldest, then the smallest application number.
    """
    stage = codes(arrow_text(in_progress, "stage"), STAGES)
    order = pd.DataFrame(
        {
            "dwelling": texts(in_progress, "dwelling_id"),
            "stage": -stage,
            "since": days(in_progress, "since").astype(np.int64),
            "who": texts(in_progress, "application_id"),
        }
    ).sort_values(["dwelling", "stage", "since", "who"], kind="stable")
    kept = np.zeros(len(in_progress), bool)
    kept[order.index[~order["dwelling"].duplicated()].to_numpy()] = True
    return kept, stage


def _reached(events: pd.DataFrame, rule: str) -> pd.DataFrame:
    """``dwelling_id, account, day, signed``: one row per orientation that reached the rule, the first day it did and its lease's."""
    dates = [days(events, name) for name in DATES]
    first = FIRST_DATE[rule]
    day = dates[first]
    for later in dates[first + 1 :]:
        day = np.where(np.isnat(day), later, day)
    known = ~np.isnat(dates[0])
    # without a day of orientation, the rows of one year are one orientation
    start = np.where(known, dates[0], day.astype("datetime64[Y]").astype("datetime64[D]"))
    rows = _keys(events).assign(
        known=known, start=start.astype("datetime64[s]"), day=day.astype("datetime64[s]"),
        signed=dates[-1].astype("datetime64[s]"),
    )  # fmt: skip
    rows = rows[~np.isnat(day) & ~rows["account"].isin(outside_flux())]
    by = rows.groupby([*KEY, "known", "start"], as_index=False)
    once: pd.DataFrame = by.agg(day=("day", "min"), signed=("signed", "max"))
    return once


def years(day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """The calendar year of each day; a missing day is of no year of a case."""
    return day.astype("datetime64[Y]").astype(np.int64) + 1970


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: texts(frame, name) for name in KEY}, dtype=object)


def _sized(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(KEY).size()


def _places(case: Case, kept: NDArray[np.bool_]) -> pd.DataFrame:
    """``landlord, commune, inside`` of every dwelling that a table describes, by number."""
    dwellings, progress, leases = (case.table(name) for name in ("dwellings", "in_progress", "leases"))
    excluded = ~np.isin(texts(dwellings, "assiette_exclusion").astype(str), ["", "none"])
    reserved = texts(dwellings, "reserved_to") != ""
    own = _place(dwellings).assign(inside=~(excluded | reserved | booleans(dwellings, "first_letting")))
    let = _place(leases).assign(day=days(leases, "signed_on").astype(np.int64))
    let = let.sort_values(["dwelling_id", "day"], ascending=[True, False], kind="stable").drop(columns="day")
    said = arrow_text(leases, "in_flux").is_valid().to_numpy(zero_copy_only=False)
    out = said & ~booleans(leases, "in_flux") & ~np.isin(texts(leases, "account").astype(str), outside_flux())
    other = pd.concat([_place(progress)[kept], let])
    other["inside"] = ~other["dwelling_id"].isin(set(texts(leases, "dwelling_id")[out]))
    every = pd.concat([own, other, _followed(case.table("events"))]).drop_duplicates("dwelling_id")
    return every.set_index("dwelling_id").astype({"inside": bool})


def _followed(events: pd.DataFrame) -> pd.DataFrame:
    """Dwellings as `events` describes them: of several rows the first landlord and commune by name, outside the flux if one says so."""
    place = _place(events)
    said = arrow_text(events, "in_flux").is_valid().to_numpy(zero_copy_only=False)
    out = set(place["dwelling_id"][said & ~booleans(events, "in_flux")])
    place = place[(place["landlord"] != "") & (place["commune"] != "")].sort_values(
        ["dwelling_id", "landlord", "commune"], kind="stable"
    )
    return place.assign(inside=~place["dwelling_id"].isin(out))


def _place(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: texts(frame, name) for name in ("dwelling_id", "landlord", "commune")}, dtype=object
    )
