"""The order of the cotation: the best scored chooses first."""

from __future__ import annotations

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism
from optimizer.fairness.serial import serial_picks


@mechanism(
    "cotation",
    title_fr="Ordre de la cotation",
    title_en="Order of the cotation",
    source="CCH art. L. 441-2-8; Svensson (1994), doi:10.1007/BF00182506",
    randomised=False,
    quotas="ignored",
    claims={"pareto", "strategyproof"},
    order=10,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Households choose in the order (score, seniority, lottery number); the score is the highest they have anywhere."""
    order = market.order_by(market.best_score, market.seniority)
    return certain(market, on_accounts(market, serial_picks(market, order)))
