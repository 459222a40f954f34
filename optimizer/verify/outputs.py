"""The files that ``propose`` wrote, read as text and exact numbers. CSV French or international, or Parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.verify.cells import I32, I64, floats, index_in, strings
from optimizer.verify.tables import RawTable, csv_columns, trimmed
from optimizer.verify.tables import _parquet as parquet_columns
from optimizer.verify.verdict import Unreadable

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,10})?")
_GUARD = re.compile(r"^'(?=[=+\-@\t\r\x00])")


@dataclass(frozen=True)
class Out:
    """One table of the result."""

    table: RawTable

    @property
    def rows(self) -> int:
        return self.table.rows

    def has(self, name: str) -> bool:
        return name in self.table.columns

    def strings(self, name: str) -> list[str]:
        """Texts, with the apostrophe that keeps spreadsheets from running a cell taken off again."""
        if name not in self.table.columns:
            raise Unreadable(self.table.file, f"colonne {name} absente")
        return [_GUARD.sub("", x) for x in strings(self.table.columns[name])]

    def _bare(self, name: str) -> pa.Array:
        """The column with the apostrophe that guards a cell taken off."""
        if name not in self.table.columns:
            raise Unreadable(self.table.file, f"colonne {name} absente")
        return pc.replace_substring_regex(self.table.columns[name], "^'([=+\\-@\t\r\\x00])", "\\1")

    def index(self, name: str, words: Sequence[str], unknown: int = -1) -> I32:
        """Position of each text among ``words``: -1 where empty, ``unknown`` for another text."""
        column = self._bare(name)
        found = index_in(column, words, -1)
        known = np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), bool)
        return np.where((found < 0) & known, np.int32(unknown), found)

    def words(self, name: str) -> tuple[I32, list[str]]:
        """The column as positions among its different texts ("" for empty)."""
        coded = pc.fill_null(self._bare(name), "").dictionary_encode()
        codes = np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int32)
        return codes, [str(x) for x in coded.dictionary.to_pylist()]

    def scaled(self, name: str, scale: int) -> I64:
        """Numbers × scale, which must be whole; empty cells read 0."""
        if name not in self.table.columns:
            raise Unreadable(self.table.file, f"colonne {name} absente")
        found = np.nan_to_num(floats(self.table, name), nan=0.0) * scale
        if len(found) and float(np.abs(found).max()) > 2**52:
            raise Unreadable(self.table.file, f"{name} : nombre trop grand")
        whole = np.rint(found)
        if bool((np.abs(found - whole) > 1e-4).any()):
            raise Unreadable(self.table.file, f"{name} : trop de décimales")
        return whole.astype(np.int64)

    def numbers(self, name: str) -> list[Fraction]:
        """Exact decimals; empty reads 0."""
        return [Fraction(x.replace(",", ".") or "0") for x in self.strings(name)]


def read_out(folder: Path, stem: str) -> Out | None:
    """A table of the result, or None when it is not there."""
    parquet, text = folder / f"{stem}.parquet", folder / f"{stem}.csv"
    if parquet.is_file():
        found = parquet_columns(parquet)
        file = parquet.name
    elif text.is_file():
        found = csv_columns(text.read_bytes(), text.name)
        file = text.name
    else:
        return None
    rows = len(next(iter(found.values()))) if found else 0
    return Out(RawTable(file, rows, {k: trimmed(pc.cast(v, pa.string())) for k, v in found.items()}))


def need_out(folder: Path, stem: str) -> Out:
    """As :func:`read_out`; Unreadable when the file is missing."""
    found = read_out(folder, stem)
    if found is None:
        raise Unreadable(f"{stem}.csv", "absent")
    return found


def read_json(folder: Path, name: str) -> Mapping[str, Any]:
    """A JSON object; Unreadable when missing or malformed."""
    path = folder / name
    if not path.is_file():
        raise Unreadable(name, "absent")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(name, "JSON") from error
    if not isinstance(found, dict):
        raise Unreadable(name, "objet attendu")
    return found


def decimal(text: object, digits: int = 6) -> int:
    """An exact decimal string × 10^digits as a whole number. Raises ValueError for anything else."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError("not a decimal string")
    value = Fraction(text) * 10**digits
    if value.denominator != 1:
        raise ValueError("too many decimals")
    return int(value)
