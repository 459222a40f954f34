"""A filled workbook (or one sheet as CSV) to entries: every cell checked, every problem of every sheet at once.

The same reader and converters as for a case. Whether an entry fits the state of the session is the store's to say
(`optimizer.desk.recording`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.desk import messages as messages
from optimizer.desk.entry import FACTS, LATER, LISTS, SHEETS
from optimizer.desk.lists import Choice
from optimizer.domain import Table
from optimizer.errors import Finding
from optimizer.importers.cells import MENDED
from optimizer.importers.headers import Headers
from optimizer.importers.raw import RawTable, shown
from optimizer.importers.registry import format_of
from optimizer.importers.tables import ReadTable, read_table
from optimizer.importers.words import plain

SILENT = ("READ_COLUMNS_UNREAD", "READ_COLUMN_UNKNOWN", "READ_COLUMN_REFUSED")
"""What another column of a filled workbook is worth saying: nothing."""


@dataclass(frozen=True)
class Entry:
    """One row of a sheet: codes, days, numbers and texts; empty cells are absent."""

    sheet: str
    label: str
    row: int
    values: Mapping[str, Any]
    names: Mapping[str, str]
    broken: frozenset[str] = frozenset()
    """Columns whose cell cannot be read, or is outside its list: told once, no further problem is made of them."""

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def finding(self, code: str, column: str, value: object = None, **params: object) -> Finding:
        """A problem of this row, at a column."""
        told = shown(value) if value is not None else None
        return Finding(
            code,
            file=self.label,
            row=self.row,
            column=self.names.get(column, column),
            value=told,
            params=params,
        )


@dataclass(frozen=True)
class Filled:
    """A workbook as read: its entries by sheet, its problems and the hash of its bytes."""

    digest: str
    entries: Mapping[str, tuple[Entry, ...]]
    findings: tuple[Finding, ...] = field(default=())

    def of(self, sheet: str) -> tuple[Entry, ...]:
        return self.entries.get(sheet, ())

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "error")


def read_entries(path: Path, known: Mapping[str, Choice]) -> Filled:
    """Read a filled workbook, or one of its sheets as CSV (its name, else its columns, say which).

    Parameters
    ----------
    path : ``.xlsx`` or ``.csv``
    known : closed lists by name (:func:`optimizer.desk.lists.choices`).

    Returns
    -------
    Filled
        ``findings`` lists every problem with file, row, column, value, expectation and remedy.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    shape = format_of(path.suffix)
    if shape is None or path.suffix.lower() == ".parquet":
        return Filled(digest, {}, (Finding("DESK_ENTRY_FORMAT", file=path.name, value=path.suffix),))
    opened = shape.read(path, path.name)
    findings = list(opened.findings)
    entries: dict[str, tuple[Entry, ...]] = {}
    for raw in opened.tables:
        table = _table_of(raw, many=shape.many)
        if table is None:
            continue
        if table.name in entries:
            findings.append(Finding("DESK_ENTRY_SHEET_TWICE", file=raw.label, value=table.alias))
            continue
        read = read_table(raw, table, Headers({}))
        own = _in_own_words(raw, table, known)
        findings += [
            f for f in read.findings if f.code not in SILENT and not (f.code == MENDED and f.column in own)
        ]
        rows, more = _entries(read, known, read.findings)
        entries[table.name] = rows
        findings += [*more, *_columns_gone(raw, table, read)]
    if shape.many and entries:
        findings += [
            Finding("DESK_ENTRY_SHEET_GONE", "warning", file=path.name, params={"sheet": t.alias})
            for t in SHEETS
            if t.name not in entries
        ]
    if not entries and not findings:
        sheets = ", ".join(t.alias for t in SHEETS)
        findings.append(Finding("DESK_ENTRY_NO_SHEET", file=path.name, params={"known": sheets}))
    return Filled(digest, entries, tuple(findings))


def _columns_gone(raw: RawTable, table: Table, read: ReadTable) -> list[Finding]:
    """Columns to fill in that the sheet no longer has: what was written there under another name would be lost in silence."""
    gone = [c for c in table.columns if c.name not in FACTS[table.name] and c.name not in read.names]
    if not gone:
        return []
    known = {plain(n) for c in table.columns for n in (c.name, c.alias)}
    other = [h for h in raw.header if h.strip() and plain(h) not in known]
    if not other and LATER.get(table.name, frozenset()).issuperset(c.name for c in gone):
        return []
    code = "DESK_ENTRY_COLUMN_RENAMED" if other else "DESK_ENTRY_COLUMN_GONE"
    params = {"columns": ", ".join(c.alias for c in gone), "found": ", ".join(other)}
    return [Finding(code, "error" if other else "warning", file=raw.label, params=params)]


def _table_of(raw: RawTable, *, many: bool) -> Table | None:
    """The sheet of that name; a CSV of another name is known by its columns."""
    names = {plain(n): t for t in SHEETS for n in (t.alias, t.name)}
    found = names.get(plain(raw.name))
    if found is not None or many:
        return found
    header = {plain(h) for h in raw.header}

    def common(table: Table) -> int:
        return sum(bool({plain(c.name), plain(c.alias)} & header) for c in table.columns)

    best = max(SHEETS, key=common)
    return best if common(best) > len(best.columns) // 2 else None


def _in_own_words(raw: RawTable, table: Table, known: Mapping[str, Choice]) -> frozenset[str]:
    """Headers of closed lists whose cells all say a word of the list: the words of an import's column of the same name are no matter."""
    lists = LISTS.get(table.name, {})
    listed = {
        plain(name): known[lists[c.name]]
        for c in table.columns
        if c.name in lists
        for name in (c.name, c.alias)
    }
    return frozenset(
        header
        for header, cells in zip(raw.header, raw.columns, strict=True)
        if plain(header) in listed
        and all(listed[plain(header)].read(str(word)) for word in cells.unique().drop_null().to_pylist())
    )


def _entries(
    read: ReadTable, known: Mapping[str, Choice], told: Iterable[Finding]
) -> tuple[tuple[Entry, ...], list[Finding]]:
    frame, table = read.frame, read.table
    if frame is None:
        return (), []
    lists = LISTS.get(table.name, {})
    found: list[Entry] = []
    findings: list[Finding] = []
    seen: dict[tuple[str, ...], int] = {}
    unread = {(r, f.column) for f in told if f.severity == "error" for r in (f.row, *f.rows)}
    for i, row in enumerate(frame.to_dict("records")):
        values = {str(name): _value(value) for name, value in row.items() if not _empty(value)}
        entry = Entry(table.name, read.label, int(read.rows[i]), values, read.names)
        broken = {name for name, header in read.names.items() if (entry.row, header) in unread}
        for column, name in lists.items():
            if column in values:
                code = known[name].read(str(values[column]))
                if code is None:
                    expected = " ; ".join(known[name].options("fr")), "; ".join(known[name].options("en"))
                    findings.append(
                        entry.finding(
                            "DESK_ENTRY_CHOICE",
                            column,
                            values[column],
                            expected_fr=expected[0],
                            expected_en=expected[1],
                        )
                    )
                    del values[column]
                    broken.add(column)
                else:
                    values[column] = code
        key = tuple(str(values.get(k, "")) for k in table.key)
        if table.key and all(key):
            first = seen.setdefault(key, entry.row)
            if first != entry.row:
                findings.append(entry.finding("DESK_ENTRY_TWICE", table.key[0], key[0], first=first))
                continue
        found.append(replace(entry, broken=frozenset(broken)))
    return tuple(found), findings


def _empty(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _value(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
