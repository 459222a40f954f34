"""What the files beside a desk say of one household: the rows of each import, what each proposal computed of it.

Only its own rows are read out, and of a proposal only the columns that are about it alone: a list, a difference of points or the
household that passed before belong to somebody else too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from optimizer.desk.agenda import run_id_of
from optimizer.domain.guard import plain
from optimizer.errors import AttrifluxError, Lang, said
from optimizer.importers.cells import as_text
from optimizer.importers.mapping import Mappings, headers_for, read_mappings
from optimizer.importers.raw import RawTable
from optimizer.importers.reading import COLUMNS_FILE
from optimizer.importers.registry import format_of
from optimizer.importers.words import plain as folded
from optimizer.presentation.reading_back import read_back
from optimizer.runs.why_answer import why
from optimizer.store.clock import today
from optimizer.store.law import law

OWN: Mapping[str, tuple[str, ...]] = {
    "applications": ("status", "reason", "best_rank", "dwelling_id"),
    "scores": ("epci", "grid", "criterion", "points"),
    "proposals": (
        "dwelling_id", "account", "rank", "score", "fit", "burden", "lean", "value", "effort", "q1", "flags", "reason",
    ),
    "prospects": ("dwelling_id", "account", "rank", "score", "value"),
}  # fmt: skip
"""Tables of a proposal in which a household has rows, and their columns that are about it alone."""
NUMBER, LETTERS = "application_id", "priority_codes"
DECISION, REASON, AUTHOR = "decision", "reason", "author"
"""Columns of the decisions of an import: what was decided, why, and who of the staff wrote it."""
LEAST = 4
"""Signs from which a cell can only be a number of a household: a household of two persons is no « 2 »."""


@dataclass(frozen=True)
class ImportedRow:
    """One row of an import: header -> cell, as they stand in the file; empty cells are left out."""

    table: str
    row: int
    cells: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)
    """Those that hold letters of L. 441-1, or the reason of a decision that tells as much: no paper prints them, as some tell violence and
    a paper may be read at home by its author."""


@dataclass(frozen=True)
class Imported:
    """An import that holds the household."""

    name: str
    kept_on: date
    rows: tuple[ImportedRow, ...]


@dataclass(frozen=True)
class Computed:
    """A proposal that examined the household: its own rows of each table, and its letter."""

    name: str
    kept_on: date
    tables: Mapping[str, tuple[Mapping[str, str], ...]]
    letter: tuple[str, ...]
    run_id: str = ""
    """Number under which the desk knows it, empty where it cannot be told."""


@dataclass(frozen=True)
class SubjectFiles:
    """Newest first."""

    imports: tuple[Imported, ...] = ()
    runs: tuple[Computed, ...] = ()
    unread: tuple[str, ...] = ()
    """Names of files that could not be read: a person has to look into them."""


def files_of(number: str, cases: Iterable[Path], results: Iterable[Path], lang: Lang) -> SubjectFiles:
    """Look for a household in imports (folders of files, or workbooks) and in folders of results."""
    unread: list[str] = []
    imports = [found for case in cases if (found := _imported(case, number, lang, unread)) is not None]
    runs = [run for result in results if (run := _computed(result, number, lang, unread)) is not None]
    return SubjectFiles(
        tuple(sorted(imports, key=lambda x: (x.kept_on, x.name), reverse=True)),
        tuple(sorted(runs, key=lambda x: (x.kept_on, x.name), reverse=True)),
        tuple(unread),
    )


def _imported(case: Path, number: str, lang: Lang, unread: list[str]) -> Imported | None:
    files = [case] if case.is_file() else sorted(p for p in case.iterdir() if p.is_file())
    rows: list[ImportedRow] = []
    own = next((p for p in files if p.name == COLUMNS_FILE), None)
    given = Mappings() if own is None else read_mappings(own.read_bytes(), own.name)[0]
    heads = {name: headers_for(name, given) for name in (NUMBER, LETTERS, DECISION, REASON, AUTHOR)}
    for path in files:
        if (kind := format_of(path.suffix)) is None or not _may_hold(path, number):
            continue
        opened = kind.read(path, path.name)
        if not opened.tables:
            unread.append(f"{case.name}/{path.name}")
        for table in opened.tables:
            rows += _own_rows(table, number, heads, lang)
    return Imported(case.name, _kept_on(files), tuple(rows)) if rows else None


def _own_rows(
    table: RawTable, number: str, heads: Mapping[str, frozenset[str]], lang: Lang
) -> Iterator[ImportedRow]:
    """Rows of which the household is the one; where its number stands in another column, the row is somebody else's."""
    columns = {
        i: text.to_pylist() for i, column in enumerate(table.columns) if (text := as_text(column)) is not None
    }
    named = [i for i in columns if folded(table.header[i]) in heads[NUMBER]] or list(columns)
    owners = named[:1] if len(named) < len(columns) else named
    at = sorted({k for i in owners for k, cell in enumerate(columns[i]) if _joined(cell) == number})
    households = (
        {_joined(cell) for i in owners for cell in columns[i]} if at and len(named) < len(columns) else set()
    )
    apart = frozenset(law(today(datetime.now(UTC))).value("apart_reasons"))
    for k in at:
        cells = {table.header[i] or f"#{i + 1}": str(cells[k]) for i, cells in columns.items() if cells[k]}
        decided = any(folded(head) in heads[DECISION] for head in cells)
        letters = {
            head: cell
            for head, cell in cells.items()
            if folded(head) in heads[LETTERS]
            or (decided and folded(head) in heads[REASON] and cell.strip().casefold() in apart)
        }
        shown = {
            head: said("SUBJECT.HOUSEHOLD", lang)
            if (joined := _joined(cell)) != number and joined in households and len(joined) >= LEAST
            else said("SUBJECT.APART", lang)
            if head in letters
            else said("SUBJECT.AGENT", lang)
            if folded(head) in heads[AUTHOR]
            else cell
            for head, cell in cells.items()
        }
        yield ImportedRow(table.label, int(table.rows[k]), shown, letters)


