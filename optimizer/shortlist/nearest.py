"""What would have brought a first rank: the cheapest exchange for each household, exactly.

Putting household a in the place of the first rank of dwelling d changes the objective by ``value(a) − value(now)`` less what
the rules then charge. If a's score rose by more than the loss of its cheapest exchange, that exchange would beat the optimum;
every proposal without a is worth what it was, so the new optimum would hold a at a first rank. The points needed are
therefore sufficient (never promised too low); the sample of ``confirming`` shows it by solving again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.leapfrogs import Exchange
from optimizer.shortlist.ranks import seat_value

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
NONE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Nearest:
    """Per application: micropoints its cheapest exchange loses (-1: no first rank is open to it), and that dwelling."""

    lacking: I64
    dwelling: I32


def nearest_exchanges(problem: Problem, first: FirstRanks, num_run: I64, den_run: I64) -> Nearest:
    """Cheapest exchange of every application over all dwellings it may hold a first rank of.

    Notes
    -----
    Pinned dwellings are left out: their place was decided before the run.
    """
    exchange = Exchange(problem, num_run, den_run)
    now = {int(d): (int(a), int(c)) for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)}
    n = len(problem.application_ids)
    lacking = np.full(n, NONE, np.int64)
    where = np.full(n, -1, np.int32)
    value_of = _current_values(problem, first)
    for d in range(len(problem.dwelling_ids)):
        k = int(problem.klass[d])
        if k < 0 or problem.must_fill[k]:
            continue
        entries = problem.entries_of(d)
        if entries.stop == entries.start:
            continue
        out = now[d][1] if d in now else -1
        types = problem.entry_type[entries]
        cost = np.full(problem.n_types, NONE, np.int64)
        for t in np.unique(types).tolist():
            kinds, may = problem.options_of(int(problem.class_group[k]), t)
            for c in kinds[may].tolist():
                cost[t] = min(int(cost[t]), exchange.cost(out, c)[0])
        value = (
            problem.fill_value
            + problem.entry_score[entries]
            + problem.entry_fit[entries]
            + int(problem.bonus[d])
        )
        charge = cost[types]
        open_ = charge < NONE
        loss = np.where(
            open_, (value_of.get(d, 0) - value) * MICRO_PER_HUNDREDTH + np.where(open_, charge, 0), NONE
        )
        apps = problem.entry_app[entries]
        better = loss < lacking[apps]
        lacking[apps[better]] = loss[better]
        where[apps[better]] = d
    lacking[where < 0] = -1
    return Nearest(lacking, where)


def _current_values(problem: Problem, first: FirstRanks) -> dict[int, int]:
    """Value in hundredths of the first rank each dwelling has."""
    found: dict[int, int] = {}
    for d, a, c in zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True):
        if a < 0:
            found[d] = seat_value(problem, d, c)
            continue
        entries = problem.entries_of(d)
        at = entries.start + int(np.flatnonzero(problem.entry_app[entries] == a)[0])
        found[d] = int(
            problem.fill_value + problem.entry_score[at] + problem.entry_fit[at] + problem.bonus[d]
        )
    return found
