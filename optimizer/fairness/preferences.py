"""Preferences with equal fits told apart by lottery numbers, for mechanisms that need strict ones."""

from __future__ import annotations

import numpy as np

from optimizer.fairness.market import Market


def strict_choices(market: Market) -> list[list[int]]:
    """Classes of each household, the best first; equal fits in the order of its lottery numbers there."""
    order = np.lexsort((market.pair_class, -market.tie, -market.fit, market.pair_app))
    parts = np.split(market.pair_class[order], market.pair_ptr[1:-1])
    return [part.tolist() for part in parts] if len(market) else []
