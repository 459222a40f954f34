"""The sample that re-solves: does a household really get a first rank with the points it was said to lack?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from optimizer.problem.model import FirstRanks, Problem
from optimizer.solve import SolveOptions, solve

SAMPLE = 3
"""Households confirmed per run, the nearest ones first."""
MOST_DWELLINGS = 25
"""Beyond, one more proof would take longer than the run itself: ``confirmed`` stays empty."""


def raised(problem: Problem, app: int, hundredths: int) -> Problem:
    """The same problem with one household's score raised everywhere, menus sorted again."""
    score = problem.entry_score.copy()
    score[problem.entry_app == app] += hundredths
    menu = np.repeat(np.arange(len(problem.menu_ptr) - 1), np.diff(problem.menu_ptr))
    order = np.lexsort(
        (problem.entry_app, -problem.seniority[problem.entry_app], -(score + problem.entry_fit), menu)
    )
    return replace(
        problem,
        entry_app=problem.entry_app[order],
        entry_score=score[order],
        entry_fit=problem.entry_fit[order],
        entry_type=problem.entry_type[order],
    )


def confirm(problem: Problem, explanations: pd.DataFrame, first: FirstRanks) -> pd.DataFrame:
    """``explanations`` with ``confirmed`` = yes or no on the nearest households, re-solved to the proof.

    The score is raised by the points needed and one hundredth more, so that no tie decides.
    """
    if len(problem.dwelling_ids) > MOST_DWELLINGS:
        return explanations
    near = explanations[explanations["points_needed"] > 0]
    near = near.sort_values(["points_needed", "application_id"], kind="stable").head(SAMPLE)
    number = {str(x): i for i, x in enumerate(problem.application_ids)}
    said = explanations.copy()
    for at, name, points in zip(
        near.index.tolist(), near["application_id"], near["points_needed"], strict=True
    ):
        app = number[str(name)]
        again = solve(raised(problem, app, round(float(points) * 100) + 1), SolveOptions(warm=first))
        said.loc[at, "confirmed"] = "yes" if app in again.first.app.tolist() else "no"
    return said
