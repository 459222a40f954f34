"""Households for whom the least number of points is found by solving again.

What one exchange needs is enough (`nearest`), and may be too much: two or three first ranks that move together can make room
for less. With the household's score raised by what is enough, the whole problem solved again gives the best proposal V that
holds it; without it the optimum stays what it was. So the least number is the optimum less V, the rise taken off: one solve.

Rejected: confirming by the proof that the number is enough (it always is, and the household was told 234 points where 19
were enough).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optimizer.errors import Lang
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.shortlist.explaining import Pooled, lacking_words
from optimizer.shortlist.positions import account_by_dwelling, positions
from optimizer.solve import Solved, SolveOptions, solve


@dataclass(frozen=True)
class Sample:
    """How much is solved again (values of ``models/national/explanations.yaml``).

    Attributes
    ----------
    households : solved again
    up_to_dwellings : largest case that is
    """

    households: int
    up_to_dwellings: int


def confirm(
    problem: Problem,
    explanations: pd.DataFrame,
    solved: Solved,
    sample: Sample,
    lang: Lang = "fr",
    *,
    pooled: Pooled = lambda _, apps: np.zeros(len(apps), np.bool_),
    ranked: bool = False,
) -> pd.DataFrame:
    """``explanations`` with the least number of points, and ``confirmed`` = yes (no: not proven to the end), on a sample of those that lack points.

    The sample is the households with the smallest hash of seed and number, so that it does not depend on the points. Of a
    household that is confirmed the dwelling is the one it would then have had.

    Parameters
    ----------
    solved : Solved
        A proven answer: without its certificate nothing can be confirmed.
    pooled : callable
        As in `Explaining`; by default no dwelling may wait for a réservataire.
    ranked : bool
        Scores are percentile ranks: so are the points told.
    """
    if len(problem.dwelling_ids) > sample.up_to_dwellings:
        return explanations
    lacking = explanations[explanations["points_needed"] > 0]
    names = lacking["application_id"].astype(str)
    order = sorted(zip(map(lambda x: _draw(problem.seed, x), names), lacking.index.tolist(), strict=True))
    number = {str(x): i for i, x in enumerate(problem.application_ids)}
    said = explanations.copy()
    account = account_by_dwelling(problem, solved.first)
    needed = lacking["points_needed"].astype(float).to_dict()
    for _, at in order[: sample.households]:
        app = number[str(said.at[at, "application_id"])]
        # one hundredth more, so that no tie decides
        enough = round(needed[at] * 100) + 1
        again = solve(
            raised(problem, app, enough), SolveOptions(warm=solved.first, tree=solved.certificate.nodes)
        )
        held = np.flatnonzero(again.first.app == app)
        if again.stop != "proven" or not len(held):
            # said, so that a household of the sample without an answer is told from one that lost it
            said.at[at, "confirmed"] = "no"
            continue
        lost = solved.objective - (again.objective - enough * MICRO_PER_HUNDREDTH)
        least = max(0, -(-lost // MICRO_PER_HUNDREDTH))
        dwelling = again.first.dwelling[held]
        place, of, elsewhere = positions(problem, np.array([app]), dwelling, account)
        said.at[at, "nearest_miss"] = lacking_words(
            least,
            bool(elsewhere[0]),
            lang,
            ranked=ranked,
            seat=bool(pooled(int(dwelling[0]), np.array([app], np.int32))[0]),
        )
        said.at[at, "points_needed"] = least / 100
        said.at[at, "dwelling_id"] = str(problem.dwelling_ids[int(dwelling[0])])
        said.at[at, "best_position"], said.at[at, "of"] = int(place[0]), int(of[0])
        said.at[at, "confirmed"] = "yes"
    return said


def _draw(seed: str, application_id: str) -> str:
    return hashlib.sha256(f"{seed}|{application_id}|explanations".encode()).hexdigest()


def raised(problem: Problem, app: int, hundredths: int) -> Problem:
    """The same problem with one household's score raised everywhere, menus sorted again."""
    score = problem.entry_score.astype(np.int64)
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
        entry_burden=problem.entry_burden[order],
        entry_type=problem.entry_type[order],
    )
