"""How equal the chances of being housed are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.fairness.measures import Reading, gini, metric
from optimizer.fairness.study import Study


@metric(
    "gini_p",
    title_fr="Inégalité des chances (Gini)",
    title_en="Inequality of chances (Gini)",
    better="less",
    unit="share",
    source="Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    order=40,
)
def compute(study: Study) -> Iterator[Reading]:
    """Gini of the chances of the households with an eligible dwelling; 0: all equal."""
    yield Reading("", gini(study.lottery.p))


@metric(
    "min_p",
    title_fr="Plus petite chance",
    title_en="Smallest chance",
    better="more",
    unit="share",
    source="Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    order=50,
)
def smallest(study: Study) -> Iterator[Reading]:
    """The smallest chance, that of the smallest positive one, and how many households have none."""
    p, proof = study.lottery.p, study.lottery.proof
    bound = float(proof.get("smallest_bound", float("nan")))
    yield Reading("", float(p.min(initial=1.0)) if len(p) else 0.0)
    some = float(p[p > 0].min(initial=1.0)) if (p > 0).any() else 0.0
    yield Reading(
        "positive", some, some if bound == bound else bound, bound, "certified" if bound == bound else ""
    )
    yield Reading("without", float((p <= 0).sum()))


@metric(
    "geo_p",
    title_fr="Moyenne géométrique des chances",
    title_en="Geometric mean of the chances",
    better="more",
    unit="share",
    source="Nash (1950), doi:10.2307/1907266",
    order=60,
)
def geometric(study: Study) -> Iterator[Reading]:
    """Over the households that have a chance; 0 where one of them has none is told by ``min_p``."""
    p = study.lottery.p[study.lottery.p > 0]
    yield Reading("positive", float(np.exp(np.log(p).mean())) if len(p) else 0.0)
