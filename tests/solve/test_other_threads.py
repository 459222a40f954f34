"""Another HiGHS user in the same process must not spoil an answer."""

from __future__ import annotations

import highspy
import numpy as np

from optimizer.solve import SolveOptions, solve
from tests.strategies import random_problem


def test_a_foreign_run_with_other_threads_changes_nothing():
    problem = random_problem(np.random.default_rng(12), dwellings=5, applications=9)
    before = solve(problem, SolveOptions(backend="highs"))
    for threads in (2, 1, 2):
        other = highspy.Highs()
        other.resetGlobalScheduler(True)
        other.setOptionValue("output_flag", False)
        other.setOptionValue("threads", threads)
        other.addVar(0.0, 1.0)
        other.run()
        again = solve(problem, SolveOptions(backend="highs"))
        assert again.stop == "proven"
        assert again.objective == before.objective
        assert again.first.app.tolist() == before.first.app.tolist()
