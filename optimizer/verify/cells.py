"""Text columns to arrays of whole numbers: cents, ten-thousandths, days, codes. Nonsense raises Unreadable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.verify.tables import RawTable, trimmed
from optimizer.verify.verdict import Unreadable

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
B = NDArray[np.bool_]
FEW = 4
"""So many words for each text and more: a look-up of each text, without hashing all the words again."""
NO_DAY = np.iinfo(np.int64).min
TRUE = ("1", "oui", "true", "vrai", "yes", "o", "y", "1.0", "1,0")
FALSE = ("0", "non", "false", "faux", "no", "n", "0.0", "0,0")


@dataclass(frozen=True)
class Ragged:
    """Ragged lists: items of row i are ``values[ptr[i]:ptr[i + 1]]``; ``owner`` is the row of each item."""

    ptr: I64
    values: I32

    @property
    def owner(self) -> I32:
        return np.repeat(np.arange(len(self.ptr) - 1, dtype=np.int32), np.diff(self.ptr))

    @property
    def lengths(self) -> I64:
        return np.diff(self.ptr)


def strings(column: pa.Array) -> list[str]:
    """Python strings, ``""`` for missing."""
    return [x or "" for x in column.to_pylist()]


def index_in(column: pa.Array, words: Sequence[str], missing: int = -1) -> I32:
    """Position of each text among ``words``; ``missing`` for null and unknown."""
    every = tuple(words)
    if len(every) > FEW * len(column):
        first = _firsts(every)
        return np.array([first.get(word, missing) for word in column.to_pylist()], np.int32)
    found = pc.index_in(column, value_set=_known_words(every))
    return np.asarray(pc.fill_null(found, missing).to_numpy(zero_copy_only=False), np.int32)


@lru_cache(maxsize=64)
def _firsts(words: tuple[str, ...]) -> dict[str, int]:
    """Word -> where it stands first."""
    found: dict[str, int] = {}
    for at, word in enumerate(words):
        found.setdefault(word, at)
    return found


@lru_cache(maxsize=64)
def _known_words(words: tuple[str, ...]) -> pa.Array:
    """The codes of the communes of France are looked up in several columns."""
    return pa.array(words, pa.string())


def choice(table: RawTable, name: str, words: Sequence[str], missing: int = -1) -> I32:
    """Closed values, whatever their case; a word outside the list is nonsense."""
    column = pc.utf8_lower(table.text(name))
    found = index_in(column, words, -2)
    if bool(((found == -2) & _known(column)).any()):
        raise Unreadable(table.file, name)
    return np.where(found == -2, np.int32(missing), found)


def _known(column: pa.Array) -> B:
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), bool)


def floats(table: RawTable, name: str) -> NDArray[np.float64]:
    """Decimal numbers, NaN for missing; comma or point."""
    column = table.text(name)
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    try:
        number = _numbers(column)
    except pa.ArrowInvalid as error:
        raise Unreadable(table.file, _first_odd(column, name)) from error
    found = np.asarray(pc.fill_null(number, np.nan).to_numpy(zero_copy_only=False), np.float64)
    if bool(np.isinf(found).any()):
        raise Unreadable(table.file, name)
    return found


def _first_odd(column: pa.Array, name: str) -> str:
    """The first row that holds no number, as a spreadsheet numbers it."""
    text = pc.replace_substring_regex(pc.replace_substring(column, ",", "."), "[\\s\u00a0\u202f]", "")
    number = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    at = pc.index(pc.fill_null(number, True), False).as_py()
    return name if at < 0 else f"ligne {at + 2}, {name}"


def _numbers(column: pa.Array) -> pa.Array:
    """As written, else with decimal commas and spaces between thousands."""
    try:
        return pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        text = pc.replace_substring_regex(pc.replace_substring(column, ",", "."), "[\\s\u00a0\u202f]", "")
        return pc.cast(text, pa.float64())


def scaled(table: RawTable, name: str, scale: int, missing: int = -1) -> I64:
    """``floor(scale × x + ½)`` of the decimals written, as whole numbers; ``missing`` where empty."""
    number = floats(table, name)
    empty = np.isnan(number)
    kept = np.clip(np.where(empty, 0.0, number), -1e12, 1e12)
    times = kept * scale
    out = np.floor(times + 0.5).astype(np.int64)
    # 1.005 is 1.00499… in binary: where the product is a half, or nearly, it is taken of the shortest decimal instead
    beside = np.abs(np.abs(times - np.trunc(times)) - 0.5) < 1e-9 * np.maximum(1.0, np.abs(times))
    for i in np.flatnonzero(beside):
        top, bottom = Fraction(repr(float(kept[i]))).as_integer_ratio()
        out[i] = (2 * top * scale + bottom) // (2 * bottom)
    out[empty] = missing
    return out


def integers(table: RawTable, name: str, missing: int = -1) -> I64:
    """Whole numbers; anything else is nonsense."""
    number = floats(table, name)
    empty = np.isnan(number)
    if bool((number[~empty] != np.floor(number[~empty])).any()):
        raise Unreadable(table.file, name)
    return np.where(empty, missing, np.where(empty, 0, number).astype(np.int64))


def rooms(table: RawTable, name: str) -> I64:
    """1..6 from ``3``, ``T3``, ``F3``, ``6+``; 0 where empty."""
    column = pc.replace_substring_regex(pc.utf8_lower(table.text(name)), r"^[tf]\s*|\s*\+$", "")
    return np.minimum(integers(RawTable(table.file, table.rows, {name: column}), name, 0), 6)


def booleans(table: RawTable, name: str) -> tuple[B, B]:
    """(true, known)."""
    column = pc.utf8_lower(table.text(name))
    found = index_in(column, (*TRUE, *FALSE))
    known = _known(column)
    if bool(((found < 0) & known).any()):
        raise Unreadable(table.file, name)
    return (found >= 0) & (found < len(TRUE)), known


def qpv(table: RawTable, name: str = "qpv") -> tuple[B, B]:
    """(in a QPV, known): yes/no, or the code of the district (which means yes)."""
    column = pc.utf8_lower(table.text(name))
    known = _known(column)
    return known & (index_in(column, FALSE) < 0), known


def days(table: RawTable, name: str) -> I64:
    """Days since 1970-01-01 from ``YYYY-MM-DD`` or ``DD/MM/YYYY``; NO_DAY where empty."""
    column = table.text(name)
    if column.null_count == len(column):
        return np.full(len(column), NO_DAY)
    text = pc.utf8_slice_codeunits(column, 0, 10)
    iso = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True)
    french = pc.strptime(text, format="%d/%m/%Y", unit="s", error_is_null=True)
    found = pc.coalesce(iso, french)
    if found.null_count != column.null_count:
        raise Unreadable(table.file, name)
    out = np.asarray(pc.cast(found, pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)) // 86400
    known = _known(column)
    # the parser rolls 31 February over to March: the day read must be the day written
    written = pc.struct_field(pc.extract_regex(text, r"^(?:\d{4}-\d{1,2}-)?(?P<day>\d{1,2})"), "day")
    day = np.asarray(pc.cast(written, pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))
    stamp = out.astype("datetime64[D]")
    inside = (stamp - stamp.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    if bool((known & (day != inside)).any()):
        raise Unreadable(table.file, name)
    return np.where(known, out.astype(np.int64), NO_DAY)


def as_day(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def months_later(day: I64, months: int) -> I64:
    """The same day ``months`` later, or the last day of a shorter month. NO_DAY stays."""
    stamps = np.where(day == NO_DAY, 0, day).astype("datetime64[D]")
    month = stamps.astype("datetime64[M]")
    inside = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    start = target.astype("datetime64[D]")
    length = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - start).astype(np.int64)
    moved = start.astype(np.int64) + np.minimum(inside, length - 1)
    return np.where(day == NO_DAY, NO_DAY, moved)


def split(column: pa.Array, lower: bool = False) -> tuple[I64, pa.Array]:
    """Lists of a ``|`` column: (ptr, trimmed non-empty items)."""
    text = pc.fill_null(pc.utf8_lower(column) if lower else column, "")
    parts = pc.split_pattern(text, "|")
    lengths = np.asarray(pc.list_value_length(parts).to_numpy(zero_copy_only=False), np.int64)
    items = trimmed(pc.list_flatten(parts))
    keep = _known(items)
    owner = np.repeat(np.arange(len(lengths)), lengths)[keep]
    ptr = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=len(lengths)), out=ptr[1:])
    return ptr, items.filter(pa.array(keep))


def lists(column: pa.Array, words: Sequence[str], lower: bool = False) -> Ragged:
    """Lists as positions among ``words`` (-1 for an unknown item, which keeps its place)."""
    ptr, items = split(column, lower)
    return Ragged(ptr, index_in(items, words))


def bits(found: Ragged, n: int) -> I64:
    """Bit mask of the known items of each list."""
    mask = np.zeros(n, np.int64)
    known = found.values >= 0
    np.bitwise_or.at(mask, found.owner[known], np.int64(1) << found.values[known].astype(np.int64))
    return mask


def rooms_bits(table: RawTable, name: str) -> I64:
    """Bit i: rooms i + 1 is in the list."""
    words = [f"{head}{i}{tail}" for tail in ("", "+") for head in ("", "t", "f") for i in range(1, 21)]
    found = lists(table.text(name), words, lower=True)
    if bool((found.values < 0).any()):
        raise Unreadable(table.file, name)
    folded = np.minimum(found.values % 20, 5).astype(np.int32)
    return bits(Ragged(found.ptr, folded), table.rows)


def ascending(ids: list[str] | pa.Array) -> I32:
    """Rank of each text in the order of texts."""
    order = pc.sort_indices(pa.array(ids, pa.string())).to_numpy()
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    return rank
