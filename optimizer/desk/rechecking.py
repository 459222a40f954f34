"""Candidates checked again at the convocation and at the opening, against the last import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from optimizer import eligibility, policy
from optimizer.desk.chained import freed_of, with_freed
from optimizer.domain import Case
from optimizer.eligibility.codes import pair_code
from optimizer.eligibility.facts import CODES
from optimizer.store.records import SessionRecord

GONE = "GONE"
"""The import no longer holds the household or the dwelling."""


def rechecked(case: Case, session: SessionRecord, *, models: Path | None = None) -> Mapping[int, str]:
    """What is no longer in order among the households listed.

    Parameters
    ----------
    case : the last import; what it holds in progress for the dwellings of the session is the session itself.
    session : the session whose candidates are checked.

    Returns
    -------
    mapping
        Candidate -> empty text where everything is still in order, else `GONE` or the first of the nine refusal codes.
    """
    case = policy.with_own_changes(case, models)
    rules = policy.rules_of(case.settings, models)
    case = with_freed(case, freed_of(session))
    own = {item.dwelling_id for item in session.items}
    work = case.table("in_progress")
    seen = replace(
        case,
        tables={**case.tables, "in_progress": work[~work["dwelling_id"].isin(own)].reset_index(drop=True)},
    )
    facts = eligibility.examine(seen, rules, accept_assumed=True).facts
    dwellings = {name: i for i, name in enumerate(facts.dwellings.ids)}
    people = {name: i for i, name in enumerate(facts.applications.ids)}
    found: dict[int, str] = {}
    for item in session.items:
        for c in item.candidates:
            if c.status != "listed":
                continue
            d, a = dwellings.get(item.dwelling_id), people.get(c.application_id)
            if d is None or a is None:
                found[c.candidate_id] = GONE
                continue
            code = int(pair_code(facts, d, np.array([a], np.int32))[0])
            found[c.candidate_id] = CODES[code - 1] if code else ""
    return found
