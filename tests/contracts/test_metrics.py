"""What every metric must hold: numbers of its own scopes, nothing touched, the same answer twice; those of a market without anybody too."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.fairness.lottery import Draw
from optimizer.fairness.measures import Metric, all_metrics
from optimizer.fairness.registry import chosen_mechanisms
from optimizer.fairness.study import Study
from optimizer.fairness.units import mark_of
from tests.fairness.markets import plain_market, small_market

METRICS = all_metrics()


def study(number: int) -> Study:
    """A lottery on a small market with rules; number 0: a dwelling and nobody to live there."""
    market = small_market(number, strict=False, ruled=True) if number else plain_market([], capacity=[1])
    (made,) = chosen_mechanisms(["random"])
    months = np.arange(1.0, len(market) + 1.0)
    return Study(made.allocate(market, Draw(market.seed)), 20, months)


@pytest.mark.parametrize("made", METRICS, ids=lambda m: m.id)
def test_a_metric_touches_nothing_and_answers_twice_alike(made: Metric):
    for number in range(4):
        given = study(number)
        before = mark_of(given.market, given.months, given.lottery.p)
        once = list(made.compute(given))
        assert mark_of(given.market, given.months, given.lottery.p) == before, (
            "a metric changes what it is given"
        )
        again = list(made.compute(study(number)))
        assert [repr(reading) for reading in once] == [repr(reading) for reading in again]
        assert once and len({reading.scope for reading in once}) == len(once)
        for reading in once:
            ends = (reading.low, reading.value, reading.high)
            assert not np.isinf(ends).any()
            if not np.isnan(ends).any():
                assert reading.interval and ends == tuple(sorted(ends))
