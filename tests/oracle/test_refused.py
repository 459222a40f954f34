"""Cases that the contract refuses: the program says why and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import optimizer as af
from tests.oracle.small import Row, dwelling, household, line, write


def decision(kind: str, **more: Any) -> Row:
    return {"decision": kind, "reason": "commission_decision", "author": "Secrétariat"} | more


NOMINEES = [
    {"account": "ALS", "application_id": "H", "rank": 1},
    {"account": "ALS", "application_id": "K", "rank": 2},
]

REFUSED: dict[str, dict[str, Any]] = {
    "a first rank decided for a household whose commune is another": {
        "applications": [household("H", choices=["25462"])],
        "decisions": [decision("pin", dwelling_id="L1", application_id="H")],
    },
    "a first rank decided on an account that may not name the household": {
        "decisions": [decision("pin", dwelling_id="L1", application_id="H", account="ETAT_PRIO")],
        "conventions": [line("ALS", "0.2"), line("ETAT_PRIO", "0.2")],
    },
    "a first rank decided against the order of the réservataire": {
        "conventions": [line("ALS", "0.2", management_mode="direct")],
        "nominations": NOMINEES,
        "decisions": [
            decision("pin", dwelling_id="L1", application_id="K", account="ALS"),
        ],
    },
    "two first ranks decided for one household": {
        "dwellings": [dwelling("L1"), dwelling("L2")],
        "decisions": [decision("pin", dwelling_id=d, application_id="H") for d in ("L1", "L2")],
    },
    "a dwelling oriented to an account that may not receive it": {
        "decisions": [decision("orient", dwelling_id="L1", account="COLL:90010")],
    },
    "a landlord with a dwelling in the flux and no agreement": {
        "conventions": [line("ALS", "0.2", landlord="ESHB")]
    },
    "a household without score where no grid can give one": {
        "grid": "",
        "applications": [household("H", score=None), household("K", score=40)],
    },
    "the same dwelling twice": {"dwellings": [dwelling("L1"), dwelling("L1")]},
    "shares of a commune above one": {"conventions": [line("ALS", "0.7"), line("ETAT_PRIO", "0.4")]},
    "a household with fewer than one person": {"applications": [household("H", persons=0)]},
    "a decision to leave a household aside for arrears": {
        "decisions": [decision("forbid", dwelling_id="L1", application_id="H") | {"reason": "arrears"}],
    },
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda name: name.replace(" ", "-"))
def test_the_program_refuses_it_and_writes_nothing(case: str, tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "dwellings": [dwelling("L1")],
        "applications": [household("H", als_employee=True), household("K", als_employee=True, score=90)],
        "conventions": [line("ALS", "0.2")],
    }
    folder = write(tmp_path / "case", **(tables | REFUSED[case]))
    with pytest.raises(af.InputProblems):
        af.propose_to(folder, tmp_path / "result", af.Options(accept_assumed=True, pdf=False))
    assert not (tmp_path / "result").exists()


def test_without_its_fault_the_case_is_answered(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "case",
        dwellings=[dwelling("L1")],
        applications=[household("H", als_employee=True), household("K", als_employee=True, score=90)],
        conventions=[line("ALS", "0.2", management_mode="direct")],
        nominations=NOMINEES,
        decisions=[decision("pin", dwelling_id="L1", application_id="H", account="ALS")],
    )
    written = af.propose_to(folder, tmp_path / "result", af.Options(accept_assumed=True, pdf=False))
    assert written.result is not None
    first = written.result.proposals.query("rank == 1")
    assert first[["account", "application_id"]].to_numpy().tolist() == [["ALS", "H"]]
