"""Exports as landlords' software and spreadsheets leave them: read, or one sentence per problem that says what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer.importers import read, read_findings
from optimizer.pipeline import check_case
from optimizer.verify.tables import read_case as read_again
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import read_world
from tests.importers.base import csv_text, listed, rows_of, write_base
from tests.importers.books import APPLICATIONS, DWELLINGS, book, default_sheets, sheets_book

FILE = "logements.csv"


def told(path: Path, code: str) -> list[str]:
    """The French sentences of a code."""
    return [f.sentence("fr") for f in read_findings(path)[1] if f.code == code]


def test_headers_in_words_and_over_two_lines_are_named_with_what_they_probably_are(tmp_path: Path):
    text = '"N° du\nlogement";Bailleur;"Commune\n(INSEE)";"Nb de\npièces";Financement;"Loyer\nmensuel €"\nL1;OPH25;25056;3;PLUS;400\n'
    case = write_base(tmp_path / "cas", logements__csv=text)
    missing = told(case, "READ_COLUMN_MISSING")
    assert len(missing) == 3
    for sentence, name in zip(missing, ("N° du logement", "Commune (INSEE)", "Nb de pièces"), strict=True):
        assert f"serait-ce « {name} »" in sentence
    (rent,) = [s for s in told(case, "READ_COLUMN_UNKNOWN") if "Loyer mensuel" in s]
    assert "peut-être « loyer »" in rent
    assert "le taux d'effort" in rent  # and what the case loses


def test_a_line_of_groups_over_the_names_is_one_sentence(tmp_path: Path):
    rows = [["Logement", None, None, None, "Financement"], *DWELLINGS]
    path = tmp_path / "dossier.xlsx"
    path.write_bytes(book(logements=rows))
    found = listed(read_findings(path)[1])
    assert [f for f in found if f[0] != "READ_UNKNOWN_REFERENCE"] == [
        ("READ_TITLE_ABOVE_HEADER", "dossier.xlsx › logements", 1, None, "Logement")
    ]


def test_columns_without_a_name_are_told_at_once_with_their_letters(tmp_path: Path):
    rows = [[*DWELLINGS[0], None, None], [*DWELLINGS[1], "x", "y"]]
    path = tmp_path / "dossier.xlsx"
    path.write_bytes(book(logements=rows))
    (sentence,) = told(path, "READ_COLUMN_WITHOUT_NAME")
    assert "6 (F), 7 (G)" in sentence


def test_decimal_commas_in_a_file_of_commas_are_one_problem(tmp_path: Path):
    text = csv_text(rows_of("logements"), ",")
    case = write_base(tmp_path / "cas", logements__csv=text)
    assert [f[:3] for f in listed(check_case(case)[1]) if f[1] == FILE] == [("READ_RAGGED_ROW", FILE, 2)]


def test_a_column_of_wrong_cells_is_not_said_to_be_empty(tmp_path: Path):
    rows = [row | {"loyer": "à voir"} for row in rows_of("logements")]
    found = check_case(write_base(tmp_path / "cas", logements__csv=csv_text(rows)))[1]
    assert [f.code for f in found if f.column == "loyer"] == ["READ_NUMBER"]


@pytest.mark.parametrize(
    ("name", "alias"),
    [("Extraction demandes 2026-11-23.csv", "demandes"), ("LOGEMENTS_LIBRES.csv", "logements")],
)
def test_a_file_whose_name_holds_that_of_a_table_is_told_which(tmp_path: Path, name: str, alias: str):
    case = write_base(tmp_path / "cas")
    (case / f"{alias}.csv").rename(case / name)
    (sentence,) = told(case, "READ_FILE_UNKNOWN")
    assert f"peut-être « {alias} »" in sentence


def test_an_archive_is_told_in_a_folder_and_in_its_place(tmp_path: Path):
    case = write_base(tmp_path / "cas", logements__csv=None)
    with zipfile.ZipFile(case / "export.zip", "w") as archive:
        archive.writestr(FILE, csv_text(rows_of("logements")))
    assert "READ_ARCHIVE" in [f.code for f in read_findings(case)[1]]
    assert [f.code for f in read_findings(case / "export.zip")[1]] == ["READ_ARCHIVE"]


def test_the_only_sheet_of_a_workbook_named_after_a_table_is_that_table_for_both_readers(tmp_path: Path):
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Feuil1"
    for row in DWELLINGS:
        sheet.append(row)
    made.create_sheet("Feuil2")  # empty, as spreadsheets leave it
    sink = io.BytesIO()
    made.save(sink)
    case = write_base(tmp_path / "cas", logements__csv=None, **{"logements__xlsx": sink.getvalue()})
    assert [f.code for f in read(case).warnings if f.file == "logements.xlsx"] == ["READ_SHEET_BY_FILE"]
    assert read(case).table("dwellings")["dwelling_id"].tolist() == ["L1", "L2"]
    assert read_again(case).table("dwellings").text("dwelling_id").to_pylist() == ["L1", "L2"]


def test_two_sheets_named_after_nothing_are_still_refused(tmp_path: Path):
    data = sheets_book({"Feuil1": DWELLINGS, "Feuil2": APPLICATIONS})
    case = write_base(tmp_path / "cas", logements__csv=None, **{"logements__xlsx": data})
    assert "READ_NO_TABLE_SHEET" in [f.code for f in read_findings(case)[1]]


def test_rows_that_a_filter_hides_are_read_and_told(tmp_path: Path):
    data = sheets_book(
        default_sheets(), lambda made, sheets: sheets["logements"].set_row(1, None, None, {"hidden": True})
    )
    path = tmp_path / "dossier.xlsx"
    path.write_bytes(data)
    case = read(path)
    assert len(case.table("dwellings")) == 2
    assert listed(case.warnings) == [("READ_HIDDEN_ROWS", "dossier.xlsx › logements", 2, None, None)]


def test_a_hidden_sheet_is_read_and_told_and_the_lists_of_the_template_are_not(tmp_path: Path):
    """A sheet of last week, hidden and not deleted, came in without a word."""

    def hide(made: Any, sheets: Any) -> None:
        sheets["logements"].hide()
        lists = made.add_worksheet("listes")
        lists.write(0, 0, "plus")
        lists.hide()

    path = tmp_path / "dossier.xlsx"
    sheets = default_sheets()
    path.write_bytes(sheets_book({"demandes": sheets.pop("demandes"), **sheets}, hide))
    case = read(path)
    assert len(case.table("dwellings")) == 2
    assert listed(case.warnings) == [("READ_HIDDEN_SHEET", "dossier.xlsx › logements", None, None, None)]


def test_numbers_of_households_cut_to_fifteen_digits_are_told(tmp_path: Path):
    rows = [rows_of("demandes")[0] | {"numero_unique": f"025012345678{n}000"} for n in (901, 902, 903)]
    case = write_base(
        tmp_path / "cas", demandes__csv=csv_text(rows), designations__csv=None, decisions__csv=None
    )
    assert listed(read(case).warnings)[:1] == [
        ("READ_DIGITS_LOST", "demandes.csv", 2, "numero_unique", "025012345678901000")
    ]
    rows[2]["numero_unique"] = "025012345678903001"
    case = write_base(
        tmp_path / "autre", demandes__csv=csv_text(rows), designations__csv=None, decisions__csv=None
    )
    assert not listed(read(case).warnings)


def test_a_code_that_became_a_number_is_told_with_the_code(tmp_path: Path):
    rows = [row | {"commune": "25056.0"} for row in rows_of("logements")]
    (sentence,) = told(write_base(tmp_path / "cas", logements__csv=csv_text(rows)), "READ_INSEE")
    assert "sans doute 25056" in sentence


def test_dwellings_expected_of_more_than_two_decimals_are_told_as_they_are_counted(tmp_path: Path):
    text = "bailleur;commune;pieces;financement;attendus\nOPH25;25056;5;PLUS;0,125\nOPH25;25056;4;PLUS;0,5\n"
    case = read(write_base(tmp_path / "cas", prevision__csv=text))
    (said,) = case.warnings
    assert (said.file, said.row, said.rows, said.column) == ("prevision.csv", 2, (), "attendus")
    assert "« 0,125 » est lu 0,13" in said.sentence("fr")


def test_a_balance_of_more_than_two_decimals_is_told_and_both_readers_count_it_alike(tmp_path: Path):
    """The whole proposal was computed, then refused by its own check."""
    lines = [
        {**row, "reservataire": account, "part": "0,1", "solde_ouverture": balance}
        for row in rows_of("conventions")
        for account, balance in (("ALS", "2,555"), ("ETAT_AGENT", "-1,005"))
    ]
    folder = write_base(tmp_path / "cas", conventions__csv=csv_text(lines))
    case = read(folder)
    (said,) = [w for w in case.warnings if w.column == "solde_ouverture"]
    assert "« 2,555 » est lu 2,56, « -1,005 » est lu -1,00" in said.sentence("fr")
    again = read_world(read_again(folder), shipped_models()).agreements.lines
    balances = {line.account: float(line.opening_balance) for line in again if line.landlord == "OPH25"}
    assert balances == {"ALS": 2.56, "ETAT_AGENT": -1.0}
    assert case.table("conventions")["opening_balance"].tolist() == [2.56, -1.0]


def test_both_readers_pass_over_lines_of_separators_alone(tmp_path: Path):
    """A spreadsheet leaves them below and between the rows, and empty columns on the right; the check refused the proposal."""
    lines = csv_text(rows_of("logements")).splitlines()
    blank = ";" * (lines[0].count(";") + 3)
    text = "\r\n".join([lines[0] + ";;;", lines[1] + ";;;", blank, lines[2] + ";;;", blank, blank, ""])
    case = write_base(tmp_path / "cas", logements__csv=text)
    assert read(case).table("dwellings")["dwelling_id"].tolist() == ["L1", "L2"]
    assert read_again(case).table("dwellings").text("dwelling_id").to_pylist() == ["L1", "L2"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("quartiers", "#N/A", "READ_CELL_ERROR"),
        ("quartiers", "#NOM ?", "READ_CELL_ERROR"),
        ("bailleur_actuel", "#REF!", "READ_CELL_ERROR"),
        ("bailleur_actuel", "########", "READ_CELL_ERROR"),
        ("numero_unique", "Err:502", "READ_CELL_ERROR"),
        ("numero_unique", '="025011712345678901"', "READ_FORMULA_TEXT"),
        ("numero_unique", "'02501171234567890", "READ_APOSTROPHE"),
        ("communes_souhaitees", "#VALEUR !", "READ_CELL_ERROR"),
        ("numero_unique", "1E+17", "READ_NUMBER_AS_TEXT_LOST"),
        ("revenu_fiscal", "１２３４５", "READ_NUMBER"),
        ("premiere_demande_le", "٠٣/١٠/٢٠٢٥", "READ_DATE"),
    ],
)
def test_what_a_spreadsheet_left_in_a_text_file_is_no_name(tmp_path: Path, column: str, cell: str, code: str):
    """An error cell was read as a landlord or a district: the household became a tenant, or fitted no dwelling at all."""
    rows = [{column: "", **row} for row in rows_of("demandes")]
    rows[0][column] = cell
    _, findings = read_findings(write_base(tmp_path / "cas", demandes__csv=csv_text(rows)))
    assert [(f.code, f.file, f.row, f.column) for f in findings if f.severity == "error"] == [
        (code, "demandes.csv", 2, column)
    ]


@pytest.mark.parametrize("link", [False, True])
def test_a_folder_or_a_broken_link_in_place_of_a_table_is_told(tmp_path: Path, link: bool):
    """The case was read without its leases, « lisible et cohérent »."""
    folder = write_base(tmp_path / "cas", baux__csv=None)
    there = folder / "baux.csv"
    there.symlink_to(tmp_path / "absent.csv") if link else there.mkdir()
    _, findings = read_findings(folder)
    assert [(f.code, f.file) for f in findings if f.severity == "error"] == [("READ_NOT_A_FILE", "baux.csv")]


def test_districts_between_other_signs_are_parted_or_told(tmp_path: Path):
    """As one name they fitted no dwelling, silently."""
    homes, rows = rows_of("logements"), rows_of("demandes")
    homes[0]["quartier"], homes[1]["quartier"] = "Planoise", "Battant"
    rows[0]["quartiers"], rows[1]["quartiers"] = '"Planoise ; Battant"', "Planoise, Battant"
    texts = {"logements__csv": csv_text(homes), "demandes__csv": csv_text(rows)}
    folder = write_base(tmp_path / "cas", **texts)
    case = read(folder)
    assert case.table("applications")["districts_wanted"].tolist()[:2] == [
        "Planoise|Battant",
        "Planoise, Battant",
    ]
    told = {w.code: w for w in case.warnings if w.column == "quartiers"}
    assert "est lu Planoise | Battant" in told["READ_MENDED"].sentence("fr")
    assert (told["READ_SEVERAL_IN_ONE"].row, told["READ_SEVERAL_IN_ONE"].value) == (3, "Planoise, Battant")
    again = read_again(folder).table("applications").text("districts_wanted").to_pylist()
    assert again[:2] == ["Planoise|Battant", "Planoise, Battant"]
