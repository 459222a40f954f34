"""Pricing by runs and by marks gives what the plain sums over every entry and every mark give."""

from __future__ import annotations

import numpy as np
import pytest

import optimizer as af
from optimizer import pipeline
from optimizer.solve.layout import lay_out
from optimizer.solve.listed import best_of_runs, costs_of_marks, costs_of_orders, entered_orders
from optimizer.solve.proof.dual_bound import HUNDREDTH, NEVER, TEN, best_options, reduced, segment_max
from tests.campaign import seeds


@pytest.mark.parametrize("seed", seeds(5))
def test_the_best_of_the_runs_is_the_best_of_all_entries(seed: int) -> None:
    problem = pipeline.prepare(
        af.synthesize("commission", dwellings=6, applications=90, seed=seed + 1)
    ).problem
    layout, rng = lay_out(problem), np.random.default_rng(seed)
    kind_cost = rng.integers(-(10**4), 10**5, len(problem.kinds)) * HUNDREDTH
    prices = rng.integers(0, 10**8, len(problem.application_ids)) * (
        rng.random(len(problem.application_ids)) < 0.5
    )
    options = best_options(layout, kind_cost)
    found = best_of_runs(layout.runs, layout.full.app, layout.full.value, options, prices)
    assert (found == segment_max(reduced(layout.full, options, prices), layout.full.ptr)).all()
    assert (found > NEVER).any()
    runs = layout.runs
    assert sorted(runs.entry.tolist()) == list(range(len(layout.full.key)))
    assert (layout.full.key[runs.entry] == np.repeat(runs.key, np.diff(runs.start))).all()


@pytest.mark.parametrize("seed", seeds(3))
def test_the_cost_of_a_kind_is_the_sum_over_its_marks_and_its_orders(seed: int) -> None:
    problem = pipeline.prepare(
        af.synthesize("commission", dwellings=6, applications=90, seed=seed + 1)
    ).problem
    layout, kinds, rng = lay_out(problem), problem.kinds, np.random.default_rng(seed)
    rows, num, den = (rng.integers(0, 10**9, len(problem.rows)) for _ in range(3))
    sigma = rng.integers(0, 10**9, len(problem.orders)) * TEN
    marks = costs_of_marks(layout.costing, rows, num, den)[layout.costing.way].tolist()
    orders = costs_of_orders(entered_orders(kinds, len(sigma)), sigma, len(kinds)).tolist()
    assert len(sigma) and any(orders)
    for c in range(len(kinds)):
        own = range(int(kinds.ptr[c]), int(kinds.ptr[c + 1]))
        told = [
            int(rows[k]) * int(layout.mark_rate[i])
            + int(den[k]) * int(kinds.den[i])
            - int(num[k]) * int(kinds.num[i])
            for i, k in zip(own, kinds.row[own.start : own.stop].tolist(), strict=True)
        ]
        assert marks[c] == sum(told)
        held = range(int(kinds.order_ptr[c]), int(kinds.order_ptr[c + 1]))
        assert orders[c] == sum(int(sigma[kinds.order_row[i]]) * int(kinds.order_sign[i]) for i in held)
