"""Mobility between contingents: dwellings that an account hands to another for a time, on the ledger of both, never lost.

A handover changes nothing of what is counted: the lease stands on the account that used the dwelling. What it adds is a debt
between two accounts. While it is not given back it is carried into the next year on both lines, whatever their agreements
say of other balances.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from optimizer.domain import Case
from optimizer.errors import Finding
from optimizer.statement import messages as messages

COLUMNS = ("landlord", "departement", "account", "counterpart", "handed", "received", "given_back", "balance")
"""One line for each side of each pair: ``balance`` is what the account has still to get back (+) or to give back (−)."""
Line = tuple[str, str, str, str]
"""Landlord, département, area, account."""


def problems_of(case: Case) -> tuple[Finding, ...]:
    """Handovers that cannot be: to oneself, more given back than handed, given back before."""
    found = []
    for row in case.table("handovers").to_dict("records"):
        handed, returned = _counts(row)
        params = {"landlord": row["landlord"], "account": row["from_account"], "other": row["to_account"]}
        if row["from_account"] == row["to_account"]:
            found.append(Finding("HANDOVER_SELF", file="cessions", params=params))
        elif returned > handed:
            found.append(
                Finding(
                    "HANDOVER_TOO_MANY",
                    file="cessions",
                    params={**params, "handed": handed, "returned": returned},
                )
            )
        elif pd.notna(row["returned_on"]) and row["returned_on"] < row["handed_on"]:
            found.append(Finding("HANDOVER_BEFORE", file="cessions", params=params))
    return tuple(found)


def _counts(row: Mapping[object, object]) -> tuple[int, int]:
    handed, returned = row["handed"], row["returned"]
    return (1 if pd.isna(handed) else int(str(handed)), 0 if pd.isna(returned) else int(str(returned)))  # type: ignore[call-overload]


def handovers(case: Case, to: date) -> pd.DataFrame:
    """The register of handovers on a day, a line on both sides of each pair of accounts; balances add up to nothing.

    Returns
    -------
    DataFrame
        ``landlord, departement, account, counterpart, handed, received, given_back, balance``.
    """
    sums: dict[tuple[str, str, str, str], list[int]] = {}
    for row in case.table("handovers").to_dict("records"):
        if row["handed_on"] > pd.Timestamp(to):
            continue
        handed, returned = _counts(row)
        if pd.notna(row["returned_on"]) and row["returned_on"] > pd.Timestamp(to):
            returned = 0
        place = (str(row["landlord"]), str(row["departement"]))
        giver, taker = str(row["from_account"]), str(row["to_account"])
        for key, side in (((*place, giver, taker), 0), ((*place, taker, giver), 1)):
            counts = sums.setdefault(key, [0, 0, 0, 0])
            counts[side] += handed
            counts[2] += returned
            counts[3] += (handed - returned) * (1 if side == 0 else -1)
    return pd.DataFrame([(*key, *counts) for key, counts in sorted(sums.items())], columns=list(COLUMNS))


def owed(table: pd.DataFrame, before: pd.DataFrame, lines: pd.DataFrame) -> dict[Line, int]:
    """What the year leaves each agreement line to get back (+) or to give back (−): the widest line of the account holds it all.

    ``table`` and ``before`` are the register at the end of the year and of the year before it: what was open by then stands in the
    opening balance of this year already, and what of it was given back since is taken off again.
    """
    now, then = (t.groupby(["landlord", "departement", "account"])["balance"].sum() for t in (table, before))
    net = now.sub(then, fill_value=0)
    out: dict[Line, int] = {}
    for key, balance in net.items():
        landlord, departement, account = (str(part) for part in key)  # type: ignore[attr-defined]
        mine = lines[
            (lines["landlord"] == landlord)
            & (lines["departement"] == departement)
            & (lines["account"] == account)
        ]
        areas = sorted(
            (str(a) for a in mine["area"]), key=lambda area: (area != departement, -len(area), area)
        )
        if balance and areas:
            out[landlord, departement, areas[0], account] = int(balance)
    return out
