"""One raw table to a canonical frame, with every problem of its header and of its cells."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import Column, Table
from optimizer.errors import Finding
from optimizer.importers.cells import (
    Converted,
    Problem,
    as_text,
    by_word,
    mask,
    nulls,
    one_array,
    text_series,
)
from optimizer.importers.expected import expected
from optimizer.importers.folding import fold
from optimizer.importers.gazetteer import Gazetteer
from optimizer.importers.headers import Headers, match, missing_column
from optimizer.importers.kinds import NUMERIC, convert, nothing
from optimizer.importers.raw import I64, Mark, RawTable, shown
from optimizer.importers.texts import plain_text
from optimizer.importers.words import plain

EXAMPLE = "EXEMPLE"
"""First cell of a line that shows how to fill a sheet."""
Labels = Mapping[str, str]
"""Plain form of a label of the files -> word the program knows, empty for a label that says nothing."""
THREADED = 50_000
"""Rows from which columns are read by several threads (arrow works outside the interpreter lock)."""
_TOTAL = r"^(?i:(sous[- ]?)?totaux?|(sous[- ]?)?total(\s.*)?|total.*:.*)$"
_HEADER_LINES = 15
"""Lines below the first among which the names of the columns are looked for."""
_FEWEST_NAMES = 2
"""A line names the columns when it holds more of their names than this, and more than the first line."""
_LAST_ROWS = (65_536, 1_048_576)
"""Last rows of the old and of the present spreadsheets."""
_MARKS = {"error": "READ_CELL_ERROR", "formula": "READ_FORMULA_EMPTY", "long": "READ_NUMBER_AS_TEXT_LOST"}


@dataclass(frozen=True)
class ReadTable:
    """A table as read.

    Attributes
    ----------
    frame : canonical columns and dtypes; bad cells are missing. None when the header does not allow reading.
    rows : (n,) spreadsheet rows of the frame.
    names : canonical column -> the name found in the file, for later findings.
    """

    table: Table
    label: str
    frame: pd.DataFrame | None
    rows: I64
    names: dict[str, str]
    findings: tuple[Finding, ...]

    def finding(self, problem: Problem, column: str) -> Finding:
        """A problem of cells as a finding: the first row is its place, the others are listed."""
        rows = self.rows[problem.at]
        return Finding(
            problem.code, problem.severity, self.label, int(rows[0]), self.names.get(column, column),
            shown(problem.value), tuple(int(r) for r in rows[1:]), problem.params,
            tuple(shown(word) for word in problem.also),
        )  # fmt: skip


def read_table(
    raw: RawTable, table: Table, mapping: Headers, places: Gazetteer | None = None,
    on: date | None = None, labels: Mapping[str, Labels] | None = None,
) -> ReadTable:  # fmt: skip
    """Match the header, convert every column, check required cells.

    ``on`` is the date ages are counted to; ``labels`` what the words of a column mean in these files.

    The findings come in the order of the file: header, then columns from left to right, each by its first row.
    """
    if not raw.header:
        return ReadTable(table, raw.label, None, raw.rows, {}, raw.findings)
    below = _header_below(raw, table, mapping)
    if below is not None:
        return ReadTable(table, raw.label, None, raw.rows, {}, (*raw.findings, below))
    raw, again = _without_headers(_without_examples(raw))
    folded = fold(raw, table, mapping.headers, on)
    raw = _labelled(folded.raw, table, mapping, labels or {})
    matched = match(raw, table, mapping, places.declared if places is not None else None)
    names = {name: raw.header[i] for name, i in matched.known.items()}
    raw, totals = _without_totals(raw, table, matched.known)
    done = ReadTable(table, raw.label, None, raw.rows, names, ())
    findings = [*raw.findings, *again, *folded.findings, *matched.findings, *totals, *_at_limit(raw)]
    wanted = [c for c in table.columns if c.name in matched.known]
    made = _each(len(raw.rows), wanted, lambda c: _convert(raw, matched.known[c.name], c, places))
    series = dict(zip((c.name for c in wanted), (m.series for m in made), strict=True))
    for column, converted in sorted(
        zip(wanted, made, strict=True), key=lambda pair: matched.known[pair[0].name]
    ):
        problems = [*converted.problems, *_missing(column, converted, series)]
        for problem in sorted(problems, key=lambda p: int(p.at[0])):
            findings.append(done.finding(problem, column.name))
    if places is not None and {"qpv", "commune"} <= set(matched.known):
        findings += _quarters(done, raw.columns[matched.known["qpv"]], series["commune"], places)
    for name, i in matched.extra.items():
        converted = _extra(raw, i)
        series[name] = converted.series
        findings += [done.finding(p, raw.header[i]) for p in converted.problems]
    lacking = _without_choices(raw, table, mapping, series)
    if lacking is not None or not matched.usable:
        return replace(done, findings=(*findings, *([] if lacking is None else [lacking])))
    n = len(raw.rows)
    every = {c.name: series[c.name] if c.name in series else nothing(c, n) for c in table.columns}
    every |= {name: series[name] for name in matched.extra}
    # their arrays: pandas would align each series with the index, which is theirs already
    columns = {name: column.array for name, column in every.items()}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(n), copy=False)
    return replace(done, frame=frame, findings=tuple(findings))


def _header_below(raw: RawTable, table: Table, mapping: Headers) -> Finding | None:
    """The problem of a line of groups or of notes that stands over the names of the columns, where one does."""
    names = {plain(o) for c in table.columns for o in (mapping.headers.get(c.name, ""), *c.names) if o}
    needed = [
        {plain(o) for o in (mapping.headers.get(c.name, ""), *c.names) if o}
        for c in table.columns
        if c.required
    ]
    here = {plain(h) for h in raw.header}
    if all(options & here for options in needed):
        return None
    texts = [text for column in raw.columns if (text := as_text(column)) is not None]
    for i in range(min(len(raw.rows), _HEADER_LINES)):
        line = {plain(str(cell)) for text in texts if (cell := text[i].as_py())}
        if len(line & names) > max(_FEWEST_NAMES, len(here & names)):
            title = next((h for h in raw.header if h), "")
            return Finding(
                "READ_TITLE_ABOVE_HEADER", file=raw.label, row=raw.header_row, value=shown(title),
                params={"header": int(raw.rows[i])},
            )  # fmt: skip
    return None


def _labelled(raw: RawTable, table: Table, mapping: Headers, labels: Mapping[str, Labels]) -> RawTable:
    """The cells of columns that have a label table, under the words this table gives."""
    if not labels:
        return raw
    columns = list(raw.columns)
    place = {plain(name): i for i, name in enumerate(raw.header) if name}
    for column in table.columns:
        known = labels.get(column.name)
        named = (mapping.headers.get(column.name, ""), *column.names)
        i = next((place[plain(n)] for n in named if n and plain(n) in place), None)
        text = as_text(columns[i]) if known and i is not None else None
        if known and i is not None and text is not None:
            columns[i] = by_word(text, lambda word, known=known: _label(word, known)).arrow()  # type: ignore[misc]
    return replace(raw, columns=tuple(columns))


def _label(word: str, known: Labels) -> str:
    """The word under its label, whole or item by item."""
    if plain(word) in known:
        return known[plain(word)]
    return "|".join(known.get(plain(item), item.strip()) for item in word.split("|"))


def _quarters(done: ReadTable, values: Any, communes: pd.Series[Any], places: Gazetteer) -> list[Finding]:
    """QPV named in another commune than the row's: a warning for each name."""
    text = as_text(values)
    if text is None:
        return []
    words = by_word(text, places.quarter)
    findings = []
    here = communes.to_numpy(object)
    for i, known in enumerate(words.made):
        if not isinstance(known, tuple) or not known:
            continue
        at = np.flatnonzero(words.codes == i)
        at = at[[isinstance(here[j], str) and here[j] not in known for j in at]]
        if len(at):
            params = {"communes": ", ".join(f"{places.name(c)} {c}" for c in known)}
            problem = Problem("READ_QPV_ELSEWHERE", at, words.words[i], params, "warning")
            findings.append(done.finding(problem, "qpv"))
    return findings


