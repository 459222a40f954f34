"""A solved problem asked again: the same values whatever was asked before, and those of a problem that asks so from the start."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.problem.model import I64, RATE_UNIT, Problem
from optimizer.solve import Again, solve
from optimizer.solve.incumbent import objective
from optimizer.solve.layout import lay_out
from tests.campaign import few
from tests.solve.oracle import middle, tiny
from tests.strategies import all_solutions

ENOUGH = 2_000


def one_more(problem: Problem, row: int) -> I64:
    ask = np.zeros(len(problem.rows), np.int64)
    ask[row] = RATE_UNIT
    return ask


def priced(problem: Problem) -> list[int]:
    return [k for k, row in enumerate(problem.rows) if row.price > 0]


@pytest.mark.parametrize("seed", [3, 4, 8])
def test_values_do_not_depend_on_what_was_asked_before(seed: int) -> None:
    problem = middle(seed, 9, 45)
    solved = solve(problem)
    rows = priced(problem)
    asked = Again(problem, solved.first, solved.certificate.nodes)
    forth = [asked.value(one_more(problem, k), ENOUGH).value for k in rows]
    back = [asked.value(one_more(problem, k), ENOUGH).value for k in reversed(rows)]
    alone = [Again(problem, solved.first).value(one_more(problem, k), ENOUGH).value for k in rows]
    assert None not in forth
    assert forth == back[::-1] == alone
    assert asked.value(np.zeros(len(problem.rows), np.int64), ENOUGH).value == solved.objective


def test_several_rows_and_parts_of_a_lease_equal_brute_force() -> None:
    rng = np.random.default_rng(0)
    changed = 0
    for seed in few(60):
        problem = tiny(seed, dwellings=1 + seed % 3)
        solved = solve(problem)
        again = Again(problem, solved.first, solved.certificate.nodes)
        for _ in range(3):
            ask = rng.integers(0, 3 * RATE_UNIT, len(problem.rows)) * rng.integers(0, 2, len(problem.rows))
            layout = lay_out(problem, ask.astype(np.int64))
            best = max(objective(layout, first) for first in all_solutions(problem))
            found = again.value(ask.astype(np.int64), ENOUGH).value
            # multipliers are whole micropoints
            assert found is not None and best - 100 <= found <= best
            changed += best < solved.objective
    assert changed > 0
