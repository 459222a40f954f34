"""Arrow columns of a chunk, and their assembly into the tables of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import TABLES
from optimizer.domain.schema import Kind

CHUNK = 1 << 16
"""Rows drawn together; part of the contract of reproducibility, since each chunk has its own streams."""

Columns = dict[str, Any]
"""Column name -> arrow array, all of one length."""

_ARROW: dict[str, Any] = {
    "int": pa.int64(), "rooms": pa.int64(), "decimal": pa.float64(), "money": pa.float64(), "rate": pa.float64(),
    "bool": pa.bool_(), "date": pa.timestamp("s"), "month": pa.timestamp("s"),
}  # fmt: skip
_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
_GRID_KINDS: dict[str, Kind] = {
    "code": "text",
    "bool": "bool",
    "date": "date",
    "integer": "int",
    "number": "decimal",
}


def chunks(n: int) -> Iterable[tuple[int, int, int]]:
    """(number, first row, row after the last) of each chunk; none for no row."""
    for number, low in enumerate(range(0, n, CHUNK)):
        yield number, low, min(n, low + CHUNK)


def words(codes: NDArray[np.int64], vocabulary: Sequence[str | None]) -> Any:
    """Text of each code."""
    return pa.array(vocabulary, pa.string()).take(pa.array(codes))


def numbers(values: NDArray[np.int64], known: NDArray[np.bool_] | None = None) -> Any:
    """Whole numbers, empty where not known."""
    return pa.array(values.astype(np.int64), mask=None if known is None else ~known)


def decimals(values: NDArray[np.int64], unit: int, known: NDArray[np.bool_] | None = None) -> Any:
    """Whole numbers of 1/``unit`` as decimals, empty where not known."""
    return pa.array(values / unit, mask=None if known is None else ~known)


def flags(values: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> Any:
    """Booleans, empty where not known."""
    return pa.array(values, mask=None if known is None else ~known)


def days(values: NDArray[np.int64], known: NDArray[np.bool_] | None = None) -> Any:
    """Days since 1970 as dates, empty where not known."""
    stamps = values.astype("datetime64[D]").astype("datetime64[s]")
    return pa.array(stamps, mask=None if known is None else ~known)


def texts(values: Sequence[str] | NDArray[np.object_], known: NDArray[np.bool_] | None = None) -> Any:
    """Texts, empty where not known."""
    return pa.array(values, pa.string(), mask=None if known is None else ~known)


def joined(values: Any, counts: NDArray[np.int64]) -> Any:
    """Lists as ``|`` texts: ``values`` one after the other, ``counts`` of them per row; no item = empty cell."""
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    lists = pa.ListArray.from_arrays(offsets, values)
    text = pc.binary_join(lists, "|")
    return pc.if_else(pa.array(counts > 0), text, pa.scalar(None, pa.string()))


def to_arrow(name: str, columns: Mapping[str, Any], extra: Mapping[str, str] | None = None) -> Any:
    """The arrow table of a chunk: canonical order, only the columns that ``synth`` fills, then the grid's own."""
    schema = TABLES[name]
    fields = [(c.name, _ARROW.get(c.kind, pa.string())) for c in schema.columns if c.name in columns]
    fields += [(k, _ARROW.get(_GRID_KINDS[t], pa.string())) for k, t in (extra or {}).items() if k in columns]
    return pa.table([pc.cast(columns[column], kind) for column, kind in fields], schema=pa.schema(fields))


def to_frame(name: str, table: Any) -> pd.DataFrame:
    """The canonical frame: every column of the schema, then further ones, canonical dtypes."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_PANDAS.get)
    full = {
        c.name: frame[c.name].astype(pd.api.types.pandas_dtype(c.dtype))
        if c.name in frame
        else pd.Series([None] * len(frame), dtype=c.dtype, index=frame.index)
        for c in TABLES[name].columns
    }
    full |= {str(k): frame[k] for k in frame.columns if k not in full}
    return pd.DataFrame(full)
