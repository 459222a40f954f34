"""The yearly statement: counts, reconciliation, refusals, files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import policy
from optimizer.errors import InputProblems
from optimizer.importers import read
from optimizer.runs import Options, propose_to
from optimizer.statement import bilan, needed, reconcile
from optimizer.statement.files import write_bilan
from optimizer.statement.homes import PERIODS, construction_period
from optimizer.synth import write_case
from optimizer.verify import verify
from tests.cli.running import attriflux
from tests.statement.year import ON, event, filled, lease, year_case


def totals(result) -> dict[str, tuple[int, int]]:
    sums = result.table.groupby("account")[["proposed", "attributed"]].sum()
    return {str(a): (int(p), int(n)) for a, p, n in sums.itertuples()}


def test_leases_and_work_in_progress_without_events():
    case = year_case(
        leases=[
            lease("a", "ALS"),
            lease("b", "ALS"),
            lease("c", "ETAT_PRIO"),
            lease("d", "ALS", "2025-12-30"),
        ],
        in_progress=[
            {
                "dwelling_id": "e",
                "landlord": "OPH25",
                "commune": "25056",
                "account": "ALS",
                "stage": "oriented",
                "since": "2026-06-01",
            }
        ],
    )
    assert totals(bilan(case, 2026)) == {"ALS": (3, 2), "ETAT_PRIO": (1, 1)}
    assert totals(bilan(case, 2025)) == {"ALS": (1, 1)}


def test_work_in_progress_that_events_do_not_follow_is_proposed():
    """One line of follow-up in the case and the dwellings oriented this week were proposed to nobody."""
    common = {"landlord": "OPH25", "commune": "25056", "stage": "oriented"}
    case = year_case(
        leases=[lease("a", "ALS")],
        events=[
            event("a", "ALS", oriented="2026-01-05", signed="2026-03-12"), event("f", "ETAT_PRIO", oriented="2025-12-20"),
        ],
        in_progress=[
            {**common, "dwelling_id": "e", "account": "ALS", "since": "2026-06-01"},
            {**common, "dwelling_id": "f", "account": "ETAT_PRIO", "since": "2026-01-02"},
            {**common, "dwelling_id": "g", "account": "ETAT_PRIO", "since": "2025-12-30"},
        ],
    )  # fmt: skip
    assert totals(bilan(case, 2026)) == {"ALS": (2, 1)}


def test_a_lease_of_a_transfer_or_a_relocation_is_in_no_flux_whatever_the_table_says(tmp_path: Path):
    """Written « oui » down the whole column, transfers made the flux longer, and everybody's due with it."""
    agreed = {
        "landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "area": "25", "share": 0.5,
        "management_mode": "delegated", "count_rule": "signed", "tolerance": 0.0, "carry_over": False, "opening_balance": 0.0,
    }  # fmt: skip
    leases = [
        lease(str(i), account, in_flux=True)
        for i, account in enumerate(("ALS", "BAILLEUR", "MUTATION", "RELOGEMENT"))
    ]
    home = {"dwelling_id": "z", "landlord": "OPH25", "commune": "25056", "rooms": 2, "financing": "plai"}
    case = year_case(leases=leases, conventions=[agreed], dwellings=[home], applications=[])
    ((base, consumed, due),) = bilan(case, 2026).ledger[["base", "consumed", "due"]].to_numpy().tolist()
    assert (base, consumed, due) == (2, 1, 1.0)
    # nor does the optimum see them, nor the one who checks it
    write_case(case, tmp_path / "cas")
    propose_to(tmp_path / "cas", tmp_path / "resultat", Options(pdf=False))
    flux = pd.read_csv(tmp_path / "resultat" / "rules.csv", sep=";", decimal=",").query("rule == 'flux'")
    assert flux[["num_before", "den_before"]].to_numpy().tolist() == [[1, 2]]
    assert not verify(tmp_path / "resultat", tmp_path / "cas").refused
    (told,) = [f for f in read(tmp_path / "cas").warnings if f.code == "READ_LEASE_OUTSIDE_FLUX"]
    assert (told.row, told.rows, told.value) == (4, (5,), "MUTATION")


