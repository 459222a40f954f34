"""Evaluation against a plain sum, and each way a solution can fail."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from optimizer.problem import FirstRanks, InvalidSolution, Problem, evaluate, explicit, lottery_number
from tests.campaign import few
from tests.strategies import random_first_ranks, random_problem


def _ranks(*lines: tuple[int, int, int]) -> FirstRanks:
    part = np.array(lines, np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0], part[:, 1], part[:, 2])


def _plain_objective(problem: Problem, first: FirstRanks) -> Fraction:
    """Points, by the formula of the design, one line at a time."""
    total = Fraction(0)
    num, asked = [0] * len(problem.rows), [Fraction(0)] * len(problem.rows)
    for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True):
        if a >= 0:
            part = problem.entries_of(d)
            e = next(i for i in range(part.start, part.stop) if problem.entry_app[i] == a)
            total += Fraction(
                int(problem.fill_value + problem.entry_score[e] + problem.entry_fit[e] + problem.bonus[d]),
                100,
            ) + Fraction(int(problem.kinds.value[c]), 100)
        else:
            k = problem.klass[d]
            values = [
                int(v)
                for s, kind, v in zip(
                    problem.seats.klass, problem.seats.kind, problem.seats.value, strict=True
                )
                if s == k and kind == c
            ]
            total += Fraction(values[0], 100)
        for i in range(problem.kinds.ptr[c], problem.kinds.ptr[c + 1]):
            k = int(problem.kinds.row[i])
            num[k] += int(problem.kinds.num[i])
            if problem.kinds.den[i]:
                asked[k] += Fraction(problem.rows[k].rate + int(problem.kinds.more[i]), 10_000)
    for row, n, m in zip(problem.rows, num, asked, strict=True):
        total -= Fraction(row.price, 100) * max(Fraction(0), m - n - Fraction(row.play, 10_000))
    return total


@pytest.mark.parametrize("seed", few(80))
def test_objective_equals_the_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, dwellings=int(rng.integers(0, 7)), applications=int(rng.integers(0, 9)))
    first = random_first_ranks(problem, rng)
    found = evaluate(problem, first)
    assert Fraction(found.objective, 1_000_000) == _plain_objective(problem, first)
    named = [(d, a, c) for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True) if a >= 0]
    assert found.seniority == sum(int(problem.seniority[a]) for _, a, _ in named)
    assert found.lottery == sum(
        lottery_number(
            problem.seed,
            problem.application_ids[a] if a >= 0 else "",
            problem.dwelling_ids[d],
            problem.accounts[problem.kinds.account[c]],
        )
        for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)
    )


def _some(problem: Problem, rng: np.random.Generator) -> FirstRanks:
    while len(first := random_first_ranks(problem, rng, fill=1.0)) < 3 or int(first.app.min()) < 0:
        pass
    return first


def test_refuses_what_cannot_hold() -> None:
    rng = np.random.default_rng(11)
    problem = random_problem(
        rng, dwellings=6, applications=9, seats=0.0, pins=0.0, density=1.0, empty_menu=0.0
    )
    good = _some(problem, rng)
    lines = list(zip(good.dwelling.tolist(), good.app.tolist(), good.kind.tolist(), strict=True))
    assert evaluate(problem, good).value > 0
    d, a, c = lines[0]
    for bad in (
        [lines[1], lines[0]],
        [lines[0], lines[0]],
        [lines[0], (lines[1][0], a, lines[1][2])],
        [(d, -1, c)],
        [(d, 99, c)],
        [(99, a, c)],
        [(d, a, len(problem.kinds))],
    ):
        with pytest.raises(InvalidSolution):
            evaluate(problem, _ranks(*bad))
    with pytest.raises(InvalidSolution):
        evaluate(problem, FirstRanks(good.dwelling, good.app[:-1], good.kind))


def test_a_pinned_dwelling_must_be_filled() -> None:
    rng = np.random.default_rng(5)
    problem = random_problem(rng, dwellings=4, applications=6, pins=1.0)
    assert problem.must_fill.any()
    with pytest.raises(InvalidSolution, match="imposée"):
        evaluate(problem, _ranks())


def test_a_nominee_after_one_who_has_no_first_rank_is_refused() -> None:
    seen = 0
    for seed in few(40):
        problem = random_problem(
            np.random.default_rng(seed), dwellings=4, applications=6, orders=1.0, pins=0.0
        )
        kinds, columns = problem.kinds, explicit(problem)
        for d, a, c in zip(
            columns.dwelling.tolist(), columns.app.tolist(), columns.kind.tolist(), strict=True
        ):
            signs = kinds.order_sign[kinds.order_ptr[c] : kinds.order_ptr[c + 1]]
            if (signs > 0).any():
                with pytest.raises(InvalidSolution, match="ordre"):
                    evaluate(problem, _ranks((d, a, c)))
                seen += 1
    assert seen > 20


def test_an_empty_problem_is_worth_nothing() -> None:
    problem = random_problem(np.random.default_rng(0), dwellings=0, applications=0)
    assert evaluate(problem, _ranks()).objective == 0
