"""From canonical frames to dense arrays: one function per kind of column, missing values made explicit.

A column that a frame built by hand does not have reads as missing everywhere. Amounts become whole cents, rounded half
up, so that no comparison of the law is made on binary fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain.decimals import half_up
from optimizer.eligibility.facts import Csr

DAY = "datetime64[D]"
FEW = 4
"""A vocabulary of so many words for each value is looked up word by word: Arrow would hash all of it at each call, and the
communes of France are the vocabulary of a dozen columns of a small week."""
_HUGE = 1 << 44
"""Amounts above this many cents are all the same to every rule; the clip keeps products inside 64 bits."""


def arrow_text(frame: pd.DataFrame, name: str) -> pa.Array:
    """The column as an arrow string array (null = missing)."""
    if name not in frame.columns:
        return pa.nulls(len(frame), pa.string())
    found = pa.array(frame[name], from_pandas=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return found.cast(pa.string())


def texts(frame: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """The column as Python strings, ``""`` for missing."""
    return np.asarray(pc.fill_null(arrow_text(frame, name), "").to_numpy(zero_copy_only=False), dtype=object)


def codes(values: pa.Array, vocabulary: Sequence[str], missing: int = -1) -> NDArray[np.int32]:
    """Position of each text in ``vocabulary``; ``missing`` for null and for unknown words."""
    words = tuple(vocabulary)
    if FEW * len(values) < len(words):
        known = _positions(words)
        return np.array([known.get(word, missing) for word in values.to_pylist()], dtype=np.int32)
    found = pc.index_in(values, value_set=_known_words(words))
    return np.asarray(pc.fill_null(found, missing).to_numpy(zero_copy_only=False), dtype=np.int32)


@lru_cache(maxsize=64)
def _positions(vocabulary: tuple[str, ...]) -> dict[str, int]:
    """Word -> its first position."""
    return {word: at for at, word in reversed(list(enumerate(vocabulary)))}


@lru_cache(maxsize=64)
def _known_words(vocabulary: tuple[str, ...]) -> pa.Array:
    """The communes of France are the vocabulary of several columns."""
    return pa.array(vocabulary, pa.string())


def choice(frame: pd.DataFrame, name: str, words: Sequence[str], missing: int = 0) -> NDArray[np.int8]:
    """Position of a closed value in ``words``."""
    return codes(arrow_text(frame, name), words, missing).astype(np.int8)


def integers(frame: pd.DataFrame, name: str, missing: int = -1) -> NDArray[np.int64]:
    """The column as int64, ``missing`` where empty."""
    if name not in frame.columns:
        return np.full(len(frame), missing, np.int64)
    column = frame[name]
    return np.asarray(column.astype("Int64").fillna(missing).to_numpy(np.int64), dtype=np.int64)


def hundredths(frame: pd.DataFrame, name: str) -> NDArray[np.int64]:
    """A decimal column in hundredths, rounded half up; -1 where empty."""
    return scaled(frame, name, 100, -1)


def scaled(frame: pd.DataFrame, name: str, unit: int, missing: int) -> NDArray[np.int64]:
    """A decimal column times ``unit``, rounded half up; ``missing`` where empty."""
    if name not in frame.columns:
        return np.full(len(frame), missing, np.int64)
    values = frame[name].to_numpy(np.float64, na_value=np.nan)
    empty = np.isnan(values)
    whole = half_up(np.where(empty, 0.0, values), unit)
    return np.where(empty, missing, np.clip(whole, -_HUGE, _HUGE).astype(np.int64))


def booleans(frame: pd.DataFrame, name: str, missing: bool = False) -> NDArray[np.bool_]:
    """The column as bool, ``missing`` where empty."""
    if name not in frame.columns:
        return np.full(len(frame), missing)
    return np.asarray(frame[name].astype("boolean").fillna(missing).to_numpy(bool), dtype=bool)


def days(frame: pd.DataFrame, name: str) -> NDArray[np.datetime64]:
    """The column as days (NaT where empty)."""
    if name not in frame.columns:
        return np.full(len(frame), np.datetime64("NaT"), DAY)
    return np.asarray(frame[name].to_numpy("datetime64[s]"), dtype="datetime64[s]").astype(DAY)


def items(frame: pd.DataFrame, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """The items of a ``|`` list: row pointers and trimmed texts, empty items dropped, order kept."""
    column = arrow_text(frame, name)
    if column.null_count == len(column):
        return np.zeros(len(column) + 1, np.int64), pa.array([], pa.string())
    parts = pc.split_pattern(pc.fill_null(column, ""), "|")
    values = pc.utf8_trim_whitespace(parts.flatten())
    bounds = np.asarray(parts.offsets.to_numpy(zero_copy_only=False), dtype=np.int64)
    kept = np.asarray(pc.not_equal(values, "").to_numpy(zero_copy_only=False), dtype=bool)
    running = np.concatenate([[0], np.cumsum(kept)])
    return running[bounds - bounds[0]], values.filter(pa.array(kept))


def ragged(frame: pd.DataFrame, name: str, vocabulary: Sequence[str], *, drop_unknown: bool) -> Csr:
    """The items of a list column as positions in ``vocabulary``; unknown items are -1, or dropped."""
    ptr, values = items(frame, name)
    found = codes(values, vocabulary)
    if drop_unknown:
        kept = found >= 0
        ptr = np.concatenate([[0], np.cumsum(kept)])[ptr]
        found = found[kept]
    return Csr(ptr.astype(np.int64), found)


def row_of_items(csr: Csr) -> NDArray[np.int64]:
    """For each item of a ragged column, its row."""
    return np.repeat(np.arange(len(csr.ptr) - 1), np.diff(csr.ptr))


def bit_mask(csr: Csr, dtype: type[np.int64] | type[np.int8]) -> NDArray[np.int64]:
    """Bit j set for each item j of the row."""
    mask = np.zeros(len(csr.ptr) - 1, np.int64)
    np.bitwise_or.at(mask, row_of_items(csr), np.int64(1) << csr.values.astype(np.int64))
    return mask.astype(dtype)


def add_months(start: NDArray[np.datetime64], months: int) -> NDArray[np.datetime64]:
    """The same day ``months`` later, or the last day of that month when it is shorter (NaT stays NaT)."""
    month = start.astype("datetime64[M]")
    day = (start - month.astype(DAY)).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    last = ((target + np.timedelta64(1, "M")).astype(DAY) - target.astype(DAY)).astype(np.int64) - 1
    moved = target.astype(DAY) + np.minimum(day, last).astype("timedelta64[D]")
    return np.where(np.isnat(start), np.datetime64("NaT", "D"), moved)


def as_day(day: date) -> np.datetime64:
    return np.datetime64(day.isoformat(), "D")


def index_of(values: Sequence[str]) -> Mapping[str, int]:
    return {value: i for i, value in enumerate(values)}


def code_point_order(ids: pa.Array) -> NDArray[np.int64]:
    """The permutation that sorts texts by code point (UTF-8 byte order is the same order)."""
    return np.asarray(pc.array_sort_indices(ids).to_numpy(zero_copy_only=False), dtype=np.int64)
