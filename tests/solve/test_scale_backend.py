"""The scale kernel behind the same contract: same optimum, valid bound, same first ranks once proven."""

from __future__ import annotations

import os

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.solve import SolveOptions, solve
from optimizer.solve.transport import coarse_types, to_transport
from tests.strategies import random_problem

CASES = 300 if os.environ.get("ATTRIFLUX_CAMPAIGN") == "full" else 30


@pytest.mark.parametrize("seed", range(CASES))
def test_scale_and_highs_give_the_same_first_ranks(seed):
    rng = np.random.default_rng(1_000 + seed)
    problem = random_problem(rng, dwellings=int(rng.integers(1, 7)), applications=int(rng.integers(1, 12)))
    exact = solve(problem, SolveOptions(backend="highs"))
    scaled = solve(problem, SolveOptions(backend="scale"))
    assert scaled.bound >= exact.objective
    assert scaled.objective == exact.objective
    assert evaluate(problem, scaled.first).objective == exact.objective
    if exact.stages.unique is not None and scaled.stages.unique is not None:
        for a, b in zip(
            (exact.first.dwelling, exact.first.app, exact.first.kind),
            (scaled.first.dwelling, scaled.first.app, scaled.first.kind),
            strict=True,
        ):
            assert a.tolist() == b.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_the_transport_model_is_well_formed_and_merged_types_lose_nothing(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, dwellings=5, applications=8)
    transport = to_transport(problem)
    transport.model.check()
    merged = coarse_types(problem)
    menu = np.repeat(np.arange(len(problem.menu_ptr) - 1), np.diff(problem.menu_ptr))
    for k in range(len(problem.class_menu)):
        group = int(problem.class_group[k])
        for e in np.flatnonzero(menu == problem.class_menu[k]).tolist():
            kinds, first = problem.options_of(group, int(problem.entry_type[e]))
            other, also = problem.options_of(group, int(merged[e]))
            assert kinds[first].tolist() == other[also].tolist()
