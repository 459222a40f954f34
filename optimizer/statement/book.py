"""The workbooks of the statement: one per réservataire and one for the EPCI, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from optimizer.reports.csvfile import neutral

HEADINGS = {
    "landlord": "Bailleur", "account": "Réservataire", "commune": "Commune", "qpv": "QPV", "rooms": "Typologie",
    "financing": "Financement", "construction_period": "Période de construction", "proposed": "Proposés",
    "attributed": "Attribués", "departement": "Département", "area": "Périmètre", "share": "Part",
    "tolerance": "Tolérance", "carry_over": "Report", "opening_balance": "Solde d'ouverture",
    "count_rule": "Règle de décompte", "base": "Flux à ce jour", "due": "Dû à ce jour",
    "consumed_oriented": "Orientés", "consumed_presented": "Candidat présenté", "consumed_attributed": "Attribués",
    "consumed_signed": "Baux signés", "consumed": "Décomptés", "balance": "Solde", "year_base": "Flux de l'année",
    "year_due": "Dû pour l'année", "remaining": "Restants", "forecast": "Prévu au 31/12",
    "forecast_low": "Bas (80 %)", "forecast_high": "Haut (80 %)", "epci": "EPCI", "name": "Nom",
}  # fmt: skip
QPV = {"yes": "en QPV", "no": "hors QPV", "": "non renseigné"}


def write_statement_book(
    path: Path, sheets: Mapping[str, pd.DataFrame], *, title: str, note: str, year: int
) -> None:
    """Write tables to a workbook; the last line of a table with ``proposed`` is its total. Same tables, same bytes."""
    safe = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(path), safe)
    book.set_properties(
        {"title": title, "author": "Attriflux", "created": datetime(year, 12, 31, tzinfo=UTC)}
    )
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": "#1F3A5F"}),
        "note": book.add_format({"italic": True}),
        "head": book.add_format(
            {"bold": True, "font_color": "white", "bg_color": "#1F3A5F", "text_wrap": True}
        ),
        "total": book.add_format({"bold": True, "top": 2}),
        "share": book.add_format({"num_format": "0.00%"}),
        "plain": book.add_format({}),
    }
    for name, frame in sheets.items():
        _sheet(book.add_worksheet(name[:31]), frame, styles, title, note)
    book.close()


def _sheet(sheet: Any, frame: pd.DataFrame, styles: Mapping[str, Any], title: str, note: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + "Proposition : la commission décide" + "&RPage &P / &N")
    sheet.write_string(0, 0, neutral(title), styles["title"])
    sheet.write_string(1, 0, neutral(note), styles["note"])
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    for j, column in enumerate(str(c) for c in frame.columns):
        sheet.write_string(3, j, HEADINGS.get(column, column), styles["head"])
        sheet.set_column(j, j, 26 if column in ("commune", "account", "name") else 15)
    for i, values in enumerate(frame.itertuples(index=False, name=None), start=4):
        for j, value in enumerate(values):
            column = str(frame.columns[j])
            if column == "qpv":
                sheet.write_string(i, j, QPV[str(value)])
            elif isinstance(value, bool):
                sheet.write_string(i, j, "oui" if value else "non")
            elif isinstance(value, str):
                sheet.write_string(i, j, neutral(value))
            elif value is not None and value == value:
                style = styles["share"] if column in ("share", "tolerance") else styles["plain"]
                sheet.write_number(i, j, float(value), style)
    if "proposed" in frame.columns:
        last = 4 + len(frame)
        sheet.write_string(last, 0, "Total", styles["total"])
        for column in ("proposed", "attributed"):
            sheet.write_number(
                last, list(frame.columns).index(column), int(frame[column].sum()), styles["total"]
            )