def _at_limit(raw: RawTable) -> list[Finding]:
    """A table that ends on the last row of a spreadsheet was probably cut there: a warning."""
    last = int(raw.rows[-1]) if len(raw.rows) else 0
    if last not in _LAST_ROWS:
        return []
    return [Finding("READ_ROW_LIMIT", "warning", raw.label, last, value=str(last))]


def _each(n: int, columns: Iterable[Column], work: Callable[[Column], Converted]) -> list[Converted]:
    """The columns one by one, or by threads in a long table; the order never changes."""
    if n < THREADED:
        return [work(c) for c in columns]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, columns))


def _convert(raw: RawTable, position: int, column: Column, places: Gazetteer | None) -> Converted:
    """One column, the cells that the spreadsheet could not store taken out first."""
    marks = [m for m in raw.marks if m.column == position]
    shifted = raw.shifted if position else ()
    if not marks and not shifted:
        return convert(raw.columns[position], column, places)
    wrong = [m for m in marks if m.kind != "long" or column.kind not in NUMERIC]
    gone = [*(m.row for m in wrong), *shifted]
    converted = convert(_emptied(raw.columns[position], gone), column, places)
    problems = [*converted.problems, *_marked(wrong)]
    empty = converted.empty.copy()
    empty[gone] = False
    return Converted(converted.series, empty, tuple(problems))


def _emptied(values: Any, rows: Sequence[int]) -> Any:
    gone = np.zeros(len(values), bool)
    gone[list(rows)] = True
    return pc.if_else(pa.array(gone), pa.scalar(None, pa.string()), one_array(values))


def _marked(marks: list[Mark]) -> list[Problem]:
    found = []
    for kind, code in _MARKS.items():
        same = sorted((m for m in marks if m.kind == kind), key=lambda m: m.row)
        if same:
            found.append(Problem(code, np.array([m.row for m in same], np.int64), same[0].text))
    return found


