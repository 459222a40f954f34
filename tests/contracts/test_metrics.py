"""What every metric must hold: numbers of its own scopes, nothing touched, the same answer twice; those of a market without anybody too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from optimizer.dropin import DropInError
from optimizer.fairness import units
from optimizer.fairness.lottery import Draw
from optimizer.fairness.measures import Metric, Reading, all_metrics, metric
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


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("Lottery.p", lambda s: s.lottery.p.fill(0.5)),
        ("Market.score", lambda s: s.market.score.fill(0)),
        ("Study.months", lambda s: s.months.fill(0)),
    ],
)
def test_a_metric_that_writes_into_what_the_others_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[Study], None]
):
    """Published figures of every mechanism came from what it had left there, and nothing told it."""

    def compute(study: Study) -> Iterator[Reading]:
        yield Reading("", 1.0)
        write(study)

    wrong = replace(METRICS[0], compute=compute)
    monkeypatch.setattr(units, "all_metrics", lambda: (wrong, *METRICS[1:]))
    with pytest.raises(DropInError, match=f"test_metrics.py:.* it writes into {name}"):
        units.measured("random", study(1))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"id": "a,b"}, ValueError, "'a,b': an id is of letters a-z"),
        ({"id": "équité"}, ValueError, "an id is of letters a-z"),
        ({"id": ""}, ValueError, "empty id"),
        ({"title_fr": 3}, TypeError, "title_fr 3 is no text"),
        ({"source": " "}, ValueError, "empty source"),
    ],
)
def test_a_metric_without_its_words_is_refused(change: dict[str, object], error: type, message: str):
    fine = {
        "id": "zzz",
        "title_fr": "x",
        "title_en": "x",
        "better": "more",
        "unit": "x",
        "source": "x",
        "order": 999,
    }
    with pytest.raises(error, match=message):
        metric(**{**fine, **change})(lambda study: [])  # type: ignore[arg-type]


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
