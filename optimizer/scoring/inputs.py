"""Inputs of a grid: columns of the applications and measures, as integers with a mark of what is known.

Written from ``models/cotation/README.md`` (sections Values and Inputs); the verifier implements the same page apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import Column
from optimizer.domain.decimals import half_up
from optimizer.domain.schema import Kind
from optimizer.errors import Finding
from optimizer.importers import read_cells
from optimizer.policy.grid import Grid, InputType

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

B = NDArray[np.bool_]
I64 = NDArray[np.int64]
DAY = "datetime64[D]"
E4 = 10_000
_HUGE = 1 << 40
"""Numbers are clipped here so that products with limits in ten-thousandths stay inside 64 bits."""
_KINDS: dict[str, Kind] = {
    "bool": "bool", "integer": "int", "decimal": "decimal", "code": "choice", "date": "date",
}  # fmt: skip
"""Kind of column that each type of a grid's own columns is read as."""


@dataclass(frozen=True)
class Number:
    """x = ``top / bottom`` where known; limits in ten-thousandths compare as ``E4 * top`` with ``limit * bottom``."""

    known: B
    top: I64
    bottom: I64

    def compare(self, operator: str, limit_e4: int) -> B:
        """Rows where the number is known and ``above``, ``at_least``, ``below`` or ``at_most`` the limit."""
        left, right = self.top * E4, self.bottom * limit_e4
        tests = {
            "above": left > right,
            "at_least": left >= right,
            "below": left < right,
            "at_most": left <= right,
        }
        return np.asarray(self.known & tests[operator], dtype=bool)


def _mask(values: pa.Array) -> B:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)


BEHIND = {
    "spare_rooms": ("current_rooms",), "overcrowded": ("current_surface_m2", "current_rooms"), "lone_parent": ("adults",),
    "effort_rate": ("current_rent_eur",),
}  # fmt: skip
"""Measure -> the columns without which nobody has it; the other measures are never unknown."""


def whole_months(start: NDArray[np.datetime64], end: np.datetime64) -> I64:
    """Whole months from each date to ``end``, 0 when negative or unknown.

    >>> whole_months(np.array(["2026-01-31"], "datetime64[D]"), np.datetime64("2026-03-01"))
    array([1])
    """
    month = start.astype("datetime64[M]")
    day = (start - month.astype(DAY)).astype(np.int64)
    last = end.astype("datetime64[M]")
    months = (last - month).astype(np.int64) - ((end - last.astype(DAY)).astype(np.int64) < day)
    return np.where(np.isnat(start), 0, np.maximum(months, 0))