def _may_hold(path: Path, number: str) -> bool:
    """Whether a file is worth reading: a text without the number holds nobody of it."""
    if path.suffix.lower() != ".csv":
        return True
    content = path.read_bytes()
    if b"\0" in content:  # UTF-16: its letters stand apart
        return True
    return number.encode() in b"".join(content.split(b" ")) or any(
        sign in content for sign in (b"\xc2\xa0", b"\xa0")
    )


def _joined(cell: str | None) -> str:
    return "".join((cell or "").split())


def _computed(result: Path, number: str, lang: Lang, unread: list[str]) -> Computed | None:
    try:
        tables = {stem: tuple(_rows(result, stem, number)) for stem in OWN}
    except (OSError, ValueError):
        unread.append(result.name)
        return None
    if not any(tables.values()):
        return None
    try:
        letter = why(result, number, letter=True, lang=lang).lines
    except (AttrifluxError, OSError, ValueError):  # an index of another version
        letter = ()
    known = run_id_of(result) if (result / "certificate.json").is_file() else ""
    return Computed(result.name, _kept_on([result / "applications.csv"]), tables, letter, known)


def _rows(result: Path, stem: str, number: str) -> list[dict[str, str]]:
    """The household's rows of a table, with the columns of :data:`OWN`. A table of a hundred thousand rows is not taken apart for two."""
    path = result / f"{stem}.csv"
    if not path.is_file():
        frame = read_back(result, stem)
        found = [] if frame is None else frame[frame[NUMBER] == number].to_dict("records")
    else:
        head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        mark = ";" if head.count(";") >= head.count(",") else ","
        names = next(csv.reader([head], delimiter=mark))
        kept = (line for line in lines if number in line)
        read = csv.reader(io.StringIO("\n".join(kept)), delimiter=mark)
        found = [dict(zip(names, map(plain, cells), strict=False)) for cells in read]
    return [
        {name: str(row.get(name, "")) for name in OWN[stem]}
        for row in found
        if str(row.get(NUMBER, "")) == number
    ]


def _kept_on(files: Iterable[Path]) -> date:
    """The day the files came to the machine."""
    times = [path.stat().st_mtime for path in files if path.is_file()]
    return today(datetime.fromtimestamp(max(times, default=0.0), UTC))
