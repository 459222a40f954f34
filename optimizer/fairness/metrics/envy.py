"""Envy before the draw: would a household rather have another's chances?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.market import NOT
from optimizer.fairness.measures import Reading, metric
from optimizer.fairness.study import Study
from optimizer.problem.model import I64

F = NDArray[np.float64]
CHUNK = 256
"""Kinds of households compared together: bounds the memory."""
BEYOND = 1.6449
"""Standard errors above nothing that a difference of frequencies passes by luck once in twenty."""


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


def _across(study: Study, worth: F, row: I64, who: I64) -> list[tuple[F, F, F]]:
    """Whom each household would envy by one half of the draws, and what the other half says of it; then the reverse.

    Parameters
    ----------
    worth : (rows, K) what a class is worth.
    row, who : (households,) row of ``worth`` of each household looked at, and the household.

    Returns
    -------
    list
        Of each direction, by household: the gain that the first half suggests, the same pair's gain over the second half, and what both
        have there together.
    """
    groups, found = study.lottery.groups[who], []
    for told, seen in (study.halves, study.halves[::-1]):
        at = np.concatenate([(worth[i : i + CHUNK] @ told.T).argmax(1) for i in range(0, len(worth), CHUNK)])
        theirs = [np.einsum("ij,ij->i", half[at], worth)[row] for half in (told, seen)]
        mine = [np.einsum("ij,ij->i", half[groups], worth[row]) for half in (told, seen)]
        found.append((theirs[0] - mine[0], theirs[1] - mine[1], theirs[1] + mine[1]))
    return found


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
    """max_b (Σ p_bd u_a(d) over a's eligible classes − Σ p_ad u_a(d))⁺, u = 1 + fit/1000: mean and largest over households.

    The largest of many frequencies is above the largest of the chances they stand for: over draws the value is the upper end. Whom to
    envy told by one half of the draws and counted over the other gives an envy that is too low on average: the lower end.
    """
    if not len(study.market):
        yield from (Reading("", 0.0), Reading("max", 0.0))
        return
    others, twins, own, utility = _looks(study)
    best = np.concatenate([(utility[i : i + CHUNK] @ others.T).max(1) for i in range(0, len(utility), CHUNK)])
    mine = np.einsum("ij,ij->i", own[study.lottery.groups], utility[twins])
    envy = np.maximum(0.0, best[twins] - mine)
    envy[envy < 1e-12] = 0.0
    mean, most = float(envy.mean()), float(envy.max())
    if not study.lottery.draws:
        yield from (Reading("", mean), Reading("max", most))
        return
    halves = _across(study, utility, twins, np.arange(len(twins)))
    low = float(np.mean([np.where(told > 0, seen, 0.0).mean() for told, seen, _ in halves]))
    least = float(np.mean([seen[told.argmax()] if told.max() > 0 else 0.0 for told, seen, _ in halves]))
    yield Reading("", mean, min(max(0.0, low), mean), mean, "draws low-high")
    yield Reading("max", most, min(max(0.0, least), most), most, "draws low-high")


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
    """Share of households whose chances another's beat at some level of preference or better (first-order dominance fails).

    Over draws the frequencies of two equal chances differ, so that nearly everybody seems to envy: the value is the upper end. The lower
    end counts whose envy, at the level and of the household that one half of the draws tells, the other half shows beyond luck.
    """
    market = study.market
    if not len(market):
        yield Reading("", 0.0)
        return
    others, twins, own, _ = _looks(study)
    levels = market.twin_levels
    groups = study.lottery.groups
    envious = np.zeros(len(market), bool)
    drawn = study.lottery.draws > 0
    told, shown = np.zeros((2, len(market))), np.zeros((2, len(market)), bool)
    for level in range(int(levels[levels != NOT].max()) + 1):
        # who likes nothing at this very level has been told already, and many like the same classes so far
        more = np.flatnonzero((levels == level).any(axis=1))
        inside, kind = np.unique(levels[more] <= level, axis=0, return_inverse=True)
        worth = inside.astype(np.float64)
        who = np.flatnonzero(np.isin(twins, more))
        row = kind.ravel()[np.searchsorted(more, twins[who])]
        best = np.concatenate([(worth[i : i + CHUNK] @ others.T).max(1) for i in range(0, len(worth), CHUNK)])
        mine = np.einsum("ij,ij->i", own[groups[who]], worth[row])
        envious[who] |= best[row] > mine + 1e-12
        for i, (gain, seen, both) in enumerate(_across(study, worth, row, who) if drawn else ()):
            luck = BEYOND * np.sqrt(both / max(1, (len(study.outcomes) + i) // 2))
            shown[i, who] = np.where(gain > told[i, who], seen > luck + 1e-12, shown[i, who])
            told[i, who] = np.maximum(told[i, who], gain)
    value = float(envious.mean())
    if drawn:
        yield Reading("", value, min(float(shown.mean()), value), value, "draws low-high")
    else:
        yield Reading("", value)
