"""``scores``: what each criterion credited to each household that reaches an EPCI, recomputed line by line.

The lines of a household in an EPCI bear the grid that scores it and add up to its score: one for each criterion that
credited points, or one written score, and where points are turned into percentiles one more for the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from optimizer.verify.cells import I32, I64, B, ascending
from optimizer.verify.order import InOrder
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.scores import Scores, stem_of
from optimizer.verify.verdict import Findings

COLUMNS = ("application_id", "epci", "grid", "criterion", "points")
WRITTEN, PERCENTILE, SENIORITY = "cotation_saisie", "conversion_en_percentile", "anciennete"
"""What stands for a grid or a criterion: a written score, the step to a percentile, the rank by seniority."""
LAST = 10**6
"""Place of the line that makes the difference to a percentile: behind every criterion."""
Key = tuple[str, str, str]
"""EPCI, grid, criterion."""


class Breakdown:
    """What the lines of each EPCI must be, over the applications that reach it; the last EPCI asked for is kept."""

    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        self.missing: dict[Key, int] = {}
        """Lines of each EPCI met that have not been seen."""
        self._epci, self._apps = "", np.zeros(0, np.int32)
        self._lines: dict[Key, tuple[B, I64]] = {}
        self._place: dict[Key, I64] = {}
        """Of each line of a computed score: how manieth criterion of its household's grid it is."""

    def open(self, epci: str) -> None:
        """Work out the lines of an EPCI."""
        if epci != self._epci:
            self._epci, self._apps = epci, self.scores.reach(epci)
            self._place = {}
            self._lines = self._expected(epci, self._apps)
            for key, (who, _) in self._lines.items():
                self.missing.setdefault(key, int(np.count_nonzero(who)))

    def wrong(self, key: Key, apps: I32, points: I64) -> B:
        """Which lines of one EPCI, grid and criterion should not be there, or have other points."""
        if key[0] not in self.scores.epcis:
            return np.ones(len(apps), bool)
        self.open(key[0])
        if key not in self._lines or not len(self._apps):
            return np.ones(len(apps), bool)
        who, right = self._lines[key]
        self.missing[key] -= len(apps)
        at = np.minimum(np.searchsorted(self._apps, apps), len(self._apps) - 1)
        fine = (self._apps[at] == apps) & who[at] & (right[at] == points)
        again = np.ones(len(apps), bool)
        again[np.unique(apps, return_index=True)[1]] = False
        wrong: B = ~fine | again
        return wrong

    def places(self, key: Key, apps: I32) -> I64:
        """Where each line of the EPCI last asked for stands among those of its household: written, by criterion, the difference."""
        if key not in self._place or not len(self._apps):
            return np.full(len(apps), 0 if key[2] == WRITTEN else LAST)
        return self._place[key][np.minimum(np.searchsorted(self._apps, apps), len(self._apps) - 1)]

    def _expected(self, epci: str, apps: I32) -> dict[Key, tuple[B, I64]]:
        """(EPCI, grid, criterion) -> (who of ``apps`` has a line, points)."""
        s = self.scores
        points, given = s.given[0][apps], s.given[1][apps]
        nobody = np.zeros(len(apps), bool)
        found: dict[Key, tuple[B, I64]] = {}
        raw: I64 = np.where(given, points, 0)
        label: dict[str, B] = {}
        # a score of the column stands for the household's own grid where points are ranked inside grids
        alone = given
        for grid, everywhere, mine in s.groups(epci):
            who, stem = everywhere[apps], stem_of(grid)
            if not grid:
                if not (s.percentile and given.any()):
                    found[epci, SENIORITY, SENIORITY] = (who & ~given, s.at(epci, apps))
                continue
            asked = who & ~given
            raw = np.where(asked, mine[apps], raw)
            inside = who if s.percentile else asked
            alone = alone & ~inside
            label[stem] = inside | label.get(stem, nobody)
            written = np.isin(apps, list(s.table_points.get((epci, grid), {}))) | given
            found[epci, stem, WRITTEN] = (inside & written, raw)
            computed = asked & ~written
            if computed.any():
                credits = s.breakdown(s.grid_of(epci, apps[computed]))
                for place, (criterion, credited) in enumerate(credits.items(), 1):
                    now = credited[apps].astype(np.int64)
                    before, old = found.get((epci, stem, criterion), (nobody, now))
                    some = computed & (now != 0)
                    stood = self._place.get((epci, stem, criterion), np.zeros(len(apps), np.int64))
                    self._place[epci, stem, criterion] = np.where(some, place, stood)
                    found[epci, stem, criterion] = (before | some, np.where(some, now, old))
        found[epci, WRITTEN, WRITTEN] = (alone, points)
        label[WRITTEN] = alone
        if s.percentile and (epci, SENIORITY, SENIORITY) not in found:
            step = s.at(epci, apps) - raw
            for name, who in label.items():
                found[epci, name, PERCENTILE] = (who & (step != 0), step)
        return found


def check_breakdown(folder: Path, scores: Scores, found: Findings) -> None:
    """Every line of the table has the points it must, and none is missing."""
    parts = out_parts(folder, "scores", COLUMNS)
    if parts is None:
        return
    found.start("breakdown")
    lines, order = Breakdown(scores), InOrder("scores", found)
    numbers, rank = {epci: i for i, epci in enumerate(sorted(scores.epcis))}, ascending(scores.world.ids.apps)
    for out in parts:
        app = out.index("application_id", scores.world.ids.apps, -2)
        points = out.scaled("points", 100)
        empty = np.flatnonzero(~out.filled("points"))
        found.rows("breakdown", out.table, out.first + empty, "points absents")
        place, epcis = np.zeros(out.rows, np.int64), np.zeros(out.rows, np.int64)
        for key, rows in _by_key(out):
            wrong = lines.wrong(key, app[rows], points[rows])
            found.rows("breakdown", out.table, out.first + rows[wrong], " ".join(key))
            place[rows], epcis[rows] = lines.places(key, app[rows]), numbers.get(key[0], -1)
        order.read([epcis, np.append(rank, -1)[np.maximum(app, -1)].astype(np.int64), place])
    for epci in scores.epcis:
        lines.open(epci)
    for key, number in lines.missing.items():
        if number:
            found.add("breakdown", f"scores : {' '.join(key)}, ligne absente ou en trop", abs(number))


def _by_key(out: Out) -> Iterator[tuple[Key, I64]]:
    """(EPCI, grid, criterion) and its rows, EPCI by EPCI."""
    columns = [out.words(name) for name in ("epci", "grid", "criterion")]
    code = np.zeros(out.rows, np.int64)
    for at, words in columns:
        code = code * max(1, len(words)) + at
    order = np.argsort(code, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        if len(rows):
            epci, grid, criterion = (words[at[rows[0]]] for at, words in columns)
            yield (epci, grid, criterion), rows
