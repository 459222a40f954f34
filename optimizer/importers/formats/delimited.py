"""CSV: ``;``, ``,`` or tab; UTF-8 with or without mark, or Windows-1252; quoted cells may hold line ends.

Arrow reads regular files; anything irregular (blank lines inside, odd quotes, ragged rows, a title) goes through the
slow reader, which knows the row of each problem.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from optimizer.errors import Finding
from optimizer.importers.encoding import Refused, to_utf8
from optimizer.importers.raw import Opened, RawTable, one_line, refused, shown, title_above
from optimizer.importers.registry import format

DELIMITERS = (";", ",", "\t")
MAX_COLUMNS = 1000
MAX_MEGABYTES = 4000
MAX_CELL = 131_072
_HEAD_LINES = 10
_TITLE_LINES = 15


def forget(path: Path, columns: Mapping[str, tuple[int, Sequence[int]]]) -> bytes:
    """As ``Forgetter``: each record stays at its row."""
    raw = to_utf8(path.read_bytes())
    assert not isinstance(raw, Refused)  # it was read
    delimiter = _delimiter(raw, next((line for line in _lines(raw) if line.strip()), "")) or DELIMITERS[0]
    ((header_row, positions),) = columns.values()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for row, record in enumerate(_records(raw.decode("utf-8"), delimiter), start=1):
        below = row > header_row
        writer.writerow(["" if below and i in positions else cell for i, cell in enumerate(record)])
    return out.getvalue().encode("utf-8")


@format(
    forget=forget, id="csv", extensions=(".csv", ".tsv", ".txt"), title_fr="CSV (« ; », « , » ou tabulation)"
)
def read(path: Path, label: str) -> Opened:
    """The table of a CSV file, every cell as text."""
    size = path.stat().st_size
    if size > MAX_MEGABYTES * 1_000_000:
        return refused("READ_FILE_TOO_BIG", label, params={"size": size // 1_000_000, "limit": MAX_MEGABYTES})
    raw = to_utf8(path.read_bytes())
    if isinstance(raw, Refused):
        return refused(raw.code, label, params=raw.params)
    raw = raw.rstrip(b"\r\n")
    first = next((line for line in _lines(raw) if line.strip()), "")
    delimiter = _delimiter(raw, first)
    if delimiter is None:
        return refused("READ_DELIMITER", label, row=1, value=shown(first))
    table = None if _irregular(raw, delimiter) else by_columns(raw, delimiter, path.stem, label)
    return Opened((table,)) if table is not None else by_records(raw, delimiter, path.stem, label)


def _lines(raw: bytes) -> Iterator[str]:
    """The first physical lines."""
    head = raw[:1_000_000].decode("utf-8", errors="ignore")
    return islice(iter(re.split("\r\n|\n|\r", head)), _HEAD_LINES)


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def _delimiter(raw: bytes, first: str) -> str | None:
    """The most frequent delimiter of the header, else of the lines below; None for ``|``, ``;`` for one column."""
    if first.count("|") > 1 and not any(_outside_quotes(first, d) for d in DELIMITERS):
        return None
    for line in (first, *_lines(raw)):
        counts = [_outside_quotes(line, d) for d in DELIMITERS]
        if max(counts):
            return DELIMITERS[counts.index(max(counts))]
    return DELIMITERS[0]


def _irregular(raw: bytes, delimiter: str) -> bool:
    """Whether Arrow would skip lines or swallow quotes without a word."""
    if raw[:1] in (b"\n", b"\r") or b"\n\n" in raw or b"\n\r\n" in raw:
        return True
    if b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n"):
        return True
    if b'"' not in raw:
        return False
    if raw.count(b'"') % 2:
        return True
    # A quote neither beside a delimiter, a line end nor another quote is inside a cell: the slow reader judges it.
    d = re.escape(delimiter.encode())
    return re.search(rb'[^"\r\n' + d + rb']"(?!["\r\n' + d + rb"]|\Z)", raw) is not None


def by_columns(raw: bytes, delimiter: str, name: str, label: str) -> RawTable | None:
    """Arrow's reader; None when a row does not have the cells of the header."""
    end = raw.find(b"\n")
    head = (raw if end < 0 else raw[:end]).decode("utf-8").rstrip("\r")
    if head.count('"') % 2 or len(head) > MAX_CELL:
        return None
    header = [one_line(cell) for cell in next(csv.reader([head], delimiter=delimiter))]
    if not 2 <= len(header) <= MAX_COLUMNS or sum(1 for h in header if h) < 2:
        return None
    names = [str(i) for i in range(len(header))]
    body = b"" if end < 0 else memoryview(raw)[end + 1 :]
    if not len(body):
        empty = tuple(pa.array([], pa.string()) for _ in names)
        return RawTable(name, label, tuple(header), 1, empty, np.zeros(0, np.int64))
    try:
        table = pacsv.read_csv(
            pa.py_buffer(body),
            read_options=pacsv.ReadOptions(column_names=names, block_size=1 << 20),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in raw),
            convert_options=pacsv.ConvertOptions(
                column_types={n: pa.string() for n in names},
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    rows = np.arange(table.num_rows, dtype=np.int64) + 2
    empty_rows = _empty_rows(table)
    if empty_rows is not None:
        table = table.filter(pc.invert(empty_rows))
        rows = rows[~np.asarray(empty_rows.to_numpy(zero_copy_only=False), bool)]
    return RawTable(name, label, tuple(header), 1, tuple(table.columns), rows)


def _empty_rows(table: pa.Table) -> pa.Array | None:
    """Mask of the rows without any value, or None when there is none."""
    mask = None
    for column in table.columns:
        if not column.null_count:
            return None
        nulls = column.combine_chunks().is_null()
        mask = nulls if mask is None else pc.and_(mask, nulls)
        if not pc.any(mask).as_py():
            return None
    return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def by_records(raw: bytes, delimiter: str, name: str, label: str) -> Opened:
    """Record by record: rows are numbered as a spreadsheet numbers them."""
    found: list[tuple[int, list[str]]] = []
    row = 0
    records = _records(raw.decode("utf-8"), delimiter)
    try:
        for record in records:
            row += 1
            if any(cell.strip() for cell in record):
                found.append((row, record))
    except csv.Error as error:
        return _broken(str(error), row + 1, label)
    if not found:
        return refused("READ_EMPTY_FILE", label)
    above = title_above([cells for _, cells in found[:_TITLE_LINES]])
    if above is not None:
        title = next(cell for cell in found[0][1] if cell.strip())
        return refused(
            "READ_TITLE_ABOVE_HEADER", label, row=found[0][0], value=shown(title.strip()),
            params={"header": found[above][0]},
        )  # fmt: skip
    header = [one_line(cell) for cell in found[0][1]]
    if len(header) > MAX_COLUMNS:
        return refused(
            "READ_TOO_MANY_COLUMNS", label, row=1, params={"count": len(header), "limit": MAX_COLUMNS}
        )
    return Opened((_regular(found, header, name, label),))


def _broken(error: str, row: int, label: str) -> Opened:
    if "unexpected end" in error:
        return refused("READ_QUOTE_OPEN", label, row=row)
    if "field larger" in error:
        return refused("READ_CELL_HUGE", label, row=row, params={"limit": MAX_CELL})
    return refused("READ_QUOTE_MISPLACED", label, row=row)


def _regular(found: list[tuple[int, list[str]]], header: list[str], name: str, label: str) -> RawTable:
    """Columns of the records; rows with other cells than the header are findings, and padded, or cut and not judged any further."""
    width = len(header)
    body: list[list[str | None]] = []
    rows, ragged, shifted = [], [], []
    for row, record in found[1:]:
        extra = any(cell.strip() for cell in record[width:])
        if extra or len(record) < width:
            ragged.append((row, len(record)))
        if extra:
            shifted.append(len(body))
        body.append([cell if cell.strip() else None for cell in (record + [""] * width)[:width]])
        rows.append(row)
    findings: tuple[Finding, ...] = ()
    if ragged:
        finding = Finding(
            "READ_RAGGED_ROW", file=label, row=ragged[0][0], value=str(ragged[0][1]),
            rows=tuple(r for r, _ in ragged[1:]), params={"count": ragged[0][1], "width": width},
        )  # fmt: skip
        findings = (finding,)
    columns = [pa.array([line[i] for line in body], pa.string()) for i in range(width)]
    return RawTable(
        name, label, tuple(header), found[0][0], tuple(columns), np.array(rows, np.int64),
        findings=findings, shifted=tuple(shifted),
    )  # fmt: skip
