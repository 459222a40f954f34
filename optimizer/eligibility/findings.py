"""A list of findings under construction, with the file names of the case."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.domain import TABLES, Case
from optimizer.errors import Finding


class Findings:
    """Collects problems of one case; knows the places of its territory so that accounts can be checked."""

    def __init__(self, case: Case, places: frozenset[str], territory: str) -> None:
        self.places = places
        self.territory = territory
        self._case = case
        self._found: list[Finding] = []
        self._rows: dict[str, NDArray[np.int64]] = {}

    def file(self, table: str) -> str:
        """The file (and sheet) that held the table, else its canonical name."""
        origin = self._case.origins.get(table)
        if origin is not None:
            return origin.label
        stems = (table, TABLES[table].alias)
        for source in self._case.sources:
            if PurePosixPath(source.name).stem.casefold() in stems:
                return source.name
        return self._case.sources[0].name if len(self._case.sources) == 1 else table

    def from_file(self, table: str) -> bool:
        """Whether the table was read from a file, whose cells and keys the reader has judged."""
        return table in self._case.origins

    def rows(self, table: str) -> NDArray[np.int64]:
        """Spreadsheet row of each line of a table."""
        if table not in self._rows:
            self._rows[table] = self._case.row_numbers(table)
        return self._rows[table]

    def add(
        self, code: str, table: str = "", row: int | None = None, column: str | None = None, value: str | None = None,
        *, cell: str | None = None, severity: Literal["error", "warning"] = "error", rows: tuple[int, ...] = (),
        **params: object,
    ) -> None:  # fmt: skip
        """Add one problem; ``row`` 0 means a shipped line, which has no place in the case.

        ``value`` is the word of the sentence; ``cell`` what stands at the place, where that is something else.
        """
        if cell is not None:
            params, value = {"value": value, **params}, cell
        written = self._case.settings.written
        place = self.file(table) if table else written.label
        row = row if table else written.row(column)
        origin = self._case.origins.get(table)
        if origin is not None and column is not None:
            column = origin.names.get(column, column)
        self._found.append(Finding(code, severity, place, row or None, column, value, rows, params))

    def add_rows(
        self, code: str, table: str, column: str, value: str, rows: list[int],
        *, cell: str | None = None, severity: Literal["error", "warning"] = "error", **params: object,
    ) -> None:  # fmt: skip
        """One problem shared by several rows: the first is its place, the others are listed."""
        ordered = sorted(rows)
        further = tuple(ordered[1:])
        self.add(code, table, ordered[0], column, value, cell=cell, severity=severity, rows=further, **params)

    @property
    def found(self) -> tuple[Finding, ...]:
        return tuple(self._found)

    @property
    def errors(self) -> bool:
        return any(f.severity == "error" for f in self._found)
