"""Next year's conventions from this year's ledger: balances carried over, ended rights, shares of a conversion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pandas as pd

from optimizer.domain import empty_frame
from optimizer.domain.account import remainder
from optimizer.statement.bilan import Bilan
from optimizer.statement.handovers import handovers, owed
from optimizer.statement.next_stock import Holder

DIFF_COLUMNS = ("landlord", "departement", "area", "account", "field", "before", "after", "why")
KEYS = ["landlord", "departement", "area", "account"]
CARRIED, NOT_CARRIED, NEW = "solde reporté", "sans report", "nouveau réservataire"
HANDED = "cession non rendue"
COMMITTED = {
    "over": "engagement échu", "ends": "engagement échu", "ends_at_year_end": "engagement échu", "ends_next": "engagement qui finit dans l'année",
    "begins": "engagement nouveau", "begins_next": "engagement nouveau", "none": "engagements",
}  # fmt: skip
"""Why a commitment changes the next share."""


def next_conventions(
    result: Bilan,
    lines: pd.DataFrame,
    converted: pd.DataFrame | None = None,
    *,
    gone: Mapping[Holder, str] | None = None,
    why: str = "conversion du stock",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table `conventions` of the next year, and what changes.

    Parameters
    ----------
    result : Bilan
        Its ledger gives what each account took too much (positive) or too little: where the agreement carries over, that
        balance becomes next year's opening balance; where it does not, the balance starts at what is still owed between
        accounts for dwellings handed from one to another, which no agreement loses (0 without any).
    lines : DataFrame
        Convention lines in force this year, with the columns of the table `conventions`.
        What commitments bring or end changes the share of their account in the draft, each with its reason
        (:meth:`~optimizer.conversion.Register.changes`).
    converted : DataFrame, optional
        ``landlord, departement, area, account, share`` from a conversion of the new stock: for the landlords and
        départements it has, it replaces every share, adds the accounts that have none yet and drops those without rights.
    gone : mapping, optional
        Accounts whose rights ended or are spent -> why: their lines are dropped even without a conversion.
    why : str
        What the table of differences says of a converted share.

    Returns
    -------
    conventions, diff
        ``diff``: ``landlord, departement, area, account, field, before, after, why``, one line per value that changes.
    """
    balance = {tuple(str(r[k]) for k in KEYS): float(r["balance"]) for r in result.ledger.to_dict("records")}
    shares: dict[tuple[str, ...], Fraction] = {}
    for row in (converted if converted is not None else pd.DataFrame()).to_dict("records"):
        shares[tuple(str(row[k]) for k in KEYS)] = Fraction(repr(float(row["share"])))
    places = {key[:2] for key in shares}
    moved = _moved(result, lines, places)
    ended = dict(gone or {})
    before = handovers(result.case, date(result.year - 1, 12, 31))
    debts: dict[tuple[str, ...], int] = dict(owed(result.handovers, before, lines).items())
    rows: list[dict[str, object]] = []
    changes: list[tuple[object, ...]] = []
    seen: set[tuple[str, ...]] = set()
    for record in lines.to_dict("records"):
        line = {str(k): v for k, v in record.items()}
        key = tuple(str(line[k]) for k in KEYS)
        if key not in balance:
            continue
        seen.add(key)
        new = {**line, "year": result.year + 1}
        new["opening_balance"] = balance[key] if bool(line["carry_over"]) else -float(debts.get(key, 0))
        reason = why
        if key[:2] in places:
            new["share"] = float(shares.get(key, Fraction(0)))
        elif key in moved:
            change, reason = moved[key]
            new["share"] = float(max(Fraction(0), Fraction(repr(float(line["share"]))) + change))
        if (key[0], key[1], key[3]) in ended and not shares.get(key):
            new["share"], reason = 0.0, ended[key[0], key[1], key[3]]
        if new["share"]:
            rows.append(new)
        else:
            new["opening_balance"] = 0.0
        carried = CARRIED if bool(line["carry_over"]) and new["share"] else NOT_CARRIED
        if new["share"] and not bool(line["carry_over"]) and key in debts:
            carried = HANDED
        changes += [
            (*key, field, float(line[field]), float(new[field]), reason if field == "share" else carried)
            for field in ("share", "opening_balance")
            if round(float(line[field]), 4) != round(float(new[field]), 4)
        ]
    fresh_shares = {key: (share, NEW) for key, share in shares.items()}
    standing = {tuple(str(r[k]) for k in KEYS) for r in lines.to_dict("records")}
    fresh_shares |= {key: moved[key] for key in moved if key not in standing}
    for key, (share, reason) in sorted(fresh_shares.items()):
        if share > 0 and key not in seen:
            fresh: dict[str, object] = dict(zip(KEYS, key, strict=True))
            rows.append({**fresh, "year": result.year + 1, "share": float(share), "opening_balance": 0.0})
            changes.append((*key, "share", 0.0, float(share), reason))
    empty = empty_frame("conventions")
    table = pd.DataFrame(rows, columns=list(empty.columns))
    table = table.astype({name: str(kind) for name, kind in empty.dtypes.items()})
    table = table.sort_values(KEYS, ignore_index=True)
    diff = pd.DataFrame(changes, columns=list(DIFF_COLUMNS)).sort_values([*KEYS, "field"], ignore_index=True)
    return table, diff


def _moved(
    result: Bilan, lines: pd.DataFrame, converted: set[tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[Fraction, str]]:
    """What commitments that begin or end change in the shares, line by line, where no conversion of the stock gives them.

    Where the landlord's rest has a line of its own in the area, it takes what ends and gives what begins, so that the shares of
    the area keep their sum.
    """
    given = {
        tuple(str(r[k]) for k in KEYS): Fraction(repr(float(r["share"]))) for r in lines.to_dict("records")
    }
    out: dict[tuple[str, ...], tuple[Fraction, str]] = {}
    rest: dict[tuple[str, ...], tuple[Fraction, list[str]]] = {}
    for line, (change, effects) in result.commitments.changes().items():
        key: tuple[str, ...] = line
        if key[:2] in converted:
            continue
        # a share cannot fall below nothing: what the agreement never gave is not taken
        change = max(change, -given.get(key, Fraction(0)))
        if not change:
            continue
        why = " ; ".join(dict.fromkeys(COMMITTED[name] for name in effects.split("|")))
        out[key] = (change, why)
        own = (*key[:3], remainder())
        if own in given:
            before, whys = rest.setdefault(own, (Fraction(0), []))
            rest[own] = (before - change, [*whys, why])
    for own, (change, whys) in rest.items():
        if change:
            out[own] = (max(change, -given[own]), " ; ".join(dict.fromkeys(whys)))
    return out
