"""What a run writes: every file of the contract, tables that reconcile, an objective anyone can recompute."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tests.end_to_end.small import application, dwelling, exact, header, objective, proposed, table, write

COLUMNS = {
    "proposals": "dwelling_id account rank application_id score fit burden lean value effort q1 priority flags reason",
    "applications": "application_id status reason best_rank dwelling_id",
    "dwellings": "dwelling_id account status candidates deadline reason_if_short advice",
    "rules": (
        "rule scope share tolerance num_before den_before den_remaining rate_required allowance num_run den_run shortfall price "
        "marginal_points expected_num"
    ),
    "leapfrogs": "dwelling_id rank application_id_ahead application_id_passed points_gap explained_by",
    "explanations": "application_id nearest_miss points_needed dwelling_id best_position of confirmed",
}
FILES = {
    "proposals.csv", "applications.csv", "dwellings.csv", "rules.csv", "orientation.csv", "leapfrogs.csv",
    "explanations.csv", "scores.csv", "certificate.json", "run.json", "shortlists.xlsx", "report.html", "sheets.html", "sheets.json",
    "why.npz",
}  # fmt: skip


HALF = Decimal("0.5")
"""Leases: the play of a share of the flux, below and above."""


def test_every_file_of_the_contract_exists(week):
    _, out = week
    assert {p.name for p in out.iterdir()} == FILES
    assert all(p.stat().st_size for p in out.iterdir())


@pytest.mark.parametrize("name", list(COLUMNS))
def test_columns_are_exactly_those_of_the_contract(week, name):
    assert header(week[1] / f"{name}.csv") == COLUMNS[name].split()


def test_orientation_and_scores_name_their_keys(week):
    _, out = week
    assert {"dwelling_id", "account"} <= set(header(out / "orientation.csv"))
    assert {"application_id", "epci", "grid", "criterion", "points"} <= set(header(out / "scores.csv"))


def test_the_objective_is_the_published_one(week):
    _, out = week
    certificate = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    assert objective(out) == Decimal(certificate["objective"])
    assert Decimal(certificate["bound"]) - Decimal(certificate["objective"]) == Decimal(certificate["gap"])
    assert certificate["status"] == "certified_optimal"
    assert certificate["stopped"] == "proven"


def test_a_value_is_its_parts(week):
    for row in table(week[1] / "proposals.csv"):
        parts = exact(row["score"]) + exact(row["fit"]) - exact(row["burden"]) + exact(row["lean"])
        assert exact(row["value"]) - parts == 20_000, row["dwelling_id"]


def test_dwellings_reconcile_with_the_lines(week):
    case, out = week
    rows = table(out / "dwellings.csv")
    assert sorted(r["dwelling_id"] for r in rows) == sorted(
        r["logement"] for r in table(case / "logements.csv")
    )
    lines = Counter(r["dwelling_id"] for r in table(out / "proposals.csv") if r["application_id"])
    waiting = {r["dwelling_id"] for r in table(out / "proposals.csv") if not r["application_id"]}
    for row in rows:
        name = row["dwelling_id"]
        assert int(row["candidates"]) == lines[name]
        expected = "awaiting_reservataire" if name in waiting else "listed" if lines[name] else "no_candidate"
        assert row["status"] == expected
        assert bool(row["deadline"]) == (expected == "awaiting_reservataire")
        assert row["reason_if_short"] or lines[name] >= 3 or expected != "listed"


def test_applications_reconcile_with_the_lines(week):
    case, out = week
    rows = table(out / "applications.csv")
    asked = [r["numero_unique"] for r in table(case / "demandes.csv")]
    assert sorted(r["application_id"] for r in rows) == sorted(asked)
    best: dict[str, int] = {}
    for line in table(out / "proposals.csv"):
        if line["application_id"]:
            best[line["application_id"]] = min(int(line["rank"]), best.get(line["application_id"], 99))
    for row in rows:
        rank = best.get(row["application_id"])
        assert row["best_rank"] == ("" if rank is None else str(rank))
        expected = {None: {"not_proposed", "ineligible"}, 1: {"proposed"}}.get(rank, {"reserve"})
        assert row["status"] in expected
        assert row["reason"]


def test_lists_keep_to_the_rules_of_the_commission(week):
    lines = table(week[1] / "proposals.csv")
    firsts = Counter(r["application_id"] for r in lines if r["rank"] == "1" and r["application_id"])
    places = Counter(r["application_id"] for r in lines if r["application_id"])
    assert set(firsts.values()) <= {1}
    assert all(n == 1 for who, n in places.items() if who in firsts)
    assert max(places.values(), default=0) <= 2
    for name in {r["dwelling_id"] for r in lines}:
        own = [r for r in lines if r["dwelling_id"] == name]
        assert [int(r["rank"]) for r in own] == list(range(1, len(own) + 1))
        assert len({r["account"] for r in own}) == 1
    assert all(r["reason"] for r in lines)


def test_rules_count_the_first_lines(week):
    _, out = week
    accounts = Counter(r["account"] for r in table(out / "proposals.csv") if r["rank"] == "1")
    for row in table(out / "rules.csv"):
        assert 0 <= int(row["num_run"]) <= int(row["den_run"])
        if row["rule"] == "flux_max":
            # Leases above the share of this run, less what the year still allows.
            assert row["rate_required"] == row["den_remaining"] == ""
            assert exact(row["allowance"]) >= HALF
            within = exact(row["share"]) * int(row["den_run"]) + exact(row["allowance"])
            due = int(row["num_run"]) - within
        else:
            assert row["allowance"] == ""
            due = exact(row["rate_required"]) * int(row["den_run"]) - int(row["num_run"])
            due -= HALF if row["rule"] == "flux" else 0
        assert exact(row["shortfall"]) == max(due, Decimal(0))
        if row["rule"] in {"flux", "flux_max"}:
            scope = dict(part.split("=", 1) for part in row["scope"].split(";"))
            assert int(row["num_run"]) <= accounts[scope["account"]]


def test_scores_sum_to_the_points_of_a_grid(tmp_path):
    asked = [application(f"A{i}", score="", monthly_income_eur=str(900 + 100 * i)) for i in range(4)]
    out = proposed(write(tmp_path / "case", [dwelling("L1")], asked), tmp_path / "out")
    total: dict[str, Decimal] = {}
    for row in table(out / "scores.csv"):
        total[row["application_id"]] = total.get(row["application_id"], Decimal(0)) + exact(row["points"])
    lines = table(out / "proposals.csv")
    assert len(lines) == 3
    assert all(total[r["application_id"]] == exact(r["score"]) for r in lines)


def test_every_passage_is_explained(week):
    rows = table(week[1] / "leapfrogs.csv")
    assert all(r["explained_by"] for r in rows)
    assert all(r["explained_by"] != "gap" for r in rows)


def test_pages_say_who_decides_and_fetch_nothing(week):
    _, out = week
    for name in ("report.html", "sheets.html"):
        text = (out / name).read_text(encoding="utf-8")
        assert "la commission décide" in text
        assert 'src="http' not in text and "<link" not in text and "@import" not in text
        assert "attribution optimale" not in text
    assert "supposé" in (out / "report.html").read_text(encoding="utf-8")


def test_the_workbook_prints_on_a4_landscape(week):
    book = load_workbook(week[1] / "shortlists.xlsx")
    assert len(book.sheetnames) >= 4
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9


def test_the_record_says_what_was_run(week):
    case, out = week
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["verdict"] == "certified"
    assert record["replayable"] is True
    assert set(record["inputs"]) == {p.name for p in case.iterdir()}
    assert record["rows"]["demandes.csv"] == len(table(case / "demandes.csv"))
    assert str(case.parent) not in json.dumps(record)


@pytest.mark.long
def test_prospects_are_names_to_call(tmp_path, weeks):
    case, out = weeks["plain-1"]
    more = proposed(case, tmp_path / "out", "--prospects", "6")
    rows = table(more / "prospects.csv")
    counts = Counter(r["dwelling_id"] for r in rows)
    assert rows and max(counts.values()) <= 6
    calls = {(r["dwelling_id"], r["rank"], r["application_id"]) for r in rows}
    lines = {
        (r["dwelling_id"], r["rank"], r["application_id"])
        for r in table(out / "proposals.csv")
        if r["application_id"]
    }
    assert lines <= calls
    assert (more / "proposals.csv").read_bytes() == (out / "proposals.csv").read_bytes()


@pytest.mark.long
def test_everybody_may_be_asked_for_as_names_to_call(tmp_path, weeks):
    case, _ = weeks["plain-1"]
    everybody = proposed(case, tmp_path / "few", "--prospects", str(len(table(case / "demandes.csv"))))
    beyond = proposed(case, tmp_path / "many", "--prospects", "100000000000000000000")
    assert (beyond / "prospects.csv").read_bytes() == (everybody / "prospects.csv").read_bytes()
