"""Score of an application in the EPCI of a dwelling, in hundredths of a point (design §5).

One grid and one EPCI among the dwellings, or scores given in the file: points. Otherwise 100 × mid-rank percentile
inside (EPCI, grid), over the applications that reach the EPCI. No grid: percentile of seniority.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.verify import cells
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.grid import grid_points
from optimizer.verify.world import World


class Scores:
    """Scores of all applications, one EPCI at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._grids: dict[str, dict[str, I64]] = {}
        self._epci: dict[str, I64] = {}
        self._reach: dict[str, B] = {}
        found = np.unique(world.dwellings.place).tolist()
        self.epcis = tuple(sorted({world.law.places.epci[i] for i in found}))

    @cached_property
    def given(self) -> tuple[I64, B]:
        """(hundredths, known) of the column ``score``."""
        table = self.world.raw.table("applications")
        points = cells.scaled(table, "score", 100, cells.NO_DAY)
        return points, points != cells.NO_DAY

    @cached_property
    def mutation(self) -> B:
        return np.asarray(self.world.apps.landlord != "", bool)

    @cached_property
    def table_points(self) -> Mapping[tuple[str, str], dict[int, int]]:
        """(EPCI, grid) -> application -> points of the ``scores`` table."""
        table = self.world.raw.table("scores")
        points = cells.scaled(table, "score", 100)
        found: dict[tuple[str, str], dict[int, int]] = {}
        columns = [cells.strings(table.text(n)) for n in ("application_id", "epci", "grid")]
        for i, (application, epci, grid) in enumerate(zip(*columns, strict=True)):
            if application in self.world.apps.number:
                found.setdefault((epci, grid), {})[self.world.apps.number[application]] = int(points[i])
        return found

    def breakdown(self, grid: str) -> dict[str, I64]:
        """Credited points per criterion of a grid."""
        if grid not in self._grids:
            table = self.world.raw.table("applications")
            self._grids[grid] = grid_points(self.world.law, grid, table, self.world.apps)
        return self._grids[grid]

    def total(self, grid: str) -> I64:
        """Points of the grid for every application."""
        parts = list(self.breakdown(grid).values())
        return np.sum(parts, axis=0) if parts else np.zeros(len(self.world.apps), np.int64)

    def groups(self, epci: str) -> list[tuple[str, B, I64]]:
        """(grid, who is scored by it, points) of an EPCI; the grid is empty when there is none."""
        n = len(self.world.apps)
        from_table = [(g, v) for (e, g), v in sorted(self.table_points.items()) if e == epci]
        if from_table:
            out = []
            for grid, values in from_table:
                who, points = np.zeros(n, bool), np.zeros(n, np.int64)
                index = np.array(sorted(values), np.int64)
                who[index] = True
                points[index] = [values[i] for i in index.tolist()]
                out.append((grid, who, points))
            return out
        general, transfer = self.world.law.grid_names(epci)
        if not general:
            return [("", np.ones(n, bool), self.world.apps.seniority)]
        if transfer and transfer != general:
            return [
                (general, ~self.mutation, self.total(general)),
                (transfer, self.mutation, self.total(transfer)),
            ]
        return [(general, np.ones(n, bool), self.total(general))]

    @cached_property
    def percentile(self) -> bool:
        """Whether points of several grids or EPCI meet, or there is no grid."""
        if self.given[1].any():
            return False
        grids = {g for e in self.epcis for g, who, _ in self.groups(e) if bool(who.any())}
        return len(self.epcis) > 1 or len(grids) > 1 or "" in grids

    def reach(self, epci: str) -> B:
        """Applications that reach the EPCI: a wished commune lies there."""
        if epci not in self._reach:
            wished = self.world.apps.wished
            inside = np.append(self._epci_names == epci, False)
            out = np.zeros(len(self.world.apps), bool)
            out[self._wished_owner[inside[wished.values]]] = True
            self._reach[epci] = out
        return self._reach[epci]

    @cached_property
    def _wished_owner(self) -> I32:
        return self.world.apps.wished.owner

    @cached_property
    def _epci_names(self) -> np.ndarray[Any, Any]:
        return np.array(self.world.law.places.epci)

    def of(self, epci: str) -> I64:
        """Score of every application in that EPCI (0 where it has none)."""
        if epci not in self._epci:
            self._epci[epci] = self._percentiles(epci) if self.percentile else self._points(epci)
        return self._epci[epci]

    def _points(self, epci: str) -> I64:
        points, known = self.given
        out = np.zeros(len(self.world.apps), np.int64)
        if not known.all():
            for grid, who, mine in self.groups(epci):
                if grid:
                    out[who] = mine[who]
        out[known] = points[known]
        return out

    def _percentiles(self, epci: str) -> I64:
        out = np.zeros(len(self.world.apps), np.int64)
        reach = self.reach(epci)
        for _, who, points in self.groups(epci):
            index = np.flatnonzero(who & reach)
            n = len(index)
            if n:
                ordered = np.sort(points[index])
                below = np.searchsorted(ordered, points[index], "left")
                twice = below + np.searchsorted(ordered, points[index], "right")
                out[index] = (10_000 * twice + n) // (2 * n)
        return out
