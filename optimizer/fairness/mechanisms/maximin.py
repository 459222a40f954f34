"""The smallest chance as large as possible, then the largest value."""

from __future__ import annotations

from optimizer.fairness.leximin.housing import answer
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism


@mechanism(
    "maximin",
    title_fr="Plus petite chance la plus grande (maximin)",
    title_en="Largest smallest chance (maximin)",
    source="Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    randomised=True,
    quotas="hard",
    program=True,
    claims={"max_min", "equal_treatment", "min_shortfall", "max_lettings"},
    order=100,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """The smallest chance as large as possible, then the largest value; over the allocations with most lettings and the least shortfall.

    The smallest chance is that of those whom some allocation serves. The value is that of the households at their dwellings: the points
    that a dwelling gains by waiting are the same whoever moves in, and are left out.
    """
    return answer(market, "maximin")
