"""Envy after the draw that the order would justify: who is passed, how often, by how much."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study


@metric(
    "justified_envy",
    title_fr="Passages devant un ménage mieux classé",
    title_en="Lettings past a better placed household",
    better="less",
    unit="pairs",
    source="Abdulkadiroğlu & Sönmez (2003), doi:10.1257/000282803322157061; design § 6",
    order=100,
)
def compute(study: Study) -> Iterator[Reading]:
    """(a, d): d is let to b on r, a is eligible for (d, r), placed before b, and would be better off; all, and the *unexplained*.

    Unexplained are the leapfrogs of design §6 (a has the higher score and no dwelling) that none of its reasons explains: in b's place a
    would be worth more points, fit, burden and lean counted and the rules' shortfalls at their prices, and no réservataire's order
    forbids it. An optimum has none.
    """
    totals, bare, _ = study.passages
    yield over_outcomes(study, totals)
    yield over_outcomes(study, bare, "unexplained")


@metric(
    "overtaken",
    title_fr="Logements passés à un moins bien classé, par ménage",
    title_en="Dwellings gone to a lower placed household, per household",
    better="less",
    unit="dwellings",
    source="design § 6",
    order=110,
)
def overtaken(study: Study) -> Iterator[Reading]:
    """Expected number per household: mean, 95th percentile, largest."""
    x = study.passages[2]
    yield Reading("", float(x.mean()) if len(x) else 0.0)
    yield Reading("p95", float(np.quantile(x, 0.95)) if len(x) else 0.0)
    yield Reading("max", float(x.max(initial=0.0)))


@metric(
    "displacement",
    title_fr="Places gagnées sur l'ordre de la cotation",
    title_en="Places gained on the order of the cotation",
    better="less",
    unit="places",
    source="design § 6",
    order=120,
)
def displacement(study: Study) -> Iterator[Reading]:
    """How many eligible households stand before the one who is housed, in the order (score, seniority, lot): mean over lettings.

    No value where no outcome lets anything.
    """
    market = study.market
    means = []
    for _, one in study.outcomes:
        held = market.pair_of(one.app, one.klass)
        means.append(float(market.pair_rank[held].mean()) if len(held) else 0.0)
    let = any(len(one) for _, one in study.outcomes)
    yield over_outcomes(study, means) if let else Reading("", float("nan"))
