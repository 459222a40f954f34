"""What a session opens and prints: the first screen, the A4 page of a dwelling, the workbook."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from math import ceil
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from optimizer.desk.agenda import agenda
from optimizer.importers import read
from optimizer.presentation import report
from optimizer.presentation.numbers import decimal
from optimizer.presentation.words import dwelling_words, place_words
from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from tests.end_to_end.small import agreement, application, dwelling, write

DIRECT = {"management_mode": "direct", "proposal_deadline_days": "20"}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists of four, a waiting dwelling and an empty one, every printed column filled, in a case that is not synthetic."""
    folder = tmp_path_factory.mktemp("seance")
    printed = {
        "address": "3 rue des Granges", "energy_label": "C", "rpls": "RPLS-77", "heating": "collectif gaz", "floor": "2", "lift": "oui",
        "surface_m2": "61,5", "rent_eur": "380,40", "charges_eur": "80", "available_on": "2026-12-01", "attempts": "1",
    }  # fmt: skip
    homes = [
        dwelling("L1", **printed), dwelling("L2", reserved_to="ALS", floor="0", rent_eur="300"),
        dwelling("L3", commune="25542", assiette_exclusion="orcod", vacant_since="", available_on="2026-12-15"),
    ]  # fmt: skip
    people = [
        application(f"A{i}", score=str(90 - i), priority_codes="g|c" if i == 0 else "", priority_status="labelled" if i == 0 else "",
                    resources_on="2025-03-01" if i == 1 else "2026-10-01", dossier="to_verify" if i == 2 else "complete",
                    expected_children="1" if i == 3 else "0", persons="2" if i == 3 else "3")
        for i in range(6)
    ]  # fmt: skip
    case = write(
        folder / "case", homes, people, conventions=[agreement("ALS", "0.2", **DIRECT), agreement("BAILLEUR", "0.8")],
        settings={"synthetic": "false", "shortlist_size": "4"},
    )  # fmt: skip
    propose_to(case, folder / "out", Options(accept_assumed=True))
    return folder / "out"


def words(page: str) -> str:
    plain = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.S)))
    return re.sub(r"\s+", " ", plain)


@pytest.fixture(scope="module")
def sheets(session: Path) -> list[str]:
    pages = (session / "sheets.html").read_text(encoding="utf-8").split("<article")[1:]
    return [words("<article" + page) for page in pages]


def test_the_first_table_is_the_list_of_dwellings(session):
    page = (session / "report.html").read_text(encoding="utf-8")
    first = page.index("<table")
    assert 'class="session"' in page[first : first + 60]
    said = words(page[page.index("<main") : first])
    assert "3 logements · 1 liste · 1 en attente · 1 sans candidat" in said
    assert "À régler avant la convocation (3)" in said
    assert (
        "dossier incomplet (1)" in said
        and "ressources de plus de 12 mois (1)" in said
        and "désignation attendue (1)" in said
    )
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", page[first : page.index("</table>")], flags=re.S)
    assert [re.search(r"L\d", row).group() for row in rows[1:]] == ["L1", "L2", "L3"]
    for anchor in re.findall(r'href="#(r-\d+)"', page):
        assert f'id="{anchor}"' in page


@pytest.mark.long
def test_conventions_told_in_words_follow_their_number(session, tmp_path, monkeypatch):
    """Resources of March 2025 in November 2026: older than 19 months, not than 20; the sentence says which."""
    for months, old in ((19, True), (20, False)):
        monkeypatch.setattr(report, "MONTHS_OLD", months)
        out = tmp_path / str(months)
        propose_to(session.parent / "case", out, Options(accept_assumed=True, pdf=False))
        page = words((out / "report.html").read_text("utf-8"))
        assert (f"ressources de plus de {months} mois" in page) is old


