"""Households given a dwelling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study


@metric(
    "lettings",
    title_fr="Logements attribués",
    title_en="Dwellings let",
    better="more",
    unit="households",
    source="design § 5",
    order=10,
)
def compute(study: Study) -> Iterator[Reading]:
    """First ranks of an outcome; a waiting seat of a direct réservataire houses nobody yet and is counted beside.

    Where chances are exact and outcomes are drawn the mean is the sum of the chances, and the draws give the interval alone.
    """
    lottery = study.lottery
    drawn = over_outcomes(study, [len(one) for _, one in study.outcomes])
    sure = lottery.exact and not lottery.support
    yield (
        replace(drawn, value=float(sum(lottery.chance[g] for g in lottery.groups.tolist())))
        if sure
        else drawn
    )
    if (seats := study.lottery.proof.get("seats")) is not None:
        yield Reading("seats", float(seats), unit="dwellings", better="neither")
