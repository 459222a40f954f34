"""Scores and prices live on one scale: which announced order a wide grid breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import Finding, Said
from optimizer.scoring.messages import SPAN_ABOVE_PRICE
from optimizer.scoring.scores import POINT, Scores

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

DOMINATING = ("dalo", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "flux", "flux_max", "priority_publics")
"""Rules that the announced order places above the score."""


def price_warnings(scores: Scores, rules: RuleSet) -> tuple[Finding, ...]:
    """One warning where the span of the score exceeds the price of a rule that should dominate it, all such rules named."""
    prices = {rule: int(rules.rule(rule).price.value * POINT + 0.5) for rule in DOMINATING}
    broken = [rule for rule, price in prices.items() if 0 < price < scores.span]
    if not broken:
        return ()
    points = f"{scores.span / POINT:g}"
    params = {"span": Said(points.replace(".", ","), points), "rules": ", ".join(broken), "order": broken[0]}
    return (Finding(SPAN_ABOVE_PRICE, severity="warning", params=params),)
