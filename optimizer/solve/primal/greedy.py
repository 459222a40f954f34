"""A first proposal in one pass: what is shown when there is no time for anything better, and a start for the rest."""

from __future__ import annotations

import numpy as np

from optimizer.errors import AttrifluxError
from optimizer.problem.model import I32, I64, FirstRanks
from optimizer.solve.implicit import first_free
from optimizer.solve.layout import Layout
from optimizer.solve.primal.orders import obeying

Line = tuple[int, int, int]


def greedy(layout: Layout) -> FirstRanks:
    """Pinned dwellings first, then by identifier: the best free application of each; else its best seat.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``: a dwelling that must be filled has no free household.
    """
    nobody = np.zeros(0, np.int32)
    return fill(layout, FirstRanks(nobody, nobody, nobody))[0]


def fill(layout: Layout, held: FirstRanks) -> tuple[FirstRanks, int]:
    """:func:`greedy` around first ranks that stay where they are, but for a household that a pinned dwelling takes.

    Returns
    -------
    the proposal, and how many of ``held`` it keeps

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``, as :func:`greedy`.
    """
    problem = layout.problem
    must = problem.must_fill[problem.klass]
    used = np.zeros(len(problem.application_ids), np.bool_)
    pinned = {(d, a): c for d, a, c in _best_free(layout, np.flatnonzero(must), used)}
    free = ~must
    lines: list[Line] = []
    kept = 0
    for d, a, c in zip(held.dwelling.tolist(), held.app.tolist(), held.kind.tolist(), strict=True):
        if must[d]:
            if (d, a) in pinned:
                pinned[d, a] = c
                kept += 1
        elif a < 0 or not used[a]:
            lines.append((d, a, c))
            free[d] = False
            kept += 1
            if a >= 0:
                used[a] = True
    lines += [(d, a, c) for (d, a), c in pinned.items()]
    lines += _best_free(layout, np.flatnonzero(free), used)
    part = np.array(sorted(lines), np.int32).reshape(-1, 3)
    made = FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
    first = obeying(problem, made)
    if first is not made:
        there = set(zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True))
        own = zip(held.dwelling.tolist(), held.app.tolist(), held.kind.tolist(), strict=True)
        kept = sum(line in there for line in own)
    return first, kept


def _best_free(layout: Layout, dwellings: I64 | I32, used: np.ndarray) -> list[Line]:
    """A line for each dwelling in turn; ``used`` gets the households taken."""
    problem = layout.problem
    must = problem.must_fill[problem.klass[dwellings]]
    entry, options = first_free(problem, layout.lists, dwellings.astype(np.int64), used)
    lines: list[Line] = []
    for d, e, named, filled in zip(dwellings.tolist(), entry.tolist(), options.tolist(), must, strict=True):
        if e >= 0:
            options_of = layout.option_kind[layout.option_ptr[named] : layout.option_ptr[named + 1]]
            kind = int(options_of[np.argmax(problem.kinds.value[options_of])])
            worth = problem.values(np.array([e], np.int64))[0] + problem.bonus[d] + problem.kinds.value[kind]
            if filled or worth > 0:
                lines.append((d, int(problem.entry_app[e]), kind))
                continue
            used[problem.entry_app[e]] = False
        if filled:
            raise AttrifluxError("NO_SOLUTION")
        seats = layout.seats(int(problem.klass[d]))
        if len(seats):
            best = int(seats[np.argmax(problem.seats.value[seats])])
            if problem.seats.value[best] > 0:
                lines.append((d, -1, int(problem.seats.kind[best])))
    return lines
