"""The empty case: sound at once, every column explained, lists where values are closed."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from optimizer.domain import TABLES
from optimizer.errors import AttrifluxError
from optimizer.importers import read, read_findings, template
from optimizer.importers.explanations import example, meaning
from optimizer.importers.template import offered
from optimizer.importers.words import accepted, plain


@pytest.mark.parametrize("xlsx", [False, True])
def test_an_empty_case_is_sound(tmp_path: Path, xlsx: bool):
    target = tmp_path / "mon dossier"
    written = template(target, xlsx=xlsx)
    if not xlsx:  # the line EXEMPLE stands in the workbook only
        assert "EXEMPLE" not in (target / "LISEZMOI.md").read_text(encoding="utf-8")
    assert written == (target / "dossier.xlsx" if xlsx else target)
    for path in (target, written):
        case, found = read_findings(path)
        assert found == () and case is not None
        assert list(case.tables) == list(TABLES) and all(len(f) == 0 for f in case.tables.values())
        assert case.settings.title == "Mon dossier"


def test_the_workbook_may_be_named(tmp_path: Path):
    path = template(tmp_path / "a" / "cal.xlsx", xlsx=True)
    assert path.name == "cal.xlsx" and read(path).settings.territory == "doubs"


def test_nothing_is_overwritten(tmp_path: Path):
    template(tmp_path / "x")
    (tmp_path / "y.xlsx").write_bytes(b"important")
    for target, xlsx in ((tmp_path / "x", False), (tmp_path / "x", True), (tmp_path / "y.xlsx", True)):
        with pytest.raises(AttrifluxError) as caught:
            template(target, xlsx=xlsx)
        assert caught.value.code == "TEMPLATE_EXISTS" and target.name in str(caught.value)
    assert (tmp_path / "y.xlsx").read_bytes() == b"important"


def test_the_same_template_is_the_same_file(tmp_path: Path):
    one, two = template(tmp_path / "1.xlsx", xlsx=True), template(tmp_path / "2.xlsx", xlsx=True)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("table", list(TABLES))
def test_every_column_is_explained(table: str):
    for column in TABLES[table].columns:
        assert len(meaning(column)) > 5, column.name
        assert example(TABLES[table], column) or column.name in ("pool", "cap_receiver"), column.name


@pytest.mark.parametrize("table", list(TABLES))
def test_every_example_can_be_read(tmp_path: Path, table: str):
    schema = TABLES[table]
    for one in TABLES.values():
        cells = [example(one, c) for c in one.columns] if one is schema else []
        text = ";".join(c.alias or c.name for c in one.columns) + "\n" + ";".join(cells)
        (tmp_path / f"{one.alias}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "case.yaml").write_text("title: x\nterritory: doubs\non: 2026-11-24\nyear: 2026\n")
    case, found = read_findings(tmp_path)
    elsewhere = {
        "READ_MENDED",
        "READ_UNKNOWN_REFERENCE",
        "READ_EVENT_UNKNOWN_DWELLING",
    }  # the other tables are empty here
    assert [f for f in found if f.code not in elsewhere] == []
    assert case is not None and len(case.table(table)) == 1


def test_closed_values_have_lists_and_texts_stay_texts(tmp_path: Path):
    path = template(tmp_path, xlsx=True)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:2] == ["LISEZMOI", "dossier"]
    assert any("EXEMPLE" in str(cell.value) for (cell,) in book["LISEZMOI"]["A1:A12"])
    assert book["logements"]["A2"].value == "EXEMPLE"
    for schema in TABLES.values():
        sheet = book[schema.alias]
        lists = {
            ref: validation.formula1
            for validation in sheet.data_validations.dataValidation
            for ref in str(validation.sqref).split()
        }
        letters = {re.sub(r"\d.*", "", ref): formula for ref, formula in lists.items()}
        for j, column in enumerate(schema.columns, start=1):
            cell = sheet.cell(1, j)
            assert cell.value == (column.alias or column.name)
            assert cell.comment is not None and "Attendu" in cell.comment.text
            letter = cell.column_letter
            if column.kind in ("choice", "bool"):
                assert letter in letters
            if column.kind in ("id", "insee"):
                assert sheet.column_dimensions[letter].parent is not None
                assert letter not in letters


def test_every_listed_word_is_accepted():
    for schema in TABLES.values():
        for column in schema.columns:
            if column.kind == "choice":
                known = accepted(column.name, column.values)
                assert {known[plain(w)] for w in offered(column)} == set(column.values)


def test_reasons_accounts_and_priority_publics_are_offered_in_words(tmp_path: Path):
    book = openpyxl.load_workbook(template(tmp_path, xlsx=True))
    lists = {tuple(c.value for c in column if c.value) for column in book["listes"].iter_cols()}
    words = {word for each in lists for word in each}
    assert {
        "renonce par écrit",
        "Action Logement",
        "menacé d'expulsion",
        "Reconnu DALO",
        "à vérifier",
    } <= words


def test_no_english_word_stands_in_the_french_template(tmp_path: Path):
    book = openpyxl.load_workbook(template(tmp_path, xlsx=True))
    english = {v for t in TABLES.values() for c in t.columns for v in c.values if len(v) > 1}
    french = {"active", "plai", "plus", "pls", "dalo", "accessible", "mutation", "anru", "npnru", "orcod", "stock",
              "commission", "direct", "gbis"}  # fmt: skip
    english = (english - french) | {
        "true",
        "false",
        "other",
        "none",
        "title",
        "landlord",
        "account",
        "share",
        "models",
    }
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                for text in (cell.value, cell.comment.text if cell.comment else None):
                    found = set(re.findall(r"\w+", str(text or "").lower())) & english
                    assert not found, (sheet.title, cell.coordinate, found)


def test_the_workbook_holds_no_formula_and_no_link(tmp_path: Path):
    data = template(tmp_path, xlsx=True).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = archive.read(name)
                assert b"<f>" not in text and b"hyperlink" not in text
