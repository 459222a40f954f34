"""A session gives what a fresh run of the decided case gives, to the byte; it is unverified until the check has passed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer import pipeline
from optimizer.domain import Case
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.presentation.csvfile import csv_bytes
from optimizer.results.rules import SMALL
from optimizer.runs.session import Proposed, Session
from optimizer.runs.session.proposed import FOUR
from optimizer.runs.tables import main_tables
from optimizer.solve import SolveOptions
from tests.campaign import seeds


def fresh(case: Case) -> dict[str, bytes]:
    """The four tables of a run that knows nothing but the decided case."""
    optimum = pipeline.optimise(pipeline.prepare(case), SolveOptions())
    tables = main_tables(optimum, af.Options())
    return {f"{stem}.csv": csv_bytes(getattr(tables, stem)) for stem in FOUR}


def small(seed: int) -> Case:
    return af.synthesize("commission", dwellings=6, applications=80, seed=seed + 1)


def firsts(proposed: Proposed) -> pd.DataFrame:
    lines = proposed.proposals
    return lines[(lines["rank"] == 1) & (lines["application_id"] != "")].reset_index(drop=True)


def late(case: Case, seed: int) -> dict[str, object]:
    """A household much like one of the case, under a number of its own."""
    row = case.table("applications").iloc[seed % len(case.table("applications"))]
    return {
        **{k: v for k, v in row.items() if pd.notna(v)},
        "application_id": "999999999999999999"[:15] + f"{seed:03d}",
    }


def take(session: Session, kind: str, seed: int) -> None:
    """One decision of a kind that can hold in the case."""
    rng = np.random.default_rng(seed)
    now = session.propose()
    line = firsts(now).iloc[int(rng.integers(len(firsts(now))))]
    home, who = str(line["dwelling_id"]), str(line["application_id"])
    if kind == "late":
        session.decide("late", facts=late(session.case, seed))
    elif kind == "forbid":
        session.decide("forbid", application=who, reason="housed_elsewhere")
    elif kind == "refuse":
        session.decide("refuse", dwelling=home, application=who)
    elif kind == "orient":
        session.decide("orient", dwelling=home, account=str(line["account"]))
    else:
        reserves = now.proposals[(now.proposals["dwelling_id"] == home) & (now.proposals["rank"] > 1)]
        chosen = who if reserves.empty else str(reserves["application_id"].iloc[0])
        session.decide("pin", dwelling=home, application=chosen)


@pytest.mark.parametrize("kind", ["pin", "forbid", "orient", "refuse", "late"])
@pytest.mark.parametrize("seed", seeds(10))
@pytest.mark.long
def test_a_decided_case_is_proposed_as_a_fresh_run_proposes_it(kind: str, seed: int) -> None:
    session = af.Session(small(seed))
    take(session, kind, seed)
    proposed = session.propose()
    assert proposed.stop == "proven"
    assert proposed.files() == fresh(session.case)


@pytest.mark.parametrize("seed", seeds(5))
@pytest.mark.long
def test_a_proof_that_starts_from_the_last_one_gives_the_same_bytes(seed: int) -> None:
    session = af.Session(af.synthesize("commission", dwellings=SMALL + 1, applications=200, seed=seed + 1))
    for i, kind in enumerate(("refuse", "forbid", "pin", "orient", "late")):
        take(session, kind, i)
    assert session.propose().stop == "proven"
    assert session.propose().files() == fresh(session.case)


@pytest.mark.long
def test_decisions_add_up() -> None:
    session = af.Session(small(3))
    before = session.propose().files()
    assert before == fresh(session.case)
    for i, kind in enumerate(("refuse", "forbid", "late")):
        take(session, kind, 10 + i)
    after = session.propose()
    assert after.files() == fresh(session.case) != before
    assert len(session.case.table("decisions")) == len(small(3).table("decisions")) + 2


@pytest.mark.long
def test_a_proposal_is_verified_once_it_is_checked_from_files(tmp_path: Path) -> None:
    session = af.Session(small(4))
    take(session, "refuse", 4)
    proposed = session.propose()
    assert not proposed.verified
    verdict = proposed.verify(tmp_path / "checked")
    assert verdict.verdict == "certified" and proposed.verified
    assert session.propose() is proposed
    for name, content in proposed.files().items():
        assert (tmp_path / "checked" / "result" / name).read_bytes() == content
    assert fresh(af.read(tmp_path / "checked" / "case")) == proposed.files()
    take(session, "forbid", 5)
    assert not session.propose().verified


@pytest.mark.long
def test_a_decision_that_cannot_hold_changes_nothing() -> None:
    session = af.Session(small(5))
    before = session.case
    line = firsts(session.propose()).iloc[0]
    home, who = str(line["dwelling_id"]), str(line["application_id"])
    with pytest.raises(AttrifluxError) as unknown:
        session.decide("refuse", dwelling=home, application="nobody")
    assert unknown.value.code == "SESSION_UNKNOWN"
    with pytest.raises(AttrifluxError) as missing:
        session.decide("orient", dwelling=home)
    assert missing.value.code == "SESSION_NEEDS"
    with pytest.raises(InputProblems) as reasons:
        session.decide("forbid", application=who, reason="dislike")
    assert [f.code for f in reasons.value.findings if f.severity == "error"] == ["ELIG_UNKNOWN_REASON"]
    with pytest.raises(InputProblems):
        session.decide("late", facts={"application_id": who})
    assert session.case is before


def test_a_session_goes_to_the_proof() -> None:
    with pytest.raises(AttrifluxError) as error:
        af.Session(small(6), af.Options(gap=0.01))
    assert error.value.code == "SESSION_OPTION"
