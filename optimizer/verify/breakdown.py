"""``scores``: the points by criterion add up to the grid's points, or to the score itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.verify.cells import I32, I64
from optimizer.verify.outputs import out_parts
from optimizer.verify.scores import Scores
from optimizer.verify.verdict import Findings

COLUMNS = ("application_id", "epci", "grid", "points")


def check_breakdown(folder: Path, scores: Scores, found: Findings) -> None:
    """Every (application, EPCI, grid) of the table sums to the recomputed points or score."""
    parts = out_parts(folder, "scores", COLUMNS)
    if parts is None:
        return
    found.start("breakdown")
    n = len(scores.world.apps)
    pairs: dict[tuple[str, str], int] = {}
    summed: list[tuple[I64, I64]] = []
    for out in parts:
        apps = out.index("application_id", scores.world.ids.apps, -2)
        (epci_at, epcis), (grid_at, grids) = out.words("epci"), out.words("grid")
        found.demand("breakdown", not bool((apps < 0).any()), "demande inconnue")
        local = epci_at.astype(np.int64) * len(grids) + grid_at
        different, at = np.unique(local, return_inverse=True)
        numbers = [
            pairs.setdefault((epcis[x // len(grids)], grids[x % len(grids)]), len(pairs))
            for x in different.tolist()
        ]
        key = np.array(numbers, np.int64)[at.reshape(-1)] * n + apps
        known = apps >= 0
        summed.append(_sums(key[known], out.scaled("points", 100)[known]))
    if len(summed) > 1:
        summed = [_sums(*(np.concatenate(x) for x in zip(*summed, strict=True)))]
    names = list(pairs)
    for key, total in summed:
        ptr = np.searchsorted(key, np.arange(len(names) + 1) * n)
        for i, (epci, grid) in enumerate(names):
            at = slice(int(ptr[i]), int(ptr[i + 1]))
            bad = _wrong(scores, epci, grid, (key[at] - i * n).astype(np.int32), total[at])
            if bad:
                found.add("breakdown", f"{epci} {grid}", bad)


def _sums(key: I64, points: I64) -> tuple[I64, I64]:
    """(different keys ascending, their sums)."""
    if len(key) and bool((np.diff(key) < 0).any()):
        order = np.argsort(key, kind="stable")
        key, points = key[order], points[order]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    return key[start], np.add.reduceat(points, start) if len(start) else points


def _wrong(scores: Scores, epci: str, grid: str, who: I32, total: I64) -> int:
    """How many sums are neither the score in the EPCI nor the points of the grid."""
    rest = np.arange(len(who))
    for place in [epci] if epci else list(scores.epcis):
        for name, mask, raw in scores.groups(place):
            if name in (grid, ""):
                rest = rest[~(mask[who[rest]] & (raw[who[rest]] == total[rest]))]
        if len(rest):
            rest = rest[total[rest] != scores.at(place, who[rest])]
        if not len(rest):
            break
    return len(rest)
