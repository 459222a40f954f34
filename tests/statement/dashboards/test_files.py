"""Files of a dashboard: same bytes, a page for everybody, a workbook that opens, refusals in words."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest

from optimizer.errors import AttrifluxError
from optimizer.presentation.csvfile import csv_bytes
from optimizer.problem import all_rules
from optimizer.statement import dashboard, dashboard_to
from optimizer.statement.dashboards.files import write_dashboard
from optimizer.statement.dashboards.headings import HEADINGS
from optimizer.statement.dashboards.page import STATUS
from tests.cli.running import attriflux
from tests.statement.year import lease, year_case

VIEWERS = [("landlord", "OPH25"), ("epci", "242500361"), ("prefet", "25"), ("maire", "25056")]


@pytest.fixture(scope="module", params=VIEWERS, ids=[kind for kind, _ in VIEWERS])
def written(request, year, put_down, tmp_path_factory):
    """Two folders of one viewer, made apart: of the files, and of the case in memory."""
    kind, code = request.param
    folder = tmp_path_factory.mktemp(kind) / "bord"
    dashboard_to(year[0], kind, code, folder, proposals=year[1])
    return folder, put_down(kind, code)


def test_same_inputs_same_bytes(written):
    first, second = ({f.name: f.read_bytes() for f in sorted(w.iterdir())} for w in written)
    assert first == second
    assert {
        "dashboard.html",
        "dashboard.xlsx",
        "gauges.csv",
        "trajectory.csv",
        "alerts.csv",
        "numbers.csv",
        "run.json",
    } <= set(first)


def test_the_screen_counts_the_alerts_of_the_table(year, tmp_path):
    summary = dashboard_to(year[0], "landlord", "OPH25", tmp_path / "bord").summary
    text = (tmp_path / "bord" / "alerts.csv").read_text(encoding="utf-8-sig")
    levels = [row["level"] for row in csv.DictReader(io.StringIO(text), delimiter=";")]
    counts = [levels.count("alert"), levels.count("watch")]
    assert [summary["alerts"], summary["to_watch"]] == counts and counts[0] != counts[1]


@pytest.mark.long
def test_a_place_may_be_named_as_in_the_files(year, tmp_path):
    for of, folder in (("25056", "code"), ("BESANCON", "name")):
        dashboard_to(year[0], "maire", of, tmp_path / folder)
    for file in sorted((tmp_path / "code").iterdir()):
        assert file.read_bytes() == (tmp_path / "name" / file.name).read_bytes(), file.name
    with pytest.raises(AttrifluxError) as refused:
        dashboard_to(year[0], "maire", "Bezançon", tmp_path / "none")
    assert refused.value.code == "DASHBOARD_UNKNOWN" and "25056 (Besançon)" in refused.value.text("fr")


def test_the_page_stands_alone_and_speaks_to_everybody(written):
    page = (written[0] / "dashboard.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert page.startswith("<!doctype html>") and '<html lang="fr">' in page
    assert "<script" not in page and "http://" not in page and "https://" not in page
    pictures = re.findall(r"<svg[^>]*>", page)
    assert len(pictures) > 1
    assert all('role="img"' in p and re.search(r'aria-label="[^"]{10,}"', p) for p in pictures)
    assert page.count("Proposition : la commission décide.") == 2
    assert re.search(r"\bnan\b|None|NaT|Fraction", page) is None
    assert "CCH" in page and "supposé" in page and "si tous acceptent" in page and "attendu" in page
    headings = re.findall(r"<h([1-4])", page)
    assert headings[0] == "1" and headings.count("1") == 1
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_every_number_shown_has_a_source(written):
    rows = (written[0] / "numbers.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "title;value;unit;status;source;in_force_from"
    assert len(rows) > 2
    assert all(re.search(r";(sourced|local|assumed);[^;]+", row) for row in rows[1:])


def test_numbers_of_french_tables_have_a_decimal_comma(written):
    for file in written[0].glob("*.csv"):
        cells = re.split(r"[;\n]", file.read_text(encoding="utf-8-sig"))
        assert [cell for cell in cells if re.fullmatch(r"-?\d+\.\d+", cell)] == [], file.name


def test_the_workbook_opens_with_french_headings_and_real_numbers(written):
    book = openpyxl.load_workbook(written[0] / "dashboard.xlsx", read_only=True)
    assert book.sheetnames[:3] == ["Alertes", "Jauges", "Trajectoires"]
    sheet = list(book["Jauges"].iter_rows(values_only=True))
    assert {row[0] for row in sheet[4:]} <= {shape.group[0] for shape in all_rules()}
    assert {row[-1] for row in sheet[4:]} <= set(STATUS.values())
    assert sheet[3][:4] == ("Règle", "Intitulé", "Périmètre", "Objectif (part)")
    assert set(book["Lecture"].iter_rows(min_row=4, max_row=4, values_only=True)) == {
        ("Tableau", "Comment le lire")
    }
    headings = {
        cell
        for name in book.sheetnames
        for cell in next(book[name].iter_rows(min_row=4, max_row=4, values_only=True))
    }
    assert not headings & set(HEADINGS), "a column without a French heading"
    assert len(sheet) > 4 and all(isinstance(row[4], (int, float)) for row in sheet[4:])
    months = list(book["Trajectoires"].iter_rows(min_row=5, min_col=4, max_col=4, values_only=True))
    assert months and all(isinstance(cell, date) for (cell,) in months), "the end of a month is a day"
    limits = list(book["Alertes"].iter_rows(min_row=5, min_col=5, max_col=5, values_only=True))
    assert limits and not any(limit.startswith("0,") for (limit,) in limits), "a share is in per cent"


def test_the_record_says_what_it_was_made_from(written, year):
    record = json.loads((written[0] / "run.json").read_text(encoding="utf-8"))
    run = json.loads((year[1] / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"] == run["inputs"] and record["proposals"] == run["fingerprint"]


def test_the_page_carries_the_proof_of_its_proposals(written, year):
    page = (written[0] / "dashboard.html").read_text(encoding="utf-8").replace("\xa0", " ")
    certificate = json.loads((year[1] / "certificate.json").read_text(encoding="utf-8"))
    assert certificate["status"] in ("certified_within", "certified_optimal")
    assert "Propositions jointes : Conforme aux règles saisies" in page and "Cas synthétique" in page


def test_a_place_that_awaits_its_reservataire_is_no_household_proposed(put_down, year):
    """« 1 450 proposés » stood there of a result with 1 449 lists."""
    page = (put_down("prefet", "25") / "dashboard.html").read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())
    lines = pd.read_csv(
        year[1] / "proposals.csv", sep=";", dtype=str, encoding="utf-8-sig", keep_default_na=False
    )
    first = lines[lines["rank"].isin(["", "1"])]
    named, seats = int((first["application_id"] != "").sum()), int((first["application_id"] == "").sum())
    assert seats and f"{named} proposés par ce calcul" in words
    assert f"{seats} en attente du réservataire" in words


def test_assumed_thresholds_of_a_real_case_and_another_draw_are_said(tmp_path):
    case = year_case(leases=[lease("a", "ALS")])
    supposed = {"territory.lec.q1_threshold.242500361": 9000}
    settings = replace(case.settings, synthetic=False, seed="autre", seed_modified=True, changes=supposed)
    real = replace(case, settings=settings)
    (tmp_path / "x").mkdir()
    write_dashboard(tmp_path / "x", dashboard(real, "epci", "242500361"))
    page = (tmp_path / "x" / "dashboard.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "Seuils du premier quartile supposés" in page and "Tirage modifié : autre" in page
    assert "Cas synthétique" not in page


def test_a_commune_without_account_is_told_so(tmp_path):
    (tmp_path / "x").mkdir()
    write_dashboard(tmp_path / "x", dashboard(year_case(leases=[lease("a", "ALS")]), "maire", "25031"))
    assert "ne lui donnent pas de contingent" in (tmp_path / "x" / "dashboard.html").read_text(
        encoding="utf-8"
    )


def test_a_text_that_looks_like_a_formula_is_harmless(tmp_path):
    case = year_case(leases=[lease("a", "ALS", landlord="=1+1")], decisions=[])
    (tmp_path / "x").mkdir()
    write_dashboard(tmp_path / "x", dashboard(case, "epci", "242500361"))
    for file in (tmp_path / "x").glob("*.csv"):
        assert not re.search(r"(^|;)=1", file.read_text(encoding="utf-8-sig"), flags=re.MULTILINE), file.name
    book = openpyxl.load_workbook(tmp_path / "x" / "dashboard.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_without_a_run_the_page_says_so(tmp_path):
    (tmp_path / "x").mkdir()
    write_dashboard(tmp_path / "x", dashboard(year_case(leases=[lease("a", "ALS")]), "landlord", "OPH25"))
    page = (tmp_path / "x" / "dashboard.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "Sans proposition jointe" in page and "Si tous acceptent" not in page


def test_a_case_of_one_landlord_says_so_to_the_others(tmp_path):
    (tmp_path / "x").mkdir()
    write_dashboard(tmp_path / "x", dashboard(year_case(leases=[lease("a", "ALS")]), "epci", "242500361"))
    assert "ne réunit pas tous les bailleurs" in (tmp_path / "x" / "dashboard.html").read_text(
        encoding="utf-8"
    )


def test_an_unknown_viewer_is_refused_with_those_that_exist(year, tmp_path):
    done = attriflux("dashboard", year[0], "--for", "landlord", "--of", "OPH26", "--out", tmp_path / "x")
    assert done.code == 2 and "OPH26" in done.err and "OPH25" in done.err
    assert not (tmp_path / "x").exists()


def test_proposals_of_another_case_are_refused(year, tmp_path):
    with pytest.raises(AttrifluxError) as caught:
        dashboard(year_case(leases=[lease("a", "ALS")]), "landlord", "OPH25", proposals=year[1])
    assert caught.value.code == "DASHBOARD_OTHER_CASE"
    with pytest.raises(AttrifluxError) as caught:
        dashboard(year[0], "landlord", "OPH25", proposals=tmp_path)
    assert caught.value.code == "DASHBOARD_NO_RUN"


@pytest.mark.parametrize("file", ["run.json", "certificate.json", "proposals.csv"])
@pytest.mark.parametrize("put", ["pipe", "damage"])
def test_a_run_whose_file_is_a_pipe_or_damaged_is_refused_at_once(year, tmp_path, file, put):
    run = shutil.copytree(year[1], tmp_path / "run")
    (run / file).unlink()
    if put == "pipe":
        os.mkfifo(run / file)  # nobody ever writes to it
    else:
        (run / file).write_text("[" * 100_000 if file.endswith("json") else 'a;"b\n1;2;3')
    with pytest.raises(AttrifluxError) as caught:
        dashboard(year[0], "landlord", "OPH25", proposals=run)
    assert caught.value.code == "DASHBOARD_NO_RUN" and file in str(caught.value)


@pytest.mark.long
def test_the_command_says_where_to_look(year, tmp_path):
    words = ("dashboard", year[0], "--for", "maire", "--of", "25056", "--proposals", year[1])
    done = attriflux(*words, "--out", tmp_path / "x")
    assert (
        done.code == 0 and "Tableau de bord du maire – Besançon" in done.out and "dashboard.html" in done.out
    )
    again = attriflux(*words, "--out", tmp_path / "x", "--force", "--json", "--lang", "en")
    assert again.code == 0 and json.loads(again.out)["viewer"] == "maire"
    assert attriflux(*words, "--out", tmp_path / "x").code == 2


@pytest.mark.long
def test_a_run_is_read_in_every_form_it_is_written(year, board, tmp_path):
    wanted = board("prefet", "25").gauge_table
    for form in ("international", "parquet"):
        folder = tmp_path / form
        shutil.copytree(year[1], folder)
        for name in ("proposals", "dwellings"):
            frame = pd.read_csv(
                folder / f"{name}.csv",
                sep=";",
                decimal=",",
                encoding="utf-8-sig",
                dtype={"application_id": str},
            )
            text = frame.select_dtypes(exclude="number").columns
            frame = frame.assign(**{c: frame[c].fillna("") for c in text})
            (folder / f"{name}.csv").unlink()
            if form == "parquet":
                frame.to_parquet(folder / f"{name}.parquet", index=False)
            else:
                (folder / f"{name}.csv").write_bytes(csv_bytes(frame, "international"))
        pd.testing.assert_frame_equal(
            dashboard(year[0], "prefet", "25", proposals=folder).gauge_table, wanted
        )


def test_csv_international_writes_every_number_with_a_point(year, tmp_path):
    """« CSV for French spreadsheets by default (`;`, decimal comma, UTF-8 BOM); `--csv international` » (design §8)."""
    dashboard_to(year[0], "landlord", "OPH25", tmp_path / "bord", style="international")
    cells = {
        (file.name, column): cell
        for file in sorted((tmp_path / "bord").glob("*.csv"))
        for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
        for column, cell in row.items()
        if re.fullmatch(r"-?\d+,\d+", cell)
    }
    assert cells == {}
    numbers = pd.read_csv(tmp_path / "bord" / "numbers.csv")
    assert (numbers.loc[numbers["unit"] == "share", "value"].astype(float) <= 1).all()
