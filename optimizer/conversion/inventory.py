"""The inventory (état des lieux): what is reserved, to whom, where, how it turns over, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from optimizer.domain.decimals import half_up
from optimizer.domain.durations import DAYS_PER_YEAR
from optimizer.domain.frames import OwnFrames

SPREADS = ("commune", "rooms", "financing", "qpv", "convention")
_UNKNOWN = "non renseigné"


@dataclass(frozen=True)
class Inventory(OwnFrames):
    """Tables of the inventory; shares in [0, 1], turnover weighted by dwellings.

    Attributes
    ----------
    accounts : DataFrame
        ``landlord, departement, account, dwellings, share, turnover, vacated, qpv_share, ended, ends_first, ends_last``
    spreads : DataFrame
        ``landlord, departement, account, dimension, value, dwellings, share``: one line per value of each dimension
        (commune, rooms, financing, qpv, convention), shares inside the account.
    ends : DataFrame
        ``landlord, departement, account, convention, ends_on, dwellings, years_left``: commitments and their end.
    """

    accounts: pd.DataFrame
    spreads: pd.DataFrame
    ends: pd.DataFrame


def in_qpv(qpv: pd.Series) -> pd.Series:
    """``oui``/``non``/unknown from the column ``qpv`` (yes/no words or the code of a QPV)."""
    text = qpv.astype(object).where(qpv.notna(), "").astype(str).str.lower()
    out = pd.Series("oui", index=qpv.index, dtype=object)
    out = out.mask(text.isin(["no", "non", "false", "faux", "0"]), "non")
    return out.mask(text == "", _UNKNOWN)


def inventory(stock: pd.DataFrame, on: date) -> Inventory:
    """Summaries of the table `stock` on a date; nothing is dropped, what is missing is shown as « non renseigné »."""
    frame = stock.assign(dwellings=stock["dwellings"].fillna(0).astype("int64"), qpv=in_qpv(stock["qpv"]))
    frame["known"] = np.where(frame["turnover"].notna(), frame["dwellings"], 0)
    frame["vacated"] = (frame["dwellings"] * frame["turnover"]).fillna(0.0)
    keys = ["landlord", "departement", "account"]
    for name in keys:
        frame[name] = frame[name].astype(object)
    return Inventory(_accounts(frame, keys, on), _spreads(frame, keys), _ends(frame, keys, on))


def _accounts(frame: pd.DataFrame, keys: list[str], on: date) -> pd.DataFrame:
    ended = (frame["ends_on"] <= pd.Timestamp(on)).fillna(False)
    frame = frame.assign(
        inside=np.where(frame["qpv"] == "oui", frame["dwellings"], 0),
        told=np.where(frame["qpv"] != _UNKNOWN, frame["dwellings"], 0),
        ended=np.where(ended, frame["dwellings"], 0),
    )
    grouped = frame.groupby(keys, sort=True)
    sums = grouped[["dwellings", "known", "vacated", "inside", "told", "ended"]].sum()
    total = sums.groupby(level=[0, 1])["dwellings"].transform("sum")
    out = pd.DataFrame(
        {
            "dwellings": sums["dwellings"],
            "share": _ratio(sums["dwellings"], total),
            "turnover": _ratio(sums["vacated"], sums["known"]),
            "vacated": half_up(sums["vacated"].to_numpy(np.float64), 100) / 100,
            "qpv_share": _ratio(sums["inside"], sums["told"]),
            "ended": sums["ended"],
            "ends_first": grouped["ends_on"].min(),
            "ends_last": grouped["ends_on"].max(),
        }
    )
    return out.reset_index()


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    # pages and files round, each once; sums of rates have their last bits taken off
    return (part / whole.where(whole > 0)).astype("float64").round(9)


def _spreads(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    parts = []
    for dimension in SPREADS:
        column = frame[dimension]
        value = column.astype(object).where(column.notna(), _UNKNOWN)
        if dimension == "rooms":
            value = pd.Series([f"T{x}" if x != _UNKNOWN else x for x in value], index=frame.index)
        if dimension == "financing":
            value = pd.Series([str(x).upper() if x != _UNKNOWN else x for x in value], index=frame.index)
        sums = (
            frame.assign(value=value.astype(str))
            .groupby([*keys, "value"], sort=True)["dwellings"]
            .sum()
            .reset_index()
        )
        sums.insert(3, "dimension", dimension)
        whole = sums.groupby(keys)["dwellings"].transform("sum")
        sums["share"] = _ratio(sums["dwellings"], whole)
        parts.append(sums)
    return pd.concat(parts, ignore_index=True)


def _ends(frame: pd.DataFrame, keys: list[str], on: date) -> pd.DataFrame:
    dated = frame[frame["ends_on"].notna()]
    convention = dated["convention"].astype(object).where(dated["convention"].notna(), "")
    sums = (
        dated.assign(convention=convention.astype(str))
        .groupby([*keys, "convention", "ends_on"], sort=True)["dwellings"].sum().reset_index()
    )  # fmt: skip
    sums["years_left"] = years_left(days_left(sums["ends_on"], on))
    return sums


def days_left(ends_on: pd.Series, on: date) -> pd.Series:
    """Days until each agreement ends, below nothing once it has; missing without a term."""
    return (ends_on - pd.Timestamp(on)).dt.days


def years_left(days: pd.Series) -> pd.Series:
    """The same in years to a tenth, nothing once it has ended."""
    return (days.clip(lower=0) / DAYS_PER_YEAR).round(1)
