"""First come, first served: the oldest application chooses first."""

from __future__ import annotations

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism
from optimizer.fairness.serial import serial_picks


@mechanism(
    "seniority",
    title_fr="Ancienneté de la demande",
    title_en="Seniority of the application",
    source="Svensson (1994), doi:10.1007/BF00182506",
    randomised=False,
    quotas="ignored",
    claims={"pareto", "strategyproof"},
    order=20,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Households choose in the order (seniority, lottery number)."""
    return certain(market, on_accounts(market, serial_picks(market, market.order_by(market.seniority))))
