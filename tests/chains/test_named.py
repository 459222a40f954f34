"""What a case says of a tenant's dwelling holds wherever that dwelling stands in a chain: decisions, lists, work in progress, simulations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import optimizer as af
from optimizer.runs import Options, propose_to
from tests.chains.towns import FREE, tenant
from tests.end_to_end.small import BESANCON, Row, Rows, agreement, application, dwelling, write

ONE = {"persons": "1", "adults": "1", "children_under_14": "0", "rooms_wanted": "1", "als_employee": "oui"}
TWO = {"persons": "2", "children_under_14": "0", "rooms_wanted": "2"}
SECOND = "H1~2"
"""The dwelling of T1, who takes that of T0, who takes the vacant one."""


OWN = (agreement("BAILLEUR", "1"),)


def lists(folder: Path, *, agreements: Rows = OWN, **tables: Rows) -> pd.DataFrame:
    """The proposals of a chain of two, verified; the best of the single persons are S0, then S1."""
    people = [
        tenant("T0", "H0", 2, score="150"),
        tenant("T1", "H1", 1, score="80", current_rent_eur="300", **TWO),
        *(application(f"S{i}", score=str(60 - i), **ONE) for i in range(3)),
    ]
    write(folder / "case", [dwelling("V0")], people, conventions=agreements, **tables)
    with (folder / "case" / "case.yaml").open("a", encoding="utf-8") as settings:
        settings.write("changes:\n" + "".join(f"  {key}: {price}\n" for key, price in FREE.items()))
    done = propose_to(folder / "case", folder / "out", Options(chains=2, pdf=False))
    assert done.verdict == "certified"
    return done.result.proposals


def names(proposals: pd.DataFrame, home: str = SECOND) -> list[str]:
    return list(proposals[proposals["dwelling_id"] == home]["application_id"])


def decision(kind: str, **more: str) -> Row:
    reason = "withdrawn" if kind == "forbid" else "other"
    return {
        "dwelling_id": "H1",
        "application_id": "",
        "account": "",
        "decision": kind,
        "reason": reason,
        "author": "S",
        **more,
    }


@pytest.mark.long
def test_whoever_was_kept_off_a_dwelling_is_not_proposed_it_at_the_end_of_a_chain(tmp_path: Path):
    """What `next` writes of a household that refused H1, or that was found unfit for it."""
    assert names(lists(tmp_path / "without")) == ["S0", "S1", "S2"]
    kept_off = lists(tmp_path / "with", decisions=[decision("forbid", application_id="S0")])
    assert names(kept_off) == ["S1", "S2"]


@pytest.mark.parametrize("stage", ["oriented", "nominated", "commission"])
@pytest.mark.long
def test_a_dwelling_on_another_agenda_is_freed_by_no_chain(tmp_path: Path, stage: str):
    """T1's departure was counted on by an earlier session: H1 is being attributed there."""
    row = {
        "dwelling_id": "H1", "landlord": "BAIL", "commune": BESANCON, "rooms": "1", "financing": "PLUS", "account": "BAILLEUR",
        "application_id": "S2", "stage": stage, "since": "2026-11-20",
    }  # fmt: skip
    assert not any(home.startswith("H1") for home in lists(tmp_path, in_progress=[row])["dwelling_id"])


@pytest.mark.long
def test_an_orientation_and_a_list_hold_at_the_end_of_a_chain(tmp_path: Path):
    several = [agreement("ALS", "0.3"), agreement("BAILLEUR", "0.7")]
    oriented = lists(tmp_path / "oriented", agreements=several, decisions=[decision("orient", account="ALS")])
    assert set(oriented[oriented["dwelling_id"] == SECOND]["account"]) == {"ALS"}
    listed = [agreement("ALS", "1", management_mode="direct")]
    order = [
        {"dwelling_id": "H1", "account": "ALS", "application_id": who, "rank": rank}
        for who, rank in (("S2", "1"), ("S1", "2"))
    ]
    ordered = lists(tmp_path / "listed", agreements=[*listed, agreement("BAILLEUR", "0")], nominations=order,
                    decisions=[decision("orient", account="ALS")])  # fmt: skip
    assert names(ordered) == ["S2", "S1"]


@pytest.mark.long
def test_a_simulated_allowance_counts_at_the_end_of_a_chain(tmp_path: Path):
    simulated = [{"dwelling_id": "H1", "application_id": "S0", "allowance_eur": "120", "rls_eur": "0"}]
    lines = lists(tmp_path, simulations=simulated)
    effort = lines[lines["dwelling_id"] == SECOND].set_index("application_id")["effort"]
    assert effort["S0"] == pytest.approx((300 - 120) / 1900, abs=1e-3)


def test_a_wrong_decision_on_a_tenant_s_dwelling_is_told_once(tmp_path: Path):
    twice = [decision("orient", account="ALS"), decision("orient", account="BAILLEUR")]
    with pytest.raises(af.InputProblems) as told:
        lists(tmp_path, agreements=[agreement("ALS", "0.3"), agreement("BAILLEUR", "0.7")], decisions=twice)
    assert [f.code for f in told.value.findings].count("ELIG_ORIENT_TWICE") == 1
    assert "H1" in str(told.value) and "~" not in str(told.value)
