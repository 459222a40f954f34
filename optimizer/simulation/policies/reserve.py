"""Today's rule, with households kept for the dwellings expected, as `propose` keeps them where a case has the table ``forecast``.

What the landlord would write in that table is the mean of other years of the same law: dwellings of each kind still to come, and half of
the eligible households still to arrive, since a dwelling comes in the middle of the rest of the year on average.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.expected import EXPECTED_UNIT
from optimizer.problem.awaited import reserve
from optimizer.simulation.forecast import YEARS, forecast
from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms, todays
from optimizer.simulation.world import World

SHARE = 2
"""Part of the arrivals of the rest of the year, one in so many, that are there when a dwelling comes."""


@lru_cache(maxsize=2)
def _year(world: World) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """(C, A) who is eligible for each kind of dwelling, (C,) dwellings of a mean year, (C,) eligible households that arrive in it."""
    drawn = forecast(world)
    mine = len(world.arrives)
    many = np.bincount(drawn.kind, minlength=len(drawn.eligible)) / YEARS
    hope = drawn.eligible * drawn.accepts
    return drawn.eligible[:, :mine] > 0, many, hope[:, mine:].sum(axis=1)


@policy(
    "reserve",
    title_fr="Ménages gardés",
    title_en="Households kept",
    says_fr="le taux requis, moins ce que propose retire pour les logements de la table prevision : valeur d'un logement pourvu × min(½, ½ P(X ≥ k) + ½ P(2X ≥ k)), X ~ Poisson(L)",
    says_en="the required rate, less what propose takes off for the dwellings of the table forecast: fill value × min(½, ½ P(X ≥ k) + ½ P(2X ≥ k)), X ~ Poisson(L)",
    source="docs/formulation.md",
    order=25,
)
def terms(state: State) -> Terms:
    """Rates of today; the reserve price of a household, hundredths of a point."""
    eligible, many, arriving = _year(state.world)
    left = max(0.0, 1 - (state.session + 1) / state.sessions)
    here = eligible & state.present
    size = here.sum(axis=1)
    # a line counts with those that suit nobody else
    common = here.astype(np.float32)
    inside = (common @ common.T >= size[:, None] - 0.5) & (size[:, None] > 0)
    expected = np.floor(EXPECTED_UNIT * left * (many @ inside) + 0.5).astype(np.int64)
    needed = size + np.ceil(left * arriving / SHARE - 1e-9).astype(np.int64)
    rules = state.world.rules
    weight, most = (Decimal(str(rules.get(f"national.awaited.{name}"))) for name in ("weight", "most"))
    whole = state.problem.fill_value * weight
    points = [
        reserve(int(mean), int(need), whole, most) if n else 0
        for n, mean, need in zip(size.tolist(), expected.tolist(), needed.tolist(), strict=True)
    ]
    price = np.where(here, np.array(points, np.int64)[:, None], 0).max(axis=0, initial=0)
    return replace(todays(state.problem), reserve=price.astype(np.int64))
