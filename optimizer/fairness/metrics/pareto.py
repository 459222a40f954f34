"""Whether everybody could be at least as well off, and somebody better."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from optimizer.fairness.lottery import Allocation, counts
from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study
from optimizer.problem.model import I32, I64, RATE_UNIT

LOOKED_AT = 20
"""Outcomes looked at: each asks a program."""
MOVES = 40_000
"""Moves of one program beyond which it takes minutes: the metric then has no value, and says why (``too many moves``)."""
CLOSE = 1e-6
"""Households that the tolerance of a relaxed program may leave."""


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
    found: list[int] = []
    for _, one in outcomes:
        gained = _gainers(study, one)
        if gained is None:
            yield Reading("", float("nan"), interval="too many moves")
            return
        found.append(gained)
    if len(outcomes) == len(study.outcomes):
        yield over_outcomes(study, found)
    else:
        yield Reading(
            "", float(np.mean(found)), float(min(found)), float(max(found)), f"{LOOKED_AT} outcomes"
        )


def _gainers(study: Study, one: Allocation) -> int | None:
    """The most of a program over moves: every household housed keeps its utility or more; others take what is left.

    Nobody moving is an answer, so that most allocations are settled by the relaxed program: where its bound is under one household,
    or its answer is whole, no integer program is asked. None where it would have more than `MOVES` moves.
    """
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
    owner, at = _spread(market.option_ptr, pairs)
    if not len(at):
        return 0
    pair, kind = pairs[owner], market.option_kind[at]
    # accounts that count alike in every priced row are one move
    distinct = np.unique(np.stack([pair, market.signature[kind]]), axis=1, return_index=True)[1]
    pair, kind = pair[distinct], kind[distinct]
    app, klass = market.pair_app[pair], market.pair_class[pair]
    gain = (study.utility[pair] > own[app] + 1e-12).astype(np.float64)
    if not gain.any():
        return 0
    people, place = np.unique(app, return_inverse=True)
    m = len(pair)
    if m > MOVES:
        return None
    priced = np.flatnonzero([row.price > 0 for row in market.rows])
    short = counts(market, one)[2]
    ones = np.ones(m)
    matrix = sp.vstack(
        [
            sp.csr_matrix((ones, (place, np.arange(m))), shape=(len(people), m)),
            sp.csr_matrix((ones, (klass, np.arange(m))), shape=(market.n_classes, m)),
            _asked(study, kind)[priced] / RATE_UNIT,
        ]
    ).tocsc()
    stays = np.isin(people, one.app).astype(np.float64)
    low = np.concatenate([stays, np.full(market.n_classes + len(priced), -INFINITY)])
    spare = [(market.rows[r].play + int(short[r])) / RATE_UNIT for r in priced.tolist()]
    high = np.concatenate([np.ones(len(people)), room, spare])
    relaxed = passed(matrix, low, high, gain, np.zeros(m), ones)
    relaxed.run()
    most = float(relaxed.getInfo().objective_function_value)
    x = np.array(relaxed.getSolution().col_value)
    if most < 1 - CLOSE or np.abs(x - np.rint(x)).max() < CLOSE:
        return int(np.floor(most + CLOSE))
    model = passed(matrix, low, high, gain, np.zeros(m), ones, whole=m)
    model.setOptionValue(
        "presolve", "off"
    )  # it takes as long as the search, and what it leaves branches more
    model.run()
    return int(round(float(model.getInfo().objective_function_value)))


def _spread(ptr: I64, items: I64) -> tuple[I64, I64]:
    """What ``ptr`` lists for each item: place of the item in ``items``, place in the list."""
    length = ptr[items + 1] - ptr[items]
    owner: I64 = np.repeat(np.arange(len(items), dtype=np.int64), length)
    return owner, ptr[items][owner] + np.arange(len(owner)) - (np.cumsum(length) - length)[owner]


def _asked(study: Study, kind: I32) -> sp.csr_matrix:
    """(R, moves) what each move asks of every row, ten-thousandths of a lease, less what it brings."""
    kinds, rows = study.market.kinds, study.market.rows
    column, at = _spread(kinds.ptr, kind.astype(np.int64))
    rate = np.array([row.rate for row in rows], np.int64)
    row = kinds.row[at]
    asks = rate[row] * kinds.den[at] + kinds.more[at] - RATE_UNIT * kinds.num[at].astype(np.int64)
    return sp.csr_matrix((asks.astype(np.float64), (row, column)), shape=(len(rows), len(kind)))


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
