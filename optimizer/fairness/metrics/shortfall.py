"""Leases that the rules miss, and the réservataires' orders passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.fairness.lottery import counts
from optimizer.fairness.market import passed_nominees
from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study
from optimizer.problem.model import RATE_UNIT, B


@metric(
    "shortfall",
    title_fr="Baux qui manquent aux règles",
    title_en="Leases missing from the rules",
    better="less",
    unit="leases",
    source="design § 6",
    order=30,
)
def compute(study: Study) -> Iterator[Reading]:
    """Shortfalls of the rows with a price, added up: all of them, then rule by rule; nominees passed over (scope ``nominees``)."""
    market, proof = study.market, study.lottery.proof
    priced = np.array([row.price > 0 for row in market.rows], bool)
    missing = [counts(market, one)[2] for _, one in study.outcomes]
    if "shortfall" in proof:  # the optimum's own count: its waiting seats are in it
        missing = [np.array(proof["shortfall"], np.int64)]
    short = np.array(missing, np.float64).reshape(len(study.outcomes), len(market.rows)) / RATE_UNIT

    def told(mine: B, scope: str = "") -> Reading:
        reading = over_outcomes(study, short[:, mine].sum(1).tolist(), scope)
        if not study.expected:
            return reading
        return replace(
            reading, value=sum(x.weight * float(x.short[mine].sum()) for x in study.expected) / RATE_UNIT
        )

    yield told(priced)
    for rule in dict.fromkeys(row.rule for row in market.rows if row.price > 0):
        mine = np.array([row.rule == rule and row.price > 0 for row in market.rows], bool)
        yield told(mine, f"rule={rule}")
    passed = over_outcomes(
        study, [passed_nominees(market, one.kind) for _, one in study.outcomes], "nominees"
    )
    yield replace(passed, unit="nominees")
