"""Columns of cells: arrow helpers, the problems found in a column, and conversion word by word.

A column of a million cells holds few different dates, codes or choices: they are converted once per word. Only numbers
and free texts are handled cell by cell, in arrow kernels, and fall back on the words that fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.errors import Said, Severity
from optimizer.importers.raw import shown

I64 = NDArray[np.int64]
B = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class Bad:
    """A word that does not fit: code of the message and its parameters. ``group`` tells kinds of one code apart."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True)
class Mended(Generic[T]):
    """A word that was not written as asked and means one thing only: what it was read as, and how to say so."""

    value: T
    fr: str
    en: str = ""


Pair = tuple[str, str, str]
"""A word as written, and what it was read as in French and in English."""
MENDED = "READ_MENDED"
_PAIRS = 5


@dataclass(frozen=True)
class Problem:
    """One kind of problem in one column: the cells (indices, ascending), the value of the first and the others, each once."""

    code: str
    at: I64
    value: str
    params: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Converted:
    """A column in its canonical dtype (bad cells missing), the cells that were empty, and the problems."""

    series: pd.Series[Any]
    empty: B
    problems: tuple[Problem, ...] = ()


def one_array(values: Any) -> Any:
    """Chunked or not, a single arrow array."""
    if isinstance(values, pa.ChunkedArray):
        if values.num_chunks == 1:
            return values.chunk(0)
        values = values.combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    return values


def as_array(values: pd.Series[Any]) -> Any:
    """A column of a frame as arrow holds it: its own type, else the text of each cell."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        words = [None if pd.isna(v) else str(v) for v in values.tolist()]
        return pa.array(words, pa.string())


def as_text(values: Any) -> Any | None:
    """Any column as trimmed text, empty cells null; None when its type has no text.

    Lists are joined by ``|``. The result is an arrow ``string`` array.
    """
    array = one_array(values)
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        if not _is_text(array.value_type if hasattr(array, "value_type") else kind.value_type):
            array = array.cast(pa.list_(pa.string()))
        array = pc.binary_join(array, "|")
        kind = array.type
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if not _is_text(kind):
        if not (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
            or pa.types.is_decimal(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind)
        ):  # fmt: skip
            return None
        if pa.types.is_timestamp(kind):
            array = array.cast(pa.date32(), safe=False)
        return array.cast(pa.string())
    if not pa.types.is_string(kind):
        array = array.cast(pa.string())
    array = pc.utf8_trim_whitespace(array)
    blank = pc.equal(pc.binary_length(array), 0)
    return pc.if_else(blank, pa.scalar(None, pa.string()), array) if pc.any(blank).as_py() else array


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def mask(values: Any) -> B:
    """A boolean arrow array as numpy, null counts as false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), bool)


def nulls(values: Any) -> B:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), bool)


_TEXT: Any = pd.Series([], dtype="str").dtype


def text_series(values: Any) -> pd.Series[Any]:
    """An arrow string array as a pandas ``str`` column."""
    if hasattr(_TEXT, "__from_arrow__"):
        return pd.Series(_TEXT.__from_arrow__(values))
    return pd.Series(values.to_pandas(), dtype="str")


def repaired(at: I64, pairs: Sequence[Pair]) -> Problem:
    """The cells that were read otherwise than written, as one warning."""
    return Problem(MENDED, at, pairs[0][0], {"pairs": tuple(pairs)}, "warning")


def one_repair(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems of a column, its repairs gathered in one warning that names the different words."""
    mended = [p for p in problems if p.code == MENDED]
    if not mended:
        return tuple(problems)
    pairs: list[Pair] = list(dict.fromkeys(pair for p in mended for pair in p.params["pairs"]))  # type: ignore[attr-defined]
    more = ", …" if len(pairs) > _PAIRS else ""
    words = Said(
        ", ".join(f"« {shown(w)} » est lu {fr}" for w, fr, _ in pairs[:_PAIRS]) + more,
        ", ".join(f"“{shown(w)}” is read {en or fr}" for w, fr, en in pairs[:_PAIRS]) + more,
    )
    first = min(mended, key=lambda p: int(p.at[0]))
    at = np.unique(np.concatenate([p.at for p in mended]))
    others = [p for p in problems if p.code != MENDED]
    return (*others, Problem(MENDED, at, first.value, {"words": words}, "warning"))


def by_word(values: Any, convert: Callable[[str], T | Bad | Mended[T]]) -> Words[T]:
    """Convert each different word of a text column once."""
    coded = one_array(values).dictionary_encode()
    codes = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    words = coded.dictionary.to_pylist()
    return Words(words, codes, [convert(word) for word in words])


@dataclass(frozen=True)
class Words(Generic[T]):
    """``words`` of a column, the position of each cell's word (-1 = empty), and what each word became."""

    words: list[str]
    codes: I64
    made: list[T | Bad | Mended[T]]

    def spread(self, missing: Any) -> list[Any]:
        """Table word -> value, with ``missing`` for bad words and, at the end, for empty cells."""
        values = [
            missing if isinstance(m, Bad) else m.value if isinstance(m, Mended) else m for m in self.made
        ]
        return [*values, missing]

    def numpy(self, missing: Any, dtype: Any) -> NDArray[Any]:
        """One value per cell as a numpy array."""
        found: NDArray[Any] = np.array(self.spread(missing), dtype=dtype)[self.codes]
        return found

    def arrow(self) -> Any:
        """One text per cell (null where empty or bad)."""
        table = pa.array(self.spread(None), pa.string())
        return table.take(pa.array(np.where(self.codes < 0, len(self.made), self.codes)))

    def problems(self, only: B | None = None) -> list[Problem]:
        """Bad words grouped by code and group, in the order of their first cells; then the mended ones together."""
        groups: dict[tuple[str, str], list[int]] = {}
        for i, made in enumerate(self.made):
            if isinstance(made, Bad):
                groups.setdefault((made.code, made.group), []).append(i)
            elif isinstance(made, Mended):
                groups.setdefault((MENDED, ""), []).append(i)
        found = []
        for (code, _), members in groups.items():
            wanted = np.zeros(len(self.made) + 1, bool)
            wanted[members] = True
            hit = wanted[self.codes]
            at = np.flatnonzero(hit if only is None else hit & only)
            if len(at) and code == MENDED:
                found.append(repaired(at, [self._pair(i) for i in members]))
            elif len(at):
                word = int(self.codes[at[0]])
                bad = self.made[word]
                assert isinstance(bad, Bad)
                others = tuple(self.words[i] for i in dict.fromkeys(self.codes[at].tolist()) if i != word)
                found.append(Problem(bad.code, at, self.words[word], bad.params, also=others))
        return sorted(found, key=lambda p: int(p.at[0]))

    def _pair(self, i: int) -> Pair:
        made = self.made[i]
        assert isinstance(made, Mended)
        return self.words[i], made.fr, made.en
