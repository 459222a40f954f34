"""The workbook of a session: sheets to fill, grey facts, white cells, drop-down lists of what may be said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from optimizer.desk.entry import FACTS, LISTS, SHEETS
from optimizer.desk.entry_rows import rows_of
from optimizer.desk.lists import Choice, choices
from optimizer.domain import Column, Table
from optimizer.domain.guard import neutral
from optimizer.errors import Lang, said
from optimizer.presentation.data import DECIDES
from optimizer.presentation.numbers import day
from optimizer.presentation.xlsx import LINE, NAVY, PALE, SAFE
from optimizer.store.law import CommissionLaw
from optimizer.store.records import SessionRecord

SPARE = 40
"""Blank rows that keep their lists and formats below those of the session."""
GREY = "#EEF0F3"
WIDTHS = {
    "dwelling_id": 18, "application_id": 21, "home": 30, "household": 40, "why": 46, "account_label": 20, "decision": 24, "motive": 34,
    "sentence": 50, "document": 26, "member": 28, "quality": 38, "voice": 26, "recused": 24, "departure": 46, "recipients": 50, "cancelled": 36,
    "not_examined": 28, "withdrawn": 28, "few_reason": 30, "refusal_reason": 26, "proof": 32, "call_reason": 26, "asked": 26,
    "received": 26, "replaced": 36, "chair": 26, "place": 26, "represented_by": 24,
}  # fmt: skip


def write_entry_book(
    path: Path, session: SessionRecord, law: CommissionLaw, lang: Lang = "fr", *, today: date | None = None
) -> None:
    """Write the workbook; the same session on the same day gives the same bytes. ``today``: the session's day where none is given."""
    book = _Book(path, session, law, lang, today or session.on)
    book.how()
    rows = rows_of(session, law, lang)
    for table in SHEETS:
        book.sheet(table, rows[table.name])
    book.lists()
    book.book.close()


def sheet_name(table: Table, lang: Lang) -> str:
    """What the sheet of a table is called; either name is read."""
    return table.alias if lang == "fr" else table.name.capitalize()


class _Book:
    def __init__(
        self, path: Path, session: SessionRecord, law: CommissionLaw, lang: Lang, today: date
    ) -> None:
        self.session, self.lang, self.known = session, lang, choices(law, today)
        self.book = xlsxwriter.Workbook(str(path), SAFE)
        on = session.on
        self.book.set_properties(
            {"created": datetime(on.year, on.month, on.day, tzinfo=UTC), "author": "Attriflux"}
        )
        base = {
            "font_name": "Calibri",
            "font_size": 10,
            "valign": "top",
            "text_wrap": True,
            "bottom": 1,
            "bottom_color": LINE,
        }
        self.head = self.book.add_format({**base, "bold": True, "font_color": "white", "bg_color": NAVY})
        self.formats = {
            (fact, kind): self.book.add_format(
                {**base, "num_format": form, **({"bg_color": GREY} if fact else {})}
            )
            for fact in (True, False)
            for kind, form in (("text", "@"), ("date", "dd/mm/yyyy"), ("int", "0"))
        }
        self.bare = self.book.add_format(
            {"font_name": "Calibri", "font_size": 10, "text_wrap": True, "valign": "top"}
        )
        self.title = self.book.add_format(
            {"font_name": "Calibri", "font_size": 16, "bold": True, "font_color": NAVY}
        )
        self.band = self.book.add_format({**base, "bold": True, "bg_color": PALE})
        self.used: dict[str, list[str]] = {}

    def how(self) -> None:
        sheet = self.book.add_worksheet(said("ENTRY.HOW", self.lang))
        # one column is never scaled down by every spreadsheet: it has to fit an A4 page as it is
        sheet.set_column(0, 0, 66)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(
            0, 0, f"{neutral(self.session.commission)} – {day(self.session.on, self.lang)}", self.title
        )
        lines = [said(f"ENTRY.HOW_{n}", self.lang, session=self.session.session_id) for n in range(1, 6)]
        for i, line in enumerate(lines, start=2):
            sheet.write_string(i, 0, line, self.bare)

    def sheet(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """One sheet: headers explained, facts grey, lists where values are closed."""
        sheet = self.book.add_worksheet(sheet_name(table, self.lang))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{DECIDES[self.lang]}&R&P / &N")
        facts, lists = FACTS[table.name], LISTS.get(table.name, {})
        last = len(rows) + (SPARE if table.name == "members" else 0)
        for j, column in enumerate(table.columns):
            sheet.set_column(j, j, WIDTHS.get(column.name, 13))
            header = column.alias if self.lang == "fr" else column.name
            sheet.write_string(0, j, header, self.head)
            sheet.write_comment(0, j, column.fr if self.lang == "fr" else column.en, {"x_scale": 2})
            fact = column.name in facts
            for r, row in enumerate(rows, start=1):
                self._cell(
                    sheet,
                    r,
                    j,
                    row.get(column.name),
                    column,
                    fact,
                    self.known.get(lists.get(column.name, "")),
                )
            for r in range(len(rows) + 1, last + 1):
                sheet.write_blank(r, j, None, self._format(column, fact))
            if column.name in lists and last:
                sheet.data_validation(1, j, last, j, self._validation(lists[column.name]))
        sheet.freeze_panes(1, 2 if table.name in ("calls", "votes", "offers") else 0)

    def _format(self, column: Column, fact: bool) -> Any:
        kind = column.kind if column.kind in ("date", "int") else "text"
        return self.formats[fact, kind]

    def _cell(
        self, sheet: Any, r: int, j: int, value: Any, column: Column, fact: bool, choice: Choice | None
    ) -> None:
        form = self._format(column, fact)
        if value is None:
            sheet.write_blank(r, j, None, form)
        elif isinstance(value, date):
            sheet.write_datetime(r, j, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001
        elif isinstance(value, int):
            sheet.write_number(r, j, value, form)
        else:
            shown = (
                choice.shown(value, self.lang) if choice is not None and value in choice.words else str(value)
            )
            sheet.write_string(r, j, neutral(shown), form)

    def _validation(self, name: str) -> Mapping[str, Any]:
        words = self.used.setdefault(name, self.known[name].options(self.lang))
        column = _letter(list(self.used).index(name))
        sheet = said("ENTRY.LISTS", self.lang)
        return {
            "validate": "list", "source": f"='{sheet}'!${column}$2:${column}${len(words) + 1}", "ignore_blank": True,
            "error_type": "stop",
        }  # fmt: skip

    def lists(self) -> None:
        """The closed lists themselves, on a sheet that people may look at."""
        sheet = self.book.add_worksheet(said("ENTRY.LISTS", self.lang))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(2, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&R&P / &N")
        for j, (name, words) in enumerate(self.used.items()):
            sheet.set_column(j, j, 24)
            sheet.write_string(0, j, self._columns_of(name), self.band)
            for i, word in enumerate(words, start=1):
                sheet.write_string(i, j, neutral(word), self.bare)

    def _columns_of(self, name: str) -> str:
        """The headers under which a list is chosen from, as the sheets show them."""
        headers = [
            column.alias if self.lang == "fr" else column.name
            for table in SHEETS
            for column in table.columns
            if LISTS.get(table.name, {}).get(column.name) == name
        ]
        return ", ".join(dict.fromkeys(headers))


def _letter(j: int) -> str:
    name = ""
    j += 1
    while j:
        j, rest = divmod(j - 1, 26)
        name = chr(65 + rest) + name
    return name