@dataclass
class Inputs:
    """Typed access to the inputs of one grid, each computed once.

    Parameters
    ----------
    frame : DataFrame
        Applications in the order of the facts, canonical columns plus the columns the grid declares.
    on : datetime64[D]
        Date of reading.
    """

    frame: pd.DataFrame
    grid: Grid
    rules: RuleSet
    on: np.datetime64
    findings: list[Finding] = field(default_factory=list)
    file: str = "applications"
    rows: I64 | None = None
    """Spreadsheet rows of ``frame``, for the findings."""
    _numbers: dict[str, Number] = field(default_factory=dict)
    _texts: dict[str, pa.Array] = field(default_factory=dict)
    _own: dict[str, pd.Series[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def type(self, name: str) -> InputType:
        return self.grid.input_type(name)

    def text(self, name: str) -> pa.Array:
        """Trimmed lower-case text, null where empty; an unknown ``priority_status`` beside a priority code is ``declared``."""
        if name not in self._texts:
            values = self._read_text(name)
            self._texts[name] = self._with_declared(values) if name == "priority_status" else values
        return self._texts[name]

    def _cells(self, name: str) -> pd.Series[Any] | None:
        """A column in the dtype of its kind, None where the case does not have it; the grid's own are read here, once."""
        if name not in self.frame.columns:
            return None
        declared = next((column for column in self.grid.columns if column.name == name), None)
        if declared is None:
            return self.frame[name]
        if name not in self._own:
            rows = np.arange(2, len(self) + 2) if self.rows is None else self.rows
            column = Column(name, _KINDS[declared.type], values=declared.codes, fr=declared.title)
            self._own[name], found = read_cells(self.frame[name], column, self.file, rows)
            self.findings += [f for f in found if f not in self.findings]
        return self._own[name]

    def _read_text(self, name: str) -> pa.Array:
        cells = self._cells(name)
        if cells is None:
            return pa.nulls(len(self.frame), pa.string())
        column = pa.array(cells, from_pandas=True)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        values = pc.utf8_lower(pc.utf8_trim_whitespace(column.cast(pa.string())))
        return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)

    def _with_declared(self, status: pa.Array) -> pa.Array:
        has_code = pa.array(np.diff(self.codes("priority_codes")[0]) > 0)
        return pc.if_else(pc.and_(pc.is_null(status), has_code), "declared", status)

    def known(self, name: str) -> B:
        """Which rows have a value of the input."""
        kind = self.type(name)
        if kind in ("integer", "decimal", "ratio"):
            return self.number(name).known
        if kind == "bool":
            return self.flag(name)[0]
        if kind == "date":
            return ~np.isnat(self.date(name))
        if kind == "codes":
            return np.diff(self.codes(name)[0]) > 0
        return _mask(pc.is_valid(self.text(name)))

    def flag(self, name: str) -> tuple[B, B]:
        """A bool input: known, true."""
        if name == "is_mutation":
            return np.ones(len(self), bool), _mask(pc.is_valid(self.text("current_landlord")))
        if name == "lone_parent":
            adults, persons = self.number("adults"), self.number("persons")
            return adults.known, adults.known & (adults.top == 1) & persons.known & (persons.top >= 2)
        if name == "overcrowded":
            return self._overcrowded()
        cells = self._cells(name)
        if cells is None:
            return np.zeros(len(self), bool), np.zeros(len(self), bool)
        known = cells.notna().to_numpy(bool)
        return known, known & cells.fillna(False).to_numpy(bool)

    def number(self, name: str) -> Number:
        """An integer, decimal or ratio input."""
        if name not in self._numbers:
            self._numbers[name] = self._read_number(name)
        return self._numbers[name]

    def _read_number(self, name: str) -> Number:
        ones = np.ones(len(self), np.int64)
        if name == "seniority_months":
            start = self.date("first_registered_on")
            return Number(~np.isnat(start), whole_months(start, self.on), ones)
        if name == "spare_rooms":
            rooms, persons = self.number("current_rooms"), self.number("persons")
            return Number(rooms.known & persons.known, rooms.top - persons.top, ones)
        if name == "effort_rate":
            rent, income = self.number("current_rent_eur"), self.number("monthly_income_eur")
            allowance = self.number("housing_allowance_eur")
            paid = np.maximum(rent.top - np.where(allowance.known, allowance.top, 0), 0)
            known = rent.known & income.known & (income.top > 0)
            return Number(known, paid, np.where(known, income.top, 1))
        kind = self.type(name)
        values = self._floats(name)
        known = ~np.isnan(values)
        if kind == "integer":
            top = np.where(known, values, 0)
            return Number(known, np.clip(np.floor(top), -_HUGE, _HUGE).astype(np.int64), ones)
        hundredths = half_up(np.where(known, values, 0.0), 100)
        return Number(known, np.clip(hundredths, -_HUGE, _HUGE).astype(np.int64), ones * 100)

    def _floats(self, name: str) -> NDArray[np.float64]:
        cells = self._cells(name)
        if cells is None:
            return np.full(len(self), np.nan)
        return np.asarray(cells.to_numpy(np.float64, na_value=np.nan), dtype=np.float64)

    def date(self, name: str) -> NDArray[np.datetime64]:
        """A date input, NaT where unknown."""
        cells = self._cells(name)
        if cells is None:
            return np.full(len(self), np.datetime64("NaT", "D"), DAY)
        return np.asarray(cells.to_numpy("datetime64[s]"), dtype="datetime64[s]").astype(DAY)

    def codes(self, name: str) -> tuple[I64, pa.Array]:
        """A list input: row pointers and items (lower case, not empty; repeated items are kept here)."""
        values = pc.fill_null(self.text(name), "")
        parts = pc.split_pattern(values, "|")
        items = pc.utf8_trim_whitespace(parts.flatten())
        kept = _mask(pc.not_equal(items, ""))
        bounds = np.asarray(parts.offsets.to_numpy(zero_copy_only=False), dtype=np.int64)
        running = np.concatenate([[0], np.cumsum(kept)])
        return running[bounds - bounds[0]], items.filter(pa.array(kept))

    def listed(self, name: str, wanted: tuple[str, ...]) -> I64:
        """How many different items of a list input are among ``wanted``."""
        ptr, items = self.codes(name)
        row = np.repeat(np.arange(len(self)), np.diff(ptr))
        count = np.zeros(len(self), np.int64)
        for code in sorted(set(wanted)):
            hit = np.zeros(len(self), bool)
            hit[row[_mask(pc.equal(items, code))]] = True
            count += hit
        return count

    def _overcrowded(self) -> tuple[B, B]:
        get = self.rules.number
        persons, rooms = self.number("persons"), self.number("current_rooms")
        surface = self.number("current_surface_m2")
        single, two, extra, most = (
            int(np.floor(get(f"national.surpeuplement.{n}") * 100 + 0.5))
            for n in ("single_m2", "two_m2", "extra_m2", "max_m2")
        )
        cap_from = self.rules.integer("national.surpeuplement.max_m2_persons")
        missing = self.rules.integer("national.surpeuplement.missing_rooms")
        n = persons.top
        needed = np.minimum(two + extra * (n - 2), most)
        needed = np.where(n >= cap_from, most, np.where(n <= 1, single, needed))
        tight = np.where(surface.known, needed > surface.top, n - rooms.top >= missing)
        known = surface.known | rooms.known
        return known, known & tight
