"""Bid prices: what a lease counted in each row is worth over the rest of the year, by a linear program of another year of the same law.

The session pays that price for each lease of a denominator and gets it back for each of a numerator, whatever the row has or lacks: the
future is in the price. Prices are found again a few times a year, from what the rows lack by then. The other year is drawn under
a seed of its own: nothing of the year that is lived is seen before it comes.

References
----------
Talluri, K. and van Ryzin, G. (1998), An analysis of bid-price controls for network revenue management, Management Science 44(11),
doi:10.1287/mnsc.44.11.1577.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import RATE_UNIT
from optimizer.simulation.perfect import perfect
from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms, todays
from optimizer.simulation.world import World, draw_world

TIMES = 4
"""Times a year that prices are found."""
SHORT = 1_000
"""Leases a row lacks beforehand, more than any session lets: what misses then counts from the first lease."""


@lru_cache(maxsize=4)
def _other(world: World) -> World:
    """Another year of the same law."""
    return draw_world(world.source, replace(world.setting, years=1, seed=f"forecast|{world.seed}"), 0)


@lru_cache(maxsize=4)
def _prices(world: World, since: int, behind: tuple[int, ...]) -> NDArray[np.float64]:
    """(R,) points per lease of each row of the year."""
    other = _other(world)
    at = {(row.rule, row.scope): i for i, row in enumerate(other.book.rows)}
    lacking = np.array([-row.play for row in other.book.rows], np.int64)
    mine = world.book.rows
    for row, lacks in zip(mine, behind, strict=True):
        if (row.rule, row.scope) in at:
            lacking[at[row.rule, row.scope]] = lacks
    found = perfect(other, since, lacking).price
    return np.array([found[at[r.rule, r.scope]] if (r.rule, r.scope) in at else 0.0 for r in mine])


@policy(
    "shadow",
    title_fr="Prix duaux",
    title_en="Shadow prices",
    says_fr="chaque ligne au prix dual d'une année prévue",
    says_en="every row at the dual price of a forecast year",
    source="Talluri and van Ryzin (1998), doi:10.1287/mnsc.44.11.1577",
    order=40,
)
def terms(state: State) -> Terms:
    """Every row linear, at the dual price of the forecast, never above its own price."""
    every = max(1, state.sessions // TIMES)
    since = state.session // every * every
    if state.session == since or not state.memory:
        behind = tuple(int(x) for x in state.behind)
        state.memory["prices"] = _prices(state.world, since, behind)
    price = np.rint(100 * state.memory["prices"])[state.row].astype(np.int64)
    now = todays(state.problem)
    ceiling = np.array([row.ceiling for row in state.problem.rows], bool)
    rate = np.array([row.rate for row in state.year], np.int64)[state.row]
    return replace(
        now,
        rate=np.where(ceiling, now.rate, rate),
        play=np.full(len(now.play), -SHORT * RATE_UNIT, np.int64),
        price=np.minimum(price, now.price),
    )
