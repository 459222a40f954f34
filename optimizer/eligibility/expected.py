"""Dwellings that the landlord expects to be vacated by 31 December (table ``forecast``), and whom each line would suit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.schema import empty_frame
from optimizer.eligibility.columns import integers, scaled
from optimizer.eligibility.conventions import Line
from optimizer.eligibility.encode_dwellings import encode_dwellings
from optimizer.eligibility.facts import Csr, Expected, Facts
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.menus import by_kind, kindred
from optimizer.eligibility.messages import UNKNOWN_COMMUNE
from optimizer.eligibility.vocabulary import Vocabulary

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

EXPECTED_UNIT = 100
REQUIRED = ("landlord", "commune", "rooms", "financing", "expected")


def read_expected(
    case: Case, rules: RuleSet, words: Vocabulary, lines: tuple[Line, ...], findings: Findings
) -> Expected | None:
    """The sound lines of the table, encoded as dwellings are; None where the case has none."""
    frame = case.table("forecast").reset_index(drop=True)
    if not len(frame):
        return None
    known = frame["commune"].isin(rules.communes.index).to_numpy(bool)
    outside = frame["commune"].notna().to_numpy(bool) & ~known
    rows = findings.rows("forecast")
    for value in sorted({str(v) for v in frame["commune"][outside]}):
        here = outside & (frame["commune"] == value).fillna(False).to_numpy(bool)
        findings.add_rows(
            UNKNOWN_COMMUNE, "forecast", "commune", value, rows[here].tolist(), territory=findings.territory
        )
    frame = frame[known & frame[list(REQUIRED)].notna().all(axis=1).to_numpy(bool)].reset_index(drop=True)
    # lines have no identifier: their order says nothing, it only keeps the columns together
    alike = empty_frame("dwellings").reindex(range(len(frame)))
    for name in ("landlord", "commune", "rooms", "financing", "accessible", "floor", "lift"):
        alike[name] = frame[name].astype(alike[name].dtype)
    alike["dwelling_id"] = pd.Series(
        [f"{i:09d}" for i in range(len(frame))], dtype=alike["dwelling_id"].dtype
    )
    homes, _, _ = encode_dwellings(case, alike, rules, words, lines)
    return Expected(
        dwellings=replace(homes, blocked=np.zeros(len(frame), bool)),
        many=np.maximum(scaled(frame, "expected", EXPECTED_UNIT, 0), 0),
        arrivals=integers(frame, "arrivals", 0),
    )


def suited(facts: Facts, expected: Expected) -> Csr:
    """Line -> applications that no code but ACCOUNT refuses for it, ascending.

    Decisions about one dwelling of today say nothing of a dwelling to come; those about every dwelling hold there too.
    """
    people = facts.applications
    later = replace(
        facts,
        dwellings=expected.dwellings,
        applications=replace(people, current_dwelling=np.full(len(people.ids), -1, np.int32)),
        forbidden=facts.forbidden[facts.forbidden[:, 0] < 0],
        pins=np.zeros((0, 2), np.int32),
        pin_accounts=np.zeros(0, np.int32),
        orients=np.zeros((0, 2), np.int32),
        simulations={},
        nominations=(),
        memo={},
        lasting={},
    )
    kinds = kindred(later)
    found: list[NDArray[np.int32]] = [np.zeros(0, np.int32)] * len(kinds.representative)
    for k, shelf in by_kind(later, kinds):
        d = int(kinds.representative[k])
        found[k] = shelf.apps[shelf.suitable(d, int(kinds.district[k]))]
    lists = [found[k] for k in kinds.kind.tolist()]
    ptr = np.concatenate([[0], np.cumsum([len(x) for x in lists])]).astype(np.int64)
    return Csr(ptr, np.concatenate([np.zeros(0, np.int32), *lists]))
