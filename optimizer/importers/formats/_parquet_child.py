"""Run in a child process: reads a Parquet file whole, then hands its columns on as an Arrow stream.

``python -P _parquet_child.py FILE``. Standard library and pyarrow only; memory, time and writing are limited first, so that
whatever a hostile file does ends here. Printed: one line of JSON, ``{"rows": …}`` followed by the stream, or
``{"refused": code, "params": {…}}``. Any other end means that the file is damaged.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

MEMORY = 3 << 30
MEMORY_PER_BYTE = 30
"""A country's tables unpack to some ten times their file; reading and handing on takes both forms at once."""
CPU_SECONDS = 600
MAX_ROWS = 50_000_000
MAX_COLUMNS = 1000
FREE = 256 << 20
"""Unpacked bytes that no file is too small for."""
MAX_RATIO = 60
"""Beyond :data:`FREE`, unpacked bytes per byte of the file; the largest synthetic country has 12."""
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""The years 1 to 9999, in days from 1970: what a calendar date can be."""


def limit_process(size: int) -> None:
    """Bounds on memory, time and files written, where the system knows them."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY + MEMORY_PER_BYTE * size), (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))


def main(path: str) -> int:
    size = os.path.getsize(path)
    limit_process(size)
    # Arrow loads them where it finds them, for objects that no file holds: half of the child's time
    sys.modules.update(dict.fromkeys(("numpy", "pandas")))  # type: ignore[arg-type]
    import pyarrow as pa
    import pyarrow.parquet as pq

    def refuse(code: str, **params: object) -> int:
        sys.stdout.write(json.dumps({"refused": code, "params": params}) + "\n")
        return 0

    try:
        with pq.ParquetFile(path) as file:
            count, width = file.metadata.num_rows, file.metadata.num_columns
            if count > MAX_ROWS:
                return refuse("READ_TOO_MANY_ROWS", count=count, limit=MAX_ROWS)
            if width > MAX_COLUMNS:
                return refuse("READ_TOO_MANY_COLUMNS", count=width, limit=MAX_COLUMNS)
            groups, total = [], 0
            for number in range(file.num_row_groups):
                groups.append(file.read_row_group(number, use_threads=False))
                total += groups[-1].nbytes
                if total > FREE and total > MAX_RATIO * size:
                    return refuse(
                        "READ_UNFOLDS_TOO_BIG",
                        size=total // 1_000_000,
                        limit=max(FREE, MAX_RATIO * size) // 1_000_000,
                    )
            table = pa.concat_tables(groups) if groups else file.schema_arrow.empty_table()
        # Texts that are not UTF-8 would only be noticed where a word is shown.
        table.validate(full=True)
        names = [name.strip() for name in table.column_names]
        kept = [i for i, name in enumerate(names) if not name.startswith("__index_level_")]
        columns = [readable(table.column(i)) for i in kept]
        schema = pa.schema([pa.field(names[i], c.type) for i, c in zip(kept, columns, strict=True)])
        table = pa.Table.from_arrays(columns, schema=schema)
    except MemoryError:
        return refuse("READ_WORKBOOK_LIMITS")
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return refuse("READ_NOT_PARQUET")
    sys.stdout.write(json.dumps({"rows": table.num_rows}) + "\n")
    sys.stdout.flush()
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)
    return 0


def readable(column: Any) -> Any:
    """A column whose every cell can be read or refused one by one: days no calendar has as text, lists of lists as a record."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inner = kind.value_type
        if pa.types.is_nested(inner) or pa.types.is_fixed_size_list(kind) or pa.types.is_binary(inner):
            chunks = [pa.StructArray.from_arrays([chunk], ["list"]) for chunk in column.chunks]
            return pa.chunked_array(chunks, pa.struct([("list", kind)]))
        return column
    if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return column
    days = pc.cast(pc.cast(column, pa.date32(), safe=False), pa.int32())
    wrong = pc.fill_null(pc.or_(pc.less(days, _FIRST_DAY), pc.greater(days, _LAST_DAY)), False)
    if pa.types.is_timestamp(kind):  # days beyond 32 bits have wrapped around
        unit = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[kind.unit]
        raw = pc.cast(column, pa.int64())
        far = pc.or_(
            pc.greater(pc.divide(raw, unit), _LAST_DAY), pc.less(pc.divide(raw, unit), _FIRST_DAY - 1)
        )
        wrong = pc.or_(wrong, pc.fill_null(far, False))
    if not pc.any(wrong).as_py():
        return column
    shown = pc.cast(pc.cast(column, pa.int32() if pa.types.is_date32(kind) else pa.int64()), pa.string())
    safe = pc.cast(pc.if_else(wrong, pa.scalar(0, pa.int32()), days), pa.date32())
    return pc.if_else(wrong, shown, pc.cast(safe, pa.string()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
