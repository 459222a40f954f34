"""Defined answers at the edges, and the same answer whatever may vary."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import AttrifluxError
from optimizer.problem import evaluate
from optimizer.problem.model import FirstRanks, Problem
from optimizer.solve import Progress, SolveOptions, solve
from tests.campaign import few
from tests.solve.oracle import campaign, middle, same, tiny
from tests.strategies import random_problem

ALL = ("highs", "cpsat", "pulp", "scale")


def shaped(seed: int = 0, **changes: object) -> Problem:
    base: dict[str, object] = {"dwellings": 4, "applications": 6, "pins": 0.0, "seats": 0.0}
    return random_problem(np.random.default_rng(seed), **{**base, **changes})


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "changes",
    [
        {"dwellings": 0, "applications": 0},
        {"dwellings": 0},
        {"applications": 0},
        {"density": 0.0, "empty_menu": 1.0},
        {"rows": 0},
    ],
    ids=["nothing", "no dwelling", "no application", "no eligible pair", "no rule"],
)
def test_degenerate_cases_are_proven(name: str, changes: dict[str, object]) -> None:
    problem = shaped(**changes)
    solved = solve(problem, SolveOptions(backend=name))
    assert solved.stop == "proven"
    assert solved.certificate.status == "certified_optimal"
    assert solved.bound == solved.objective == evaluate(problem, solved.first).objective
    if changes != {"rows": 0}:
        assert len(solved.first) == 0


@pytest.mark.parametrize("name", ALL)
def test_one_applicant_for_all_is_proposed_once(name: str) -> None:
    problem = shaped(3, applications=1, density=1.0, empty_menu=0.0, rows=0, reserve_only=0.0, negative=0.0)
    solved = solve(problem, SolveOptions(backend=name))
    assert solved.first.app.tolist() == [0]
    assert solved.stop == "proven"


@pytest.mark.long
def test_all_tied_gives_one_answer_everywhere() -> None:
    for seed in campaign(60):
        problem = shaped(seed, tied=1.0, seats=0.5, pins=0.3)
        answers = [solve(problem, SolveOptions(backend=name)) for name in ALL]
        assert all(same(a.first, answers[0].first) and a.stages == answers[0].stages for a in answers)


@pytest.mark.parametrize("rate", [0, 10_000])
def test_rates_zero_and_one(rate: int) -> None:
    for seed in few(20):
        problem = tiny(seed, plays=0.0, by_place=0.0)
        rows = tuple(replace(row, rate=rate, price=200_000) for row in problem.rows)
        problem = replace(problem, rows=rows)
        solved = solve(problem)
        found = evaluate(problem, solved.first)
        assert solved.certificate.status == "certified_optimal"
        if rate == 0:
            assert not found.shortfall.any()
        else:
            assert (found.shortfall == 10_000 * (found.den_run - found.num_run)).all()


def test_contradictory_rows_share_what_is_missing() -> None:
    """Two rules that each ask for everything on another account: one of them is short, and the proof still closes."""
    seen = 0
    for seed in few(60):
        problem = tiny(seed, dwellings=4, rows=4)
        if len(problem.rows) < 2:
            continue
        rows = tuple(replace(row, rate=10_000, price=5_000_000) for row in problem.rows)
        problem = replace(problem, rows=rows)
        solved = solve(problem)
        assert solved.stop == "proven"
        seen += bool(evaluate(problem, solved.first).shortfall.any())
    assert seen > 0


def test_pins_that_contradict_each_other_are_refused() -> None:
    problem = shaped(2, applications=0)
    problem = replace(problem, must_fill=np.ones(len(problem.class_menu), bool))
    with pytest.raises(AttrifluxError) as error:
        solve(problem)
    assert error.value.code == "NO_SOLUTION"


def test_interrupt_keeps_and_labels_the_best_proposal() -> None:
    event = threading.Event()
    event.set()
    problem = middle(4, 12, 60)
    solved = solve(problem, SolveOptions(interrupt=event))
    assert solved.stop == "interrupted"
    assert evaluate(problem, solved.first).objective == solved.objective <= solved.bound


def test_a_large_gap_stops_early_and_says_so() -> None:
    stops = set()
    for seed in range(12):
        problem = middle(seed, 12, 60)
        solved = solve(problem, SolveOptions(gap=0.5))
        stops.add(solved.stop)
        assert solved.bound - solved.objective <= 0.5 * abs(solved.objective)
    assert stops <= {"gap", "proven"}


def test_a_warm_start_changes_nothing_but_the_way() -> None:
    for seed in range(6):
        problem = middle(seed, 10, 50)
        cold = solve(problem)
        warm = solve(problem, SolveOptions(warm=cold.first))
        broken = FirstRanks(
            np.array([0, 0], np.int32), np.array([0, 0], np.int32), np.array([0, 0], np.int32)
        )
        odd = solve(problem, SolveOptions(warm=broken))
        assert same(cold.first, warm.first) and same(cold.first, odd.first)
        assert cold.objective == warm.objective == odd.objective


def test_progress_never_goes_back() -> None:
    seen: list[Progress] = []
    solve(middle(8, 12, 60), progress=seen.append)
    values = [p.value for p in seen if p.value is not None]
    assert seen[-1].phase == "done"
    assert values == sorted(values)
    assert seen[-1].gap == 0


@pytest.mark.parametrize(
    "options",
    [{"gap": 1.0}, {"gap": -0.1}, {"time_limit": -1.0}, {"time_limit": float("inf")}, {"threads": 0}],
)
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(AttrifluxError) as error:
        SolveOptions(**options)
    assert error.value.code == "SOLVE_OPTION"
    assert next(iter(options)) in error.value.text("fr")


def test_more_of_one_rule_never_raises_the_optimum() -> None:
    for seed in range(15):
        problem = tiny(seed)
        if not problem.rows:
            continue
        dearer = replace(problem, rows=tuple(replace(r, price=2 * r.price) for r in problem.rows))
        assert solve(dearer).objective <= solve(problem).objective


def test_an_interrupt_that_never_comes_changes_nothing() -> None:
    problem = middle(4, 12, 60)
    plain, watched = solve(problem), solve(problem, SolveOptions(interrupt=threading.Event()))
    assert watched.stop == "proven"
    assert same(plain.first, watched.first)


def test_threads_and_row_order_leave_the_same_first_ranks() -> None:
    for seed in range(4):
        problem = middle(seed, 12, 60)
        base = solve(problem)
        order = np.random.default_rng(seed).permutation(len(problem.rows))
        place = np.argsort(order).astype(np.int32)
        kinds = replace(problem.kinds, row=place[problem.kinds.row] if len(order) else problem.kinds.row)
        moved = replace(problem, rows=tuple(problem.rows[k] for k in order), kinds=kinds)
        assert same(base.first, solve(moved).first)
        assert same(base.first, solve(problem, SolveOptions(threads=2)).first)
