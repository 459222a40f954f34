"""A case with one more decision, or one more application: a `Case` like any other, that one can write to disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from optimizer.domain import Case

Kind = Literal["pin", "forbid", "orient", "refuse", "late"]
SAID = {"pin": "pin", "forbid": "forbid", "orient": "orient", "refuse": "forbid"}
"""The word of the table of decisions for each kind: a household that refuses a dwelling is kept away from it."""
REASONS = {"pin": "commission_decision", "forbid": "commission_decision", "orient": "commission_decision", "refuse": "refused_same_dwelling"}  # fmt: skip


def with_row(case: Case, table: str, values: Mapping[str, Any]) -> Case:
    """The case with a row more at the end of a table; columns left out are empty."""
    known = case.table(table)
    line = pd.DataFrame([{**dict.fromkeys(known.columns, pd.NA), **values}])
    for name in known.columns:
        line[name] = _as(line[name], known[name])
    extra = [name for name in line.columns if name not in known.columns]
    longer = pd.concat([known, line], ignore_index=True) if len(known) or extra else line
    origins = dict(case.origins)
    if (origin := origins.get(table)) is not None and origin.rows is not None:
        last = int(origin.rows.max(initial=1))
        origins[table] = replace(origin, rows=np.append(origin.rows, last + 1))
    return replace(case, tables={**case.tables, table: longer}, origins=origins, path=None, sources=())


def _as(values: pd.Series, like: pd.Series) -> pd.Series:
    """In the type of a column where it takes the value; else as given, for the reader to say what is wrong with it."""
    try:
        return values.astype(like.dtype)
    except (TypeError, ValueError):
        return values


def decision_row(
    kind: Kind, dwelling: str, application: str, account: str, reason: str, author: str
) -> dict[str, Any]:
    """The line of the table of decisions."""
    given = {"dwelling_id": dwelling, "application_id": application, "account": account}
    return {
        **{name: value for name, value in given.items() if value},
        "decision": SAID[kind],
        "reason": reason or REASONS[kind],
        "author": author,
    }
