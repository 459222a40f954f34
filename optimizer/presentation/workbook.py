"""``shortlists.xlsx``: the commission's workbook, ready to print on A4 landscape.

XlsxWriter with formulas and links turned off, so that no text of a file can run (a cell beginning with ``= + - @`` is
neutralised as in the CSV). Sheets: Séance (what the first screen says), Listes, Réservataires, Logements, Objectifs, Passages
devant (not where the cotation decided nothing all week), Demandes, Synthèse, Hypothèses.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.domain.frames import records
from optimizer.domain.guard import neutral
from optimizer.errors import said
from optimizer.presentation.data import DECIDES, ReportData, proof_sentence, stop_sentence
from optimizer.presentation.light import advice_words, light_week, publicity
from optimizer.presentation.numbers import decimal
from optimizer.presentation.report import counts_words, session_rows, year_rows
from optimizer.presentation.session import in_session, title_words
from optimizer.presentation.sheets import chained, link_words
from optimizer.presentation.words import (
    day,
    dwelling_words,
    flags_words,
    quartile_word,
    reason_words,
    scope_words,
    status_words,
    why_words,
)
from optimizer.presentation.xlsx import AMBER, BASE, HEAD, NAVY, PALE, RULED, added, opened, write
from optimizer.shortlist.labels import account_label, rule_label

MOST_LEAPFROGS = 20_000
"""Passages that a workbook lists; a year has a hundred thousand, which a spreadsheet opens slowly."""
MOST_APPLICATIONS = 5_000
"""Beyond, the sheet lists those on a list only and says that ``applications`` holds everyone."""


class _Book:
    """Formats and small helpers of one workbook."""

    def __init__(self, path: Path, data: ReportData) -> None:
        self.data = data
        self.book = opened(path, title=data.title, on=data.on, comments=DECIDES[data.lang])
        base = {**BASE, "valign": "top"}
        ruled = {**RULED, "valign": "top"}
        self.text = self.book.add_format({**ruled, "text_wrap": True})
        self.head = self.book.add_format({**HEAD, "valign": "vcenter"})
        self.band = self.book.add_format(
            {**base, "bold": True, "bg_color": PALE, "top": 2, "top_color": NAVY, "text_wrap": True}
        )
        self.title = self.book.add_format({**base, "bold": True, "font_size": 16, "font_color": NAVY})
        self.bare = self.book.add_format({**base, "bold": True})
        self.warning = self.book.add_format({**base, "bg_color": AMBER, "text_wrap": True})
        self.note = self.book.add_format({**base, "italic": True, "text_wrap": True})
        self.num = self.book.add_format({**ruled, "num_format": "#,##0.00"})
        self.whole = self.book.add_format({**ruled, "num_format": "0"})
        self.share = self.book.add_format({**ruled, "num_format": "0.0%"})
        self.first = self.book.add_format({**ruled, "bold": True, "text_wrap": True})

    def sheet(self, name: str, widths: list[float], *, freeze: int = 0) -> Any:
        heading = self.data.title.replace("&", "&&")
        sheet = added(
            self.book,
            name,
            header=f'&L&"Calibri,Bold"{heading}&R{day(self.data.on, self.data.lang)}',
            footer=f"&L{DECIDES[self.data.lang]}&R&P / &N",
        )
        for j, width in enumerate(widths):
            sheet.set_column(j, j, width)
        if freeze:
            sheet.freeze_panes(freeze, 0)
            sheet.repeat_rows(0, freeze - 1)
        return sheet

    def listing(self, parts: Iterable[str]) -> str:
        return said("WORDS.LIST", self.data.lang).join(parts)

    def count(self, n: int) -> str:
        return decimal(n, 0, self.data.lang)

    def cell(self, sheet: Any, r: int, c: int, value: object, fmt: Any) -> None:
        write(sheet, r, c, value, fmt, lang=self.data.lang)


def write_workbook(path: Path, data: ReportData) -> None:
    """Write ``shortlists.xlsx`` for the data of one run."""
    book = _Book(path, data)
    _session(book)
    _lists(book)
    _years(book)
    _dwellings(book)
    _objectives(book)
    if not light_week(data, in_session(data.dwellings)):
        _leapfrogs(book)
    _applications(book)
    _summary(book)
    _numbers(book)
    book.book.close()


def _session(b: _Book) -> None:
    """The first sheet: dwelling, account, three names, what is missing; it alone is printed for the table of a session."""
    data, lang = b.data, b.data.lang
    sheet = b.sheet(said("BOOK.SESSION", lang), [4, 17, 26, 22, 19, 19, 19, 38])
    b.cell(sheet, 0, 0, data.title, b.title)
    b.cell(sheet, 1, 0, counts_words(data), b.bare)
    top = 2
    for banner in data.banners:
        sheet.merge_range(top, 0, top, 7, neutral(banner), b.warning)
        top += 1
    header = [said(code, lang) for code in ("BOOK.NUMBER", "BOOK.DWELLING", "BOOK.PLACE", "PAGE.ACCOUNT")]
    header += ["1", "2", "3", said("REPORT.LACKS", lang)]
    for j, name in enumerate(header):
        b.cell(sheet, top, j, name, b.head)
    for r, x in enumerate(session_rows(data), start=top + 1):
        values = [x["n"], x["dwelling"], x["words"], x["account"], *x["names"], x["lacks"]]
        formats = [b.whole, b.first, b.text, b.text, b.first, b.text, b.text, b.text]
        for j, (value, fmt) in enumerate(zip(values, formats, strict=True)):
            b.cell(sheet, r, j, value, fmt)
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top, top)


def _years(b: _Book) -> None:
    """The year of each agreed share, in the words and figures of the report."""
    lang = b.data.lang
    sheet = b.sheet(said("BOOK.ACCOUNTS", lang), [34, 34, 9, 12, 12, 9, 9, 9, 12, 24], freeze=1)
    header = [
        said(code, lang)
        for code in (
            "PAGE.ACCOUNT", "PAGE.SCOPE", "PAGE.SHARE", "PAGE.DUE_TO_DATE", "PAGE.DUE_YEAR", "PAGE.YEAR_DONE", "PAGE.IN_PROGRESS",
            "PAGE.REMAINING", "BOOK.THIS_SESSION", "REPORT.PACE",
        )
    ]  # fmt: skip
    rows = [
        (x["account"], x["area"], x["raw"].share, x["raw"].due_to_date, x["raw"].due_year, int(x["raw"].done),
         int(x["raw"].in_progress), int(x["raw"].remaining), x["session"], x["pace"])
        for x in year_rows(b.data)
    ]  # fmt: skip
    formats = [b.text, b.text, b.share, b.num, b.num, b.whole, b.whole, b.whole, b.whole, b.text]
    _table(b, sheet, header, rows, formats)


def _summary(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("BOOK.SUMMARY", b.data.lang), [34, 110])
    b.cell(sheet, 0, 0, data.title, b.title)
    people = data.applications["status"].value_counts()
    rows: list[tuple[str, str]] = [
        (said("BOOK.TERRITORY", b.data.lang), f"{data.territory} — {day(data.on, data.lang)}"),
        (said("PAGE.DWELLINGS", b.data.lang), counts_words(data)),
        (
            said("BOOK.APPLICATIONS", b.data.lang),
            b.listing(
                said(
                    "BOOK.COUNT", data.lang, what=status_words(s, data.lang), n=b.count(int(people.get(s, 0)))
                )
                for s in ("proposed", "reserve", "not_proposed", "ineligible")
            ),
        ),
        *((said("BOOK.BANNER", b.data.lang), banner) for banner in data.banners),
        (said("BOOK.PROOF", b.data.lang), proof_sentence(data.proof, data.lang)),
        (said("BOOK.WHY_IT_STOPPED", b.data.lang), stop_sentence(data.proof, data.lang)),
    ]
    rows += [
        (said("BOOK.NOTE", b.data.lang), note) for note in (said("PAGE.ALGORITHM", data.lang), *data.notes)
    ]
    for i, (head, text) in enumerate(rows, start=2):
        b.cell(sheet, i, 0, head, b.band)
        b.cell(sheet, i, 1, text, b.text)
    b.cell(sheet, len(rows) + 3, 0, DECIDES[data.lang], b.note)


def _lists(b: _Book) -> None:
    data, lang = b.data, b.data.lang
    header = [
        said(code, lang)
        for code in (
            "BOOK.RANK", "PAGE.APPLICATION", "BOOK.PERSONS", "BOOK.INCOME_MONTH", "BOOK.QUARTILE", "BOOK.EFFORT", "BOOK.TITLE_OF",
            "BOOK.SCORE_RANK" if data.ranked else "BOOK.SCORE", "BOOK.TO_CHECK", "PAGE.WHY",
        )
    ]  # fmt: skip
    sheet = b.sheet(said("BOOK.LISTS", lang), [6, 21, 8, 12, 9, 9, 20, 9, 26, 62], freeze=1)
    for j, name in enumerate(header):
        b.cell(sheet, 0, j, name, b.head)
    details = data.details.set_index("line")
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    lines: dict[str, list[tuple[int, Any]]] = {}
    for i, line in enumerate(records(data.proposals)):
        lines.setdefault(str(line.dwelling_id), []).append((i, line))
    linked = chained(data)
    r = 1
    for d in in_session(data.dwellings):
        account = account_label(d.account, lang, data.places)
        named = [(i, line) for i, line in lines.get(str(d.dwelling_id), []) if line.application_id]
        shown = publicity(data, d, facts[d.dwelling_id], len(named))
        light = shown.sentence if shown is not None and shown.light else ""
        band = f"{d.dwelling_id}   {dwelling_words(facts[d.dwelling_id], lang)}   →   {account or '–'}"
        sheet.merge_range(r, 0, r, len(header) - 1, neutral(band), b.band)
        r += 1
        note = ""
        if d.status == "awaiting_reservataire":
            note = said("BOOK.AWAITED", lang, day=day(d.deadline, lang), advice=d.advice)
        elif d.reason_if_short or d.advice:
            note = b.listing(x for x in (d.reason_if_short, advice_words(str(d.advice), shown, lang)) if x)
        if light or (shown is not None and d.reason_if_short):
            note = b.listing(x for x in (light or (shown.told if shown else ""), note) if x)
        note = b.listing(x for x in (*link_words(linked.get(str(d.dwelling_id)), lang), note) if x)
        if note:
            sheet.merge_range(r, 0, r, len(header) - 1, neutral(note), b.text)
            r += 1
        for i, line in named:
            x = details.loc[i]
            values: list[tuple[object, Any]] = [
                (int(line.rank), b.whole), (line.application_id, b.first if line.rank == 1 else b.text), (x.persons, b.whole),
                (x.income_month_eur, b.whole), (quartile_word(line.q1, bool(facts[d.dwelling_id].q1_threshold), lang), b.text), (x.effort_rate, b.share),
                (title_words(line.priority, bool(x.designated), lang), b.text), (None if light else line.score, b.num),
                (flags_words(line.flags, lang), b.text), (light or line.reason, b.text),
            ]  # fmt: skip
            for j, (value, fmt) in enumerate(values):
                b.cell(sheet, r, j, value, fmt)
            r += 1


def _table(b: _Book, sheet: Any, header: list[str], rows: Any, formats: list[Any]) -> None:
    for j, name in enumerate(header):
        b.cell(sheet, 0, j, name, b.head)
    for r, row in enumerate(rows, start=1):
        for j, value in enumerate(row):
            b.cell(sheet, r, j, value, formats[j])
    sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)


def _dwellings(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("PAGE.DWELLINGS", b.data.lang), [18, 46, 26, 16, 9, 12, 38, 38], freeze=1)
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    linked = chained(data)
    rows = [
        (d.dwelling_id,
         b.listing((dwelling_words(facts[d.dwelling_id], data.lang), *link_words(linked.get(str(d.dwelling_id)), data.lang))),
         account_label(d.account, data.lang, data.places),
         status_words(d.status, data.lang), int(d.candidates), day(d.deadline, data.lang), d.reason_if_short, d.advice)
        for d in in_session(data.dwellings)
    ]  # fmt: skip
    header = [
        said(code, b.data.lang)
        for code in (
            "BOOK.DWELLING",
            "BOOK.DESCRIPTION",
            "PAGE.ACCOUNT",
            "BOOK.STATUS",
            "BOOK.CANDIDATES",
            "BOOK.DEADLINE",
            "BOOK.IF_SHORT",
            "BOOK.ADVICE",
        )
    ]
    _table(b, sheet, header, rows, [b.text, b.text, b.text, b.text, b.whole, b.text, b.text, b.text])


def _objectives(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("BOOK.TARGETS", b.data.lang), [38, 50, 9, 10, 10, 10, 10, 10, 12, 12], freeze=1)
    rows = [
        (rule_label(x.rule, data.lang), scope_words(str(x.scope), data.lang, data.places), x.share, x.rate_required, int(x.num_before), int(x.den_before), int(x.num_run),
         int(x.den_run), int(-(-x.shortfall // 1)), x.expected_num)
        for x in records(data.rules)
    ]  # fmt: skip
    header = [
        said(code, b.data.lang)
        for code in (
            "BOOK.RULE",
            "PAGE.SCOPE",
            "PAGE.TARGET",
            "BOOK.REQUIRED_RATE",
            "BOOK.DONE",
            "BOOK.OF",
            "PAGE.PROPOSED",
            "BOOK.OF",
            "BOOK.MISSING_LEASES",
            "BOOK.EXPECTED",
        )
    ]
    _table(
        b,
        sheet,
        header,
        rows,
        [b.text, b.text, b.share, b.share, b.whole, b.whole, b.whole, b.whole, b.whole, b.num],
    )


def _leapfrogs(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("BOOK.LEAPFROGS", b.data.lang), [18, 7, 22, 22, 14, 80], freeze=1)
    shown = data.leapfrogs.head(MOST_LEAPFROGS)

    def row(x: Any) -> tuple[Any, ...]:
        line = (x.dwelling_id, int(x.rank), x.application_id_ahead)
        if x.application_id_passed:
            why = why_words(x.explained_by, data.lang, data.places, data.max_lists)
            return (*line, x.application_id_passed, x.points_gap, why)
        # the row that closes a long list: how many more this line passes
        return (*line, "", "", said("BOOK.MORE_LEAPFROGS", data.lang, n=int(x.points_gap)))

    rows = [row(x) for x in records(shown)]
    header = [
        said(code, b.data.lang)
        for code in (
            "BOOK.DWELLING",
            "BOOK.RANK",
            "BOOK.PROPOSED",
            "BOOK.BETTER_SCORED",
            "BOOK.GAP_RANK" if data.ranked else "BOOK.GAP_POINTS",
            "BOOK.REASON",
        )
    ]
    _table(b, sheet, header, rows, [b.text, b.whole, b.text, b.text, b.num, b.text])
    left = data.leapfrogs.iloc[len(rows) :]
    if len(left):
        named = left["application_id_passed"] != ""
        n = int(named.sum()) + int(left.loc[~named, "points_gap"].sum())
        b.cell(sheet, len(rows) + 2, 0, said("BOOK.OTHER_LEAPFROGS", data.lang, n=n), b.note)


def _applications(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("BOOK.APPLICATIONS", b.data.lang), [24, 16, 50, 10, 20], freeze=1)
    few = len(data.applications) <= MOST_APPLICATIONS
    # a workbook of one landlord names those on its own lists
    listed = data.applications["application_id"].isin(data.proposals["application_id"])
    shown = data.applications if few else data.applications[listed]
    lived = chained(data)

    def why(x: Any) -> str:
        """The reason; of a rank on a dwelling still lived in, what it waits for."""
        link = lived.get(str(x.dwelling_id))
        waits = link_words(link, data.lang)[:1] if link is not None and link.after else ()
        return b.listing((reason_words(x.reason, data.lang), *waits))

    rows = [
        (x.application_id, status_words(x.status, data.lang), why(x),
         None if x.best_rank is pd.NA or x.best_rank != x.best_rank else int(x.best_rank), x.dwelling_id)
        for x in records(shown)
    ]  # fmt: skip
    header = [
        said(code, b.data.lang)
        for code in ("PAGE.APPLICATION", "BOOK.STATUS", "BOOK.REASON", "BOOK.BEST_RANK", "BOOK.DWELLING")
    ]
    _table(b, sheet, header, rows, [b.text, b.text, b.text, b.whole, b.text])
    if not few:
        rest = len(data.applications) - len(shown)
        text = said("BOOK.OTHERS", data.lang, n=rest)
        b.cell(sheet, len(rows) + 2, 0, text, b.note)


def _numbers(b: _Book) -> None:
    data = b.data
    sheet = b.sheet(said("BOOK.PARAMETERS", b.data.lang), [40, 50, 20, 12, 50, 13], freeze=1)
    rows = [
        (
            n.key,
            n.title,
            n.value,
            said(f"PAGE.{n.status.upper()}", b.data.lang),
            n.source,
            n.in_force,
        )
        for n in data.numbers
    ]
    header = [
        said(code, b.data.lang)
        for code in ("BOOK.KEY", "BOOK.TITLE", "PAGE.VALUE", "BOOK.ORIGIN", "PAGE.SOURCE", "PAGE.IN_FORCE")
    ]
    _table(b, sheet, header, rows, [b.text] * 6)
