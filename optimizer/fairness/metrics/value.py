"""Value in points, before and after the prices of what rules miss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.fairness.lottery import counts, worth
from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study


@metric(
    "value",
    title_fr="Valeur",
    title_en="Value",
    better="more",
    unit="points",
    source="design § 5",
    order=20,
)
def compute(study: Study) -> Iterator[Reading]:
    """Points of the lettings less priced shortfalls (scope ``net``); lettings alone (no scope).

    Where chances are exact and outcomes are drawn the mean is what is to be expected, and the draws give the interval alone.
    Of the program's own optimum both are the proven ones, with the waiting seats it gives to direct réservataires.
    """
    market, proof = study.market, study.lottery.proof
    if "objective" in proof:
        missing = sum(r.price * s for r, s in zip(market.rows, proof["shortfall"], strict=True)) / 1e6
        yield Reading("", float(proof["objective"]) + missing)
        yield Reading("net", float(proof["objective"]))
        return
    net = [worth(market, one) / 1e6 for _, one in study.outcomes]
    lost = [
        sum(r.price * int(s) for r, s in zip(market.rows, counts(market, one)[2], strict=True)) / 1e6
        for _, one in study.outcomes
    ]
    told = [
        over_outcomes(study, [x + y for x, y in zip(net, lost, strict=True)]),
        over_outcomes(study, net, "net"),
    ]
    if study.expected:
        price = np.array([row.price for row in market.rows], np.float64)
        points = sum(one.weight * one.points for one in study.expected)
        less = sum(one.weight * float(price @ one.short) / 1e6 for one in study.expected)
        told = [replace(told[0], value=points), replace(told[1], value=points - less)]
    yield from told
