"""Exchanges never lose, keep what no price can buy, and leave no single change that gains: every other one is counted again."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer import pipeline, synth
from optimizer.problem import InvalidSolution, explicit
from optimizer.problem.model import FirstRanks
from optimizer.solve.incumbent import objective
from optimizer.solve.layout import lay_out
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.primal.pair_exchanges import exchanged


@pytest.mark.parametrize("seed", [0, 3])
def test_no_first_rank_of_one_dwelling_is_worth_exchanging_after_the_exchanges(seed: int) -> None:
    problem = pipeline.prepare(
        synth.synthesize("commission", dwellings=8, applications=150, seed=seed)
    ).problem
    layout = lay_out(problem)
    before = greedy(layout)
    first = exchanged(layout, before)
    best = objective(layout, first)
    assert best > objective(layout, before)
    assert exchanged(layout, first) is first
    lines = {
        d: (a, c)
        for d, a, c in zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
    }
    columns = explicit(problem)
    ways = zip(columns.dwelling.tolist(), columns.app.tolist(), columns.kind.tolist(), strict=True)
    tried = 0
    for d, a, c in [*((d, 0, -1) for d in lines), *ways]:
        other = {**lines, d: (a, c)}
        if c < 0:
            del other[d]
        part = np.array(sorted((h, x, y) for h, (x, y) in other.items()), np.int32).reshape(-1, 3)
        try:
            value = objective(layout, FirstRanks(*part.T.copy()))
        except InvalidSolution:  # a household that has another dwelling, a pin, a réservataire's order
            continue
        tried += 1
        assert value <= best
    assert tried > 200
