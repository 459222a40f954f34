"""Rows on a nominee and who comes after it on several lists: every proposal keeps them, and a household spread in tenths does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.solve.grid import grid
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.dual_bound import nothing, price_out
from optimizer.solve.proof.node import Formulation
from optimizer.solve.ties.columns import view
from optimizer.solve.ties.stages import break_ties
from optimizer.solve.watch import Watch
from tests.solve.oracle import tiny
from tests.strategies import all_solutions

WITH_ROWS = (10, 34, 128)
"""Seeds of small problems where two nominees stand on lists of two dwellings."""


def several(seed: int):
    return tiny(seed, orders=1.0, dwellings=4, applications=6)


@pytest.mark.parametrize("seed", WITH_ROWS)
def test_every_proposal_keeps_the_rows_and_stays_below_a_bound_with_them(seed: int) -> None:
    problem = several(seed)
    layout = lay_out(problem)
    rows = layout.precedence
    rng = np.random.default_rng(seed)
    apps = range(len(problem.application_ids))
    some = [(b, c) for b in apps for c in apps if (b, c) in rows]
    assert len(some) == len(rows) > 0
    tau = {two: int(rng.integers(1, 10**9)) for two in some}
    bound = price_out(layout, Formulation(layout), (), replace(nothing(layout), after=tau)).micropoints
    solutions = list(all_solutions(problem))
    assert solutions
    for first in solutions:
        assert rows.missed(np.bincount(first.kind, minlength=len(problem.kinds)).astype(float)) == []
        assert evaluate(problem, first).objective <= bound


@pytest.mark.parametrize("seed", WITH_ROWS)
def test_ties_are_told_apart_in_a_leaf_whose_bound_has_the_rows(seed: int) -> None:
    """The loss identity counts their multipliers: else a choice of less than the optimal value would pass for an optimum."""
    problem = several(seed)
    layout = lay_out(problem)
    rows = layout.precedence
    apps = range(len(problem.application_ids))
    told = [(first, evaluate(problem, first)) for first in all_solutions(problem)]
    best = max(counted.objective for _, counted in told)
    optima = [(first, counted) for first, counted in told if counted.objective == best]
    asked = max((counted.seniority, counted.lottery) for _, counted in optima)
    tau = {(b, c): 20_000_000 for b in apps for c in apps if (b, c) in rows}
    leaf = view(layout, Formulation(layout), (), replace(nothing(layout), after=tau), best)
    assert leaf is not None
    tied = break_ties(layout, [leaf], optima[0][0], grid(layout), Watch())
    assert tied is not None
    assert (tied.stages.seniority_days, tied.stages.lottery) == asked
    assert evaluate(problem, tied.first).objective == best


def test_a_household_in_tenths_after_a_tenth_of_a_nominee_is_missed() -> None:
    rows = lay_out(several(WITH_ROWS[0])).precedence
    two = next((b, c) for b in range(6) for c in range(6) if (b, c) in rows)
    count = np.zeros(len(several(WITH_ROWS[0]).kinds))
    count[rows.kinds_after(two)] = 1.0 / len(rows.kinds_after(two))
    before = np.setdiff1d(rows.kinds_of(two[0]), rows.kinds_after((two[1], two[0])))
    count[before[:1]] = 0.1
    assert two in rows.missed(count)
    count[before[:1]] = 1.0
    assert two not in rows.missed(count)
    with pytest.raises(KeyError):
        rows.kinds_after((two[0], two[0]))
