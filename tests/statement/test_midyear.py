"""The point at mid-year: recounted by hand on its day, adjustments proposed, answers that come back by import."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from optimizer import importers
from optimizer.errors import AttrifluxError
from optimizer.statement import bilan, midyear, midyear_to
from optimizer.statement.midyear import as_it_was
from optimizer.statement.midyear_files import write_midyear
from optimizer.synth import write_case
from tests.cli.running import attriflux
from tests.statement.year import event, filled, lease, year_case

TO = date(2026, 6, 30)
AGREEMENT = {"landlord": "OPH25", "departement": "25", "year": 2026, "area": "25"}


def followed():
    """Twenty leases of the flux by 30 June (ALS 3, État 9, landlord 8), two more in July, work in progress on both sides."""
    leases = [lease(f"a{i}", "ALS", "2026-02-01") for i in range(3)]
    leases += [lease(f"e{i}", "ETAT_PRIO", "2026-03-01") for i in range(9)]
    leases += [lease(f"b{i}", "BAILLEUR", "2026-04-01") for i in range(8)]
    leases += [lease(f"j{i}", "ALS", "2026-07-01") for i in range(2)]
    progress = [
        {
            "dwelling_id": d,
            "landlord": "OPH25",
            "commune": "25056",
            "account": "ALS",
            "stage": "oriented",
            "since": since,
        }
        for d, since in (("p1", "2026-06-20"), ("p2", "2026-07-01"))
    ]
    return year_case(
        leases=leases, in_progress=progress,
        conventions=[
            {**AGREEMENT, "account": "ALS", "share": 0.30}, {**AGREEMENT, "account": "ETAT_PRIO", "share": 0.25},
            {**AGREEMENT, "account": "BAILLEUR", "share": 0.45},
        ],
        assiette=[{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 40}],
    )  # fmt: skip


def test_the_point_is_that_of_its_day_and_proposes_what_lacks():
    table = midyear(followed(), TO).table.set_index("account")
    assert table["base"].unique().tolist() == [20]  # what was signed in July is not known yet
    assert table["done"].to_dict() == {"ALS": 3, "ETAT_PRIO": 9, "BAILLEUR": 8}
    assert table["due"].to_dict() == {"ALS": 6.0, "ETAT_PRIO": 5.0, "BAILLEUR": 9.0}
    assert table["proposed"].to_dict() == {"ALS": 3, "ETAT_PRIO": -4, "BAILLEUR": 1}
    assert table["in_progress"].to_dict() == {"ALS": 1, "ETAT_PRIO": 0, "BAILLEUR": 0}
    assert table["year_due"].to_dict() == {"ALS": 12.0, "ETAT_PRIO": 10.0, "BAILLEUR": 18.0}
    assert table.loc["ALS", "per_month"] == 0.5 and (table["answer"] == "").all()


def test_what_is_proposed_brings_each_account_within_half_a_lease_of_its_share():
    """Twenty leases: 0.4 and 0.5 lacking ask for nothing, 0.6 for one, 1.6 too many for two fewer."""
    leases = [lease(f"a{i}", "ALS", "2026-02-01") for i in range(5)]
    leases += [lease(f"e{i}", "ETAT_PRIO", "2026-03-01") for i in range(6)]
    leases += [lease(f"b{i}", "BAILLEUR", "2026-04-01") for i in range(9)]
    agreed = {"ETAT_AGENT": 0.02, "OTHER:sncf": 0.025, "COLL:25056": 0.03, "ALS": 0.17, "ETAT_PRIO": 0.25}
    case = year_case(
        leases=leases, conventions=[{**AGREEMENT, "account": a, "share": q} for a, q in agreed.items()],
        assiette=[{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 40}],
    )  # fmt: skip
    table = midyear(case, TO).table.set_index("account")
    assert table["balance"].to_dict() == {
        "ALS": 1.6, "COLL:25056": -0.6, "ETAT_AGENT": -0.4, "ETAT_PRIO": 1.0, "OTHER:sncf": -0.5,
    }  # fmt: skip
    assert table["proposed"].to_dict() == {
        "ALS": -2, "COLL:25056": 1, "ETAT_AGENT": 0, "ETAT_PRIO": -1, "OTHER:sncf": 0,
    }  # fmt: skip


def test_dates_after_the_day_are_not_known_on_it():
    case = year_case(
        leases=[lease("a", "ALS", "2026-06-30"), lease("b", "ALS", "2026-07-01")],
        events=[
            event("a", "ALS", oriented="2026-05-01", signed="2026-06-30"),
            event("b", "ALS", oriented="2026-06-01", signed="2026-07-01"),
            event("c", "ALS", oriented="2026-07-01"),
        ],
    )
    then = as_it_was(case, TO)
    assert then.settings.on == TO and then.table("leases")["dwelling_id"].tolist() == ["a"]
    events = then.table("events").set_index("dwelling_id")
    assert events.index.tolist() == ["a", "b"] and pd.isna(events.loc["b", "signed_on"])


def test_an_orientation_counts_on_its_day_though_only_a_later_lease_says_where_the_dwelling_lies():
    """Oriented in May, signed in June: on 31 May it was consumed, and nothing of the case but the lease describes it."""
    agreed = {**AGREEMENT, "account": "ALS", "share": 0.5, "count_rule": "oriented"}
    case = year_case(
        leases=[
            lease("a", "ALS", "2026-06-20"), lease("b", "ALS", "2026-02-01"), lease("c", "ALS", "2026-06-21", in_flux=False),
        ],
        events=[
            event("a", "ALS", oriented="2026-05-05", signed="2026-06-20"),
            event("b", "ALS", oriented="2026-01-05", signed="2026-02-01"),
            event("c", "ALS", oriented="2026-05-05", signed="2026-06-21"),
        ],
        conventions=[agreed],
    )  # fmt: skip
    for to in (date(2026, 5, 31), TO):
        (line,) = midyear(case, to).table.to_dict("records")
        assert (line["done"], line["base"]) == (2, 2)


@pytest.mark.parametrize("to", [date(2026, 7, 3), date(2025, 6, 30)])
def test_a_day_that_the_case_does_not_know_is_refused(to):
    with pytest.raises(AttrifluxError) as caught:
        midyear(followed(), to)
    assert caught.value.code == "MIDYEAR_DATE"


def test_the_answer_sheet_comes_back_by_import(tmp_path: Path):
    write_case(followed(), tmp_path / "cas")
    done = attriflux(
        "bilan", tmp_path / "cas", "--year", 2026, "--to", "2026-06-30", "--out", tmp_path / "point"
    )
    assert done.code == 0, done.err
    assert "2 lignes en retard" in " ".join(done.out.split()) and "0 réponse reçue" in " ".join(
        done.out.split()
    )
    typed = attriflux(
        "bilan", tmp_path / "cas", "--year", 2026, "--to", "30/06/2026", "--out", tmp_path / "typed"
    )
    assert typed.code == 0, typed.err
    assert (tmp_path / "typed" / "point.csv").read_bytes() == (tmp_path / "point" / "point.csv").read_bytes()
    other = attriflux(
        "bilan", tmp_path / "cas", "--year", 2026, "--to", "30/06/2025", "--out", tmp_path / "2025"
    )
    assert other.code == 2 and "un jour de 2026" in other.err and not (tmp_path / "2025").exists()
    names = {p.name for p in (tmp_path / "point").iterdir()}
    assert {
        "point.csv",
        "point.html",
        "point-ALS.html",
        "point-ALS.xlsx",
        "reponses-ALS.csv",
        "run.json",
    } <= names
    sheet = pd.read_csv(tmp_path / "point" / "reponses-ALS.csv", sep=";", encoding="utf-8-sig", dtype=object)
    assert sheet["ajustement_propose"].tolist() == ["3"]
    book = openpyxl.load_workbook(tmp_path / "point" / "point-ALS.xlsx", read_only=True)
    assert book.sheetnames == ["Point", "reponses"]
    point = [[cell.value for cell in row] for row in book["Point"].iter_rows()]
    assert point[3][-5:] == ["Ajustement proposé", "Par mois", "Réponse", "Ajustement convenu", "Répondu le"]
    assert point[4][3] == "Action Logement" and len(point) == 5
    assert not {"done", "late", "ahead", "year_due"} & set(point[3])
    book.close()
    # filled in as one would, and put into the case
    sheet["reponse"], sheet["ajustement_convenu"], sheet["repondu_le"] = "modifiée", "2", "15/07/2026"
    sheet.to_csv(tmp_path / "cas" / "reponses.csv", sep=";", index=False, encoding="utf-8-sig")
    assert importers.read(tmp_path / "cas", need=()).table("answers")["answer"].tolist() == ["amended"]
    again = midyear_to(tmp_path / "cas", TO, tmp_path / "retour")
    line = again.result.table.set_index("account").loc["ALS"]
    assert (line["answer"], int(line["agreed"]), line["answered_on"]) == ("amended", 2, "2026-07-15")
    page = (tmp_path / "retour" / "point-ALS.html").read_text(encoding="utf-8")
    assert "modifiée" in page and "15/07/2026" in page and "année non finie" in page
    assert again.summary["answers"] == 1


def test_the_workbook_of_a_reservataire_filled_in_is_its_answer(tmp_path: Path):
    write_case(followed(), tmp_path / "cas")
    midyear_to(tmp_path / "cas", TO, tmp_path / "point")
    book = openpyxl.load_workbook(tmp_path / "point" / "point-ALS.xlsx")
    sheet = book["reponses"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["reponse"], "acceptée")
    sheet.cell(2, columns["repondu_le"], date(2026, 7, 15))
    book.save(tmp_path / "cas" / "reponses.xlsx")
    again = midyear_to(tmp_path / "cas", TO, tmp_path / "retour")
    line = again.result.table.set_index("account").loc["ALS"]
    assert (line["answer"], int(line["agreed"]), line["answered_on"]) == ("accepted", 3, "2026-07-15")


def test_an_answer_to_another_number_or_to_nobody_is_said():
    rows = [
        {**AGREEMENT, "account": "ALS", "as_of": "2026-06-30", "proposed": 5, "answer": "accepted"},
        {**AGREEMENT, "account": "COLL:25056", "as_of": "2026-06-30", "proposed": 1, "answer": "refused"},
        {**AGREEMENT, "account": "BAILLEUR", "as_of": "2026-03-31", "proposed": 1, "answer": "refused"},
    ]  # fmt: skip
    case = followed()
    result = midyear(replace(case, tables={**case.tables, "answers": filled("answers", rows)}), TO)
    assert [f.code for f in result.findings] == ["MIDYEAR_ANSWER_OLD", "MIDYEAR_ANSWER_LOST"]
    table = result.table.set_index("account")
    assert table["answer"].to_dict() == {"ALS": "accepted", "ETAT_PRIO": "", "BAILLEUR": ""}
    assert int(table.loc["ALS", "agreed"]) == 3


def test_an_answer_to_the_number_of_the_sheet_is_not_questioned():
    row = {**AGREEMENT, "account": "ALS", "as_of": "2026-06-30", "proposed": 3, "answer": "accepted"}
    case = followed()
    for asked in (3, None):
        told = filled("answers", [{**row, "proposed": asked}])
        result = midyear(replace(case, tables={**case.tables, "answers": told}), TO)
        assert result.findings == () and result.table["answer"].tolist().count("accepted") == 1


def test_what_a_reservataire_answered_is_not_told_to_another(tmp_path: Path):
    rows = [
        {
            "landlord": "OPH25",
            "departement": "25",
            "area": "25",
            "account": "ALS",
            "as_of": "2026-06-30",
            "proposed": 9,
            "answer": "refused",
        },
        {
            "landlord": "OPH25",
            "departement": "25",
            "area": "25",
            "account": "ETAT_AGENT",
            "as_of": "2026-06-30",
            "proposed": 1,
            "answer": "accepted",
        },
    ]
    case = followed()
    result = midyear(replace(case, tables={**case.tables, "answers": filled("answers", rows)}), TO)
    assert len([f for f in result.findings if f.code.startswith("MIDYEAR")]) == 2
    write_midyear(tmp_path, result)
    told = {p.stem: p.read_text(encoding="utf-8").count('class="warn') for p in tmp_path.glob("point*.html")}
    pages = {p.stem: p.read_text(encoding="utf-8") for p in tmp_path.glob("point*.html")}
    assert "porte sur 9" in pages["point"] and "porte sur 9" in pages["point-ALS"]
    assert "ETAT_AGENT" in pages["point"]
    assert not any(
        "porte sur 9" in pages[p] or "ALS" in pages[p] for p in ("point-ETAT_PRIO", "point-BAILLEUR")
    )
    assert told["point"] > told["point-ALS"] > told["point-BAILLEUR"]


def test_the_point_of_31_december_is_the_statement_of_that_day():
    last = date(2026, 12, 31)
    case = followed()
    case = replace(case, settings=replace(case.settings, on=last))
    table, book = (
        midyear(case, last).table.set_index("account"),
        bilan(case, 2026).ledger.set_index("account"),
    )
    for name in ("due", "year_due", "done", "in_progress", "remaining", "forecast", "forecast_high"):
        assert table[name].to_dict() == book[name].to_dict(), name
    assert table.loc["ALS", "year_due"] == 6.6