def test_what_is_missing_is_said_in_a_few_words(session):
    page = (session / "report.html").read_text(encoding="utf-8")
    rows = page[page.index("<table") : page.index("</table>")].split('<tr role="row">')[2:]
    assert "ressources de plus de 12 mois (rang 2)" in words(
        rows[0]
    ) and "dossier incomplet (rang 3)" in words(rows[0])
    assert "désignation attendue avant le 13/12/2026" in words(rows[1])


def test_what_changed_since_the_kept_version_is_said(session, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(session.parent / "case", case)
    (case / "decisions.csv").write_text(
        "dwelling_id;application_id;decision;reason;author\nL1;A0;forbid;withdrawn;Secrétariat\n",
        encoding="utf-8",
    )
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, keep=session, pdf=False))
    page = words((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    said = page[page.index("Ce qui change depuis la version précédente") : page.index("Réservataires : dû")]
    assert (
        "L1 premier rang A0 A1" in said
        and "écartée par un refus, un désistement ou une décision motivée" in said
    )
    first = words((session / "report.html").read_text(encoding="utf-8"))
    assert "Première version : pas de proposition précédente" in first


def test_nothing_a_commission_reads_counts_in_solver_points(session):
    page = (session / "report.html").read_text(encoding="utf-8")
    before = words(page[: page.index('class="annexes"')])
    assert "points" not in before and "certifi" not in before.lower()
    for sheet in load_workbook(session / "shortlists.xlsx").worksheets[:4]:
        cells = [c for row in sheet.iter_rows(values_only=True) for c in row if isinstance(c, str)]
        assert not [c for c in cells if "Points" in c]


def test_the_a4_page_has_its_lines_in_order(sheets):
    order = (
        "CALEOL du 23/11/2026 – Logement n° 1/3 – Réf. L1 – n° RPLS RPLS-77", "Proposition : la commission décide",
        "Adresse : 3 rue des Granges, Besançon", "Étage : 2", "Ascenseur : oui", "Accès PMR : non", "Type : T3", "Surface : 61,5 m²",
        "DPE : C", "Chauffage : collectif gaz", "Financement : PLUS", "QPV : non", "Résidence à enjeu de mixité : non",
        "Loyer + charges : 380,40 € + 80,00 € = 460,40 €", "Disponible le : 01/12/2026", "Vacant depuis : 30 jours", "Présentation n° : 2",
        "Réservataire imputé", "Désignataire", "Mode : délégué", "Année du réservataire au 23/11/2026", "Voix : 6 membres",
        "Candidats examinés : 4", "insuffisance du nombre de candidats (éligibles", "personnes désignées par le préfet",
        "logement subventionné D. 331-25-1", "Rang proposé : 1", "Ressources par mois : 1 900,00 € (vérifiées", "APL :",
        "Taux d'effort (arrêté du 10/03/2011)", "Reste à vivre : pour information", "Titre : ", "Dossier : ", "Cotation : ",
        "Pourquoi : ", "☐ a attribution ☐ b rang …… ☐ c pièce", "☐ d motif N…… ☐ e motif I…… ☐ non examiné", "Rang proposé : 2",
        "Rang proposé : 3", "Vote : pour", "voix prépondérante du maire ☐", "Écart avec la proposition, motif", "Observations d'un membre",
        "Signatures : président", "Traitement algorithmique d'aide à la décision",
    )  # fmt: skip
    at = 0
    for piece in order:
        found = sheets[0].replace("\u202f", " ").find(piece, at)
        assert found >= at, piece
        at = found
    boxes = sheets[0][sheets[0].index("Si moins de trois") : sheets[0].index("Rang proposé")]
    assert boxes.count("☐") == 3
    assert "Vacant depuis : pas encore libre" in sheets[-1]


def test_who_holds_a_first_rank_is_counted_by_group_and_small_groups_are_masked(session):
    """One first rank among six: five households of three persons, of which A0 with 90 points, and one of two that is not shown."""
    page = (session / "report.html").read_text(encoding="utf-8")
    part = page[page.index("Qui est proposé au premier rang") :].partition("Passages devant")[0]
    told = [[" ".join(words(c).split()) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", part, re.S)]  # fmt: skip
    groups = {
        row[0]: row[1:3] + [row[3].replace("\u00a0", " ")] + row[4:]
        for row in told
        if len(row) == 6 and row[0] != "Groupe"
    }
    assert groups["3"] == ["5", "1", "20,0 %", "90,0", "18,0"] and "2" not in groups
    assert groups["externe"] == ["6", "1", "16,7 %", "90,0", "18,0"] == groups["2e à 4e quartile"]
    assert groups["autre"] == ["5", "0", "0,0 %", "–", "–"], (
        "A0 alone has a title, and stands in no group shown"
    )
    assert "groupes de moins de 5 masqués" in words(part)


def test_who_names_the_households_is_the_reservataire_or_the_landlord(sheets):
    named = [
        page[page.index("Réservataire imputé") :].partition(" Année")[0] for page in (sheets[0], sheets[-2])
    ]
    assert named == [
        "Réservataire imputé : bailleur (non réservé) · Désignataire : BAIL · Mode : délégué · Échéance de désignation : –",
        "Réservataire imputé : Action Logement · Désignataire : Action Logement · Mode : direct · Échéance de désignation : 13/12/2026",
    ]


def test_a_gauge_says_what_is_done_what_this_run_adds_and_the_leases_aimed_at(session):
    """Of a share: what is signed and the required part of this run's leases; of a limit: its share of them and what it may go beyond."""
    told = []
    with (session / "rules.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            n = {
                name: float(row[name].replace(",", ".") or "nan")
                for name in row
                if name not in ("rule", "scope")
            }
            limit = row["rate_required"] == ""
            aim = n["share"] * n["den_run"] + n["allowance"] if limit else n["rate_required"] * n["den_run"]
            target = decimal(n["num_before"] + aim, 1, fixed=True)
            told.append(f"{n['num_before']:.0f} + {n['num_run']:.0f} / {target}")
    page = (session / "report.html").read_text(encoding="utf-8")
    drawn = re.findall(r'aria-label="(\d+ \+ \d+ / [\d,]+)"', unescape(page))
    assert len(told) > 2 and sorted(drawn) == sorted(told)


def test_the_workbook_tells_missing_leases_whole(session):
    """Half a lease short is one more lease to sign: the sheet says what `rules.csv` says, rounded up."""
    with (session / "rules.csv").open(encoding="utf-8-sig", newline="") as file:
        short = [float(row["shortfall"].replace(",", ".")) for row in csv.DictReader(file, delimiter=";")]
    sheet = next(s for s in load_workbook(session / "shortlists.xlsx").worksheets if s.title == "Objectifs")
    header, *rows = sheet.iter_rows(values_only=True)
    at = header.index("Manque (baux entiers)")
    assert any(0 < s < 1 for s in short)
    assert [row[at] for row in rows[: len(short)]] == [ceil(s) for s in short]


def test_files_to_complete_are_counted_line_by_line(session):
    """Four households have an allowance that is estimated, one a file to verify; the seat that awaits a name is no file."""
    page = words((session / "report.html").read_text(encoding="utf-8"))
    part = page[page.index("Dossiers à compléter") :].partition("Demandes écartées")[0]
    assert part.strip() == "Dossiers à compléter Signal Lignes APL estimée 4 pièces à vérifier 1"


def test_what_is_not_given_is_a_dash_and_adds_nothing(sheets):
    """L2 is on the ground floor and has no charges written down; of L3 nothing is known but its type."""
    for page, pieces in (
        (sheets[-2], ("Étage : rez-de-chaussée", "Loyer + charges : 300,00 € + – = 300,00 €", "Disponible le : –",
                     "Vacant depuis : 30 jours", "Présentation n° : 1", "Surface : –", "Plafond : PLUS")),
        (sheets[-1], ("Étage : –", "Loyer + charges : – + – = –", "Disponible le : 15/12/2026", "Présentation n° : 1")),
    ):  # fmt: skip
        for piece in pieces:
            assert piece in page.replace("\u202f", " "), piece


def test_a_vacancy_that_no_column_tells_is_never_no_day_at_all(tmp_path):
    """Free for ten days, by the day it is available; not told; free since this very day."""
    homes = [
        dwelling("L1", vacant_since="", available_on="2026-11-13"), dwelling("L2", vacant_since="", available_on=""),
        dwelling("L3", vacant_since="2026-11-23", available_on=""),
    ]  # fmt: skip
    people = [application(f"A{i}", score=str(90 - i)) for i in range(3)]
    case = write(tmp_path / "case", homes, people, conventions=[agreement("BAILLEUR", "0")])
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    page = words((tmp_path / "out" / "sheets.html").read_text(encoding="utf-8"))
    told = re.findall(r"Réf\. (L\d) .*?Vacant depuis : (\S+(?: jours?)?)", page)
    assert dict(told) == {"L1": "10 jours", "L2": "–", "L3": "0 jour"}


def test_how_many_are_to_be_examined_is_a_number_of_the_law(tmp_path):
    """Four, if R. 441-3 came to ask for four: a list of three is then short on every page and on the agenda made of it."""
    people = [application(f"A{i}", score=str(90 - i)) for i in range(3)]
    case = write(
        tmp_path / "case", [dwelling("L1")], people, conventions=[agreement("BAILLEUR", "0")],
        settings={"changes": "{national.caleol.shortlist_size: 4}"},
    )  # fmt: skip
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    report = words((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert "moins de quatre candidats" in report and "3 candidats sur 4" in report
    assert "Si moins de quatre (R. 441-3)" in words((tmp_path / "out" / "sheets.html").read_text("utf-8"))
    made = agenda(tmp_path / "out", case, read(case))
    assert [item.few_reason for item in made.items] == ["too_few_candidates"]


def test_a_dwelling_in_one_line_has_the_figures_of_its_sheet():
    row = SimpleNamespace(
        rooms=3, financing="PLUS", commune_name="Besançon", surface_m2=64.5, rent_eur=380.4, charges_eur=80.0, qpv=False, residence="",
    )  # fmt: skip
    line = dwelling_words(row, "fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert line == "T3 PLUS · Besançon · 64,5 m² · 380,40 € + 80,00 € · hors QPV"
    assert place_words(row, "fr") == "T3 PLUS · Besançon · 64,5 m²"


def test_what_the_landlord_keeps_is_in_the_flux_and_a_relocation_is_not(tmp_path):
    homes = [dwelling("L1"), dwelling("L2", assiette_exclusion="anru")]
    people = [application("A0", score="90"), application("A1", score="80", relocation="NPNRU")]
    case = write(tmp_path / "case", homes, people, conventions=[agreement("ALS", "0.2", **DIRECT)])
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    kept, moved = (tmp_path / "out" / "sheets.html").read_text(encoding="utf-8").split("<article")[1:]
    assert "ce que les conventions laissent du flux (pas de part convenue)" in words("<article" + kept)
    assert "hors convention de flux" in words("<article" + moved)


def test_a_fourth_household_goes_on_a_second_sheet(sheets):
    assert "Rang proposé : 4" not in sheets[0]
    assert "Rang proposé : 4" in sheets[1] and "Logement n° 1/3" in sheets[1] and "suite" in sheets[1]


def test_a_waiting_dwelling_has_its_deadline_and_an_empty_one_its_cause(sheets):
    waiting, empty = sheets[2], sheets[3]
    assert "En attente du réservataire jusqu'au 13/12/2026" in waiting and "Repli :" in waiting
    assert "Aucun candidat : " in empty and "À faire : " in empty
    for sheet in (waiting, empty):
        assert "Présentation n°" in sheet and "Année du réservataire" in sheet
        assert "Vote" not in sheet and "NUR" not in sheet


def test_the_pdf_has_a_page_for_each_sheet(session, sheets):
    # a sheet that does not fit its page would take two
    assert f"/Count {len(sheets)}".encode() in (session / "sheets.pdf").read_bytes()


def _papers(session: Path) -> Iterator[tuple[str, str]]:
    for name in ("report.html", "sheets.html"):
        yield name, words((session / name).read_text(encoding="utf-8"))
    for sheet in load_workbook(session / "shortlists.xlsx").worksheets:
        cells = (str(c) for row in sheet.iter_rows(values_only=True) for c in row if c is not None)
        yield sheet.title, " ; ".join(cells)


def test_no_letter_of_the_priority_publics_is_on_a_paper(session):
    found = dict(_papers(session))
    assert (
        "prioritaire L441-1 (labellisé)" in found["sheets.html"]
        and "prioritaire L441-1 (labellisé)" in found["Listes"]
    )
    for name, text in found.items():
        assert not re.search(
            r"\b[cg]\s?[|,]\s?[cg]\b|\bgbis\b|L\. ?441-1, [a-n]\b|\b[cg] \((labelled|labellis)", text
        ), name


def test_assumed_figures_are_told_on_every_paper(tmp_path):
    case = write(tmp_path / "case", [dwelling("L1")], [application("A1")], settings={"synthetic": "false"})
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    found = dict(_papers(tmp_path / "out"))
    told = {name for name, text in found.items() if "supposés" in text}
    assert {"report.html", "sheets.html", "Séance", "Synthèse"} <= told


def test_the_workbook_prints_on_a_landscape_sheet(session):
    book = load_workbook(session / "shortlists.xlsx")
    assert book.sheetnames[0] == "Séance"
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        # as wide as one page, as long as it takes
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        # legible once fitted: a landscape A4 holds about 140 signs of 10 points, and shrinks to two thirds at most
        assert sum(d.width * (d.max - d.min + 1) for d in sheet.column_dimensions.values()) <= 210, (
            sheet.title
        )
        if sheet.title != "Synthèse":
            assert sheet.print_title_rows, sheet.title
    assert len([c for c in book["Séance"][4] if c.value]) <= 8


@pytest.mark.long
def test_an_epci_without_threshold_is_no_unknown_quartile(tmp_path):
    """Morteau has no published threshold: nobody's resources are of a quartile there, however well they are known."""
    morteau = "25411"
    people = [
        application("A1", choices=morteau), application("A2", choices=morteau, score="40"),
        application("A3"), application("A4", monthly_income_eur=""),
    ]  # fmt: skip
    case = write(tmp_path / "case", [dwelling("L1", commune=morteau), dwelling("L2")], people)
    for lang, none, unknown in (
        ("fr", "sans objet (pas de seuil publié pour cet EPCI)", "inconnu"),
        ("en", "not applicable (no threshold published for this EPCI)", "unknown"),
    ):
        propose_to(case, tmp_path / lang, Options(lang=lang))
        pages = (tmp_path / lang / "sheets.html").read_text(encoding="utf-8").split("<article")[1:]
        here, there = (words("<article" + page) for page in pages)
        assert here.count(f"Q1 : {none}") == 2 and f"Q1 : {unknown}" not in here
        assert f"Q1 : {unknown}" in there and none not in there
        report = words((tmp_path / lang / "report.html").read_text(encoding="utf-8"))
        assert ("sans seuil publié" if lang == "fr" else "no threshold published") in report
        book = load_workbook(tmp_path / lang / "shortlists.xlsx")
        cells = [
            str(c.value) for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value
        ]
        assert cells.count(none) == 2


@pytest.mark.parametrize("sheets_to", [400, 2])
def test_a_week_of_more_dwellings_than_the_page_lists_says_all_that_is_to_settle(
    tmp_path, monkeypatch, session, sheets_to
):
    """The table of dwellings goes, never what keeps them from the convocation, nor the way to their sheets."""
    monkeypatch.setattr("optimizer.presentation.report.MOST_LISTS", 2)
    for room in ("report_data", "writing"):
        monkeypatch.setattr(f"optimizer.runs.{room}.SHEETS_PER_FILE", sheets_to)
    out = tmp_path / "out"
    propose_to(session.parent / "case", out, Options(accept_assumed=True))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'class="session"' not in page
    said = words(page)
    assert "À régler avant la convocation (3)" in said
    for thing in ("dossier incomplet (1)", "ressources de plus de 12 mois (1)", "désignation attendue (1)"):
        assert thing in said, thing
    files = set()
    for address in re.findall(r'href="([^"]+)"', page):
        file, _, anchor = address.partition("#")
        files.add(file)
        there = (
            page if not file else (out / file).read_text(encoding="utf-8") if file.endswith(".html") else ""
        )
        assert not file or (out / file).is_file(), address
        assert not anchor or f'id="{anchor}"' in there, address
    assert "shortlists.xlsx" in files
    if sheets_to > 2:
        assert "sheets.html" in files
    else:
        assert "sheets/BAIL-25.html" in files and "Feuilles des logements, BAIL (25)" in said
    # a session freezes the same lines, however many files they are printed in
    frozen, whole = (json.loads((place / "sheets.json").read_text("utf-8")) for place in (out, session))
    feet = [form.pop("foot") for form in (*frozen["forms"], *whole["forms"])]
    assert frozen["forms"] == whole["forms"] and all(
        words.startswith("Petit dossier") for foot in feet for words in (foot["fr"], foot["en"])
    )


def test_what_the_session_brings_to_an_account_is_of_the_flux_like_what_remains(tmp_path):
    """A dwelling kept in stock for Action Logement is none of the flux its share is counted on: report and rules say one number."""
    homes = [dwelling("L1", reserved_to="ALS"), *(dwelling(f"L{n}") for n in range(2, 12))]
    people = [application(f"A{n}", als_employee="oui", accounts="ALS") for n in range(11)]
    case = write(
        tmp_path / "case", homes, people, conventions=[agreement("ALS", "0.5"), agreement("BAILLEUR", "0.5")],
        assiette=[{"landlord": "BAIL", "departement": "25", "year": "2026", "basis": "forecast", "vacated": "60"}],
    )  # fmt: skip
    out = tmp_path / "out"
    propose_to(case, out, Options(accept_assumed=True))
    book = load_workbook(out / "shortlists.xlsx")
    rows = [[c.value for c in row] for row in book["Réservataires"].iter_rows()]
    now = rows[0].index("Cette séance")
    goals = [[c.value for c in row] for row in book["Objectifs"].iter_rows()]
    proposed = goals[0].index("Proposés")
    of_rules = {
        str(row[1]).rpartition(" · ")[2]: row[proposed]
        for row in goals[1:]
        if str(row[0]).startswith("part du flux de")
    }
    told = {row[0]: row[now] for row in rows[1:]}
    assert told["Action Logement"] == of_rules["Action Logement"]
    held = [r for r in (out / "dwellings.csv").read_text("utf-8-sig").splitlines() if ";ALS;" in r]
    assert len(held) == told["Action Logement"] + 1


@pytest.mark.parametrize("most", [100, 5])
def test_the_sheet_of_passages_tells_how_many_more_a_line_passes(tmp_path, monkeypatch, most):
    """A line that passes two hundred households showed twenty, and the total below the sheet left the others out."""
    monkeypatch.setattr("optimizer.presentation.workbook.MOST_LEAPFROGS", most)
    people = [application(f"A{n:02d}", score=str(90 - n)) for n in range(31)]
    pinned = {
        "dwelling_id": "L1",
        "application_id": "A30",
        "decision": "pin",
        "reason": "emergency",
        "author": "CALEOL",
    }
    case = write(tmp_path / "case", [dwelling("L1")], people, decisions=[pinned])
    propose_to(case, tmp_path / "out", Options(accept_assumed=True))
    sheet = load_workbook(tmp_path / "out" / "shortlists.xlsx")["Passages devant"]
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    if most == 100:
        assert len(rows) == 21 and rows[-1][:3] == ("L1", 1, "A30")
        assert (
            rows[-1][5]
            == "passe aussi devant 10 autres demandes mieux cotées (les plus hautes sont au-dessus)"
        )
    else:
        assert len(rows) == 6 and rows[-1][0] == "25 autres passages : fichier leapfrogs."


@pytest.mark.parametrize("most", [100, 1])
def test_no_table_of_the_report_is_cut_without_a_word(tmp_path, monkeypatch, session, most):
    monkeypatch.setattr("optimizer.presentation.report.MOST_GAUGES", most)
    monkeypatch.setattr("optimizer.presentation.workbook.MOST_LEAPFROGS", most)
    out = tmp_path / "out"
    propose_to(session.parent / "case", out, Options(accept_assumed=True))
    said = words((out / "report.html").read_text(encoding="utf-8"))
    assert ("autre ligne (rules.csv)" in said or "autres lignes (rules.csv)" in said) == (most == 1)
    book = load_workbook(out / "shortlists.xlsx")
    agreed = [row for row in book["Réservataires"].iter_rows(min_row=2, values_only=True) if row[0]]
    assert len(agreed) == 2, "the workbook holds every account, whatever the page shows"


@pytest.mark.long
def test_a_target_missed_says_which_dwelling_would_help_and_what_that_would_cost(tmp_path):
    """An account with more than its share is told with what stands against bringing it back; leases too many are none missing."""
    write_case(synthesize("commission", dwellings=9, applications=45, seed=11), tmp_path / "case")
    done = propose_to(tmp_path / "case", tmp_path / "out", Options(accept_assumed=True, pdf=False))
    assert (
        "Objectifs : il manque 5 baux, 1 bail de trop, sur 5 lignes (rules.csv)." in done.summary["lines_fr"]
    )
    page = words((tmp_path / "out" / "report.html").read_text("utf-8"))
    missed = re.sub(
        r"\s+", " ", page[page.index("Objectifs non tenus, et pourquoi") :].partition("Par contingent")[0]
    )
    above = missed[missed.index("part du flux à ne pas dépasser") :].partition(
        " part des publics prioritaires ESH25"
    )[0]
    assert "1 bail de trop" in above
    assert (
        above.count(
            "le moins coûteux, orienter ESH25-059756 vers « Besançon », coûterait notamment à : part des publics"
        )
        == 1
    )
    alone = missed[missed.index("ESH25 · département 25 · État (publics prioritaires)") :].partition(
        "part du flux"
    )[0]
    assert "aucun changement d'un seul premier rang n'en ajoute une" in alone and "orienter" not in alone


def test_first_ranks_by_quartile_are_those_of_the_lists(tmp_path):
    """A1 asks first for Morteau, which has no threshold, and is proposed in Besançon: it has a quartile there, as its list says."""
    people = [application("A1", choices="25411|25056"), application("A2", score="1", choices="25056")]
    case = write(tmp_path / "case", [dwelling("L1")], people)
    propose_to(case, tmp_path / "out", Options(pdf=False))
    rows = (tmp_path / "out" / "proposals.csv").read_text(encoding="utf-8-sig").splitlines()
    column = rows[0].split(";").index("q1")
    [first] = [row.split(";") for row in rows[1:] if row.split(";")[2] == "1"]
    assert (first[3], first[column]) == ("A1", "no")
    report = words((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    table = report[report.index("Premiers rangs par quartile") :][:300]
    assert "2e à 4e quartile 1 1" in table and "sans seuil publié" not in table
