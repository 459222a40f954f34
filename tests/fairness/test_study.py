"""What a metric is computed from."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

import optimizer as af
from optimizer.fairness.lottery import Allocation, Draw, allocation, certain, counts, worth
from optimizer.fairness.market import Market, market_of
from optimizer.fairness.mechanisms.optimum import allocate
from optimizer.fairness.metrics import pareto
from optimizer.fairness.study import Study
from optimizer.fairness.whole_counts import Movers, hull
from optimizer.pipeline import prepare
from optimizer.problem.model import MICRO_PER_HUNDREDTH
from tests.campaign import few
from tests.fairness.markets import every_allocation, plain_market, priced_shortfall, small_market


def test_unexplained_are_the_leapfrogs_whose_exchange_would_gain_points():
    seen = 0
    for number in few(120):
        market = small_market(number, ruled=True)
        draw = Random(number)
        # burden and lean take off, or add, what score and fit do not say
        value = market.option_value + np.array(
            [draw.choice((-40_000, 0, 0, 30_000)) for _ in market.option_value]
        )
        market = replace(market, option_value=value)
        for one in every_allocation(market)[::11]:
            found = Study(certain(market, one), 1, np.zeros(len(market))).passages[1]
            seen += found[0]
            assert found == [sum(_gains(market, one, i) for i in range(len(one)))]
    assert seen


def _gains(market: Market, one: Allocation, i: int) -> int:
    """Households that would be worth more in the place of a letting, every row counted again: of a higher score and without a dwelling."""
    lettings = list(zip(one.app.tolist(), one.klass.tolist(), one.kind.tolist(), strict=True))
    _, c, kind = lettings[i]
    account = market.kinds.account[kind]
    score = {
        (int(a), int(k)): int(s)
        for a, k, s in zip(market.pair_app, market.pair_class, market.score, strict=True)
    }
    found = 0
    for a in set(range(len(market))) - set(one.app.tolist()):
        pair = int(market.pair_of(np.array([a]), np.array([c]))[0])
        if pair < 0 or score[a, c] <= score[lettings[i][0], c]:
            continue
        for own in market.options(pair):
            other = allocation([*lettings[:i], (a, c, own), *lettings[i + 1 :]])
            found += market.kinds.account[own] == account and worth(market, other) > worth(market, one)
    return found


def test_an_optimum_passes_nobody_without_a_reason_waiting_seats_included():
    case = af.synthesize("commission", dwellings=10, applications=200, seed=14)
    market = market_of(prepare(case).problem)
    lottery = allocate(market, Draw(market.seed))
    assert len(lottery.seats) == lottery.proof["seats"] > 0
    study = Study(lottery, 1, np.zeros(len(market)))
    assert study.passages[0][0] > 0 and study.passages[1] == [0]


@pytest.mark.parametrize("number", few(60))
def test_every_whole_count_that_keeps_a_row_is_above_the_lines_of_its_hull(number: int):
    draw = Random(number)
    low = draw.randint(0, 6)
    high, rate, spare = low + draw.randint(0, 9), draw.randint(1, 9_999), draw.randint(-9_000, 12_000)
    lines = list(hull(low, high, rate, spare))
    least = {d: max(0, -((spare - rate * d) // 10_000)) for d in range(low, high + 1)}
    for slope, level in lines:
        assert all(n + 1e-9 >= slope * d + level for d, n in least.items())
        assert any(abs(n - slope * d - level) < 1e-9 for d, n in least.items())
    # at both ends the count is the least whole one, or the row itself says as much
    for d in (low, high):
        told = max([0.0, (rate * d - spare) / 10_000, *(slope * d + level for slope, level in lines)])
        assert told == pytest.approx(least[d], abs=1e-9)


@pytest.mark.parametrize("number", few(60))
def test_an_allocation_has_as_many_marked_moves_as_its_limits_say(number: int):
    market = small_market(number)
    draw = Random(number)
    marked = np.array([draw.random() < 0.6 for _ in market.pair_class])
    for one in every_allocation(market)[::5]:
        stays = np.isin(np.arange(len(market)), one.app)
        room = market.capacity
        movers = Movers(
            market.pair_app.astype(np.int64), market.pair_class, stays, room, int(room.sum()) - len(one)
        )
        low, high = movers.counted(marked)
        for other in every_allocation(market):
            if np.isin(one.app, other.app).all():
                assert low <= int(marked[market.pair_of(other.app, other.klass)].sum()) <= high


@pytest.mark.parametrize("number", few(60))
def test_households_that_could_gain_are_those_of_the_best_of_all_allocations(number: int):
    market = small_market(number, ruled=number % 2 == 0)
    every = every_allocation(market)
    for one in every[:: max(1, len(every) // 12)]:
        study = Study(certain(market, one), 1, np.zeros(len(market)))
        own, short = _utilities(study, one), counts(market, one)[2]
        best = 0
        for other in every:
            theirs, missing = _utilities(study, other), counts(market, other)[2]
            worse = any(r.price > 0 and m > s for r, m, s in zip(market.rows, missing, short, strict=True))
            if not worse and (theirs >= own - 1e-12).all():
                best = max(best, int((theirs > own + 1e-12).sum()))
        assert next(iter(pareto.compute(study))).value == best


def test_a_program_of_too_many_moves_is_left_out_and_says_so(monkeypatch: pytest.MonkeyPatch):
    market = plain_market([[1, 2], [2, 1]])
    study = Study(certain(market, allocation([(0, 0, 0), (1, 1, 0)])), 1, np.zeros(2))
    assert next(iter(pareto.compute(study))).value == 2
    monkeypatch.setattr(pareto, "MOVES", 1)
    (told,) = pareto.compute(study)
    assert np.isnan(told.value) and told.interval == "too many moves"


def _utilities(study: Study, one: Allocation) -> np.ndarray:
    held = np.zeros(len(study.market))
    held[one.app] = study.utility[study.market.pair_of(one.app, one.klass)]
    return held


def test_an_allocation_is_worth_its_lettings_and_the_dearest_dwellings_of_each_class():
    market = small_market(4, ruled=True)
    market = replace(market, bonus=np.arange(len(market.klass), dtype=np.int64) * 7 % 5)
    for one in every_allocation(market)[::7]:
        total = 0
        for a, c, k in zip(one.app.tolist(), one.klass.tolist(), one.kind.tolist(), strict=True):
            p = int(market.pair_of(np.array([a]), np.array([c]))[0])
            first = int(market.option_ptr[p])
            total += int(market.option_value[first + market.options(p).index(k)])
        for c in range(market.n_classes):
            dearest = sorted(market.bonus[market.klass == c].tolist(), reverse=True)
            total += sum(dearest[: int((one.klass == c).sum())])
        assert worth(market, one) == total * MICRO_PER_HUNDREDTH - priced_shortfall(market, one)


def test_a_letting_that_is_not_possible_has_no_value():
    market = plain_market([[1, None], [1, 1]])
    none = np.zeros(1, np.int32)
    assert market.values_of(none, none, none).tolist() == [100 + 2_000_000]
    with pytest.raises(KeyError):
        market.values_of(none, none + 1, none)
