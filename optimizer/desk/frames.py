"""Frames of a case row by row: texts, days, rows kept, rows made, rows in an order of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optimizer.domain.schema import TABLES


def where(frame: pd.DataFrame, keep: Sequence[bool]) -> pd.DataFrame:
    """Rows to keep; of a table without rows, its columns."""
    return frame.loc[np.asarray(keep, bool)]


def framed(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with the canonical dtypes of their table."""
    made: dict[str, Any] = {}
    for column in TABLES[name].columns:
        values = [row.get(column.name) for row in rows]
        if column.kind in ("date", "month"):
            made[column.name] = pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype(
                "datetime64[s]"
            )
        elif column.kind == "list":
            made[column.name] = pd.Series(
                ["|".join(v) if isinstance(v, (list, tuple)) else v for v in values], dtype="str"
            )
        else:
            made[column.name] = pd.Series(values, dtype=object).astype(column.dtype)  # type: ignore[call-overload]
    return pd.DataFrame(made)


def by_key(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by the key of their table, so that the order of an import changes no byte."""
    if not len(frame):
        return frame.reset_index(drop=True)
    by = [c for c in TABLES[name].key if c in frame.columns] or list(frame.columns)
    words = _words(frame, by)
    if len(set(words)) < len(words):  # rows of one key stand in the order of their other cells
        words = _words(frame, [*by, *(c for c in frame.columns if c not in by)])
    return frame.take(sorted(range(len(words)), key=words.__getitem__)).reset_index(drop=True)


def _words(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Cells of each row as texts, empty where nothing is written."""
    cells = [
        [str(x) if there else "" for x, there in zip(frame[c].astype(object), frame[c].notna(), strict=True)]
        for c in columns
    ]
    return list(zip(*cells, strict=True))


def texts_of(frame: pd.DataFrame, column: str) -> list[str]:
    """Cells as texts, empty where nothing is written."""
    return ["" if pd.isna(x) else str(x) for x in frame[column].astype(object)]


def days_of(frame: pd.DataFrame, column: str) -> list[date | None]:
    """Cells as days, None where nothing is written."""
    return [None if pd.isna(x) else pd.Timestamp(x).date() for x in frame[column]]
