"""A table that a run wrote, read back as text: both CSV dialects, or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from optimizer.domain.guard import plain


def read_back(folder: Path, stem: str, columns: Sequence[str] | None = None) -> pd.DataFrame | None:
    """The table ``stem`` of a folder, every column as text (empty: no value); None when there is no such file.

    ``columns``: the only ones wanted, all of which must be there.

    Raises
    ------
    ValueError, OSError
        The file is there and cannot be read, or a column is missing.
    """
    path = folder / f"{stem}.csv"
    if path.is_file():
        frame = _from_csv(path)
        return frame if columns is None else _only(frame, columns)
    path = folder / f"{stem}.parquet"
    if path.is_file():
        frame = pd.read_parquet(path, columns=None if columns is None else list(columns))
        return pd.DataFrame({str(c): ["" if pd.isna(x) else str(x) for x in frame[c]] for c in frame.columns})
    return None


def _only(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"missing columns: {', '.join(missing)}")
    return frame[list(columns)]


def _from_csv(path: Path) -> pd.DataFrame:
    """Neutralised cells get their text back."""
    text = path.read_text(encoding="utf-8-sig")
    head = text.split("\n", 1)[0]
    french = head.count(";") >= head.count(",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if french else ",", strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ValueError(f"{path.name}: {error}") from None
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"{path.name}: rows of different lengths")
    columns = {name: [plain(row[j]) for row in rows[1:]] for j, name in enumerate(rows[0])}
    return pd.DataFrame(columns, dtype=object)