def test_events_count_each_orientation_of_a_dwelling_to_an_account_once():
    case = year_case(
        leases=[lease("a", "ALS")],
        dwellings=[
            {"dwelling_id": "b", "landlord": "OPH25", "commune": "25056", "rooms": 2, "financing": "plai"}
        ],
        events=[
            event("a", "ETAT_PRIO", oriented="2026-01-05"),
            event("a", "ALS", oriented="2026-02-01", presented="2026-02-10", attributed="2026-02-20"),
            event("a", "ALS", oriented="2026-02-21", attributed="2026-02-25", signed="2026-03-01"),
            event("b", "ALS", oriented="2025-12-20", attributed="2026-01-10"),
        ],
    )
    result = bilan(case, 2026)
    assert totals(result) == {"ALS": (1, 2), "ETAT_PRIO": (1, 0)}
    assert result.reconciliation["state"].tolist() == ["matched"]


def test_a_dwelling_let_twice_is_two_attributions():
    case = year_case(leases=[lease("a", "ALS", "2026-01-10"), lease("a", "ALS", "2026-06-10")])
    assert totals(bilan(case, 2026)) == {"ALS": (2, 2)}


def test_a_number_that_two_landlords_give_is_refused_and_named():
    """One row describes a dwelling: the second landlord's lease was counted for the first."""
    other = lease("12", "MUTATION", landlord="ESH25", commune="25031", in_flux=False)
    case = year_case(
        leases=[lease("12", "MUTATION", in_flux=False), other, lease("13", "ALS"), lease("13", "ALS")]
    )
    with pytest.raises(InputProblems) as refused:
        bilan(case, 2026)
    (found,) = refused.value.findings
    assert found.code == "BILAN_TWO_PLACES"
    assert "12" in found.text("fr") and "ESH25 (25031), OPH25 (25056)" in found.text("fr")


def test_every_difference_is_listed_and_refused():
    case = year_case(
        leases=[lease("a", "ALS"), lease("b", "ALS"), lease("c", "ALS")],
        events=[
            event("a", "ALS", oriented="2026-01-05", signed="2026-03-01"),
            event("b", "ETAT_PRIO", oriented="2026-01-05", signed="2026-03-01"),
            event("z", "ALS", oriented="2026-01-05", signed="2026-04-01"),
        ],
    )
    with pytest.raises(InputProblems) as caught:
        bilan(case, 2026)
    assert [(f.code, f.params["dwelling"]) for f in caught.value.findings] == [
        ("BILAN_OTHER_ACCOUNT", "b"), ("BILAN_ONLY_LEASE", "c"), ("BILAN_ONLY_EVENT", "z"), ("BILAN_UNKNOWN_DWELLING", "z"),
    ]  # fmt: skip
    assert "01/03/2026" in caught.value.findings[1].text("fr")
    assert [f.file for f in caught.value.findings[:3]] == ["baux", "baux", "evenements"]
    assert "01/04/2026" in caught.value.findings[2].text("fr")


def test_the_list_of_another_system_is_reconciled_and_never_refused():
    case = year_case(leases=[lease("a", "ALS"), lease("b", "ALS")])
    theirs = filled("leases", [lease("a", "ALS"), lease("b", "BAILLEUR"), lease("c", "ALS")])
    table = bilan(case, 2026, against=theirs).reconciliation
    assert dict(zip(table["dwelling_id"], table["state"], strict=True)) == {
        "a": "matched", "b": "different_account", "c": "only_there",
    }  # fmt: skip


pairs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["ALS", "ETAT_PRIO"]), st.integers(1, 28)), max_size=9
)


@given(pairs, pairs)
def test_every_line_of_both_lists_is_reconciled_once(ours, theirs):
    tables = [
        filled("leases", [lease(d, a, f"2026-01-{n:02d}") for d, a, n in lines]) for lines in (ours, theirs)
    ]
    table = reconcile(*tables)
    assert table["account_here"].notna().sum() == len(ours)
    assert table["account_there"].notna().sum() == len(theirs)
    assert (reconcile(tables[0], tables[0])["state"] == "matched").all()


def test_nothing_to_state_is_said():
    with pytest.raises(InputProblems, match="erreur"):
        bilan(year_case(), 2026)


