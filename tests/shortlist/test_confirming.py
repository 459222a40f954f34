"""The least number of points a household lacked: found by solving again, and no larger than what one exchange needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer.problem import InvalidSolution, evaluate
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.shortlist.confirming import Sample, confirm, raised
from optimizer.shortlist.nearest import nearest_exchanges
from optimizer.solve import Solved, SolveOptions, solve
from tests.campaign import few
from tests.strategies import all_solutions, random_problem

ALL = Sample(1_000, 1_000)


def test_raising_keeps_menus_sorted_and_everyone_there():
    problem: Problem = random_problem(np.random.default_rng(5), dwellings=4, applications=8)
    more = raised(problem, int(problem.entry_app[0]), 12_345)
    for m in range(len(problem.menu_ptr) - 1):
        sl = slice(int(problem.menu_ptr[m]), int(problem.menu_ptr[m + 1]))
        assert sorted(more.entry_app[sl].tolist()) == sorted(problem.entry_app[sl].tolist())
        value = more.entry_score[sl] + more.entry_fit[sl]
        assert (np.diff(value) <= 0).all()
    assert int(more.entry_score.sum() - problem.entry_score.sum()) == 12_345 * int(
        (problem.entry_app == problem.entry_app[0]).sum()
    )


def told(problem: Problem, solved: Solved) -> pd.DataFrame:
    """The explanations that one exchange gives, for the households that lack points."""
    nearest = nearest_exchanges(problem, solved.first, evaluate(problem, solved.first))
    placed = set(solved.first.app.tolist())
    rows = [
        (str(name), "", lacking / 100, str(problem.dwelling_ids[home]), pd.NA, pd.NA, "")
        for a, name in enumerate(problem.application_ids)
        if a not in placed and (home := int(nearest.dwelling[a])) >= 0
        for lacking in [max(0, -(-int(nearest.lacking[a]) // MICRO_PER_HUNDREDTH))]
    ]
    columns = [
        "application_id",
        "nearest_miss",
        "points_needed",
        "dwelling_id",
        "best_position",
        "of",
        "confirmed",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"best_position": "Int64", "of": "Int64"})


def best_with(problem: Problem, app: int) -> int:
    """Best objective of all proposals that give the household a first rank, one by one."""
    found = []
    for first in all_solutions(problem):
        if app in first.app.tolist():
            try:
                found.append(evaluate(problem, first).objective)
            except InvalidSolution:
                continue
    return max(found)


@pytest.mark.long
def test_the_points_said_are_the_least_of_all_proposals_one_by_one():
    """And some of them are fewer than one exchange needs: two first ranks that move together make room for less."""
    checked = fewer = 0
    for seed in few(40, 25):
        problem = random_problem(np.random.default_rng(600 + seed), dwellings=3, applications=6)
        solved = solve(problem)
        before = told(problem, solved)
        after = confirm(problem, before, solved, ALL)
        number = {str(x): i for i, x in enumerate(problem.application_ids)}
        for was, now in zip(before.itertuples(), after.itertuples(), strict=True):
            if now.confirmed != "yes":
                assert now.points_needed == was.points_needed == 0
                continue
            lost = solved.objective - best_with(problem, number[now.application_id])
            assert round(now.points_needed * 100) == -(-lost // MICRO_PER_HUNDREDTH)
            assert now.points_needed <= was.points_needed
            checked += 1
            fewer += now.points_needed < was.points_needed
    assert checked > 40 and fewer > 3


@pytest.fixture(scope="module")
def result():
    """A week small enough to be solved again."""
    return af.propose(af.synthesize("commission", dwellings=6, applications=400, seed=11))


def test_a_hundredth_less_brings_no_first_rank_and_a_hundredth_more_does(result):
    problem, solved = result.optimum.prepared.problem, result.optimum.solved
    number = {str(x): i for i, x in enumerate(problem.application_ids)}
    tried = result.explanations[result.explanations["confirmed"] == "yes"]
    for line in tried.itertuples():
        app, least = number[line.application_id], round(line.points_needed * 100)
        more = solve(raised(problem, app, least + 1), SolveOptions(warm=solved.first))
        assert app in more.first.app.tolist()
        if least:
            less = solve(raised(problem, app, least - 1), SolveOptions(warm=solved.first))
            assert app not in less.first.app.tolist()


def test_nothing_is_confirmed_above_the_size_that_is_solved_again(result):
    problem, solved = result.optimum.prepared.problem, result.optimum.solved
    plain = result.explanations.assign(confirmed="")
    pd.testing.assert_frame_equal(confirm(problem, plain, solved, Sample(5, 5)), plain)


def test_the_sample_does_not_follow_the_points(result):
    """Drawn by hash: the nearest households are not favoured."""
    problem, solved = result.optimum.prepared.problem, result.optimum.solved
    lacking = result.explanations[result.explanations["points_needed"] > 0]
    said = confirm(problem, result.explanations.assign(confirmed=""), solved, Sample(2, 25))
    tried = said[said["confirmed"] == "yes"]
    assert len(tried) == min(2, len(lacking))
    assert set(tried["application_id"]) <= set(lacking["application_id"])


def test_the_size_of_the_sample_is_a_value_of_the_models(result):
    case = result.optimum.prepared.case
    changes = {**case.settings.changes, "national.explanations.resolved_households": 0}
    asked = replace(case, settings=replace(case.settings, changes=changes))
    assert (af.propose(asked).explanations["confirmed"] == "").all()
