"""Score of an application in the EPCI of a dwelling, in hundredths of a point (design §5).

One EPCI among the dwellings and one grid: points, written or computed. Otherwise 100 × mid-rank percentile inside (EPCI,
grid), over the applications that reach the EPCI. No grid: percentile of seniority. A household without a written score
where others have one is scored by the grid; where there is no grid the case is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.verify import cells
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.grid import grid_points, grid_range
from optimizer.verify.recent import Recent
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import World

COLUMNS = 30_000_000
"""Bytes of columns over the applications that reach an EPCI that are kept, of each kind."""


class Scores:
    """Scores of all applications, one EPCI at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._grids: dict[str, dict[str, NDArray[np.integer]]] = {}
        self._totals: dict[str, I64] = {}
        self._epci: Recent[str, tuple[I32, I64]] = Recent(COLUMNS)
        self._reach: Recent[str, I32] = Recent(COLUMNS)
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
        return self.world.apps.landlord > 0

    @cached_property
    def _others(self) -> B:
        """Who does not ask for a mutation."""
        return ~self.mutation

    @cached_property
    def _everybody(self) -> B:
        return np.ones(len(self.world.apps), bool)

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

    def breakdown(self, grid: str) -> dict[str, NDArray[np.integer]]:
        """Credited points per criterion of a grid."""
        if grid not in self._grids:
            table = self.world.raw.table("applications")
            found = grid_points(self.world.law, grid, table, self.world.apps)
            self._grids[grid] = {criterion: _narrow(points) for criterion, points in found.items()}
        return self._grids[grid]

    def total(self, grid: str) -> I64:
        """Points of the grid for every application."""
        if grid not in self._totals:
            total = np.zeros(len(self.world.apps), np.int64)
            for points in self.breakdown(grid).values():
                total += points
            self._totals[grid] = total
        return self._totals[grid]

    def groups(self, epci: str) -> list[tuple[str, B, I64]]:
        """(grid, who is scored by it, points) of an EPCI; the grid is empty when there is none."""
        from_table = [(g, v) for (e, g), v in sorted(self.table_points.items()) if e == epci]
        general, transfer = self.world.law.grid_names(epci)
        if from_table:
            return self._with_grid(
                self._from_table(from_table, general, transfer or general), general, transfer, epci
            )
        if not general:
            return [("", self._everybody, self.world.apps.seniority)]
        if transfer and transfer != general:
            return [
                (general, self._others, self.total(general)),
                (transfer, self.mutation, self.total(transfer)),
            ]
        return [(general, self._everybody, self.total(general))]

    def _from_table(
        self, lines: list[tuple[str, dict[int, int]]], general: str, transfer: str
    ) -> list[tuple[str, B, I64]]:
        """Of several lines of an application in an EPCI, that of its own grid there counts, else the first by name."""
        n = len(self.world.apps)
        stems = [stem_of(name) for name in (transfer, general)]
        expected = np.where(self.mutation, *stems)
        written = []
        taken = np.zeros(n, bool)
        for grid, values in lines:
            who, points = np.zeros(n, bool), np.zeros(n, np.int64)
            who[list(values)] = True
            points[list(values)] = list(values.values())
            taken |= who & (expected == grid)
            written.append((grid, who, points))
        out = []
        for grid, who, points in written:
            out.append((grid, who & ((expected == grid) | ~taken), points))
            taken = taken | who
        return out

    def _with_grid(
        self, written: list[tuple[str, B, I64]], general: str, transfer: str, epci: str
    ) -> list[tuple[str, B, I64]]:
        """The written scores, and those of the grid for whom the table leaves out."""
        absent = self._everybody
        for _, who, _ in written:
            absent = absent & ~who
        if not general:
            if bool((absent & ~self.given[1] & self.world.apps.active)[self.reach(epci)].any()):
                raise Unreadable("scores", f"demande sans cotation, sans grille à {epci}")
            return written
        out = {grid: (who, points) for grid, who, points in written}
        parts = ((general, absent & self._others), (transfer or general, absent & self.mutation))
        for name, who in parts:
            stem = stem_of(name)
            mine = self.total(name) if who.any() else np.zeros(len(who), np.int64)
            before, points = out.get(stem, (np.zeros(len(who), bool), np.zeros(len(who), np.int64)))
            out[stem] = (before | who, np.where(who, mine, points))
        return [(grid, who, points) for grid, (who, points) in out.items()]

    @cached_property
    def span(self) -> int:
        """M of design §5 in hundredths: what separates the lowest from the highest score of the case."""
        if self.percentile:
            return 10_000
        written = self.given[1].copy()
        top = [int(self.given[0][written].max())] if written.any() else []
        for epci in self.epcis:
            in_table = {g for e, g in self.table_points if e == epci}
            for grid, who, points in self.groups(epci):
                lines = self.table_points.get((epci, grid), {}) if grid in in_table else {}
                mine = np.array([a for a in lines if who[a] and not self.given[1][a]], np.int64)
                if len(mine):
                    written[mine] = True
                    top.append(int(points[mine].max()))
        if all(bool((written | ~self.world.apps.active)[self.reach(e)].all()) for e in self.epcis):
            return max([0, *top])
        general = self.world.law.grid_names(self.epcis[0])[0]
        low, high = grid_range(self.world.law, general) if general else (0, 0)
        return max(high - low, 0, *top)

    def settle(self) -> None:
        """Compute what is read from the tables: they can be let go after :meth:`forget`."""
        for epci in self.epcis or ("",):
            self.groups(epci)
        _ = self._any_given, self.percentile, self.span

    def forget(self) -> None:
        """Let the points by criterion go: only their sums are asked for again."""
        self._grids = {}

    def grid_of(self, epci: str, apps: I32) -> str:
        """The grid that computes the points of those households in an EPCI, by the first of them."""
        general, transfer = self.world.law.grid_names(epci)
        return transfer if transfer and self.mutation[int(apps[0])] else general

    @cached_property
    def percentile(self) -> bool:
        """Whether points of several grids or EPCI meet, or there is no grid."""
        if self.world.percentiles or len(self.epcis) > 1:
            return True
        grids = {g for e in self.epcis for g, who, _ in self.groups(e) if bool(who[self.reach(e)].any())}
        return len(grids) > 1 or ("" in grids and not self._all_given)

    def reach(self, epci: str) -> I32:
        """Applications that reach the EPCI, ascending: a wished commune lies there."""
        return self._reach.get(epci, lambda: self._reaching(epci), lambda x: x.nbytes)

    def _reaching(self, epci: str) -> I32:
        place = self.world.law.places.epci_place.get(epci, -2)
        # of the column's own type: another would copy the whole column for each EPCI
        a, b = np.searchsorted(self._wishes[0], np.array([place, place + 1], np.int32))
        return np.unique(self._wishes[1][a:b])

    @cached_property
    def _wishes(self) -> tuple[I32, I32]:
        """(EPCI of a wished commune, application), sorted by EPCI: an EPCI is read without looking at the others."""
        wished = self.world.apps.wished
        of_commune = np.append(self.world.law.places.epci_rank, np.int32(-1))
        epci = of_commune[wished.values]
        order = np.argsort(epci, kind="stable")
        return epci[order], wished.owner[order]

    def at(self, epci: str, apps: I32) -> I64:
        """Score of some applications in that EPCI (0 where they have none)."""
        if not self.percentile:
            return self._points(epci, apps)
        reach, score = self._epci.get(epci, lambda: self._percentiles(epci), lambda x: 3 * x[0].nbytes)
        if not len(reach):
            return np.zeros(len(apps), np.int64)
        found = np.minimum(np.searchsorted(reach, apps), len(reach) - 1)
        return np.where(reach[found] == apps, score[found], 0)

    def of(self, epci: str) -> I64:
        """Score of every application in that EPCI."""
        return self.at(epci, np.arange(len(self.world.apps), dtype=np.int32))

    def _points(self, epci: str, apps: I32) -> I64:
        points, known = (x[apps] for x in self.given)
        out = np.zeros(len(apps), np.int64)
        if not known.all():
            for grid, who, mine in self.groups(epci):
                if grid:
                    out = np.where(who[apps], mine[apps], out)
        return np.where(known, points, out)

    def _percentiles(self, epci: str) -> tuple[I32, I64]:
        """(applications that reach the EPCI, their score)."""
        apps = self.reach(epci)
        out = np.zeros(len(apps), np.int64)
        for who, points in self._ranked(epci, apps):
            mine = points[who]
            n = len(mine)
            if n:
                ordered = np.sort(mine)
                twice = np.searchsorted(ordered, mine, "left") + np.searchsorted(ordered, mine, "right")
                out[who] = (10_000 * twice + n) // (2 * n)
        return apps, out

    def _ranked(self, epci: str, apps: I32) -> list[tuple[B, I64]]:
        """(who of ``apps``, points) ranked together: by grid, a written ``score`` in place of the grid's points.

        Where an EPCI has no grid, written scores form a group of their own; a household without one is then refused.
        """
        groups = [(grid, who[apps], mine[apps]) for grid, who, mine in self.groups(epci)]
        points, known = self.given[0][apps], self.given[1][apps]
        if not self._any_given:
            return [(who, mine) for _, who, mine in groups]
        found = [(who, np.where(known, points, mine)) for grid, who, mine in groups if grid]
        if groups and not groups[0][0]:
            if known.any() and bool((~known & self.world.apps.active[apps]).any()):
                raise Unreadable("applications", f"score : demande sans cotation, sans grille à {epci}")
            return [(known, points)] if known.any() else [(groups[0][1], groups[0][2])]
        rest = known.copy()
        for _, who, _ in groups:
            rest = rest & ~who
        return [*found, (rest, np.where(known, points, 0))]

    @cached_property
    def _all_given(self) -> bool:
        """Whether everybody who reaches an EPCI of the case has a written score."""
        return all(bool(self.given[1][self.reach(e)].all()) for e in self.epcis)

    @cached_property
    def _any_given(self) -> bool:
        return bool(self.given[1].any())


def stem_of(grid: str) -> str:
    """The name of a grid without its folder and ending."""
    return grid.removesuffix(".yaml").rpartition("/")[2]


def _narrow(points: I64) -> NDArray[np.integer]:
    """The column in 32 bits where they hold it: a country has dozens of them."""
    fits = bool((np.abs(points) <= np.iinfo(np.int32).max).all())
    return points.astype(np.int32) if fits else points
