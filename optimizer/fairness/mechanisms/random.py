"""A lottery of orders: households choose in an order drawn at random, all orders alike."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import factorial

import numpy as np

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Allocation, Draw, Lottery, Numbers, mixed
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism
from optimizer.fairness.serial import Serial

ALL_ORDERS = 5
"""Households up to which every order is run instead of drawn: 120 orders at most."""


@mechanism(
    "random",
    title_fr="Tirage au sort",
    title_en="Random order",
    source="Abdulkadiroğlu & Sönmez (1998), doi:10.2307/2998580",
    randomised=True,
    quotas="ignored",
    claims={"pareto", "strategyproof", "equal_treatment"},
    order=30,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Random serial dictatorship: every order of a small market exactly, else ``draw.draws`` orders drawn by hash."""
    serial = Serial(market)

    def one(order: object) -> Allocation:
        return on_accounts(market, serial.run(np.asarray(order, np.int32)))

    n = len(market)
    if n <= ALL_ORDERS:
        weight = Fraction(1, factorial(n))
        return mixed(market, [(weight, one(order)) for order in permutations(range(n))])
    draws = draw.draws
    numbers = Numbers(market.seed, [str(name) for name in market.application_ids])
    index = np.arange(n)
    outcomes = [(Fraction(1, draws), one(np.lexsort((index, numbers.at(i))))) for i in range(draws)]
    return mixed(market, outcomes, alike=market.twins, draws=draws)
