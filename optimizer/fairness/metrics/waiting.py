"""How equal waiting is, for those housed and for those left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.fairness.measures import Reading, gini, metric
from optimizer.fairness.study import Study

NOBODY = 1e-6
"""Households, in sums of chances, under which nobody is housed, or left."""


@metric(
    "gini_wait",
    title_fr="Inégalité des attentes (Gini)",
    title_en="Inequality of waiting (Gini)",
    better="less",
    unit="share",
    source="design § 5",
    order=70,
)
def compute(study: Study) -> Iterator[Reading]:
    """Gini of the months waited, each household weighted by its chance of being housed, then of being left."""
    p = study.lottery.p
    for scope, weight in (("housed", p), ("left", 1.0 - p)):
        yield Reading(scope, _weighted(study.months, weight))


@metric(
    "wait",
    title_fr="Mois d'attente des ménages logés",
    title_en="Months waited by the households housed",
    better="neither",
    unit="months",
    source="design § 5",
    order=75,
)
def months(study: Study) -> Iterator[Reading]:
    """Mean of the months waited, weighted by the chances; no value where nobody has one."""
    total = float(study.lottery.p.sum())
    yield Reading("housed", float(study.lottery.p @ study.months / total) if total > 0 else float("nan"))


def _weighted(x: np.ndarray, weight: np.ndarray) -> float:
    """Gini of values with weights: each value counts as many times as it weighs; NaN where they weigh nothing but rounding."""
    if float(weight.sum()) < NOBODY:
        return float("nan")
    if np.allclose(weight, weight[:1]):
        return gini(x)
    order = np.argsort(x, kind="stable")
    x, w = x[order], weight[order]
    total, mass = float(w.sum()), float(w @ x)
    if total <= 0 or mass <= 0:
        return float("nan")
    before = np.cumsum(w) - w / 2
    return float(2 * (w * x) @ before / (total * mass) - 1)
