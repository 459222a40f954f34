"""Next year's conventions from this year's ledger: balances carried over, new shares where a conversion gives them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from optimizer.domain import empty_frame
from optimizer.statement.bilan import Bilan

DIFF_COLUMNS = ("landlord", "departement", "area", "account", "field", "before", "after")
FIELDS = ("share", "opening_balance")
Place = tuple[str, str]


def next_conventions(
    result: Bilan, lines: pd.DataFrame, shares: Mapping[Place, Mapping[str, Fraction]] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table `conventions` of the next year, and what changes.

    Parameters
    ----------
    result : Bilan
        Its ledger gives what each account took too much (positive) or too little: where the agreement carries over, that
        balance becomes next year's opening balance; where it does not, the balance starts at 0.
    lines : DataFrame
        Convention lines in force this year, with the columns of the table `conventions`.
    shares : mapping, optional
        (landlord, département) -> account -> share to 4 decimals, from a conversion of the new stock. It replaces the
        share of every line whose area is the whole département; an account without a line gets one, an account without
        rights any more has share 0. Shares of a smaller area are renegotiated by hand and kept.

    Returns
    -------
    conventions, diff
        ``diff``: ``landlord, departement, area, account, field, before, after``, one line per value that changes.
    """
    keys = ["landlord", "departement", "area", "account"]
    balance = {tuple(str(r[k]) for k in keys): float(r["balance"]) for r in result.ledger.to_dict("records")}
    rows, changes = [], []
    seen: set[tuple[str, ...]] = set()
    for record in lines.to_dict("records"):
        line = {str(k): v for k, v in record.items()}
        key = tuple(str(line[k]) for k in keys)
        if key not in balance:
            continue
        seen.add(key)
        new = dict(line)
        new["year"] = result.year + 1
        new["opening_balance"] = balance[key] if bool(line["carry_over"]) else 0.0
        given = (shares or {}).get((key[0], key[1]))
        if given is not None and key[2] == key[1]:
            new["share"] = float(given.get(key[3], Fraction(0)))
        rows.append(new)
        changes += [
            (*key, field, float(line[field]), float(new[field]))
            for field in FIELDS
            if round(float(line[field]), 4) != round(float(new[field]), 4)
        ]
    for (landlord, departement), given in sorted((shares or {}).items()):
        for account, share in sorted(given.items()):
            key = (landlord, departement, departement, account)
            narrow = account.startswith("COLL:") and account != f"COLL:{departement}"
            if not share or account == "BAILLEUR" or narrow or key in seen:
                continue
            new = dict(zip(keys, key, strict=True))
            rows.append({**new, "year": result.year + 1, "share": float(share), "opening_balance": 0.0})
            changes.append((*key, "share", 0.0, float(share)))
    empty = empty_frame("conventions")
    table = pd.DataFrame(rows, columns=list(empty.columns))
    table = table.astype({name: str(kind) for name, kind in empty.dtypes.items()})
    table = table.sort_values(keys, ignore_index=True)
    return table, pd.DataFrame(changes, columns=list(DIFF_COLUMNS)).sort_values(keys, ignore_index=True)
