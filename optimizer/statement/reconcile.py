"""Two lists of signed leases, line by line: matched, only here, only there, different account."""

from __future__ import annotations

import pandas as pd

from optimizer.errors import Finding
from optimizer.statement import messages as messages

COLUMNS = ("dwelling_id", "state", "account_here", "account_there", "signed_here", "signed_there")


def reconcile(here: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Pair the leases of two systems, dwelling by dwelling, in the order they were signed.

    Parameters
    ----------
    here, there : DataFrame
        Columns ``dwelling_id, account, signed_on``; other columns are ignored.

    Returns
    -------
    DataFrame
        ``dwelling_id, state, account_here, account_there, signed_here, signed_there``, sorted by dwelling and date; every
        line of both lists appears exactly once. Dates may differ between two systems: they are shown, not judged.
    """
    left, right = _numbered(here), _numbered(there)
    both = left.merge(
        right, on=["dwelling_id", "number"], how="outer", suffixes=("_here", "_there"), sort=True
    )
    state = pd.Series("matched", index=both.index, dtype=object)
    state = state.mask(both["account_here"] != both["account_there"], "different_account")
    state = state.mask(both["account_there"].isna(), "only_here")
    state = state.mask(both["account_here"].isna(), "only_there")
    both["state"] = state
    return both[list(COLUMNS)].reset_index(drop=True)


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    part = frame[["dwelling_id", "account", "signed_on"]].astype({"dwelling_id": object, "account": object})
    part = part.sort_values(["dwelling_id", "signed_on", "account"], ignore_index=True)
    part["number"] = part.groupby("dwelling_id").cumcount()
    return part.rename(columns={"signed_on": "signed"})


def differences(table: pd.DataFrame) -> tuple[Finding, ...]:
    """One error per line that does not match (leases here, events there)."""
    out = []
    for row in table[table["state"] != "matched"].to_dict("records"):
        state = str(row["state"])
        code = {
            "only_here": "BILAN_ONLY_LEASE", "only_there": "BILAN_ONLY_EVENT", "different_account": "BILAN_OTHER_ACCOUNT",
        }[state]  # fmt: skip
        side = "there" if state == "only_there" else "here"
        signed = row[f"signed_{side}"]
        out.append(
            Finding(
                code,
                file="evenements" if state == "only_there" else "baux",
                params={
                    "dwelling": row["dwelling_id"], "account": row[f"account_{side}"], "other": row["account_there"],
                    "signed_on": "–" if pd.isna(signed) else pd.Timestamp(signed).strftime("%d/%m/%Y"),
                },
            )
        )  # fmt: skip
    return tuple(out)
