"""Plain workbooks of tables: one sheet per table, safe text, fixed dates, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from optimizer.reports.csvfile import neutral

NAVY, LINE = "#1F3A5F", "#B8C4D6"
SHARES = ("share", "rate", "turnover")


def write_book(
    path: Path, sheets: Mapping[str, pd.DataFrame], *, title: str, on: date, note: str = ""
) -> None:
    """Write a workbook whose bytes depend on nothing but its content.

    Parameters
    ----------
    sheets : mapping
        Sheet name (≤ 31 characters) -> table; column names become the header as they are.
    title, note : str
        Written above each table.
    on : date
        Date of creation recorded in the file.
    """
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties(
        {"title": title, "author": "Attriflux", "created": datetime(on.year, on.month, on.day, tzinfo=UTC)}
    )
    base = {"font_name": "Calibri", "font_size": 10}
    head = book.add_format({**base, "bold": True, "font_color": "white", "bg_color": NAVY, "text_wrap": True})
    formats = {
        "share": book.add_format({**base, "num_format": "0.00%", "bottom": 1, "bottom_color": LINE}),
        "number": book.add_format({**base, "num_format": "#,##0.##", "bottom": 1, "bottom_color": LINE}),
        "text": book.add_format({**base, "bottom": 1, "bottom_color": LINE}),
    }
    big = book.add_format({**base, "bold": True, "font_size": 14, "font_color": NAVY})
    small = book.add_format({**base, "italic": True})
    for name, frame in sheets.items():
        sheet = book.add_worksheet(name[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, neutral(title), big)
        sheet.write_string(1, 0, neutral(note), small)
        sheet.freeze_panes(4, 0)
        sheet.repeat_rows(3)
        for j, column in enumerate(frame.columns):
            sheet.write_string(3, j, str(column), head)
            texts = [str(x) for x in frame[column].head(200)]
            sheet.set_column(j, j, min(44, max(10, len(str(column)) + 1, *(len(t) + 1 for t in texts), 0)))
        for i, values in enumerate(frame.itertuples(index=False, name=None), start=4):
            for j, value in enumerate(values):
                _cell(sheet, i, j, value, str(frame.columns[j]), formats)
        if len(frame):
            sheet.autofilter(3, 0, 3 + len(frame), max(0, len(frame.columns) - 1))
    book.close()


def _cell(sheet: object, i: int, j: int, value: object, column: str, formats: Mapping[str, object]) -> None:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        sheet.write_blank(i, j, None, formats["text"])  # type: ignore[attr-defined]
    elif isinstance(value, bool):
        sheet.write_string(i, j, "oui" if value else "non", formats["text"])  # type: ignore[attr-defined]
    elif isinstance(value, (pd.Timestamp, datetime, date)):
        sheet.write_string(i, j, value.strftime("%d/%m/%Y"), formats["text"])  # type: ignore[attr-defined]
    elif isinstance(value, str):
        sheet.write_string(i, j, neutral(value), formats["text"])  # type: ignore[attr-defined]
    else:
        kind = "share" if column.endswith(SHARES) or column.startswith(("part", "taux")) else "number"
        sheet.write_number(i, j, float(value), formats[kind])  # type: ignore[attr-defined, arg-type]
