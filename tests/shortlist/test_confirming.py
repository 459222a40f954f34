"""Points said to be lacking, checked by solving again."""

from __future__ import annotations

import numpy as np

import optimizer as af
from optimizer.problem.model import Problem
from optimizer.shortlist.confirming import raised
from tests.strategies import random_problem


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


def test_the_nearest_households_are_confirmed_or_not():
    case = af.synthesize("commission", dwellings=6, applications=400, seed=11)
    explanations = af.propose(case).explanations
    tried = explanations[explanations["confirmed"] != ""]
    assert 1 <= len(tried) <= 3
    assert set(tried["confirmed"]) == {"yes"}
