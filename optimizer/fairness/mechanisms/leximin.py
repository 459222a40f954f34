"""The smallest chance as large as possible, then the next, and so on."""

from __future__ import annotations

from optimizer.fairness.leximin.housing import answer
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism


@mechanism(
    "leximin",
    title_fr="Chances les plus égales (leximin)",
    title_en="Most equal chances (leximin)",
    source="Bogomolnaia & Moulin (2004), doi:10.1111/j.1468-0262.2004.00483.x; Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    randomised=True,
    quotas="hard",
    program=True,
    claims={"leximin", "max_min", "equal_treatment", "min_shortfall", "max_lettings"},
    order=90,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """The smallest chance as large as possible, then the next, and so on; over the allocations with most lettings and the least shortfall."""
    return answer(market, "leximin")