@pytest.mark.parametrize(
    ("year", "period"),
    [
        (1930, "avant 1949"),
        (1949, "1949-1974"),
        (1980, "1975-1989"),
        (2009, "1990-2009"),
        (2024, "2010 et après"),
        (None, ""),
    ],
)
def test_construction_periods(year, period):
    rules = policy.load("doubs", on=ON)
    assert construction_period(year, rules.get(PERIODS)) == period
    assert rules.value(PERIODS).is_assumed


def test_the_worked_example_of_the_year():
    # 500 leases done of which 90 count, 400 to come, 25 %: 135 of the 400 remaining.
    assert needed(Fraction(1, 4), 500, 90, 400) == 135
    assert needed(Fraction(1, 4), 100, 60, 10) == 0


def test_the_ledger_counts_by_the_four_rules_and_forecasts():
    leases = [lease(f"a{i}", "ALS") for i in range(6)] + [lease(f"b{i}", "BAILLEUR") for i in range(14)]
    leases.append(lease("m", "MUTATION", mutation=True))
    progress = [
        {
            "dwelling_id": f"p{i}",
            "landlord": "OPH25",
            "commune": "25056",
            "account": "ALS",
            "stage": s,
            "since": "2026-06-01",
        }
        for i, s in enumerate(("oriented", "nominated", "offered"))
    ]
    table = bilan(year_case(leases=leases, in_progress=progress), 2026).ledger
    row = table[(table["account"] == "ALS") & (table["landlord"] == "OPH25")].iloc[0]
    counts = [row[f"consumed_{n}"] for n in ("oriented", "presented", "attributed", "signed")]
    assert counts == [9, 8, 7, 6]
    assert row["base"] == 20
    assert row["due"] == 3.6
    assert row["year_base"] == 20 + 20.11  # 182 days gone, 183 left
    assert row["forecast_low"] <= row["forecast"] <= row["forecast_high"]
    assert row["forecast"] == pytest.approx(12, abs=0.2)


def test_a_year_that_is_over_expects_nothing_more():
    announced = [{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 80}]
    leases = [lease(f"a{i}", "ALS") for i in range(2)] + [lease(f"b{i}", "BAILLEUR") for i in range(5)]
    case = year_case(leases=leases, assiette=announced)
    for on in (date(2026, 12, 31), date(2027, 1, 15)):
        table = bilan(replace(case, settings=replace(case.settings, on=on)), 2026).ledger
        row = table[(table["account"] == "ALS") & (table["landlord"] == "OPH25")].iloc[0]
        assert row["year_base"] == row["base"] == 7
    assert row["year_due"] == row["due"] and row["late"] == row["remaining"] == 0
    assert row["forecast_low"] == row["forecast"] == row["forecast_high"] == row["done"] == 2


def test_what_the_rest_of_the_year_must_reach():
    leases = [lease(f"a{i}", "ALS", q1="yes" if i < 2 else "no") for i in range(20)]
    table = bilan(year_case(leases=leases), 2026).lec
    row = table[table["epci"] == "242500361"].iloc[0]
    assert (row["outside_qpv"], row["good"], row["expected_remaining"]) == (20, 2, 20)
    assert row["needed"] == 8


def test_a_period_of_construction_is_said_in_the_language_of_the_page(tmp_path):
    result = bilan(year_case(leases=[lease("a", "ALS", construction_year=1930)]), 2026)
    for lang, mine, other in (("fr", "avant 1949", "before 1949"), ("en", "before 1949", "avant 1949")):
        (tmp_path / lang).mkdir()
        write_bilan(tmp_path / lang, result, lang=lang)
        page = (tmp_path / lang / "bilan.html").read_text(encoding="utf-8")
        assert mine in page and other not in page


