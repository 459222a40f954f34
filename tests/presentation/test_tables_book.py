"""Workbooks of tables: safe cells, words and totals of each look, the same bytes."""

from __future__ import annotations

from dataclasses import replace
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


def test_numbers_are_shown_as_a_planner_writes_them(tmp_path):
    """Every whole number had a comma behind it (« 102, »), and a year was « 2 026, »: that is what `#,##0.##` shows."""
    frame = pd.DataFrame(
        {
            "year": [2026, 2027], "ends_year": pd.array([2030, None], dtype="Int64"), "mode": [1, 2], "dwellings": [1234, 5],
            "vacated": [10.23, 4.0], "few": [0.0012, 1.0], "ends_on": pd.to_datetime(["2026-01-31", None]), "none": [None, None],
            "noise": [0.01000000000000001, 1.0],
        }
    )  # fmt: skip
    write_book(tmp_path / "n.xlsx", {"Un": frame}, title="T", on=date(2026, 1, 1))
    cells = sheet(tmp_path / "n.xlsx")
    shown = {cells.cell(4, j).value: cells.cell(5, j) for j in range(1, len(frame.columns) + 1)}
    forms = {name: cell.number_format for name, cell in shown.items()}
    assert [forms[name] for name in ("year", "ends_year", "mode", "dwellings")] == ["0", "0", "0", "#,##0"]
    assert (forms["vacated"], forms["few"], forms["noise"]) == ("#,##0.00", "#,##0.0000", "#,##0.00")
    assert forms["ends_on"] == "dd/mm/yyyy" and shown["ends_on"].value.date() == date(2026, 1, 31)
    assert shown["noise"].value == 0.01 and shown["none"].value is None


def test_figures_of_several_units_in_one_column_are_each_shown_by_theirs(tmp_path):
    frame = pd.DataFrame(
        {"unit": ["part", "baux", "baux"], "value": [0.25, 3.0, 0.5], "num": [1.0, None, None]}
    )
    look = replace(PLANNING, figures=("value",), per_cent="part")
    write_book(tmp_path / "u.xlsx", {"Un": frame}, title="T", on=date(2026, 1, 1), look=look)
    cells = sheet(tmp_path / "u.xlsx")
    assert [cells.cell(r, 2).number_format for r in (5, 6, 7)] == ["0.00%", "#,##0", "#,##0.00"]
    assert cells["C5"].number_format == "#,##0"
