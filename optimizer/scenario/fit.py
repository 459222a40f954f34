"""Whether a réservataire's stock fits what its public asks for: rooms, communes, ceilings, beside active applications."""

from __future__ import annotations

from datetime import date

import pandas as pd

from optimizer import policy
from optimizer.scenario.demand import (
    ABOVE,
    CEILINGS,
    UNKNOWN,
    ceiling_of,
    first_choice,
    in_area,
    public_of,
    share_of,
    still_active,
    wanted_rooms,
)

FIT_GAP = "national.planning.fit_gap"
"""How much more of the demand than of the stock is shown as lacking."""
COLUMNS = (
    "landlord",
    "departement",
    "account",
    "dimension",
    "value",
    "stock",
    "stock_share",
    "demand",
    "demand_share",
)


def public_fit(
    stock: pd.DataFrame, applications: pd.DataFrame, on: date, rules: policy.RuleSet
) -> pd.DataFrame:
    """Stock and demand of each block by rooms, by commune and by ceiling.

    Returns
    -------
    DataFrame
        ``landlord, departement, account, dimension, value, stock, stock_share, demand, demand_share``; demand counts the
        active applications of the account's public (first commune chosen); by ceiling, dwellings by their financing beside
        households by the lowest ceiling they are under. Empty without applications.
    """
    if applications.empty or stock.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    active = still_active(applications, on, rules)
    asked = pd.DataFrame(
        {
            "rooms": wanted_rooms(active, rules),
            "commune": first_choice(active),
            "ceiling": ceiling_of(active, rules),
        }
    )
    departement = rules.place_of(asked["commune"], "departement").fillna("")
    held = stock.assign(
        dwellings=stock["dwellings"].fillna(0).astype("int64"),
        rooms=stock["rooms"].map(lambda n: "" if pd.isna(n) else f"T{int(n)}"),
        commune=stock["commune"].fillna("").astype(str),
        ceiling=stock["financing"]
        .astype(object)
        .where(stock["financing"].notna(), "")
        .astype(str)
        .str.upper(),
    )
    publics = {
        a: public_of(active, str(a)) & in_area(asked["commune"], str(a), rules)
        for a in sorted(held["account"].unique())
    }
    rows = []
    for key, group in held.groupby(["landlord", "departement", "account"], sort=True):
        landlord, place, account = (str(part) for part in key)
        mask = publics[account] & (departement == place)
        for dimension in ("rooms", "commune", "ceiling"):
            have = group[group[dimension] != ""].groupby(dimension)["dwellings"].sum()
            want = asked.loc[mask, dimension].value_counts()
            have_all, want_all = int(have.sum()), int(want.sum())
            values = sorted({*have.index, *want.index})
            if dimension == "commune":
                values = sorted(have.index)
            elif dimension == "ceiling":
                values = [v for v in (*CEILINGS, ABOVE, UNKNOWN) if v in values]
            for value in values:
                n, m = int(have.get(value, 0)), int(want.get(value, 0))
                named = (landlord, place, account, dimension, value)
                rows.append((*named, n, share_of(n, have_all), m, share_of(m, want_all)))
    return pd.DataFrame(rows, columns=list(COLUMNS))
