"""A list of findings under construction, with the file names of the case."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from optimizer.domain import TABLES, Case
from optimizer.errors import Finding


class Findings:
    """Collects problems of one case; knows the places of its territory so that accounts can be checked."""

    def __init__(self, case: Case, places: frozenset[str], territory: str) -> None:
        self.places = places
        self.territory = territory
        self._case = case
        self._found: list[Finding] = []

    def file(self, table: str) -> str:
        """The file that held the table, else its canonical name."""
        stems = (table, TABLES[table].alias)
        for source in self._case.sources:
            if PurePosixPath(source.name).stem.casefold() in stems:
                return source.name
        return self._case.sources[0].name if len(self._case.sources) == 1 else table

    def add(
        self, code: str, table: str = "", row: int | None = None, column: str | None = None, value: str | None = None,
        *, severity: Literal["error", "warning"] = "error", rows: tuple[int, ...] = (), **params: object,
    ) -> None:  # fmt: skip
        """Add one problem; ``row`` 0 means a shipped line, which has no place in the case."""
        place = self.file(table) if table else "case.yaml"
        self._found.append(Finding(code, severity, place, row or None, column, value, rows, params))

    def add_rows(
        self, code: str, table: str, column: str, value: str, rows: list[int],
        *, severity: Literal["error", "warning"] = "error", **params: object,
    ) -> None:  # fmt: skip
        """One problem shared by several rows: the first is its place, the others are listed."""
        ordered = sorted(rows)
        self.add(code, table, ordered[0], column, value, severity=severity, rows=tuple(ordered[1:]), **params)

    @property
    def found(self) -> tuple[Finding, ...]:
        return tuple(self._found)

    @property
    def errors(self) -> bool:
        return any(f.severity == "error" for f in self._found)
