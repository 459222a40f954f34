"""The files that ``propose`` wrote, read as text and exact numbers. CSV French or international, or Parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from optimizer.verify.cells import I32, I64, B, floats
from optimizer.verify.tables import RawTable, csv_columns, header_names, trimmed
from optimizer.verify.verdict import Unreadable

_GUARDED = "^'('*[=+\\-@\t\r\\x00\uff1d\uff0b\uff0d\uff20])"
"""A cell that a spreadsheet would run, or that looks like a guarded one, carries one apostrophe more than its text."""
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")


@dataclass(frozen=True)
class Out:
    """One table of the result, or some of its rows; columns as they lie in the file."""

    file: str
    rows: int
    columns: Mapping[str, pa.Array]
    first: int = 0
    """Rows of the table before these."""

    @property
    def table(self) -> str:
        """Its name as findings tell it."""
        return self.file.rpartition(".")[0]

    def has(self, name: str) -> bool:
        return name in self.columns

    def _column(self, name: str) -> pa.Array:
        if name not in self.columns:
            raise Unreadable(self.file, f"colonne {name} absente")
        return self.columns[name]

    def words(self, name: str) -> tuple[I32, list[str]]:
        """The column as positions among its different texts ("" for empty), trimmed, spreadsheet guards taken off."""
        codes, words = self._coded(name)
        once = words.dictionary_encode()
        at = np.asarray(once.indices.to_numpy(zero_copy_only=False), np.int32)
        return at[codes], [str(x) for x in once.dictionary.to_pylist()]

    def _coded(self, name: str) -> tuple[I32, pa.Array]:
        column = self._column(name)
        if not (pa.types.is_dictionary(column.type) or pa.types.is_string(column.type)):
            column = pc.cast(column, pa.string())
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        texts = pc.utf8_trim_whitespace(pc.cast(coded.dictionary, pa.string()))
        if self.file.endswith(".csv") and pc.any(pc.starts_with(texts, "'")).as_py():
            texts = pc.replace_substring_regex(texts, _GUARDED, "\\1")
        texts = pa.concat_arrays([texts, pa.array([""], pa.string())])
        codes = pc.fill_null(coded.indices, len(texts) - 1)
        return np.asarray(codes.to_numpy(zero_copy_only=False), np.int32), texts

    def strings(self, name: str) -> list[str]:
        """Texts, "" for empty."""
        codes, words = self._coded(name)
        return [str(x) for x in words.take(pa.array(codes)).to_pylist()]

    def filled(self, name: str) -> B:
        """Where the column has a text; its words are not gathered (sentences are all different)."""
        column = self._column(name)
        if not pa.types.is_string(column.type):
            column = pc.cast(column, pa.string())
        some = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)
        return np.asarray(pc.fill_null(some, False).to_numpy(zero_copy_only=False), bool)

    def index(self, name: str, words: pa.Array | Sequence[str], unknown: int = -1) -> I32:
        """Position of each text among ``words``: -1 where empty, ``unknown`` for another text."""
        codes, texts = self._coded(name)
        known = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
        found = pc.fill_null(pc.index_in(texts, value_set=known), unknown)
        at = np.asarray(found.to_numpy(zero_copy_only=False), np.int32)
        empty = np.asarray(pc.equal(texts, "").to_numpy(zero_copy_only=False), bool)
        return np.where(empty, np.int32(-1), at)[codes]

    def scaled(self, name: str, scale: int) -> I64:
        """Numbers × scale, which must be whole; empty cells read 0."""
        column = self._column(name)
        if (
            pa.types.is_integer(column.type)
            or pa.types.is_boolean(column.type)
            or pa.types.is_floating(column.type)
        ):
            number = pc.fill_null(pc.cast(column, pa.float64()), 0.0)
            found = np.asarray(number.to_numpy(zero_copy_only=False), np.float64)
        else:
            found = floats(
                RawTable(self.file, self.rows, {name: trimmed(pc.cast(column, pa.string()))}), name
            )
        found = np.where(np.isnan(found), 0.0, found) * scale
        whole = np.rint(found)
        for wrong, what in (
            (np.abs(found) > 2**52, "nombre trop grand"),
            (np.abs(found - whole) > 1e-4, "trop de décimales"),
        ):
            if wrong.any():
                row = self.first + int(wrong.argmax()) + 2
                raise Unreadable(self.file, f"ligne {row}, {name} : {what}")
        return whole.astype(np.int64)

    def numbers(self, name: str) -> list[Fraction]:
        """Exact decimals; empty reads 0."""
        return [Fraction(x.replace(",", ".") or "0") for x in self.strings(name)]


PART = 1 << 20
"""Rows read at a time of a long Parquet table."""


def out_parts(folder: Path, stem: str, names: Sequence[str] = ()) -> Iterator[Out] | None:
    """A table of the result part by part (only ``names`` of it when given), or None when it is not there."""
    parquet, text = folder / f"{stem}.parquet", folder / f"{stem}.csv"
    if parquet.is_file():
        return _parquet_parts(parquet, names)
    if text.is_file():
        return iter([_csv_out(text)])
    return None


def _parquet_parts(file: Path, names: Sequence[str]) -> Iterator[Out]:
    with pq.ParquetFile(file) as book:
        kept = [x for x in book.schema_arrow.names if not names or x in names]
        if not book.metadata.num_rows:
            yield _out(file.name, book.read(columns=kept))
        first = 0
        for batch in book.iter_batches(batch_size=PART, columns=kept):
            yield _out(file.name, pa.Table.from_batches([batch]), first)
            first += batch.num_rows


def _out(file: str, table: pa.Table, first: int = 0) -> Out:
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
            column = pc.cast(column, pa.string())
        columns[name] = column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
    return Out(file, table.num_rows, columns, first)


def _csv_out(file: Path) -> Out:
    found = csv_columns(file.read_bytes(), file.name)
    return Out(file.name, len(next(iter(found.values()))) if found else 0, found)


def read_out(folder: Path, stem: str, names: Sequence[str] = ()) -> Out | None:
    """A table of the result (only ``names`` of it when given), or None when it is not there."""
    parquet, text = folder / f"{stem}.parquet", folder / f"{stem}.csv"
    if parquet.is_file():
        with pq.ParquetFile(parquet) as book:
            kept = [x for x in book.schema_arrow.names if not names or x in names]
            return _out(parquet.name, book.read(columns=kept))
    return _csv_out(text) if text.is_file() else None


def headers(folder: Path, stem: str) -> list[str]:
    """The headers of a table of the result as they stand, in its order; none when it is not there."""
    parquet, text = folder / f"{stem}.parquet", folder / f"{stem}.csv"
    if parquet.is_file():
        with pq.ParquetFile(parquet) as book:
            return [str(x) for x in book.schema_arrow.names]
    return header_names(text) if text.is_file() else []


def rows_of(file: Path) -> int:
    """How many rows a table of the result has."""
    if file.suffix == ".parquet":
        with pq.ParquetFile(file) as book:
            return int(book.metadata.num_rows)
    return _csv_out(file).rows


def need_out(folder: Path, stem: str, names: Sequence[str] = ()) -> Out:
    """As :func:`read_out`; Unreadable when the file is missing."""
    found = read_out(folder, stem, names)
    if found is None:
        raise Unreadable(f"{stem}.csv", "absent")
    return found


def read_json(folder: Path, name: str) -> Mapping[str, Any]:
    """A JSON object; Unreadable when missing or malformed."""
    path = folder / name
    if not path.is_file():
        raise Unreadable(name, "absent")
    try:
        found = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_once, parse_constant=_no_number
        )
    except (RecursionError, ValueError) as error:
        raise Unreadable(name, "JSON") from error
    if not isinstance(found, dict):
        raise Unreadable(name, "objet attendu")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once each: of two, readers do not take the same one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("key twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def decimal(text: object, digits: int = 6) -> int:
    """An exact decimal string × 10^digits as a whole number. Raises ValueError for anything else."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError("not a decimal string")
    value = Fraction(text) * 10**digits
    if value.denominator != 1:
        raise ValueError("too many decimals")
    return int(value)
