"""Whether everybody could be at least as well off, and somebody better."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.fairness.lottery import Allocation, counts
from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study
from optimizer.problem.model import RATE_UNIT

LOOKED_AT = 20
"""Outcomes looked at: each asks an integer program."""


@metric(
    "pareto_gap",
    title_fr="Ménages qui gagneraient sans que personne ne perde",
    title_en="Households that could gain at nobody's cost",
    better="less",
    unit="households",
    source="Abraham et al. (2005), doi:10.1007/978-3-540-30551-4_3",
    order=130,
)
def compute(study: Study) -> Iterator[Reading]:
    """The most people who can gain while nobody is worse off and no priced row misses more; over the first outcomes."""
    outcomes = study.outcomes[:LOOKED_AT]
    found = [_gainers(study, one) for _, one in outcomes]
    if len(outcomes) == len(study.outcomes):
        yield over_outcomes(study, found)
    else:
        yield Reading(
            "", float(np.mean(found)), float(min(found)), float(max(found)), f"{LOOKED_AT} outcomes"
        )


def _gainers(study: Study, one: Allocation) -> int:
    """An integer program over moves: every household housed keeps its utility or more; others take what is left."""
    import scipy.sparse as sp

    from optimizer.fairness.leximin.polytope import passed
    from optimizer.solve.highs_lp import INFINITY

    market = study.market
    own = np.zeros(len(market))
    own[one.app] = study.utility[market.pair_of(one.app, one.klass)]
    room = _room(study)
    vacant = bool((np.bincount(one.klass, minlength=market.n_classes) < room).any())
    # where every dwelling is let, a household without one can only gain what another gives up
    pairs = (
        np.flatnonzero(np.isin(market.pair_app, one.app)) if not vacant else np.arange(len(market.pair_class))
    )
    pairs = pairs[study.utility[pairs] >= own[market.pair_app[pairs]] - 1e-12]
    if vacant:
        pairs = _reachable(study, one, pairs)
    options, owner = [], []
    for p in pairs.tolist():
        here = market.options(p)
        options += here
        owner += [p] * len(here)
    if not options:
        return 0
    pair = np.array(owner, np.int64)
    app, klass, kind = market.pair_app[pair], market.pair_class[pair], np.array(options, np.int64)
    gain = (study.utility[pair] > own[app] + 1e-12).astype(np.float64)
    people, place = np.unique(app, return_inverse=True)
    m = len(options)
    at, column, value = [], [], []
    priced = [r for r, row in enumerate(market.rows) if row.price > 0]
    index = {r: i for i, r in enumerate(priced)}
    for j, k in enumerate(kind.tolist()):
        row, num, den, more = market.marks(k)
        for r, x, d, e in zip(row.tolist(), num.tolist(), den.tolist(), more.tolist(), strict=True):
            if r in index:
                at.append(index[r])
                column.append(j)
                value.append(float(market.rows[r].rate * d + e - RATE_UNIT * x))
    short = counts(market, one)[2]
    ones = np.ones(m)
    matrix = sp.vstack(
        [
            sp.csr_matrix((ones, (place, np.arange(m))), shape=(len(people), m)),
            sp.csr_matrix((ones, (klass, np.arange(m))), shape=(market.n_classes, m)),
            sp.csr_matrix((value, (at, column)), shape=(len(priced), m)),
        ]
    ).tocsc()
    stays = np.isin(people, one.app).astype(np.float64)
    low = np.concatenate([stays, np.full(market.n_classes + len(priced), -INFINITY)])
    spare = [float(market.rows[r].play + short[r]) for r in priced]
    high = np.concatenate([np.ones(len(people)), room, spare])
    model = passed(matrix, low, high, gain, np.zeros(m), ones, whole=m)
    model.run()
    return int(round(float(model.getInfo().objective_function_value)))


def _room(study: Study) -> np.ndarray:
    """(K,) dwellings of each class that no waiting seat holds."""
    held = np.array(study.lottery.proof.get("seat_classes", []), np.int64)
    return np.asarray(study.market.capacity - np.bincount(held, minlength=study.market.n_classes))


def _reachable(study: Study, one: Allocation, pairs: np.ndarray) -> np.ndarray:
    """Pairs that a vacancy may serve: at its class, or at one whose household may move on towards it."""
    market = study.market
    reach = np.bincount(one.klass, minlength=market.n_classes) < _room(study)
    housed = np.isin(market.pair_app, one.app)
    home = np.full(len(market), -1, np.int64)
    home[one.app] = one.klass
    while True:
        moving = pairs[housed[pairs] & reach[market.pair_class[pairs]]]
        grown = reach.copy()
        grown[home[market.pair_app[moving]]] = True
        if (grown == reach).all():
            break
        reach = grown
    return np.asarray(pairs[housed[pairs] | reach[market.pair_class[pairs]]])