def _missing(column: Column, converted: Converted, series: dict[str, pd.Series[Any]]) -> list[Problem]:
    """Required cells that are empty (the choices of a household whose perimeter was fixed may be)."""
    if not column.required or not converted.empty.any():
        return []
    lacking: NDArray[np.bool_] = converted.empty
    if column.name == "choices" and "dalo_perimeter" in series:
        lacking = lacking & series["dalo_perimeter"].isna().to_numpy(bool)
    if not lacking.any():
        return []
    fr, en = expected(column)
    at = np.flatnonzero(lacking)
    return [Problem("READ_VALUE_MISSING", at, "", {"expected_fr": fr, "expected_en": en})]


def _without_choices(
    raw: RawTable, table: Table, mapping: Headers, series: Mapping[str, pd.Series[Any]]
) -> Finding | None:
    """The missing column of choices, where a household of the file has no fixed perimeter in its place.

    Such a household could be housed nowhere: the header of the perimeter alone excuses nobody.
    """
    if "choices" in series or "dalo_perimeter" not in series or not series["dalo_perimeter"].isna().any():
        return None
    return missing_column(raw, table.column("choices"), mapping)


def _extra(raw: RawTable, position: int) -> Converted:
    """A column that a grid may declare: text, whatever it holds."""
    marks = [m for m in raw.marks if m.column == position and m.kind != "long"]
    gone = [*(m.row for m in marks), *(raw.shifted if position else ())]
    values = _emptied(raw.columns[position], gone) if gone else raw.columns[position]
    text = as_text(values)
    if text is None:
        return Converted(text_series(pa.nulls(len(values), pa.string())), np.ones(len(values), bool))
    converted = plain_text(text, None)
    return replace(converted, problems=(*converted.problems, *_marked(marks)))


def _without_examples(raw: RawTable) -> RawTable:
    """The lines that show how to fill a sheet leave the table in silence: their first cell says « EXEMPLE »."""
    first = as_text(raw.columns[0]) if raw.columns and len(raw.rows) else None
    if first is None:
        return raw
    hit = mask(pc.equal(pc.utf8_lower(first), EXAMPLE.lower()))
    return _kept(raw, ~hit) if hit.any() else raw


def _without_headers(raw: RawTable) -> tuple[RawTable, list[Finding]]:
    """Lines that say the names of the columns again leave the table, as one problem, so that their cells raise no others."""
    named = [i for i, name in enumerate(raw.header) if name]
    first = as_text(raw.columns[named[0]]) if named and len(raw.rows) else None
    if first is None:
        return raw, []
    hit = mask(pc.equal(pc.utf8_lower(first), raw.header[named[0]].lower()))
    for place in np.flatnonzero(hit):
        cells = {i: text[int(place)].as_py() for i in named if (text := as_text(raw.columns[i])) is not None}
        same = sum(plain(cell) == plain(raw.header[i]) for i, cell in cells.items() if cell)
        hit[place] = same > _FEWEST_NAMES and 2 * same > sum(bool(cell) for cell in cells.values())
    if not hit.any():
        return raw, []
    at = np.flatnonzero(hit)
    finding = Finding(
        "READ_HEADER_AGAIN", file=raw.label, row=int(raw.rows[at[0]]), column=raw.header[named[0]],
        value=shown(raw.header[named[0]]), rows=tuple(int(r) for r in raw.rows[at[1:]]),
    )  # fmt: skip
    return _kept(raw, ~hit), [finding]


def _kept(raw: RawTable, keep: NDArray[np.bool_]) -> RawTable:
    place = np.cumsum(keep) - 1
    marks = tuple(replace(m, row=int(place[m.row])) for m in raw.marks if keep[m.row])
    columns = tuple(one_array(c).filter(pa.array(keep)) for c in raw.columns)
    shifted = tuple(int(place[i]) for i in raw.shifted if keep[i])
    return replace(raw, columns=columns, rows=raw.rows[keep], marks=marks, shifted=shifted)


def _without_totals(
    raw: RawTable, table: Table, known: dict[str, int] | Any
) -> tuple[RawTable, list[Finding]]:
    """Lines that begin with « Total » leave the table, as one problem, so that their cells raise no others."""
    key = table.key[0] if table.key else table.columns[0].name
    if key not in known or not raw.columns or not len(raw.rows):
        return raw, []
    first, own = as_text(raw.columns[0]), as_text(raw.columns[known[key]])
    if first is None or own is None:
        return raw, []
    hit = mask(pc.match_substring_regex(first, _TOTAL))
    hit = hit & (nulls(own) | mask(pc.match_substring_regex(own, _TOTAL)))
    if not hit.any():
        return raw, []
    at = np.flatnonzero(hit)
    finding = Finding(
        "READ_TOTAL_LINE", file=raw.label, row=int(raw.rows[at[0]]), column=raw.header[0],
        value=shown(first[int(at[0])].as_py()), rows=tuple(int(r) for r in raw.rows[at[1:]]),
    )  # fmt: skip
    return _kept(raw, ~hit), [finding]
