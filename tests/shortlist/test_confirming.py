"""Points said to be lacking, checked by the proof and by solving again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer.problem.model import Problem
from optimizer.shortlist.confirming import Sample, confirm, gained, raised
from optimizer.solve import SolveOptions, solve
from tests.strategies import random_problem

SAMPLE = Sample(5, 3, 25)


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


@pytest.fixture(scope="module")
def result():
    """A week above the size that is solved again."""
    return af.propose(af.synthesize("commission", dwellings=30, applications=800, seed=11))


def test_a_sample_is_confirmed_on_any_size(result):
    small = af.propose(af.synthesize("commission", dwellings=6, applications=400, seed=11))
    for found in (small, result):
        assert found.stop == "proven"
        tried = found.explanations[found.explanations["confirmed"] != ""]
        assert len(tried) == 5 and set(tried["confirmed"]) == {"yes"}
        assert (tried["points_needed"] > 0).all()


def test_the_sample_does_not_follow_the_points(result):
    """Drawn by hash: the nearest households are not favoured."""
    lacking = result.explanations[result.explanations["points_needed"] > 0]
    tried = lacking[lacking["confirmed"] != ""]
    assert set(tried["application_id"]) != set(lacking.nsmallest(5, "points_needed")["application_id"])


def test_what_the_proof_confirms_solving_again_confirms(result):
    problem, solved = result.optimum.prepared.problem, result.optimum.solved
    plain = result.explanations.assign(confirmed="")
    every = confirm(problem, plain, solved, Sample(8, 0, 0))
    again = confirm(problem, plain, solved, Sample(8, 8, 10_000))
    assert (every["confirmed"] != "").sum() == 8
    pd.testing.assert_frame_equal(every, again)


def test_random_problems():
    """What the proof says with enough points, a whole new solve says too, of every household of small random problems."""
    checked = 0
    for seed in range(24):
        problem = random_problem(np.random.default_rng(seed), dwellings=3, applications=12)
        solved = solve(problem, SolveOptions())
        if solved.stop != "proven":
            continue
        placed = set(solved.first.app.tolist())
        for app in (a for a in range(len(problem.application_ids)) if a not in placed):
            for more in (1, 500, 3_000, 60_000, 900_000):
                gains = [
                    gained(problem, solved.first, app, d, more)
                    for d in range(len(problem.dwelling_ids))
                    if app in problem.entry_app[problem.entries_of(d)].tolist()
                ]
                if max(gains, default=-1) > solved.objective:
                    again = solve(raised(problem, app, more), SolveOptions())
                    assert again.objective >= max(gains)
                    assert app in again.first.app.tolist()
                    checked += 1
                    break
    assert checked > 40


def test_too_few_points_are_not_confirmed(result):
    problem, solved = result.optimum.prepared.problem, result.optimum.solved
    short = result.explanations.assign(confirmed="")
    lacking = short["points_needed"] > 5
    short = short[lacking].assign(points_needed=lambda x: x["points_needed"] - 5)
    said = confirm(problem, short, solved, SAMPLE)
    assert set(said["confirmed"]) == {"", "no"}


def test_the_size_of_the_sample_is_a_value_of_the_models(result):
    case = result.optimum.prepared.case
    changes = {**case.settings.changes, "national.explanations.confirmed_households": 2}
    asked = replace(case, settings=replace(case.settings, changes=changes))
    said = af.propose(asked).explanations
    assert (said["confirmed"] != "").sum() == 2
    pd.testing.assert_frame_equal(
        said.drop(columns="confirmed"), result.explanations.drop(columns="confirmed")
    )
