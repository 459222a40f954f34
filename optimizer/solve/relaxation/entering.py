"""Where first ranks of each kind enter the rows of the LP, gathered for many columns at once.

A kind enters the réservataires' orders, the rows that ask for something, and whatever was added since for its marking: counts,
rounded rows, cuts. Columns come a few hundred at a time, so their coefficients are gathered by array, not one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.problem.model import I64, RATE_UNIT
from optimizer.solve.highs_lp import F
from optimizer.solve.layout import Layout


class Coefficients(NamedTuple):
    """``row`` and ``value`` of every coefficient, column by column; ``column``: which column each is of."""

    column: I64
    row: I64
    value: F


class Entering:
    """The rows that columns of a kind enter, but for those of their unit and of their household."""

    def __init__(self, layout: Layout) -> None:
        kinds = layout.problem.kinds
        self.layout = layout
        self.order_at: I64 = np.full(len(layout.problem.orders), -1, np.int64)
        """Row of each order in the LP, -1 where it is not held."""
        self.departure_at: I64 = np.full(len(layout.problem.orders), -1, np.int64)
        """Row of the departure of the tenant of each freed dwelling, by row of the orders; -1 where there is none."""
        self.base_at: I64 = np.full(len(layout.problem.rows), -1, np.int64)
        """Row of each row that asks for something."""
        self._weight: F = np.where(
            np.isin(kinds.row, layout.active), kinds.num - layout.mark_rate / RATE_UNIT, 0.0
        ).astype(np.float64)
        self._later: list[tuple[int, I64 | F]] = []
        """(row, what each marking counts in it) of what was added since."""
        self._of_kind: list[tuple[int, I64, F]] = []
        """(row, kinds, what each of them counts in it)."""
        self._by_kind: tuple[I64, I64, F] | None = None
        self._packed: tuple[I64, I64, F] | None = None

    def add(self, row: int, coef: I64 | F) -> None:
        """Columns to come enter a row with ``coef`` (n_markings,)."""
        self._later.append((row, coef))
        self._packed = None

    def add_kinds(self, row: int, kinds: I64, coef: F) -> None:
        """Columns to come of some kinds enter a row."""
        self._of_kind.append((row, kinds, coef))
        self._by_kind = None

    def _kinds_added(self) -> tuple[I64, I64, F]:
        """Start of each kind, rows and values."""
        if self._by_kind is None:
            kind = np.concatenate([k for _, k, _ in self._of_kind])
            row = np.concatenate([np.full(len(k), r, np.int64) for r, k, _ in self._of_kind])
            value = np.concatenate([v for _, _, v in self._of_kind])
            by = np.argsort(kind, kind="stable")
            start = np.searchsorted(kind[by], np.arange(len(self.layout.problem.kinds) + 1))
            self._by_kind = start.astype(np.int64), row[by], value[by]
        return self._by_kind

    def move(self, place: I64) -> None:
        """Rows stand elsewhere now: ``place`` (rows,) says where, -1 for those that are gone."""
        for at in (self.order_at, self.departure_at, self.base_at):
            at[at >= 0] = place[at[at >= 0]]
        self._later = [(int(place[row]), coef) for row, coef in self._later if place[row] >= 0]
        self._of_kind = [
            (int(place[row]), kinds, coef) for row, kinds, coef in self._of_kind if place[row] >= 0
        ]
        self._packed = self._by_kind = None

    def drop(self, rows: set[int]) -> None:
        """They no longer do."""
        self._later = [(row, coef) for row, coef in self._later if row not in rows]
        self._packed = None

    def _added(self) -> tuple[I64, I64, F]:
        """Start of each marking, rows and values: rows in the order they were added."""
        if self._packed is None:
            n = len(self.layout.marked)
            if self._later:
                rows = np.array([row for row, _ in self._later], np.int64)
                table = np.array([coef for _, coef in self._later], np.float64)
                marking, place = np.nonzero(table.T)
                start = np.searchsorted(marking, np.arange(n + 1))
                self._packed = start.astype(np.int64), rows[place], table[place, marking]
            else:
                self._packed = np.zeros(n + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
        return self._packed

    def of(self, kind: I64) -> Coefficients:
        """Coefficients of columns of these kinds: orders first, then rows, then what came after."""
        kinds = self.layout.problem.kinds
        parts = []
        if len(kinds.order_row):
            column, at = ranges(kinds.order_ptr, kind)
            row = self.order_at[kinds.order_row[at]]
            held = np.flatnonzero(row >= 0)
            parts.append((column[held], row[held], kinds.order_sign[at[held]].astype(np.float64)))
            row = self.departure_at[kinds.order_row[at]]
            opening = np.flatnonzero((row >= 0) & (kinds.order_sign[at] < 0))
            parts.append((column[opening], row[opening], np.ones(len(opening))))
        column, at = ranges(kinds.ptr, kind)
        weight = self._weight[at]
        some = np.flatnonzero(weight)
        parts.append((column[some], self.base_at[kinds.row[at[some]]], weight[some]))
        start, rows, values = self._added()
        if len(rows):
            column, at = ranges(start, self.layout.marking[kind].astype(np.int64))
            parts.append((column, rows[at], values[at]))
        if self._of_kind:
            start, rows, values = self._kinds_added()
            column, at = ranges(start, kind)
            parts.append((column, rows[at], values[at]))
        column, row, value = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(column, kind="stable")
        return Coefficients(column[order], row[order], value[order])


def ranges(ptr: I64, chosen: I64) -> tuple[I64, I64]:
    """Of the lists chosen, one after the other: which of them each item is of, and where it stands."""
    start = ptr[chosen]
    many = ptr[chosen + 1] - start
    column = np.repeat(np.arange(len(chosen)), many)
    at = np.arange(len(column)) + np.repeat(start - (np.cumsum(many) - many), many)
    return column, at
