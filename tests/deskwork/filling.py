"""Fills the workbook of a session as a secretary would: by sheet, row key and column, in the words of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

Cells = Mapping[str, Any]


def fill(
    path: Path,
    *,
    session: Cells | None = None,
    members: list[Cells] | None = None,
    rows: Mapping[tuple[str, str, str], Cells] | None = None,
) -> None:
    """Write cells into a workbook in place.

    Parameters
    ----------
    session : cells of the sheet Séance.
    members : rows of the sheet Présences, in place of those there.
    rows : (sheet, dwelling, number or "") -> cells.
    """
    book = openpyxl.load_workbook(path)
    if session:
        _put(book["Séance"], 2, session)
    if members is not None:
        sheet = book["Présences"]
        for r in range(2, sheet.max_row + 1):
            for c in range(1, sheet.max_column + 1):
                sheet.cell(r, c).value = None
        for r, cells in enumerate(members, start=2):
            _put(sheet, r, cells)
    for (name, dwelling, number), cells in (rows or {}).items():
        sheet = book[name]
        at = columns(sheet)
        for r in range(2, sheet.max_row + 1):
            same = sheet.cell(r, at["logement"]).value == dwelling
            if same and (not number or str(sheet.cell(r, at["numero_unique"]).value) == number):
                _put(sheet, r, cells)
                break
        else:
            raise AssertionError(f"no row {dwelling} {number} on {name}")
    book.save(path)


def columns(sheet: Any) -> dict[str, int]:
    """Header -> column number."""
    return {str(sheet.cell(1, c).value): c for c in range(1, sheet.max_column + 1)}


def row_of(path: Path, sheet: str, dwelling: str, number: str = "") -> int:
    """Spreadsheet row of a dwelling, or of a household on it."""
    page = openpyxl.load_workbook(path)[sheet]
    at = columns(page)
    return next(
        r
        for r in range(2, page.max_row + 1)
        if page.cell(r, at["logement"]).value == dwelling
        and (not number or str(page.cell(r, at["numero_unique"]).value) == number)
    )


def _put(sheet: Any, row: int, cells: Cells) -> None:
    at = columns(sheet)
    for name, value in cells.items():
        cell = sheet.cell(row, at[name])
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "dd/mm/yyyy"