def test_files_one_workbook_and_one_page_per_reservataire(tmp_path):
    line = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "area": "25",
        "account": "ALS",
        "share": 0.3,
    }
    leases = [lease("a", "ALS"), lease("b", "COLL:25056", qpv="yes")]
    result = bilan(year_case(leases=leases, conventions=[{**line, "count_rule": "presented"}]), 2026)
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        write_bilan(tmp_path / name, result)
    lines = (tmp_path / "x" / "bilan.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "landlord;account;commune;qpv;rooms;financing;construction_period;proposed;attributed",
        "OPH25;ALS;25056;no;T3;PLUS;1975-1989;1;1",
        "OPH25;COLL:25056;25056;yes;T3;PLUS;1975-1989;1;1",
    ]
    for stem in ("bilan", "bilan-ALS", "bilan-COLL-25056"):
        assert (tmp_path / "x" / f"{stem}.xlsx").is_file()
        assert "R. 441-5-1" in (tmp_path / "x" / f"{stem}.html").read_text(encoding="utf-8")
    assert "COLL" not in (tmp_path / "x" / "bilan-ALS.html").read_text(encoding="utf-8")
    # no column of the workbook keeps the name that the program gives it, and what the agreement counts is in bold
    book = openpyxl.load_workbook(tmp_path / "x" / "bilan.xlsx", read_only=True)
    for sheet in book:
        headings = [cell.value for cell in list(sheet.iter_rows())[3]]
        assert not [h for h in headings if h and (h == h.lower() and " " not in h)], sheet.title
    rows = list(book["Registre"].iter_rows(values_only=True))
    assert {row[rows[3].index("Règle de décompte")] for row in rows[4:]} == {"candidat présenté"}
    book.close()
    page = (tmp_path / "x" / "bilan-ALS.html").read_text(encoding="utf-8")
    assert 'data-l="Présentés"><b>1</b>' in page and 'data-l="Signés">1<' in page


def test_the_statement_and_the_ledger_agree_account_by_account():
    case = year_case(
        leases=[
            lease("a", "ALS"), lease("b", "ALS", mutation=True, in_flux=False), lease("c", "ALS"),
            lease("d", "ALS", "2026-01-15"), lease("e", "BAILLEUR"), lease("f", "ALS", "2026-05-01"),
        ],
        dwellings=[{"dwelling_id": "g", "landlord": "OPH25", "commune": "25056", "rooms": 2, "financing": "plai"}],
        events=[
            event("a", "ALS", oriented="2026-01-05", attributed="2026-02-20", signed="2026-03-01"),
            event("b", "ALS", oriented="2026-01-05", attributed="2026-02-20", signed="2026-03-01"),
            event("c", "ALS", oriented="2026-01-05", attributed="2026-02-20", signed="2026-03-01"),
            event("d", "ALS", oriented="2025-12-05", attributed="2025-12-20", signed="2026-01-15"),
            event("e", "BAILLEUR", oriented="2026-01-05", attributed="2026-02-20", signed="2026-03-01"),
            event("f", "ALS", oriented="2026-03-05", attributed="2026-04-20", signed="2026-05-01"),
            event("g", "ALS", oriented="2026-05-05", attributed="2026-06-20"),
        ],
    )  # fmt: skip
    result = bilan(case, 2026)
    row = result.bridge.set_index("account").loc["ALS"]
    names = [
        "attributed",
        "not_signed",
        "attributed_before",
        "signed",
        "outside_flux",
        "no_line",
        "ledger_signed",
    ]
    assert row[names].tolist() == [5, 1, 1, 5, 1, 0, 4]
    other = result.bridge.set_index("account").loc["BAILLEUR"]
    assert other[names].tolist() == [1, 0, 0, 1, 0, 1, 0]
    assert (result.bridge["difference"] == 0).all()
    assert result.bridge["attributed"].sum() == result.table["attributed"].sum()
    assert result.bridge["ledger_signed"].sum() == result.ledger["consumed_signed"].sum()


