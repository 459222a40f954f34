"""Envy before the draw: would a household rather have another's chances?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.market import NOT
from optimizer.fairness.measures import Reading, metric
from optimizer.fairness.study import Study

F = NDArray[np.float64]
CHUNK = 256
"""Kinds of households compared together: bounds the memory."""


def _looks(study: Study) -> tuple[F, NDArray[np.int64], F, F]:
    """Distinct rows of chances; people of each twin; own chances and utilities (twins, K)."""
    market, lottery = study.market, study.lottery
    twins = market.twins
    n = int(twins.max()) + 1
    first = np.zeros(n, np.int64)
    first[twins[::-1]] = np.arange(len(market))[::-1]
    utility = np.zeros((n, market.n_classes))
    for t, a in enumerate(first.tolist()):
        here = slice(int(market.pair_ptr[a]), int(market.pair_ptr[a + 1]))
        utility[t, market.pair_class[here]] = study.utility[here]
    used = np.unique(lottery.matrix, axis=0)
    return used, twins.astype(np.int64), lottery.matrix, utility


@metric(
    "envy_exante",
    title_fr="Envie avant tirage",
    title_en="Envy before the draw",
    better="less",
    unit="utility",
    source="Foley (1967); Bogomolnaia & Moulin (2001), doi:10.1006/jeth.2000.2710",
    order=80,
)
def compute(study: Study) -> Iterator[Reading]:
    """max_b (Σ p_bd u_a(d) over a's eligible classes − Σ p_ad u_a(d))⁺, u = 1 + fit/1000: mean and largest over households."""
    if not len(study.market):
        yield from (Reading("", 0.0), Reading("max", 0.0))
        return
    others, twins, own, utility = _looks(study)
    best = np.concatenate([(utility[i : i + CHUNK] @ others.T).max(1) for i in range(0, len(utility), CHUNK)])
    mine = np.einsum("ij,ij->i", own[study.lottery.groups], utility[twins])
    envy = np.maximum(0.0, best[twins] - mine)
    envy[envy < 1e-12] = 0.0
    yield Reading("", float(envy.mean()))
    yield Reading("max", float(envy.max()))


@metric(
    "sd_envy",
    title_fr="Ménages qui peuvent envier une autre loterie",
    title_en="Households that may envy another lottery",
    better="less",
    unit="share",
    source="Bogomolnaia & Moulin (2001), doi:10.1006/jeth.2000.2710",
    order=90,
)
def stochastic(study: Study) -> Iterator[Reading]:
    """Share of households whose chances another's beat at some level of preference or better (first-order dominance fails)."""
    market = study.market
    if not len(market):
        yield Reading("", 0.0)
        return
    others, twins, own, _ = _looks(study)
    levels = market.twin_levels
    groups = study.lottery.groups
    envious = np.zeros(len(market), bool)
    for level in range(int(levels[levels != NOT].max()) + 1):
        inside = ((levels <= level) & (levels != NOT)).astype(np.float64)
        best = np.concatenate(
            [(inside[i : i + CHUNK] @ others.T).max(1) for i in range(0, len(inside), CHUNK)]
        )
        mine = np.einsum("ij,ij->i", own[groups], inside[twins])
        envious |= best[twins] > mine + 1e-12
    yield Reading("", float(envious.mean()))
