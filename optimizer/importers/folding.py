"""Columns that only mean something together: numbered ones to one list, birth dates to ages, a month beside its year.

What is folded takes the place of its first column; the others leave the table, so that nothing downstream sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.domain import Column, Table
from optimizer.errors import Finding
from optimizer.importers.cells import Bad, Mended, as_text, by_word
from optimizer.importers.raw import I64, RawTable
from optimizer.importers.texts import day_of
from optimizer.importers.words import plain, vocabulary

ADULT, CHILD = 18, 14
"""Full years from which a person is an adult; below which a child counts in ``children_under_14``."""
_NUMBERED = re.compile(r"(.*?[^0-9_])_?([0-9]{1,2})\Z")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Folded:
    """The table with its folded columns under their usual names, and what was noticed."""

    raw: RawTable
    findings: tuple[Finding, ...] = ()


def fold(raw: RawTable, table: Table, mapped: Mapping[str, str], on: date | None) -> Folded:
    """Fold what can be folded in one table.

    Parameters
    ----------
    mapped : canonical column -> header that a mapping names.
    on : date of the case, ages are counted to; None leaves birth dates alone.
    """
    series = _series(raw)
    taken = {plain(name) for name in raw.header if name}
    for column in table.columns:
        wanted = _names(column, mapped)
        if taken & set(wanted):
            continue
        if column.kind == "list":
            stems = [*wanted, *vocabulary()["numbered"].get(column.name, ())]
            for stem in map(plain, stems):
                if stem in series:
                    raw = _joined(raw, series.pop(stem), _title(column, mapped), "|")
                    break
        parts = [plain(p) for p in mapped.get(column.name, "").split("/")]
        if len(parts) == 2 and set(parts) <= taken:
            place = {plain(name): i for i, name in enumerate(raw.header) if name}
            raw = _joined(raw, [place[p] for p in parts], _title(column, mapped), "/")
    if table.name == "applications" and on is not None:
        return _births(raw, table, mapped, series, on)
    return Folded(raw)


def _names(column: Column, mapped: Mapping[str, str]) -> list[str]:
    return [plain(n) for n in (mapped.get(column.name, ""), *column.names) if n]


def _series(raw: RawTable) -> dict[str, list[int]]:
    """Stem -> positions of its numbered columns, by number."""
    found: dict[str, list[tuple[int, int]]] = {}
    for i, name in enumerate(raw.header):
        if match := _NUMBERED.match(plain(name)):
            found.setdefault(match[1], []).append((int(match[2]), i))
    return {stem: [i for _, i in sorted(places)] for stem, places in found.items()}


def _title(column: Column, mapped: Mapping[str, str]) -> str:
    """The header under which the column will be looked for."""
    return mapped.get(column.name) or column.alias or column.name


def _joined(raw: RawTable, places: Sequence[int], title: str, mark: str) -> RawTable:
    """The columns as one text column under ``title``, at the place of the first."""
    texts = [as_text(raw.columns[i]) for i in places]
    if any(t is None for t in texts):
        return raw
    if mark == "/":
        joined = pc.binary_join_element_wise(*texts, mark, null_handling="emit_null")
    else:
        # Arrow leaves out a row whose cells are all empty, which would move those below: it joins an empty text instead
        texts[0] = pc.fill_null(texts[0], "")
        joined = pc.binary_join_element_wise(*texts, mark, null_handling="skip")
        joined = pc.utf8_ltrim(joined, mark)
        joined = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return _placed(raw, places, [(title, joined)])


def _placed(raw: RawTable, gone: Iterable[int], made: Sequence[tuple[str, Any]]) -> RawTable:
    """The table with the columns ``made`` at the places of those that go; what is left of these is emptied."""
    header, columns = list(raw.header), list(raw.columns)
    free = list(gone)
    for i in free:
        header[i], columns[i] = "", pa.nulls(len(raw.rows), pa.string())
    for name, values in made:
        if free:
            i = free.pop(0)
            header[i], columns[i] = name, values
        else:
            header.append(name)
            columns.append(values)
    out = set(gone)
    marks = tuple(m for m in raw.marks if m.column not in out)
    return replace(raw, header=tuple(header), columns=tuple(columns), marks=marks)


def _births(
    raw: RawTable, table: Table, mapped: Mapping[str, str], series: Mapping[str, list[int]], on: date
) -> Folded:
    """Persons, adults and young children counted from numbered birth dates, where the file does not say them."""
    stem = next((s for s in map(plain, vocabulary()["birth_dates"]) if s in series), None)
    taken = {plain(name) for name in raw.header if name}
    lacking = [
        table.column(name)
        for name in ("persons", "adults", "children_under_14")
        if not taken & set(_names(table.column(name), mapped))
    ]
    if stem is None or not lacking:
        return Folded(raw)
    places = series[stem]
    texts = [as_text(raw.columns[i]) for i in places]
    if any(t is None for t in texts):
        return Folded(raw)
    ages = np.stack([_ages(t, on) for t in texts])
    known, unreadable = ages >= 0, (ages == _UNREADABLE).any(axis=0)
    counts = {
        "persons": known.sum(axis=0),
        "adults": (known & (ages >= ADULT)).sum(axis=0),
        "children_under_14": (known & (ages < CHILD)).sum(axis=0),
    }
    blank = unreadable | ~known.any(axis=0)
    made = [
        (_title(c, mapped), pa.array([None if b else str(int(n)) for n, b in zip(counts[c.name], blank, strict=True)], pa.string()))
        for c in lacking
    ]  # fmt: skip
    names = ", ".join(c.alias for c in lacking)
    header = raw.header[places[0]]
    findings = [
        Finding(
            "READ_AGES_TAKEN", "warning", raw.label, raw.header_row, header, header, params={"names": names}
        )
    ]
    at = np.flatnonzero(unreadable)
    if len(at):
        rows = [int(r) for r in raw.rows[at]]
        findings.append(
            Finding("READ_BIRTH_DATE", "warning", raw.label, rows[0], header, rows=tuple(rows[1:]))
        )
    return Folded(_placed(raw, places, made), tuple(findings))


_UNREADABLE, _NOBODY = -2, -1


def _ages(text: Any, on: date) -> I64:
    """Full years on a date; -1 where empty, -2 where the date cannot be read or is to come."""

    def age(word: str) -> int:
        day = day_of(word)
        if isinstance(day, Bad):
            return _UNREADABLE
        born = date.fromordinal((day.value if isinstance(day, Mended) else day) + _EPOCH.toordinal())
        years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        return years if years >= 0 else _UNREADABLE

    return np.asarray(by_word(text, age).numpy(_NOBODY, np.int64), np.int64)
