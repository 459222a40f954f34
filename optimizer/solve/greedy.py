"""A first proposal in one pass: what is shown when there is no time for anything better, and a start for the rest."""

from __future__ import annotations

import numpy as np

from optimizer.errors import AttrifluxError
from optimizer.problem.model import FirstRanks
from optimizer.solve.layout import Layout


def greedy(layout: Layout) -> FirstRanks:
    """Pinned dwellings first, then by identifier: the best free application of each; else its best seat.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``: a dwelling that must be filled has no free household.
    """
    problem = layout.problem
    must = problem.must_fill[problem.klass]
    used = np.zeros(len(problem.application_ids), bool)
    lines: list[tuple[int, int, int]] = []
    for d in np.lexsort((np.arange(len(must)), ~must)).tolist():
        klass = int(problem.klass[d])
        a, b = int(layout.full.ptr[klass]), int(layout.full.ptr[klass + 1])
        free = np.flatnonzero(~used[layout.full.app[a:b]])
        if len(free) and (must[d] or int(layout.full.value[a + free[0]] + problem.bonus[d]) > 0):
            e = a + int(free[0])
            app = int(layout.full.app[e])
            used[app] = True
            lines.append((d, app, int(layout.option_kind[layout.option_ptr[layout.full.key[e]]])))
            continue
        if must[d]:
            raise AttrifluxError("NO_SOLUTION")
        seats = layout.seats(klass)
        if len(seats):
            best = int(seats[np.argmax(problem.seats.value[seats])])
            if problem.seats.value[best] > 0:
                lines.append((d, -1, int(problem.seats.kind[best])))
    part = np.array(sorted(lines), np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
