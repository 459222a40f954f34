"""The prices of a matching prove its worth: an assignment found by another program is worth what they bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from optimizer import pipeline, synth
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.dual_bound import (
    HUNDREDTH,
    best_options,
    kind_costs,
    nothing,
    price_out,
    segment_max,
)
from optimizer.solve.proof.node import Formulation
from optimizer.solve.relaxation.matching import matched_prices


@pytest.mark.parametrize("seed", [0])
def test_the_prices_of_a_matching_bound_what_the_best_assignment_is_worth(seed: int) -> None:
    problem = pipeline.prepare(
        synth.synthesize("commission", dwellings=8, applications=60, seed=seed)
    ).problem
    layout = lay_out(problem)
    rng = np.random.default_rng(seed)
    rows = np.where(layout.price > 0, rng.integers(0, layout.price * 5_000 + 1), 0).astype(np.int64)
    m = replace(nothing(layout), rows=rows)
    cost = kind_costs(layout, (), m)
    n, people = len(problem.dwelling_ids), len(problem.application_ids)
    seated = segment_max(
        problem.seats.value[layout.seat] * HUNDREDTH - cost[problem.seats.kind[layout.seat]], layout.seat_ptr
    )
    worth = np.full((n, people + n), -(2.0**60))
    worth[:, people:] = np.maximum(0, seated)[problem.klass][:, None]
    options = best_options(layout, cost)
    full = layout.full
    for d, k in enumerate(problem.klass.tolist()):
        a, b = int(full.ptr[k]), int(full.ptr[k + 1])
        named = (full.value[a:b] + problem.bonus[d]) * HUNDREDTH - options[full.key[a:b]]
        worth[d, full.app[a:b]] = named
    best = worth[linear_sum_assignment(worth, maximize=True)].sum()
    plain = price_out(layout, Formulation(layout), (), m)
    bound = price_out(layout, Formulation(layout), (), replace(m, prices=matched_prices(layout, cost)))
    assert plain.total is not None and bound.total is not None
    constant = plain.total - int(np.maximum(0, plain.dwelling).sum())
    assert 0 <= bound.total - constant - best <= n * 10_000
    assert bound.total < plain.total
