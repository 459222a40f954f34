"""Parquet: columns in their own types; numbers are not turned into text and back. A limited child parses (``_parquet_child``)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.importers.encoding import kind_of
from optimizer.importers.raw import Opened, RawTable, refused
from optimizer.importers.registry import format

WALL_SECONDS = 900
_CHILD = Path(__file__).with_name("_parquet_child.py")
_LIMIT_SIGNALS = (-24, -9, -6, 137, 134)
"""Exit codes of a child stopped by its limits: CPU time, killed, aborted for lack of memory."""


def forget(path: Path, columns: Mapping[str, tuple[int, Sequence[int]]]) -> bytes:
    """As ``Forgetter``: the columns keep their names and hold nothing."""
    table = pq.read_table(path)
    ((_, positions),) = columns.values()
    for i in positions:
        table = table.set_column(i, table.column_names[i], pa.nulls(table.num_rows, pa.string()))
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), out)
    return out.getvalue()


@format(forget=forget, id="parquet", extensions=(".parquet",), title_fr="Parquet")
def read(path: Path, label: str) -> Opened:
    """The table of a Parquet file."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        return refused("READ_EMPTY_FILE", label)
    if not head.startswith(b"PAR1"):
        found = kind_of(head)
        return refused("READ_NOT_PARQUET", label, value=found[0] if found else None)
    said, table, code = _parsed(path)
    if code in _LIMIT_SIGNALS:
        return refused("READ_WORKBOOK_LIMITS", label)
    if "refused" in said:
        return refused(str(said["refused"]), label, params=dict(said["params"]))
    if code or table is None or table.num_rows != said.get("rows"):
        return refused("READ_NOT_PARQUET", label)
    rows = np.arange(table.num_rows, dtype=np.int64) + 2
    return Opened((RawTable(path.stem, label, tuple(table.column_names), 1, tuple(table.columns), rows),))


def _parsed(path: Path) -> tuple[dict[str, Any], pa.Table | None, int]:
    """What the child says of the file, its table, and how the child ended."""
    with subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", str(_CHILD), str(path.resolve())],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        watch = threading.Timer(WALL_SECONDS, child.kill)
        watch.start()
        said: dict[str, Any] = {}
        table = None
        try:
            said = json.loads(child.stdout.readline() or b"{}")
            if "rows" in said:
                table = pa.ipc.open_stream(child.stdout).read_all()
        except (ValueError, OSError, pa.ArrowException):
            table = None
        except BaseException:
            child.kill()
            raise
        finally:
            watch.cancel()
            child.stdout.close()
    return said, table, child.returncode
