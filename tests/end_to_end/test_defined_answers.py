"""Cases at the edge have one defined answer each, the same for every backend, and certified."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import optimizer as af
from optimizer.pipeline import prepare
from tests.cli.running import attriflux, content
from tests.end_to_end.small import (
    BESANCON,
    SERRE,
    agreement,
    application,
    dwelling,
    exact,
    first_ranks,
    objective,
    propose,
    proposed,
    same_answer,
    same_otherwise,
    table,
    write,
)  # fmt: skip

BACKENDS = ("highs", "cpsat", "pulp", "scale")


def forbid(application_id: str, reason: str, dwelling_id: str = "") -> dict[str, str]:
    return {
        "dwelling_id": dwelling_id, "application_id": application_id, "decision": "forbid", "reason": reason,
        "author": "secrétariat",
    }  # fmt: skip


def pin(dwelling_id: str, application_id: str) -> dict[str, str]:
    return {
        "dwelling_id": dwelling_id, "application_id": application_id, "decision": "pin",
        "reason": "commission_decision", "author": "commission",
    }  # fmt: skip


def certificate(out) -> dict[str, object]:
    return json.loads((out / "certificate.json").read_text(encoding="utf-8"))


def answer(case, folder):
    """The one answer of all backends, certified by the independent check that `propose` runs before it writes."""
    out = proposed(case, folder / "out", "--backend", BACKENDS[0])
    prepared = prepare(case)
    assert [b for b in BACKENDS[1:] if not same_otherwise(prepared, out, backend=b)] == []
    assert certificate(out)["status"] == "certified_optimal"
    assert objective(out) == exact(str(certificate(out)["objective"]))
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["verdict"] == "certified"
    return out


def test_an_empty_case_gives_headers_only(tmp_path):
    out = answer(write(tmp_path / "case", [], []), tmp_path)
    for name in (
        "proposals",
        "applications",
        "dwellings",
        "leapfrogs",
        "explanations",
        "scores",
        "orientation",
    ):
        assert table(out / f"{name}.csv") == []
        assert (out / f"{name}.csv").read_text(encoding="utf-8-sig").count("\n") == 1
    assert objective(out) == 0
    assert (out / "report.html").is_file() and (out / "shortlists.xlsx").is_file()


def test_no_dwelling(tmp_path):
    out = answer(write(tmp_path / "case", [], [application("A1"), application("A2")]), tmp_path)
    assert table(out / "proposals.csv") == []
    rows = table(out / "applications.csv")
    assert [(r["application_id"], r["status"], r["reason"]) for r in rows] == [
        ("A1", "ineligible", "NO_DWELLING"), ("A2", "ineligible", "NO_DWELLING"),
    ]  # fmt: skip
    assert "Pourquoi : aucun logement dans cette proposition." in attriflux("why", out, "A1").out


def test_no_application(tmp_path):
    out = answer(write(tmp_path / "case", [dwelling("L1"), dwelling("L2")], []), tmp_path)
    assert table(out / "proposals.csv") == []
    rows = table(out / "dwellings.csv")
    assert [(r["dwelling_id"], r["status"], r["candidates"]) for r in rows] == [
        ("L1", "no_candidate", "0"), ("L2", "no_candidate", "0"),
    ]  # fmt: skip
    assert all(r["reason_if_short"] for r in rows)


def test_no_application_where_a_reservataire_names_its_own(tmp_path):
    """A dwelling waits for the réservataire, and nobody is there to be counted: the check ended in an unexpected content."""
    agreed = [agreement("ALS", "1", management_mode="direct", proposal_deadline_days="21")]
    out = answer(write(tmp_path / "case", [dwelling("L1")], [], conventions=agreed), tmp_path)
    assert [(r["account"], r["application_id"]) for r in table(out / "proposals.csv")] == [("ALS", "")]
    assert [r["status"] for r in table(out / "dwellings.csv")] == ["awaiting_reservataire"]
    assert table(out / "applications.csv") == table(out / "explanations.csv") == []


def test_no_eligible_pair(tmp_path):
    asked = [
        application("A1", choices=SERRE),
        application("A2", status="struck_off"),
        application("A3", persons="8"),
    ]
    out = answer(write(tmp_path / "case", [dwelling("L1")], asked), tmp_path)
    assert table(out / "proposals.csv") == []
    reasons = {r["application_id"]: r["reason"] for r in table(out / "applications.csv")}
    assert reasons == {"A1": "COMMUNE", "A2": "INACTIVE", "A3": "ROOMS"}
    told = {r["application_id"]: r["nearest_miss"] for r in table(out / "explanations.csv")}
    assert set(told) == set(reasons) and all(told.values())


def test_one_applicant_for_every_dwelling(tmp_path):
    dwellings = [dwelling(f"L{i}", commune=c) for i, c in enumerate((BESANCON, SERRE, SERRE), 1)]
    case = write(tmp_path / "case", dwellings, [application("A1", choices=f"{SERRE}|{BESANCON}")])
    out = answer(case, tmp_path)
    ranks = first_ranks(out)
    assert list(ranks.values()) == ["A1"]
    assert set(ranks) <= {"L2", "L3"}, "the commune preferred goes first"
    assert sorted(r["status"] for r in table(out / "dwellings.csv")) == [
        "listed",
        "no_candidate",
        "no_candidate",
    ]


@pytest.mark.long
def test_all_tied_is_settled_by_the_published_lottery(tmp_path):
    dwellings = [dwelling(f"L{i}") for i in range(3)]
    asked = [application(f"A{i}") for i in range(5)]
    out = answer(write(tmp_path / "case", dwellings, asked), tmp_path)
    assert len(set(first_ranks(out).values())) == 3
    assert certificate(out)["stages"]["unique"] is True
    other = answer(write(tmp_path / "again", dwellings[::-1], asked[::-1]), tmp_path / "other")
    assert same_answer(out, other)


def test_seniority_settles_a_tie_first(tmp_path):
    asked = [application(f"A{i}", first_registered_on=f"202{5 - i}-03-01") for i in range(4)]
    out = answer(write(tmp_path / "case", [dwelling("L1")], asked), tmp_path)
    assert [r["application_id"] for r in table(out / "proposals.csv")] == ["A3", "A2", "A1"]


def test_another_seed_is_said_on_the_pages(tmp_path):
    case = write(
        tmp_path / "case", [dwelling("L1")], [application("A1")], settings={"seed": "un autre tirage"}
    )
    out = proposed(case, tmp_path / "out")
    assert "tirage modifié" in (out / "report.html").read_text(encoding="utf-8").lower()


def test_a_pin_that_holds(tmp_path):
    asked = [application("A1", score="10"), application("A2", score="90"), application("A3", score="80")]
    case = write(tmp_path / "case", [dwelling("L1")], asked, decisions=[pin("L1", "A1")])
    out = answer(case, tmp_path)
    assert first_ranks(out) == {"L1": "A1"}
    passed = {r["application_id_passed"]: r["explained_by"] for r in table(out / "leapfrogs.csv")}
    assert set(passed) >= {"A2", "A3"}
    assert set(passed.values()) == {"pin"}


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([pin("L1", "A9")], "ELIG_PIN_INELIGIBLE"),
        ([pin("L1", "A1"), pin("L1", "A2")], "ELIG_PIN_TWO_APPLICATIONS"),
        ([pin("L1", "A1"), pin("L2", "A1")], "ELIG_PIN_TWO_DWELLINGS"),
        ([pin("L1", "A1"), forbid("A1", "withdrawn", "L1")], "ELIG_PIN_AND_FORBID"),
        ([pin("L1", "A7")], "ELIG_PIN_UNKNOWN"),
        ([forbid("A1", "arrears")], "ELIG_UNKNOWN_REASON"),
        ([forbid("A1", "dette de loyer")], "ELIG_UNKNOWN_REASON"),
    ],
)
def test_decisions_that_cannot_hold_are_input_problems(tmp_path, decisions, code):
    asked = [application("A1"), application("A2"), application("A9", choices=SERRE)]
    case = write(tmp_path / "case", [dwelling("L1"), dwelling("L2")], asked, decisions=decisions)
    before = content(tmp_path)
    done = propose(case, tmp_path / "out", "--json")
    assert done.code == 2
    errors = [f for f in json.loads(done.out)["findings"] if f["severity"] == "error"]
    assert {f["code"] for f in errors} == {code}
    assert all(f["file"] == "decisions.csv" and f["row"] in (2, 3) for f in errors)
    assert content(tmp_path) == before
    assert attriflux("check", case).code == 2


def test_a_forbid_of_the_closed_list_holds(tmp_path):
    asked = [application("A1", score="90"), application("A2", score="10")]
    case = write(tmp_path / "case", [dwelling("L1")], asked, decisions=[forbid("A1", "withdrawn")])
    out = answer(case, tmp_path)
    assert first_ranks(out) == {"L1": "A2"}
    reasons = {r["application_id"]: r["reason"] for r in table(out / "applications.csv")}
    assert reasons["A1"] == "FORBIDDEN"
    assert "secrétariat" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("share", "account"), [("1", "ALS"), ("0", "BAILLEUR")])
@pytest.mark.soak
def test_shares_of_nothing_and_of_all(tmp_path, share, account):
    rest = "0" if share == "1" else "1"
    asked = [application(f"A{i}", als_employee="oui" if i % 2 else "non") for i in range(12)]
    case = write(
        tmp_path / "case",
        [dwelling(f"L{i}") for i in range(5)],
        asked,
        conventions=[agreement("ALS", share), agreement("BAILLEUR", rest)],
    )
    out = answer(case, tmp_path)
    rules = {r["scope"].split("account=")[1]: r for r in table(out / "rules.csv") if r["rule"] == "flux"}
    assert exact(rules[account]["shortfall"]) == 0
    assert int(rules[account]["num_run"]) == int(rules[account]["den_run"]) == 5
    assert {r["account"] for r in table(out / "proposals.csv") if r["rank"] == "1"} == {account}


def test_rules_that_contradict_each_other_are_named_shortfalls(tmp_path):
    """ALS must have every dwelling, and nobody is an employee: the dwellings are filled, the rule is missed aloud.

    A share of the flux leaves a play of half a lease: of the six, five and a half are missing.
    """
    case = write(
        tmp_path / "case",
        [dwelling(f"L{i}", qpv="oui" if i < 3 else "non") for i in range(6)],
        [application(f"A{i}", monthly_income_eur="4000") for i in range(20)],
        conventions=[agreement("ALS", "1")],
    )
    out = answer(case, tmp_path)
    assert len(first_ranks(out)) == 6
    rules = table(out / "rules.csv")
    missed = {r["rule"]: exact(r["shortfall"]) for r in rules if exact(r["shortfall"]) > 0}
    assert missed["flux"] == Decimal("5.5")
    assert missed["lec_q1_outside_qpv"] > 0
    assert "lec_q234_inside_qpv" not in missed
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Action Logement" in page or "ALS" in page


def test_a_direct_account_without_nomination_waits(tmp_path):
    case = write(
        tmp_path / "case",
        [dwelling(f"L{i}") for i in range(5)],
        [application(f"A{i}", als_employee="oui") for i in range(9)],
        conventions=[agreement("ALS", "1", management_mode="direct", proposal_deadline_days="21")],
    )
    out = answer(case, tmp_path)
    waiting = [r for r in table(out / "proposals.csv") if not r["application_id"]]
    assert waiting and all(r["account"] == "ALS" and r["rank"] == "1" for r in waiting)
    rows = {r["dwelling_id"]: r for r in table(out / "dwellings.csv")}
    for row in waiting:
        assert rows[row["dwelling_id"]]["status"] == "awaiting_reservataire"
        assert rows[row["dwelling_id"]]["deadline"] == "2026-12-14"
        assert "plan B" in rows[row["dwelling_id"]]["advice"]


def test_nominations_are_followed_in_their_order(tmp_path):
    named = [
        {"account": "ALS", "application_id": name, "dwelling_id": "L1", "rank": str(rank)}
        for rank, name in enumerate(("A3", "A0", "A1"), 1)
    ]
    case = write(
        tmp_path / "case",
        [dwelling("L1", reserved_to="ALS")],
        [application(f"A{i}", als_employee="oui", score=str(90 - i)) for i in range(5)],
        conventions=[agreement("ALS", "0.5", management_mode="direct"), agreement("BAILLEUR", "0.5")],
        nominations=named,
    )
    out = answer(case, tmp_path)
    lines = table(out / "proposals.csv")
    assert lines[0]["application_id"] == "A3"
    assert {r["application_id"] for r in lines} == {"A3", "A0", "A1"}


@pytest.mark.long
def test_no_time_at_all_is_labelled_and_usable(tmp_path, weeks):
    case, best = weeks["tight-2"]
    out = tmp_path / "out"
    done = propose(case, out, "--time-limit", 0)
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "Arrêté par la limite de temps : résultat non rejouable." in said
    assert (
        "une autre proposition vaudrait au mieux" in said and "un logement pourvu en compte 20 000." in said
    )
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (record["stop"], record["replayable"], record["verdict"]) == ("time", False, "certified within")
    told = certificate(out)
    assert (told["stopped"], told["status"]) == ("time", "certified_within")
    assert objective(out) == exact(str(told["objective"])) <= objective(best) <= exact(str(told["bound"]))
    assert len(first_ranks(out)) > 0
    assert "non rejouable" in (out / "report.html").read_text(encoding="utf-8")
    done = attriflux("verify", out, "--case", case)
    assert done.code == 0, done.err
    assert "près" in done.out


@pytest.mark.long
def test_a_gap_is_no_failure(tmp_path, weeks):
    case, best = weeks["tight-2"]
    out = tmp_path / "out"
    done = propose(case, out, "--gap", "0.05", "--lang", "en")
    assert done.code == 0, done.err
    told = certificate(out)
    assert told["stopped"] in ("gap", "proven")
    asked = "Finished at the gap asked for: replayable as it is." in " ".join(done.out.split())
    assert asked == (told["stopped"] == "gap")
    assert objective(out) <= objective(best) <= exact(str(told["bound"]))
    assert exact(str(told["gap"])) <= exact("0,05") * exact(str(told["bound"]))


@pytest.mark.parametrize("people", [[], [application("A1", score=""), application("A2", score="")]])
@pytest.mark.long
def test_what_ifs_of_a_case_without_dwelling_change_nothing(tmp_path, people):
    """Nothing to propose under any grid and any share: an answer, never a crash."""
    case = write(tmp_path / "case", [], people)
    ran = af.run_scenarios(["lec-30"], case=case, workers=1).comparison
    assert set(ran["scenario"]) == {"reference", "lec-30"}
    assert set(ran.loc[ran["indicator"] == "objective", "value"]) == {0.0}
    tried = af.cotation_test("demonstration", "demonstration_anciennete", case)
    assert (tried.changed_first, tried.changed_lists) == (0, 0)
    assert tried.publics["applications"].sum() == len(tried.applications)
