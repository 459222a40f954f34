"""Tables as files: French CSV by default, international on request, Parquet when they are long.

French: ``;``, decimal comma, UTF-8 with BOM, CRLF-free lines. A text cell that a spreadsheet would run as a formula
(leading ``= + - @``, tab, carriage return or NUL) is neutralised by an apostrophe, reversibly; numbers stay numbers. The decimals
written are those of the column's own kind, so that the identity of the objective holds on the published files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.domain.guard import neutral

Style = Literal["french", "international"]
PARQUET_FROM = 50_000
"""Above this many lines the tables are written as Parquet (design §8)."""
ROW_GROUP = 1 << 20
"""Rows of a row group of a Parquet file."""

_FOUR = (
    "share",
    "tolerance",
    "rate_required",
    "den_remaining",
    "allowance",
    "expected_num",
    "num_expected",
    "den_expected",
    "shortfall",
    "effort",
    "target",
)
_SIX = ("marginal_points", "turnover")
"""A turnover is read to the millionth: the stock of the next year is a file that is read again."""

_EVERY_DIGIT = 1e15
"""From here on a number has no decimals left to round."""


def number(value: float, decimals: int, style: Style) -> str:
    """A number without trailing zeros, with the style's decimal mark; empty for NaN.

    Read exactly as it is written, half away from zero, as pages do.

    >>> number(0.15625, 4, "french"), number(-0.5, 0, "french"), number(1e-7, 6, "french")
    ('0,1563', '-1', '0')
    """
    if value != value:
        return ""
    text = repr(float(value))
    if abs(value) >= _EVERY_DIGIT:
        text = f"{value:.{decimals}f}"
    elif "e" in text or len(text) - text.find(".") - 1 > decimals:
        text = f"{Decimal(text).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return text.replace(".", ",") if style == "french" else text


def decimals_of(column: str) -> int:
    """Decimals kept in a column: 4 for rates and shares, 6 for marginal points and turnovers, 2 for points."""
    if column in _FOUR or column.endswith(("_share", "_rate")):
        return 4
    return 6 if column in _SIX else 2


def _texts(series: pd.Series, style: Style) -> list[str]:
    kind = series.dtype
    if isinstance(kind, pd.BooleanDtype) or kind == np.bool_:
        return ["" if pd.isna(x) else str(int(bool(x))) for x in series]
    if pd.api.types.is_integer_dtype(kind):
        return ["" if pd.isna(x) else str(int(x)) for x in series]
    if pd.api.types.is_float_dtype(kind):
        places = decimals_of(str(series.name))
        return [number(float(x), places, style) for x in series.tolist()]
    if pd.api.types.is_datetime64_any_dtype(kind):
        return ["" if pd.isna(x) else x.strftime("%Y-%m-%d") for x in series]
    out = []
    for x in series.tolist():
        if type(x) is str:
            # most cells are texts that begin with a letter or a digit
            out.append(x if x[:1].isalnum() else neutral(x))
        elif x is None or (isinstance(x, float) and x != x) or x is pd.NA:
            out.append("")
        elif isinstance(x, bool):
            out.append(str(int(x)))
        elif isinstance(x, (int, np.integer)):
            out.append(str(int(x)))
        elif isinstance(x, (float, np.floating)):
            out.append(number(float(x), decimals_of(str(series.name)), style))
        else:
            out.append(neutral(str(x)))
    return out


def csv_bytes(frame: pd.DataFrame, style: Style = "french") -> bytes:
    """The table as CSV bytes (same input, same bytes)."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=";" if style == "french" else ",", lineterminator="\n")
    writer.writerow([str(c) for c in frame.columns])
    columns: Sequence[list[str]] = [_texts(frame[c], style) for c in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    text = sink.getvalue().encode("utf-8")
    return b"\xef\xbb\xbf" + text if style == "french" else text


def write_table(
    frame: pd.DataFrame, folder: Path, stem: str, *, style: Style = "french", parquet: bool = False
) -> str:
    """Write one table and return the file's name (``proposals.csv`` or ``proposals.parquet``)."""
    if parquet:
        return write_parts([frame], folder, stem)
    name = f"{stem}.csv"
    (folder / name).write_bytes(csv_bytes(frame, style))
    return name


def write_parts(parts: Iterable[pd.DataFrame], folder: Path, stem: str) -> str:
    """Write a table to Parquet part by part: memory grows with a part, never with the table. Returns the file's name."""
    name = f"{stem}.parquet"
    writer: pq.ParquetWriter | None = None
    try:
        for frame in parts:
            for start in range(0, max(1, len(frame)), ROW_GROUP):
                block = pa.Table.from_pandas(
                    frame.iloc[start : start + ROW_GROUP],
                    schema=None if writer is None else writer.schema,
                    preserve_index=False,
                    nthreads=1,  # threads started for each part cost more than they save
                )
                if writer is None:
                    writer = pq.ParquetWriter(folder / name, block.schema)
                writer.write_table(block)
    finally:
        if writer is not None:
            writer.close()
    return name
