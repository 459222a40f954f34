"""Decisions taken before the run: households kept away from a dwelling, and households pinned to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.eligibility.codes import pair_code
from optimizer.eligibility.columns import as_day, days, texts
from optimizer.eligibility.facts import CODES, Facts
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import (
    PIN_AND_FORBID,
    PIN_BLOCKED,
    PIN_INELIGIBLE,
    PIN_TWO_APPLICATIONS,
    PIN_TWO_DWELLINGS,
    PIN_UNKNOWN,
    REFUSALS,
    UNKNOWN_REASON,
)
from optimizer.errors import Said

if TYPE_CHECKING:
    from optimizer.policy import RuleSet


class Decided(TypedDict):
    """The two fields of `Facts` that decisions fill."""

    forbidden: NDArray[np.int32]
    pins: NDArray[np.int32]


def _pairs(found: set[tuple[int, int]]) -> NDArray[np.int32]:
    return np.array(sorted(found), np.int32).reshape(-1, 2)


def live_rows(case: Case) -> pd.DataFrame:
    """Decisions not expired on the date of the case, with their spreadsheet row in ``row``."""
    frame = case.table("decisions").reset_index(drop=True)
    frame = frame.assign(row=case.row_numbers("decisions"))
    if not len(frame):
        return frame
    until = days(frame, "expires_on")
    return frame[np.isnat(until) | (until >= as_day(case.settings.on))]


def read_decisions(case: Case, facts: Facts, rules: RuleSet, findings: Findings) -> Decided:
    """Live ``forbid`` and ``pin`` pairs by index.

    A ``forbid`` with a reason outside the closed list of ``models/national/forbid_reasons.yaml`` is an error.
    """
    frame = live_rows(case)
    labels = rules.get("national.forbid_reasons.reasons")
    accepted = {str(k).casefold() for k in labels} | {str(v).casefold() for v in labels.values()}
    known = Said(" ; ".join(f"« {labels[k]} »" for k in sorted(labels)), ", ".join(sorted(labels)))
    dwelling_at = {d: i for i, d in enumerate(facts.dwellings.ids)}
    application_at = {a: i for i, a in enumerate(facts.applications.ids)}
    forbidden: set[tuple[int, int]] = set()
    pins: set[tuple[int, int]] = set()
    everywhere = texts(frame, "dwelling_id") == ""
    columns = [texts(frame, c) for c in ("dwelling_id", "application_id", "decision", "reason")]
    for i, (dwelling, application, decision, reason) in enumerate(zip(*columns, strict=True)):
        row = int(frame["row"].iloc[i])
        if decision == "forbid":
            if reason.strip().casefold() not in accepted:
                findings.add(UNKNOWN_REASON, "decisions", row, "reason", reason, known=known)
                continue
            if application in application_at and (everywhere[i] or dwelling in dwelling_at):
                forbidden.add((-1 if everywhere[i] else dwelling_at[dwelling], application_at[application]))
        elif decision == "pin":
            if dwelling not in dwelling_at or application not in application_at:
                findings.add(PIN_UNKNOWN, "decisions", row, "dwelling_id", dwelling)
                continue
            pins.add((dwelling_at[dwelling], application_at[application]))
    return {"forbidden": _pairs(forbidden), "pins": _pairs(pins)}


def check_pins(case: Case, facts: Facts, findings: Findings) -> None:
    """A pin that cannot hold is an input error: two pins on one side, a forbid, a blocked dwelling, a refused pair."""
    if not len(facts.pins):
        return
    frame = live_rows(case)
    frame = frame[frame["decision"] == "pin"]
    rows = dict(
        zip(
            zip(texts(frame, "dwelling_id"), texts(frame, "application_id"), strict=True),
            frame["row"],
            strict=True,
        )
    )
    ids, apps = facts.dwellings.ids, facts.applications.ids
    barred = {(int(d), int(a)) for d, a in facts.forbidden}
    per_dwelling = np.bincount(facts.pins[:, 0], minlength=len(ids))
    per_application = np.bincount(facts.pins[:, 1], minlength=len(apps))
    pins = facts.pins
    for d in np.flatnonzero(per_dwelling > 1):
        where = [int(rows[ids[d], apps[a]]) for a in pins[pins[:, 0] == d, 1]]
        findings.add_rows(
            PIN_TWO_APPLICATIONS, "decisions", "dwelling_id", str(ids[d]), where, count=len(where)
        )
    for a in np.flatnonzero(per_application > 1):
        homes = [str(ids[d]) for d in pins[pins[:, 1] == a, 0]]
        where = [int(rows[home, apps[a]]) for home in homes]
        findings.add_rows(
            PIN_TWO_DWELLINGS, "decisions", "application_id", homes[0], where,
            count=len(homes), homes=", ".join(homes),
        )  # fmt: skip
    for d, a in pins.tolist():
        row = int(rows[ids[d], apps[a]])
        name = str(ids[d])
        if (d, a) in barred or (-1, a) in barred:
            findings.add(PIN_AND_FORBID, "decisions", row, "decision", name)
            continue
        if facts.dwellings.blocked[d]:
            findings.add(PIN_BLOCKED, "decisions", row, "dwelling_id", name)
            continue
        code = int(pair_code(facts, None, d, np.array([a], np.int32))[0])
        if code:
            findings.add(
                PIN_INELIGIBLE, "decisions", row, "dwelling_id", name, refusal=REFUSALS[CODES[code - 1]]
            )
