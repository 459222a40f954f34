"""``scores``: the points by criterion add up to the grid's points, or to the score itself."""

from __future__ import annotations

import numpy as np

from optimizer.verify.outputs import Out
from optimizer.verify.scores import Scores
from optimizer.verify.verdict import Findings


def check_breakdown(out: Out, scores: Scores, found: Findings) -> None:
    """Every (application, EPCI, grid) of the table sums to the recomputed points or score."""
    found.start("breakdown")
    number = scores.world.apps.number
    apps = np.array([number.get(x, -1) for x in out.strings("application_id")], np.int64)
    epcis, grids = (np.array(out.strings(n), object) for n in ("epci", "grid"))
    points = out.scaled("points", 100)
    found.demand("breakdown", not bool((apps < 0).any()), "demande inconnue")
    for epci in sorted(set(epcis.tolist())):
        for grid in sorted(set(grids[epcis == epci].tolist())):
            here = (epcis == epci) & (grids == grid) & (apps >= 0)
            total = np.bincount(apps[here], weights=points[here], minlength=len(number)).astype(np.int64)
            who = np.unique(apps[here])
            fine = np.zeros(len(who), bool)
            known = [epci] if epci else list(scores.epcis)
            for place in known:
                fine |= total[who] == scores.of(place)[who]
                for name, mask, raw in scores.groups(place):
                    fine |= mask[who] & (name in (grid, "")) & (raw[who] == total[who])
            bad = int((~fine).sum())
            if bad:
                found.add("breakdown", f"{epci} {grid}", bad)
