"""An earlier run as a start: whatever it says, what is proven stays the same, and what it names is found by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.errors import AttrifluxError
from optimizer.problem import evaluate
from optimizer.problem.model import Problem
from optimizer.solve import Earlier, SolveOptions, solve
from optimizer.solve.answer import Solved
from optimizer.solve.layout import lay_out
from optimizer.solve.warm_start import place
from tests.campaign import few, part
from tests.strategies import random_problem

CASES = part(400, 16)


def earlier_of(problem: Problem, solved: Solved, **changes: object) -> Earlier:
    """What a run of the problem publishes for a later one."""
    lines = zip(
        solved.first.dwelling.tolist(), solved.first.app.tolist(), solved.first.kind.tolist(), strict=True
    )
    found = Earlier(
        name="run",
        digest="0" * 64,
        multipliers={
            (row.rule, row.scope): int(m) for row, m in zip(problem.rows, solved.multipliers, strict=True)
        },
        prices={a: int(p) for a, p in zip(problem.application_ids, solved.prices, strict=True)},
        first=tuple(
            (
                problem.dwelling_ids[d],
                problem.application_ids[a] if a >= 0 else "",
                problem.accounts[problem.kinds.account[c]],
            )
            for d, a, c in lines
        ),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def nonsense(problem: Problem, rng: np.random.Generator) -> Earlier:
    """Names of the problem put together at random, amounts of any size."""
    apps = [*problem.application_ids.tolist(), "", "N9999"]
    homes = [*problem.dwelling_ids.tolist(), "L999"]
    accounts = [*problem.accounts, "AUTRE"]
    return Earlier(
        name="run",
        digest="0" * 64,
        multipliers={(r.rule, r.scope): int(rng.integers(0, 10**10)) for r in problem.rows},
        prices={a: int(rng.integers(0, 10**12)) for a in apps},
        first=tuple(
            (rng.choice(homes), rng.choice(apps), rng.choice(accounts)) for _ in range(2 * len(homes))
        ),
    )


def answer(solved: Solved) -> list[list[int]]:
    first = solved.first
    return [
        first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(),
        solved.multipliers.tolist(), [solved.objective, solved.bound],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(CASES))
@pytest.mark.long
def test_a_proven_answer_and_its_multipliers_do_not_depend_on_the_start(seed):
    rng = np.random.default_rng(7_000 + seed)
    large = seed % 4 == 0
    problem = random_problem(
        rng,
        dwellings=int(rng.integers(14, 22) if large else rng.integers(1, 8)),
        applications=int(rng.integers(18, 30) if large else rng.integers(1, 14)),
        seats=0.3 if seed % 2 else 0.0,
    )
    cold = solve(problem, SolveOptions(backend="highs"))
    other = random_problem(np.random.default_rng(seed), dwellings=6, applications=10)
    starts = [
        earlier_of(problem, cold),
        nonsense(problem, rng),
        earlier_of(other, solve(other, SolveOptions(backend="highs"))),
    ]
    for backend, start in product(("highs", "scale"), starts):
        try:
            warm = solve(problem, SolveOptions(backend=backend, earlier=start))
        except AttrifluxError as error:
            assert error.code == "WARM_START_FOREIGN" and start is starts[2]
            continue
        if cold.stop == warm.stop == "proven":
            assert answer(warm) == answer(cold), backend
        assert warm.bound >= cold.objective and cold.bound >= warm.objective, backend


@pytest.mark.parametrize("seed", few(40))
def test_what_is_taken_over_holds_and_is_counted(seed):
    rng = np.random.default_rng(300 + seed)
    problem = random_problem(rng, dwellings=6, applications=12)
    solved = solve(problem, SolveOptions(backend="highs"))
    whole = place(lay_out(problem), earlier_of(problem, solved))
    assert whole.ranks_kept == len(solved.first) and whole.rows_known == len(problem.rows)
    assert evaluate(problem, whole.first).value >= evaluate(problem, solved.first).value
    part = place(lay_out(problem), nonsense(problem, rng))
    evaluate(problem, part.first)
    prices = np.array([row.price * 10_000 for row in problem.rows], np.int64)
    assert bool(((part.rows >= 0) & (part.rows <= prices)).all())


def test_names_and_not_positions_are_matched():
    problem = random_problem(np.random.default_rng(5), dwellings=5, applications=9, seats=0.0, pins=0.0)
    solved = solve(problem, SolveOptions(backend="highs"))
    assert len(solved.first) > 1 and len(problem.rows) > 1
    start = earlier_of(problem, solved)
    shuffled = replace(
        start, first=start.first[::-1], multipliers=dict(reversed(list(start.multipliers.items())))
    )
    one, two = (place(lay_out(problem), s) for s in (start, shuffled))
    assert one.rows.tolist() == two.rows.tolist() and one.first.app.tolist() == two.first.app.tolist()
    renamed = replace(problem, rows=tuple(replace(r, scope=r.scope + ";x") for r in problem.rows))
    none = place(lay_out(renamed), start)
    assert not none.rows.any() and none.rows_known == 0 and none.ranks_kept == len(solved.first)


def test_a_start_that_names_nothing_here_is_refused_and_an_empty_one_is_not():
    problem = random_problem(np.random.default_rng(5), dwellings=5, applications=9)
    foreign = Earlier("ailleurs", "0" * 64, {("flux", "nowhere"): 1}, {}, (("X1", "Y1", "ALS"),))
    with pytest.raises(AttrifluxError) as error:
        solve(problem, SolveOptions(backend="highs", earlier=foreign))
    assert error.value.code == "WARM_START_FOREIGN" and "ailleurs" in error.value.text("fr")
    empty = replace(foreign, multipliers={}, first=())
    assert solve(problem, SolveOptions(backend="highs", earlier=empty)).taken_over is not None
