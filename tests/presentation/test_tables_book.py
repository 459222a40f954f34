"""Workbooks of tables: safe cells, words and totals of each look, the same bytes."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from optimizer.presentation.tables_book import PLANNING, STATEMENT, write_book

FRAME = pd.DataFrame(
    {
        "landlord": ["=A()", "B"],
        "qpv": ["yes", ""],
        "share": [0.25, float("nan")],
        "carry_over": [True, False],
        "proposed": [3, 4],
        "attributed": [1, 2],
    }
)


def sheet(path):
    return openpyxl.load_workbook(path).worksheets[0]


@pytest.mark.parametrize("look", [PLANNING, STATEMENT])
def test_texts_never_become_formulas_and_bytes_are_the_same(tmp_path, look):
    for name in ("a", "b"):
        write_book(tmp_path / name, {"Un": FRAME}, title="=T", note="N", on=date(2026, 1, 1), look=look)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    (tmp_path / "a").rename(tmp_path / "a.xlsx")
    cells = sheet(tmp_path / "a.xlsx")
    assert cells["A5"].value == "'=A()"
    assert cells["A1"].value == "'=T"
    assert cells["C5"].number_format == "0.00%"
    assert cells["D5"].value == "oui"
    assert cells["C6"].value is None


def test_the_statement_speaks_french_and_adds_up(tmp_path):
    write_book(tmp_path / "s.xlsx", {"Un": FRAME}, title="T", on=date(2026, 12, 31), look=STATEMENT)
    cells = sheet(tmp_path / "s.xlsx")
    assert [c.value for c in cells[4]][:3] == ["Bailleur", "QPV", "Part"]
    assert [cells["B5"].value, cells["B6"].value] == ["en QPV", "non renseigné"]
    assert (cells["A7"].value, cells["E7"].value, cells["F7"].value) == ("Total", 7, 3)


def test_comparisons_keep_column_names_and_can_be_filtered(tmp_path):
    write_book(tmp_path / "p.xlsx", {"Un": FRAME, "Vide": FRAME.iloc[:0]}, title="T", on=date(2026, 1, 1))
    cells = sheet(tmp_path / "p.xlsx")
    assert cells["A4"].value == "landlord"
    assert cells["B5"].value == "yes"
    assert cells.auto_filter.ref == "A4:F6"
