"""A first proposal in one pass: what is shown when there is no time for anything better, and a start for the rest."""

from __future__ import annotations

import numpy as np

from optimizer.errors import AttrifluxError
from optimizer.problem.model import FirstRanks
from optimizer.solve.implicit import first_free
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
    order = np.lexsort((np.arange(len(must)), ~must))
    entry, options = first_free(problem, layout.lists, order)
    lines: list[tuple[int, int, int]] = []
    for d, e, named in zip(order.tolist(), entry.tolist(), options.tolist(), strict=True):
        if e >= 0:
            lines.append((d, int(problem.entry_app[e]), int(layout.option_kind[layout.option_ptr[named]])))
            continue
        if must[d]:
            raise AttrifluxError("NO_SOLUTION")
        seats = layout.seats(int(problem.klass[d]))
        if len(seats):
            best = int(seats[np.argmax(problem.seats.value[seats])])
            if problem.seats.value[best] > 0:
                lines.append((d, -1, int(problem.seats.kind[best])))
    part = np.array(sorted(lines), np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
