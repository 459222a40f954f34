"""What every workbook is made of: a file whose bytes depend on its content alone, one hand of formats, one way to write a cell.

`tables_book` lays out one table a sheet, `workbook` the commission's own sheets; both write through here, so that a number, a
date, a yes or a text that looks like a formula is the same thing in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from optimizer.domain.guard import neutral
from optimizer.errors import Lang, said

NAVY, PALE, LINE, AMBER = "#1F3A5F", "#E8EEF6", "#B8C4D6", "#FFF4D9"
SAFE = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False,
    "in_memory": True,
}  # fmt: skip
"""A cell is what it says: no text becomes a formula, a link or a number. And its parts pass by no file: a process that is killed
would leave them, households included, in a folder that the machine shares."""
FIRST_YEAR = 1901
"""The first whole year of which every spreadsheet counts the days alike."""
BASE = {"font_name": "Calibri", "font_size": 10}
RULED = {**BASE, "bottom": 1, "bottom_color": LINE}
HEAD = {**BASE, "bold": True, "font_color": "white", "bg_color": NAVY, "text_wrap": True}


def opened(path: Path, *, title: str, on: date, comments: str = "") -> Any:
    """A workbook to write into; ``on`` is the date of creation it records, never the clock's."""
    book = xlsxwriter.Workbook(str(path), SAFE)
    created = datetime(on.year, on.month, on.day, tzinfo=UTC)
    book.set_properties({"title": title, "comments": comments, "author": "Attriflux", "created": created})
    return book


def added(book: Any, name: str, *, header: str = "", footer: str = "") -> Any:
    """A sheet that prints on A4 landscape, one page wide; names end at Excel's 31 characters."""
    sheet = book.add_worksheet(name[:31])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    if header:
        sheet.set_header(header)
    if footer:
        sheet.set_footer(footer)
    return sheet


def empty(value: object) -> bool:
    """None, NA, NaT and NaN alike."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def write(
    sheet: Any,
    row: int,
    column: int,
    value: object,
    text: Any,
    number: Any | None = None,
    *,
    day: Any | None = None,
    lang: Lang = "fr",
    words: Mapping[str, str] | None = None,
) -> None:
    """Write one cell.

    Parameters
    ----------
    row, column : int
        From 0.
    value : object
        Empty, yes or no, date, number, else text; a text that a spreadsheet would run is neutralised.
    text, number : format
        Of texts, and of numbers where another.
    day : format, optional
        Of dates, which are then days that a spreadsheet sorts and filters; else they are texts.
    words : mapping, optional
        What the cell says instead of a code.
    """
    if words is not None:
        sheet.write_string(row, column, words[str(value)], text)
    elif empty(value):
        sheet.write_blank(row, column, None, text)
    elif isinstance(value, bool):
        sheet.write_string(row, column, said("WORDS.YES" if value else "WORDS.NO", lang), text)
    elif isinstance(value, (pd.Timestamp, datetime, date)) and day is not None and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, column, date(value.year, value.month, value.day), day)
    elif isinstance(value, (pd.Timestamp, datetime, date)):
        sheet.write_string(row, column, value.strftime("%d/%m/%Y"), text)
    elif isinstance(value, str):
        sheet.write_string(row, column, neutral(value), text)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, text if number is None else number)
    else:
        try:
            sheet.write_number(row, column, float(value), text if number is None else number)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            sheet.write_string(row, column, neutral(str(value)), text)
