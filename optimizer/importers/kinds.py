"""One entry: a raw column and its schema to the canonical dtype, whatever the file stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.domain import Column
from optimizer.importers import texts
from optimizer.importers.cells import (
    Converted,
    Problem,
    as_text,
    mask,
    nulls,
    one_array,
    one_repair,
    repaired,
    text_series,
)
from optimizer.importers.expected import expected
from optimizer.importers.gazetteer import Gazetteer
from optimizer.importers.numbers import numeric
from optimizer.importers.words import accepted, empty_words, plain

NUMERIC = ("int", "decimal", "money", "rate")
_NAMES = ("id", "text", "insee", "list", "qpv", "choice")
_READERS: dict[str, Callable[[Any, Column], Converted]] = {
    "date": texts.dates,
    "month": texts.months,
    "bool": texts.booleans,
    "rooms": texts.rooms,
    "choice": texts.choices,
}
_OF_PLACES: dict[str, Callable[[Any, Column, Gazetteer | None], Converted]] = {
    "insee": texts.insee,
    "qpv": texts.qpv,
    "list": texts.lists,
}


def convert(values: Any, column: Column, places: Gazetteer | None = None) -> Converted:
    """Read one column.

    Parameters
    ----------
    values : arrow array or chunked array, text or the file's own type.
    column : Column
    places : what names of communes and quarters are looked up in; None where only codes are read.

    Returns
    -------
    Converted
        ``series`` has the canonical dtype of ``column`` and as many cells as ``values``.
    """
    array = one_array(values)
    kind = array.type
    if array.null_count == len(array) and _has_text(kind):
        return Converted(nothing(column, len(array)), np.ones(len(array), bool))
    if column.kind in NUMERIC and _is_number(kind):
        made = numeric(array, None, column)
        return replace(made, problems=one_repair(made.problems))
    if column.kind in ("date", "month") and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return _native_dates(array, column.kind == "month")
    if column.kind == "bool" and pa.types.is_boolean(kind):
        empty = nulls(array)
        filled = np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), bool)
        return Converted(pd.Series(pd.arrays.BooleanArray(filled, empty)), empty)
    if column.kind in _NAMES and pa.types.is_floating(kind):
        return _lost(array)
    text = as_text(array)
    if text is None:
        return _unreadable(array, column)
    text, emptied = _emptied(text, column)
    made = _read(text, column, places)
    return replace(made, problems=one_repair((*emptied, *made.problems)))


def _read(text: Any, column: Column, places: Gazetteer | None) -> Converted:
    if column.kind in NUMERIC:
        return numeric(text, text, column)
    if column.kind in _OF_PLACES:
        return _OF_PLACES[column.kind](text, column, places)
    reader = _READERS.get(column.kind)
    return reader(text, column) if reader is not None else texts.plain_text(text, column, places)


def _emptied(text: Any, column: Column) -> tuple[Any, list[Problem]]:
    """The cells that say they hold nothing (``nc``, ``-``), emptied."""
    words = _says_nothing(column)
    if not len(words):
        return text, []
    gone = mask(pc.is_in(pc.utf8_lower(text), value_set=words))
    if not gone.any():
        return text, []
    found = pc.unique(text.filter(pa.array(gone))).to_pylist()
    problem = repaired(np.flatnonzero(gone), [(word, "vide", "empty") for word in found])
    return pc.if_else(pa.array(gone), pa.scalar(None, pa.string()), text), [problem]


@lru_cache(maxsize=1024)
def _says_nothing(column: Column) -> Any:
    """The words of a column that hold nothing, as an arrow array; words it admits as values are none of them."""
    words = empty_words(column)
    if column.values:
        words -= {w for w in words if plain(w) in accepted(column.name, column.values)}
    return pa.array(sorted(words), pa.string())


def _has_text(kind: Any) -> bool:
    """Whether every cell of such an array can be said as text: nothing is told of a type whose cells are all empty then."""
    told = (
        pa.types.is_null,
        pa.types.is_string,
        pa.types.is_boolean,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return _is_number(kind) or any(holds(kind) for holds in told)


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _native_dates(array: Any, to_month: bool) -> Converted:
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = pc.local_timestamp(array)
    empty = nulls(array)
    days = array.cast(pa.date32(), safe=False).cast(pa.int32())
    found = np.asarray(pc.fill_null(days, 0).to_numpy(zero_copy_only=False), np.int64)
    stamps = found.astype("datetime64[D]")
    if to_month:
        stamps = stamps.astype("datetime64[M]").astype("datetime64[D]")
    stamps = stamps.astype("datetime64[s]")
    return Converted(pd.Series(np.where(empty, np.datetime64("NaT", "s"), stamps)), empty)


def _lost(array: Any) -> Converted:
    """Identifiers stored as floating numbers: digits and zeros are gone for the whole column."""
    empty = nulls(array) | mask(pc.is_nan(array))
    at = np.flatnonzero(~empty)
    problems = (Problem("READ_NUMBER_AS_TEXT_LOST", at, str(array[int(at[0])].as_py())),) if len(at) else ()
    return Converted(text_series(pa.nulls(len(array), pa.string())), empty, problems)


def _unreadable(array: Any, column: Column) -> Converted:
    """A type without text (bytes, nested records): the column is one problem, its cells are missing."""
    fr, en = expected(column)
    problem = Problem(
        "READ_COLUMN_TYPE", np.arange(len(array)), str(array.type), {"expected_fr": fr, "expected_en": en}
    )
    return Converted(nothing(column, len(array)), np.zeros(len(array), bool), (problem,))


def nothing(column: Column, n: int) -> pd.Series[Any]:
    """A column of ``n`` missing cells in the canonical dtype."""
    if column.dtype == "str":
        return text_series(pa.nulls(n, pa.string()))
    if column.dtype == "Int64":
        return pd.Series(pd.arrays.IntegerArray(np.zeros(n, np.int64), np.ones(n, bool)))
    if column.dtype == "boolean":
        return pd.Series(pd.arrays.BooleanArray(np.zeros(n, bool), np.ones(n, bool)))
    if column.dtype == "float64":
        return pd.Series(np.full(n, np.nan))
    return pd.Series(np.full(n, np.datetime64("NaT", "s")))