def test_candidates_followed_beyond_the_count_rule_are_a_row_of_the_bridge(tmp_path):
    """A candidate at stage `offered` counts in the ledger where the agreement counts attributions; the statement has no such
    dwelling: the bridge says so instead of pretending that both agree."""
    line = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "area": "25",
        "account": "ALS",
        "share": 0.3,
    }
    case = year_case(
        leases=[lease("a", "ALS")],
        in_progress=[
            {"dwelling_id": d, "landlord": "OPH25", "commune": "25056", "account": "ALS", "stage": stage, "since": "2025-12-20"}
            for d, stage in (("b", "offered"), ("c", "oriented"))
        ],
        conventions=[{**line, "count_rule": "attributed"}],
    )  # fmt: skip
    result = bilan(case, 2026)
    row = result.bridge.set_index("account").loc["ALS"]
    assert row[["attributed", "ledger_signed", "followed", "returned", "ledger_consumed"]].tolist() == [
        1,
        1,
        1,
        0,
        2,
    ]
    assert result.bridge["ledger_consumed"].sum() == result.ledger["consumed"].sum()
    write_bilan(tmp_path, result)
    page = (tmp_path / "bilan.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "candidatures suivies décomptées" in page


def test_a_statement_made_before_the_end_of_the_year_says_so(tmp_path):
    case = year_case(leases=[lease("a", "ALS")])
    for on, said in (
        (date(2026, 6, 30), "arrêté au 30/06/2026 (année non finie)"),
        (date(2027, 2, 1), "arrêté au 31/12/2026 ·"),
    ):
        folder = tmp_path / on.isoformat()
        folder.mkdir()
        result = bilan(replace(case, settings=replace(case.settings, on=on)), 2026)
        write_bilan(folder, result)
        for page in ("bilan.html", "bilan-ALS.html"):
            text = (folder / page).read_text(encoding="utf-8").replace("\xa0", " ")
            assert said in text, page
            assert ("année non finie" in text) == (on.year == 2026)


def test_a_lease_under_two_lines_of_its_account_stands_on_both_and_the_bridge_says_so():
    """`propose` counts it on both rows all year: the statement was refused in January."""
    line = {"landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.1}
    case = year_case(
        leases=[lease("a", "ALS")],
        conventions=[{**line, "area": "25"}, {**line, "area": "25056"}],
    )
    result = bilan(case, 2026)
    assert result.ledger["consumed"].tolist() == [1, 1] and totals(result) == {"ALS": (1, 1)}
    (row,) = result.bridge.to_dict("records")
    assert [row[n] for n in ("attributed", "several_lines", "ledger_signed", "difference")] == [1, 1, 2, 0]


def test_work_begun_after_the_year_is_not_in_its_ledger():
    """A statement is made in January or February: orientations of the new year counted in the balance carried over."""
    of_the_year, later = (
        {
            "dwelling_id": name,
            "landlord": "OPH25",
            "commune": "25056",
            "account": "ALS",
            "stage": "oriented",
            "since": since,
        }
        for name, since in (("e", "2026-12-20"), ("f", "2027-01-20"))
    )
    agreed = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "account": "ALS",
        "share": 0.3,
        "count_rule": "oriented",
    }
    case = year_case(leases=[lease("a", "ALS")], in_progress=[of_the_year, later], conventions=[agreed])
    case = replace(case, settings=replace(case.settings, on=date(2027, 2, 10), year=2027))
    (line,) = bilan(case, 2026).ledger.to_dict("records")
    assert (line["base"], line["consumed"], line["consumed_oriented"], line["in_progress"]) == (2, 2, 2, 1)


def test_a_year_without_leases_is_said_on_screen_and_page(tmp_path):
    case = year_case(leases=[lease("a", "ALS")])
    result = bilan(case, 2024)
    assert [f.code for f in result.findings] == ["BILAN_EMPTY_YEAR"]
    write_bilan(tmp_path, result)
    assert "ni bail ni événement de 2024" in (tmp_path / "bilan.html").read_text()


def test_a_reservataire_that_received_nothing_of_its_share_has_its_statement(tmp_path):
    case = year_case(leases=[lease(f"a{i}", "ALS") for i in range(20)])
    result = bilan(case, 2026)
    assert "ETAT_PRIO" not in set(result.table["account"])
    line = result.ledger.set_index("account").loc["ETAT_PRIO"]
    assert (line["due"], line["done"], line["late"]) == (5.0, 0, 5)
    write_bilan(tmp_path, result)
    page = (tmp_path / "bilan-ETAT_PRIO.html").read_text(encoding="utf-8")
    assert "OPH25" in page and "Action Logement" not in page
    assert (tmp_path / "bilan-ETAT_PRIO.xlsx").is_file()


def test_leases_left_out_are_said_by_the_statement_that_leaves_them_out(tmp_path):
    write_case(
        year_case(leases=[lease("a", "ALS"), lease("b", "ALS", signed_on="2025-05-04")]), tmp_path / "cas"
    )
    left = [
        "READ_LEASE_OTHER_YEAR"
        in attriflux("bilan", tmp_path / "cas", "--year", y, "--out", tmp_path / str(y)).err
        for y in (2025, 2026)
    ]
    assert left == [False, True]
