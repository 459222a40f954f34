"""Each line is kept to its share of all that was let since 1 January, this session included: what is missing is asked at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms, todays


@policy(
    "cumulative",
    title_fr="Cumul de l'année",
    title_en="Cumulative",
    says_fr="part × baux de l'année − baux déjà comptés, demandé tout de suite",
    says_en="share × leases of the year − leases counted so far, asked at once",
    source="Bumpensanti and Wang (2020), doi:10.1287/mnsc.2019.3459",
    order=30,
)
def terms(state: State) -> Terms:
    """``max(0, rate·den − num + what the year so far leaves missing)``; a line ahead may fall back by as much."""
    now = todays(state.problem)
    ceiling = np.array([row.ceiling for row in state.problem.rows], bool)
    rate = np.array([row.rate for row in state.year], np.int64)[state.row]
    return replace(now, rate=np.where(ceiling, now.rate, rate), play=-state.behind[state.row])
