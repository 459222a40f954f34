"""The product of all chances as large as possible, to 1e-6."""

from __future__ import annotations

from optimizer.fairness.leximin.housing import answer
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism


@mechanism(
    "nash",
    title_fr="Plus grand produit des chances (Nash)",
    title_en="Largest product of chances (Nash)",
    source="Aziz, Bogomolnaia & Moulin (2019), doi:10.1145/3328526.3329574",
    randomised=True,
    quotas="hard",
    program=True,
    claims={"equal_treatment", "min_shortfall", "max_lettings"},
    order=110,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """The product of all chances as large as possible, to 1e-6; over the allocations with most lettings and the least shortfall."""
    return answer(market, "nash")
