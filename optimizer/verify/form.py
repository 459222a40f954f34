"""Tables as the run writes them, byte for byte: one way of writing each number, each text, each row.

The other checks read ``3,0``, ``3`` and `` 3`` as the same number; a spreadsheet, a script or a comparison of two files does not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.domain.guard import neutral, plain
from optimizer.verify.manifest import TABLES
from optimizer.verify.tables import BOM
from optimizer.verify.verdict import Findings, Unreadable, place

CHECK = "form"
WHOLE = frozenset(
    (
        "best_position", "best_rank", "candidates", "candidates_dalo", "candidates_income_unknown", "candidates_priority", "chosen",
        "den_before", "den_run", "num_before", "num_run", "of", "position", "qpv", "rank", "recent_move_ins", "rooms", "vacancy_days",
    )
)  # fmt: skip
PLACES: Mapping[str, int] = {
    **dict.fromkeys(WHOLE, 0),
    **dict.fromkeys(
        (
            "awaited", "best_score", "burden", "fit", "flux_behind", "flux_done", "flux_in_progress", "flux_remaining", "lean",
            "loss_at_most", "loss_points", "points", "points_gap", "points_needed", "price", "score", "value",
        ),
        2,
    ),
    **dict.fromkeys(
        (
            "acceptance_rate", "allowance", "den_remaining", "effort", "expected_num", "expected_rate", "flux_share", "rate_required",
            "residence_q1_share", "share", "shortfall", "tolerance",
        ),
        4,
    ),
    "marginal_points": 6,
}  # fmt: skip
"""Columns of numbers and the most decimals of each; every other column is of texts."""


def check_form(folder: Path, options: Mapping[str, Any], found: Findings) -> None:
    """Every CSV table of a result."""
    found.start(CHECK)
    french = options.get("csv", "french") == "french"
    delimiter, mark = (";", ",") if french else (",", ".")
    for stem in TABLES:
        file = folder / f"{stem}.csv"
        if file.is_file():
            raw = file.read_bytes()
            rows = _rows(raw, delimiter, file.name)
            if raw != (BOM if french else b"") + _written(rows, delimiter):
                found.add(CHECK, _first_line(raw.removeprefix(BOM), rows, delimiter, stem))
            _check_cells(stem, rows, mark, found)
        elif file.with_suffix(".parquet").is_file():
            _check_columns(file.with_suffix(".parquet"), stem, found)


def _check_columns(file: Path, stem: str, found: Findings) -> None:
    """Of a Parquet table: numbers are numbers, with no more decimals than the CSV has."""
    with pq.ParquetFile(file) as book:
        kinds = {column.name: column.type for column in book.schema_arrow if column.name in PLACES}
        for name, kind in kinds.items():
            fine = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)
            found.demand(CHECK, fine, place(stem, -1, name))
        first = 0
        floats = [name for name, kind in kinds.items() if pa.types.is_floating(kind)]
        for batch in book.iter_batches(columns=floats):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                values = column.drop_null().to_numpy(zero_copy_only=False)
                scale = 10.0 ** PLACES[name]
                if not bool(((np.rint(values * scale) / scale == values) | np.isnan(values)).all()):
                    found.add(CHECK, place(stem, first, name))
            first += batch.num_rows


def _rows(raw: bytes, delimiter: str, name: str) -> list[list[str]]:
    try:
        text = raw.removeprefix(BOM).decode()
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable(name, "CSV") from error


def _written(rows: Iterable[Sequence[str]], delimiter: str) -> bytes:
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return sink.getvalue().encode()


def _first_line(raw: bytes, rows: Iterable[Sequence[str]], delimiter: str, stem: str) -> str:
    """The first row that is written otherwise; the head of the file where every row is as it should be."""
    for i, row in enumerate(rows):
        right = _written([row], delimiter)
        if not raw.startswith(right):
            return place(stem, i - 1)
        raw = raw[len(right) :]
    return place(stem, -1)


def _check_cells(stem: str, rows: list[list[str]], mark: str, found: Findings) -> None:
    heads = rows[0] if rows else []
    for j, name in enumerate(heads):
        odd = _odd_numbers(PLACES[name], mark) if name in PLACES else _odd_texts
        column = [row[j] if j < len(row) else "" for row in rows[1:]]
        wrong = odd(set(column))
        if wrong:
            at = [i for i, cell in enumerate(column) if cell in wrong]
            found.add(CHECK, place(stem, at[0], name), len(at))
    short = [i for i, row in enumerate(rows) if len(row) != len(heads)]
    if short:
        found.add(CHECK, place(stem, short[0] - 1), len(short))


def _odd_numbers(places: int, mark: str) -> Any:
    tail = rf"({re.escape(mark)}\d{{0,{places - 1}}}[1-9])?" if places else ""
    right = re.compile(rf"(-?(0|[1-9]\d*){tail})?")

    def odd(cells: set[str]) -> set[str]:
        return {cell for cell in cells if not right.fullmatch(cell) or cell == "-0"}

    return odd


def _odd_texts(cells: set[str]) -> set[str]:
    """White space around a text, a formula that is not guarded, a guard that guards nothing."""
    return {cell for cell in cells if cell != cell.strip() or neutral(plain(cell)) != cell}
