"""Parquet: columns in their own types; numbers are not turned into text and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.importers.encoding import kind_of
from optimizer.importers.raw import Opened, RawTable, refused
from optimizer.importers.registry import format

MAX_ROWS = 50_000_000
MAX_COLUMNS = 1000


@format(id="parquet", extensions=(".parquet",), title_fr="Parquet")
def read(path: Path, label: str) -> Opened:
    """The table of a Parquet file."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        return refused("READ_EMPTY_FILE", label)
    if not head.startswith(b"PAR1"):
        found = kind_of(head)
        return refused("READ_NOT_PARQUET", label, value=found[0] if found else None)
    try:
        with pq.ParquetFile(path) as file:
            count, width = file.metadata.num_rows, file.metadata.num_columns
            if count > MAX_ROWS:
                return refused("READ_TOO_MANY_ROWS", label, params={"count": count, "limit": MAX_ROWS})
            if width > MAX_COLUMNS:
                return refused("READ_TOO_MANY_COLUMNS", label, params={"count": width, "limit": MAX_COLUMNS})
            table = file.read()
        # Texts that are not UTF-8 would only be noticed where a word is shown.
        table.validate(full=True)
        names = [name.strip() for name in table.column_names]
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return refused("READ_NOT_PARQUET", label)
    kept = [i for i, name in enumerate(names) if not name.startswith("__index_level_")]
    return Opened(
        (
            RawTable(
                path.stem,
                label,
                tuple(names[i] for i in kept),
                1,
                tuple(table.column(i) for i in kept),
                np.arange(table.num_rows, dtype=np.int64) + 2,
            ),
        )
    )
