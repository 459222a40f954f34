"""Rows on a nominee and who comes after it on several lists: every proposal keeps them, and a household spread in tenths does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.dual_bound import nothing, price_out
from optimizer.solve.proof.node import Formulation
from tests.solve.oracle import tiny
from tests.strategies import all_solutions

WITH_ROWS = (10, 11, 34)
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
