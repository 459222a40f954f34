"""``scores``: the points by criterion add up to the grid's points, or to the score itself."""

from __future__ import annotations

import numpy as np

from optimizer.verify.outputs import Out
from optimizer.verify.scores import Scores
from optimizer.verify.verdict import Findings


def check_breakdown(out: Out, scores: Scores, found: Findings) -> None:
    """Every (application, EPCI, grid) of the table sums to the recomputed points or score."""
    found.start("breakdown")
    apps = out.index("application_id", scores.world.apps.ids)
    (epci_at, epcis), (grid_at, grids) = out.words("epci"), out.words("grid")
    points = out.scaled("points", 100)
    found.demand("breakdown", not bool((apps < 0).any()), "demande inconnue")
    pair = epci_at.astype(np.int64) * max(1, len(grids)) + grid_at
    order = np.argsort(pair, kind="stable")
    codes, start = np.unique(pair[order], return_index=True)
    bounds = [*start.tolist(), len(order)]
    for i, code in enumerate(codes.tolist()):
        epci, grid = epcis[code // len(grids)], grids[code % len(grids)]
        lines = order[bounds[i] : bounds[i + 1]]
        lines = lines[apps[lines] >= 0]
        who, at = np.unique(apps[lines], return_inverse=True)
        total = np.zeros(len(who), np.int64)
        np.add.at(total, at.reshape(-1), points[lines])
        fine = np.zeros(len(who), bool)
        for place in [epci] if epci else list(scores.epcis):
            fine |= total == scores.of(place)[who]
            for name, mask, raw in scores.groups(place):
                fine |= mask[who] & (name in (grid, "")) & (raw[who] == total)
        bad = int((~fine).sum())
        if bad:
            found.add("breakdown", f"{epci} {grid}", bad)
