"""Whether a réservataire's stock fits what its public asks for: rooms and communes, stock beside active applications."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer import policy

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


def public_of(applications: pd.DataFrame, account: str) -> pd.Series:
    """Rows that belong to the account's default public (CCH R. 441-5; explicit ``accounts`` come first)."""
    if account == "ETAT_PRIO":
        codes = applications["priority_codes"].fillna("").astype(str)
        dalo = codes.str.split("|").map(lambda items: "dalo" in items)
        inside = dalo | ((codes != "") & (applications["priority_status"] == "labelled").fillna(False))
    elif account == "ETAT_AGENT":
        inside = applications["public_agent"].fillna(False).astype(bool)
    elif account == "ALS":
        inside = applications["als_employee"].fillna(False).astype(bool)
    else:
        return pd.Series(True, index=applications.index)
    named = applications["accounts"].fillna("").astype(str)
    listed = named.str.split("|").map(lambda items: account in items)
    return inside.where(named == "", listed).astype(bool)


def wanted_rooms(applications: pd.DataFrame, rules: policy.RuleSet) -> pd.Series:
    """``T3``…: the first typology asked for, else the table's first choice for the number of persons."""
    table = rules.rooms_table()
    persons = applications["persons"].fillna(1).to_numpy(np.int64)
    usual = table.first_choice.argmax(axis=1)[table.row(persons)]
    asked = pd.to_numeric(applications["rooms_wanted"].astype(object).astype(str).str.extract(r"^T?(\d)")[0])
    return asked.fillna(pd.Series(usual, index=applications.index)).astype(int).map(lambda n: f"T{min(6, n)}")


def public_fit(stock: pd.DataFrame, applications: pd.DataFrame, rules: policy.RuleSet) -> pd.DataFrame:
    """Stock and demand of each block by rooms and by commune.

    Returns
    -------
    DataFrame
        ``landlord, departement, account, dimension, value, stock, stock_share, demand, demand_share``; demand counts the
        active applications of the account's public (first commune chosen); empty without applications.
    """
    if applications.empty or stock.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    active = applications[(applications["status"].fillna("active") != "struck_off")]
    asked = pd.DataFrame(
        {
            "rooms": wanted_rooms(active, rules),
            "commune": active["choices"].fillna("").astype(str).str.split("|").str[0],
        }
    )
    departement = asked["commune"].map(rules.all_communes["departement"].to_dict()).fillna("")
    held = stock.assign(
        dwellings=stock["dwellings"].fillna(0).astype("int64"),
        rooms=stock["rooms"].map(lambda n: "" if pd.isna(n) else f"T{int(n)}"),
        commune=stock["commune"].fillna("").astype(str),
    )
    publics = {a: public_of(active, str(a)) for a in sorted(held["account"].unique())}
    rows = []
    for key, group in held.groupby(["landlord", "departement", "account"], sort=True):
        landlord, place, account = (str(part) for part in key)
        mask = publics[account] & (departement == place)
        for dimension in ("rooms", "commune"):
            have = group[group[dimension] != ""].groupby(dimension)["dwellings"].sum()
            want = asked.loc[mask, dimension].value_counts()
            have_all, want_all = int(have.sum()), int(want.sum())
            for value in sorted({*have.index, *want.index}) if dimension == "rooms" else sorted(have.index):
                n, m = int(have.get(value, 0)), int(want.get(value, 0))
                rows.append(
                    (landlord, place, account, dimension, value, n, _part(n, have_all), m, _part(m, want_all))
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _part(n: int, total: int) -> float:
    return round(n / total, 4) if total else float("nan")
