"""The score of every application in every EPCI of the case's dwellings, and why it is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Finding, Said
from optimizer.scoring.grids import Points

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]
Basis = Literal["grid", "given", "percentile", "seniority"]
GIVEN = "cotation_saisie"
SENIORITY = "anciennete"
"""Name of the scale used where a territory has no grid: days since the first application."""
CONVERSION = "conversion_en_percentile"
"""Line of the breakdown that takes the points of the grid to the published percentile."""
GIVEN_TITLE = "Cotation saisie dans le dossier"
TITLES = {
    GIVEN: GIVEN_TITLE,
    SENIORITY: "Ancienneté de la demande (aucune grille)",
    CONVERSION: "Conversion des points en rang parmi les demandes de l'EPCI cotées par la même grille",
}
"""What a reader is told of the lines that no grid names."""
POINT = 100


@dataclass(frozen=True)
class Standing:
    """Applications scored in one EPCI: aligned arrays, ascending application index.

    ``raw`` are hundredths of the grid's points (days of seniority without a grid); ``score`` is what the objective uses.
    """

    app: I32
    grid: I32
    """Index in ``Scores.grids``."""
    raw: I64
    score: I64
    written: B
    """``raw`` was written in the case (column ``score`` or table ``scores``), not computed here."""
    told: B
    """``raw`` was written in the column ``score``: the breakdown says so, whatever grid it is ranked with."""


@dataclass(frozen=True)
class Scores:
    """Scores of a case.

    Attributes
    ----------
    basis : str
        ``grid``: points of the one grid; ``given``: points written in the case, all or some; ``percentile``: several grids
        or EPCI;
        ``seniority``: no grid anywhere, percentile of seniority.
    grids : tuple of str
        Identifiers of the scales in use (``Standing.grid`` indexes them).
    standing : dict
        EPCI index -> its standing.
    points_by_grid : dict
        Grid id -> points by criterion of every application, where a grid was evaluated.
    span : int
        M, hundredths of a point: maxima less minima of the rubrics of the first-time grid, or the highest written score
        (the larger where some are written and others computed); 100 points for percentiles.
    notes : tuple of Said
        What a page showing these scores must say.
    repairs : tuple of Finding
        Cells of the grids' own columns that were read otherwise than written: warnings.
    """

    basis: Basis
    ids: NDArray[np.object_]
    epcis: tuple[str, ...]
    grids: tuple[str, ...]
    titles: tuple[str, ...]
    invented: tuple[bool, ...]
    standing: Mapping[int, Standing]
    overall: I64 | None
    """(A,) points valid everywhere, when they do not depend on the EPCI; else None."""
    points_by_grid: Mapping[str, Points]
    span: int
    """M: how far apart two scores may lie, hundredths of a point."""
    notes: tuple[Said, ...]
    repairs: tuple[Finding, ...] = ()

    @property
    def ranked(self) -> bool:
        """Whether scores are percentile ranks and no points of a grid: every page that shows one must say so."""
        return self.basis in ("percentile", "seniority")

    def behind(self, a: int, epci: int) -> int | None:
        """The points of the grid, hundredths, that an application's percentile rank in an EPCI stands for; None where the score is
        those points, where no grid gave any, or where it is not scored there."""
        here = self.standing.get(int(epci)) if self.basis == "percentile" else None
        at = int(np.searchsorted(here.app, a)) if here is not None else 0
        if here is None or at >= len(here.app) or here.app[at] != a:
            return None
        return None if self.grids[int(here.grid[at])] == SENIORITY else int(here.raw[at])

    def points(self, apps: I32, epci: int) -> I64:
        """Score of each application for dwellings of an EPCI, hundredths; 0 for one that is not scored there."""
        if self.overall is not None:
            return self.overall[apps]
        out = np.zeros(len(apps), np.int64)
        here = self.standing.get(int(epci))
        if here is not None and len(here.app):
            at = np.minimum(np.searchsorted(here.app, apps), len(here.app) - 1)
            found = here.app[at] == apps
            out[found] = here.score[at[found]]
        return out

    def criteria(self, a: int, epci: int) -> tuple[tuple[str, str, int], ...]:
        """(name, title, points) of each criterion of an application in an EPCI; none where it is not scored there."""
        here = self.standing.get(int(epci))
        at = int(np.searchsorted(here.app, a)) if here is not None else 0
        if here is None or at >= len(here.app) or here.app[at] != a:
            return ()
        return self._criteria(int(here.grid[at]), a, int(here.raw[at]), bool(here.written[at]))

    def _criteria(self, g: int, a: int, raw: int, written: bool) -> tuple[tuple[str, str, int], ...]:
        points = self.points_by_grid.get(self.grids[g])
        if written:
            return ((GIVEN, GIVEN_TITLE, raw),) if raw else ()
        if points is None:
            return ()
        row = points.credited[a]
        return tuple((points.names[j], points.titles[j], int(row[j])) for j in np.flatnonzero(row))

    def breakdown(self, apps: I32 | None = None) -> pd.DataFrame:
        """Points by criterion: ``application_id, epci, grid, criterion, points`` (points with two decimals).

        Criteria without points are left out. The lines of an application in an EPCI add up to its score exactly: where
        the score is a percentile, the line ``conversion_en_percentile`` makes the difference. ``apps`` restricts the
        table to some applications.
        """
        return pd.concat([*self.breakdown_parts(apps)], ignore_index=True)

    def breakdown_parts(self, apps: I32 | None = None) -> Iterator[pd.DataFrame]:
        """:meth:`breakdown` EPCI by EPCI; always at least one part."""
        columns = ["application_id", "epci", "grid", "criterion", "points"]
        for epci in sorted(self.standing):
            yield self._lines(epci, apps)[columns]
        if not self.standing:
            yield pd.DataFrame(
                {c: pd.Series([], dtype="float64" if c == "points" else "str") for c in columns}
            )

    def _lines(self, epci: int, apps: I32 | None) -> pd.DataFrame:
        here = self.standing[epci]
        kept = np.ones(len(here.app), bool) if apps is None else np.isin(here.app, apps)
        app, grid, score, raw, written, told = (
            column[kept] for column in (here.app, here.grid, here.score, here.raw, here.written, here.told)
        )
        rows, values, orders = (
            [np.flatnonzero(written)],
            [raw[written]],
            [np.zeros(int(written.sum()), np.int64)],
        )
        names = [np.full(len(rows[0]), GIVEN, dtype=object)]
        known = np.where(written, raw, 0)
        for g, name in enumerate(self.grids):
            points = self.points_by_grid.get(name)
            mine = np.flatnonzero((grid == g) & ~written)
            if points is None or not len(mine):
                continue
            lines = points.credited[app[mine]]
            at, criterion = np.nonzero(lines)
            rows.append(mine[at])
            names.append(np.array(points.names, dtype=object)[criterion])
            values.append(lines[at, criterion])
            orders.append(criterion.astype(np.int64))
            known[mine] = lines.sum(axis=1)
        rest = np.flatnonzero(score != known)
        rows.append(rest)
        unit = np.array(
            [SENIORITY if self.grids[g] == SENIORITY else CONVERSION for g in grid[rest]], dtype=object
        )
        names.append(unit)
        values.append((score - known)[rest])
        orders.append(np.full(len(rest), np.iinfo(np.int32).max, np.int64))
        row, order = np.concatenate(rows), np.concatenate(orders)
        sequence = np.lexsort((order, row))
        row = row[sequence]
        scales = np.array(self.grids, dtype=object)
        # where points are ranked inside grids, a score of the application stands on the scale it is ranked in
        apart = told & (self.basis != "percentile")
        labels = np.where(apart, GIVEN, scales[grid]) if len(grid) else scales[:0]
        return pd.DataFrame(
            {
                "application_id": pd.Series(self.ids[app[row]], dtype="str"),
                "epci": pd.Series([self.epcis[epci]] * len(row), dtype="str"),
                "grid": pd.Series(labels[row] if len(row) else [], dtype="str"),
                "criterion": pd.Series(np.concatenate(names)[sequence], dtype="str"),
                "points": np.concatenate(values)[sequence] / POINT,
            }
        )
