"""Explicit columns and the reduction, against the plain reading of all solutions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimizer.problem import Columns, FirstRanks, Orders, Problem, evaluate, explicit
from optimizer.problem.evaluate import InvalidSolution
from tests.campaign import few
from tests.strategies import all_solutions, random_first_ranks, random_problem


def _lines(columns: Columns) -> set[tuple[int, int, int]]:
    return set(zip(columns.dwelling.tolist(), columns.app.tolist(), columns.kind.tolist(), strict=True))


def _tie_key(problem: Problem, first: FirstRanks) -> tuple[object, ...]:
    """Larger is better: objective, then the three tie stages of the design."""
    e = evaluate(problem, first)
    listed = [
        (
            problem.dwelling_ids[d],
            problem.accounts[problem.kinds.account[c]],
            problem.application_ids[a] if a >= 0 else "",
        )
        for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)
    ]
    return e.objective, e.seniority, e.lottery, _Smaller(sorted(listed))


class _Smaller(list[tuple[str, str, str]]):
    def __lt__(self, other: list[tuple[str, str, str]]) -> bool:
        return list(other) < list(self)


def _free(problem: Problem) -> Problem:
    """The same problem without pins nor orders."""
    return dataclasses.replace(
        problem,
        must_fill=np.zeros_like(problem.must_fill),
        orders=Orders(),
        kinds=dataclasses.replace(
            problem.kinds,
            order_ptr=np.zeros(len(problem.kinds) + 1, np.int64),
            order_row=np.zeros(0, np.int32),
            order_sign=np.zeros(0, np.int8),
        ),
    )


@pytest.mark.parametrize("seed", few(60))
def test_explicit_holds_exactly_the_choices_of_every_dwelling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, dwellings=int(rng.integers(0, 6)), applications=int(rng.integers(0, 7)))
    columns = explicit(problem)
    expected = set()
    for solution in (random_first_ranks(problem, rng) for _ in range(20)):
        expected |= set(
            zip(solution.dwelling.tolist(), solution.app.tolist(), solution.kind.tolist(), strict=True)
        )
    assert expected <= _lines(columns)
    order = list(zip(columns.dwelling, problem.kinds.account[columns.kind], columns.app, strict=True))
    assert order == sorted(order)
    for i in range(len(columns)):
        one = FirstRanks(*(x[i : i + 1] for x in (columns.dwelling, columns.app, columns.kind)))
        free = _free(problem)
        assert evaluate(free, one).value == columns.value[i]
        if columns.app[i] >= 0:
            parts = columns.score[i] + columns.fit[i] - columns.burden[i] + columns.lean[i]
            assert columns.value[i] == problem.fill_value + parts
            assert columns.lean[i] == problem.kinds.value[columns.kind[i]]


@pytest.mark.parametrize("seed", few(60))
def test_every_line_left_out_of_explicit_is_refused(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    problem = random_problem(rng, dwellings=3, applications=4)
    free = _free(problem)
    known = _lines(explicit(problem))
    for d in range(3):
        for a in range(-1, 4):
            for c in range(len(problem.kinds)):
                if (d, a, c) in known:
                    continue
                with pytest.raises(InvalidSolution):
                    evaluate(free, FirstRanks(*(np.array([x], np.int32) for x in (d, a, c))))


@pytest.mark.parametrize("seed", few(150))
def test_the_reduction_keeps_the_unique_optimum(seed: int) -> None:
    rng = np.random.default_rng(2000 + seed)
    problem = random_problem(
        rng,
        dwellings=int(rng.integers(1, 4)),
        applications=int(rng.integers(1, 8)),
        density=0.9,
        tied=0.5,
        menus=2,
    )
    solutions = list(all_solutions(problem))
    best = max(solutions, key=lambda s: _tie_key(problem, s))
    kept = _lines(explicit(problem, reduced=True))
    assert set(zip(best.dwelling.tolist(), best.app.tolist(), best.kind.tolist(), strict=True)) <= kept
    assert kept <= _lines(explicit(problem))


def test_the_reduction_reduces_and_keeps_at_most_one_application_per_dwelling_and_kind() -> None:
    rng = np.random.default_rng(7)
    problem = random_problem(
        rng, dwellings=3, applications=60, density=1.0, empty_menu=0.0, seats=0.0, pins=0.0, tied=1
    )
    columns = explicit(problem, reduced=True)
    assert 0 < len(columns) < len(explicit(problem))
    pairs, number = np.unique(np.stack([columns.dwelling, columns.kind]), axis=1, return_counts=True)
    assert pairs.shape[1] and int(number.max()) <= 3


def test_the_reduction_refuses_reserves() -> None:
    with pytest.raises(ValueError, match="reserves"):
        explicit(random_problem(np.random.default_rng(0)), reduced=True, first_only=False)


def test_reserves_are_listed_when_asked() -> None:
    problem = random_problem(
        np.random.default_rng(3), dwellings=6, applications=8, reserve_only=0.5, density=0.9
    )
    everything = explicit(problem, first_only=False)
    assert int(everything.first.sum()) == len(explicit(problem))
    assert len(everything) > len(explicit(problem))
