"""Probabilistic serial: all households eat at the same speed from the dwellings they like best among those left."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from optimizer.fairness.eating import eat
from optimizer.fairness.flows import as_lottery
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism


@mechanism(
    "probabilistic_serial",
    title_fr="Partage simultané (probabilistic serial)",
    title_en="Probabilistic serial",
    source="Bogomolnaia & Moulin (2001), doi:10.1006/jeth.2000.2710; Katta & Sethuraman (2006), doi:10.1016/j.jet.2005.05.001",
    randomised=True,
    quotas="ignored",
    claims={"sd_envy_free", "sd_efficient", "equal_treatment"},
    order=60,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Ties are shared by a flow, so that indifferent households leave what others need; chances are exact fractions."""
    twins = market.twins
    people = np.bincount(twins).astype(np.int64) if len(twins) else np.zeros(0, np.int64)
    shares: dict[tuple[int, int], Fraction] = eat(market.twin_levels, people, market.capacity)
    return as_lottery(market, twins, shares)
