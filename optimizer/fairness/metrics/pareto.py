"""Whether everybody could be at least as well off, and somebody better."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.fairness.lottery import Allocation, counts
from optimizer.fairness.market import Market
from optimizer.fairness.measures import Reading, metric, over_outcomes
from optimizer.fairness.study import Study
from optimizer.fairness.whole_counts import Movers, whole_lines
from optimizer.problem.model import I32, I64, RATE_UNIT, B

F = NDArray[np.float64]

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
    known: dict[bytes, int] = {}
    for _, one in outcomes:
        gained = _gainers(study, one, known)
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


def _gainers(study: Study, one: Allocation, known: dict[bytes, int]) -> int | None:
    """The most of a program over moves: every household housed keeps its utility or more; others take what is left.

    Nobody moving is an answer, so that most allocations are settled by the relaxed program: where its bound is under one household,
    or its answer is whole, no integer program is asked. None where it would have more than `MOVES` moves.

    Parameters
    ----------
    known : answers of programs already asked: outcomes of a lottery often differ only in who of a type was drawn
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
    kept = _enough(market, one, pair, kind, int(room.sum()) - len(one))
    pair, kind = pair[kept], kind[kept]
    app, klass = market.pair_app[pair], market.pair_class[pair]
    gain = (study.utility[pair] > own[app] + 1e-12).astype(np.float64)
    if not gain.any():
        return 0
    people, place = np.unique(app, return_inverse=True)
    m = len(pair)
    if m > MOVES:
        return None
    priced = np.flatnonzero([row.price > 0 for row in market.rows])
    seats = study.lottery.seats
    short = counts(market, one, seats)[2]
    stays = np.isin(people, one.app)
    key = _alike(place, klass, market.signature[kind], gain, stays, short[priced])
    if key in known:
        return known[key]
    ones = np.ones(m)
    num, den, more = _entries(market, kind)
    rate, play = (
        np.array([getattr(row, name) for row in market.rows], np.int64) for name in ("rate", "play")
    )
    asked = _asked(rate, num, den, more)
    # what waiting seats ask for, or bring, stays as it is
    taken = np.asarray(_asked(rate, *_entries(market, seats)).sum(axis=1), np.int64).ravel()
    spare = play + short - taken
    # what a row asks beyond its rate goes by place and is no count: its lines are left out
    plain = priced[np.diff(more.indptr)[priced] == 0]
    movers = Movers(place, klass, stays, room, int(room.sum()) - len(one))
    lines, right = whole_lines(movers, num[plain], den[plain], rate[plain], spare[plain])
    matrix = sp.vstack(
        [
            sp.csr_matrix((ones, (place, np.arange(m))), shape=(len(people), m)),
            sp.csr_matrix((ones, (klass, np.arange(m))), shape=(market.n_classes, m)),
            asked[priced] / RATE_UNIT,
            lines,
        ]
    ).tocsc()
    low = np.concatenate([stays.astype(np.float64), np.full(matrix.shape[0] - len(people), -INFINITY)])
    high = np.concatenate([np.ones(len(people)), room, spare[priced] / RATE_UNIT, right])
    relaxed = passed(matrix, low, high, gain, np.zeros(m), ones)
    relaxed.run()
    most = float(relaxed.getInfo().objective_function_value)
    x = np.array(relaxed.getSolution().col_value)
    if most < 1 - CLOSE or np.abs(x - np.rint(x)).max() < CLOSE:
        known[key] = int(np.floor(most + CLOSE))
        return known[key]
    model = passed(matrix, low, high, gain, np.zeros(m), ones, whole=m)
    model.setOptionValue(
        "presolve", "off"
    )  # it takes as long as the search, and what it leaves branches more
    model.run()
    known[key] = int(round(float(model.getInfo().objective_function_value)))
    return known[key]


def _alike(place: I64, klass: I32, count: I32, gain: F, stays: B, short: I64) -> bytes:
    """The same for two programs that differ in nothing but who the households are."""
    moves = np.stack([klass, count, gain.astype(np.int32), stays[place].astype(np.int32)], axis=1)
    order = np.argsort(place, kind="stable")
    cut = np.cumsum(np.bincount(place))[:-1]
    each = sorted(hashlib.sha256(mine.tobytes()).digest() for mine in np.split(moves[order], cut))
    return b"".join([*each, short.tobytes()])


def _enough(market: Market, one: Allocation, pair: I64, kind: I32, vacancies: int) -> NDArray[np.int64]:
    """Moves that an answer may need: all of the housed, and of the others as many per class and way of counting as there are vacancies.

    The housed stay housed, so that no answer takes in more of the others than there are vacancies. One who moves in and is not kept
    leaves one of the kept of the same class and way of counting free, who gains as much there and counts as much.
    """
    app = market.pair_app[pair]
    others = np.flatnonzero(~np.isin(app, one.app))
    cell = (
        market.pair_class[pair[others]].astype(np.int64) * len(market.kinds) + market.signature[kind[others]]
    )
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], cell[order])
    late = order[np.arange(len(order)) - first >= vacancies]
    return np.delete(np.arange(len(pair)), others[late])


def _spread(ptr: I64, items: I64) -> tuple[I64, I64]:
    """What ``ptr`` lists for each item: place of the item in ``items``, place in the list."""
    length = ptr[items + 1] - ptr[items]
    owner: I64 = np.repeat(np.arange(len(items), dtype=np.int64), length)
    return owner, ptr[items][owner] + np.arange(len(owner)) - (np.cumsum(length) - length)[owner]


def _entries(market: Market, kind: I32) -> tuple[sp.csr_matrix, sp.csr_matrix, sp.csr_matrix]:
    """(R, moves) num, den and what is asked above the rate, of each move in each row; zeros left out."""
    kinds = market.kinds
    column, at = _spread(kinds.ptr, kind.astype(np.int64))
    found = []
    for entry in (kinds.num, kinds.den, kinds.more):
        here = np.flatnonzero(entry[at])
        value = entry[at][here].astype(np.float64)
        found.append(
            sp.csr_matrix((value, (kinds.row[at][here], column[here])), shape=(len(market.rows), len(kind)))
        )
    return found[0], found[1], found[2]


def _asked(rate: I64, num: sp.csr_matrix, den: sp.csr_matrix, more: sp.csr_matrix) -> sp.csr_matrix:
    """(R, moves) what each move asks of every row, ten-thousandths of a lease, less what it brings."""
    return sp.diags(rate.astype(np.float64)) @ den + more - RATE_UNIT * num


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
