"""The program's own proposal: the largest value in points less what the rules miss at their prices."""

from __future__ import annotations

from optimizer.fairness.best import best_allocation
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market
from optimizer.fairness.registry import mechanism


@mechanism(
    "optimum",
    title_fr="Optimum d'Attriflux (preuve jointe)",
    title_en="Attriflux's optimum (proof attached)",
    source="docs/specification.md, § 5, § 7",
    randomised=False,
    quotas="priced",
    claims={"max_value"},
    order=120,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """What `propose` gives first ranks to; the certificate of the run is joined."""
    chosen, proof = best_allocation(market)
    return certain(market, chosen, proof)
