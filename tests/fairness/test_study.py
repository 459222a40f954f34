"""What a metric is computed from."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from optimizer.fairness.lottery import Allocation, allocation, certain, counts, worth
from optimizer.fairness.metrics import pareto
from optimizer.fairness.study import Study
from optimizer.problem.model import MICRO_PER_HUNDREDTH
from tests.campaign import few
from tests.fairness.markets import every_allocation, plain_market, priced_shortfall, small_market


def test_more_priced_rows_than_bits_of_a_word_stay_apart():
    rows = [SimpleNamespace(price=100)] * 130
    kinds = SimpleNamespace(ptr=np.arange(131), row=np.arange(130), num=np.ones(130, np.int64))

    class Kinds(SimpleNamespace):
        def __len__(self) -> int:
            return 130

    market = SimpleNamespace(rows=rows, kinds=Kinds(**vars(kinds)))
    study = Study(cast(Any, SimpleNamespace(market=market)), 1, np.zeros(0))
    served = study.rows_served
    together = served[:, None, :] & served[None, :, :]
    assert (together.any(axis=2) == np.eye(130, dtype=bool)).all()


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
