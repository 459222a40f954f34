"""The sample that is checked: does a household really get a first rank with the points it was said to lack?

Two ways, both exact. *By the proof*: raising a household's score changes no proposal that leaves it without a first rank,
and the certificate says that none of those is worth more than the optimum; so one proposal that gives it a first rank and
is counted above the optimum, from the facts and not from the search that found it, shows that every new optimum holds the
household. It costs one count. *By solving again*, on small cases: the whole problem with the score raised, to its own proof.

Rejected: solving again whatever the size (a third of a second per household on 40 dwellings and 20,000 applications, as
long as the first solve: five of them would double the run and prove nothing more).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from optimizer.problem import InvalidSolution, evaluate
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.solve import Solved, SolveOptions, solve


@dataclass(frozen=True)
class Sample:
    """How much is checked (values of ``models/national/explanations.yaml``).

    Attributes
    ----------
    households : checked by the proof
    resolved : of these, solved again too
    up_to_dwellings : largest case that is solved again
    """

    households: int
    resolved: int
    up_to_dwellings: int


def confirm(problem: Problem, explanations: pd.DataFrame, solved: Solved, sample: Sample) -> pd.DataFrame:
    """``explanations`` with ``confirmed`` = yes or no on a sample of the households that lack points.

    The sample is the households with the smallest hash of seed and number, so that it does not depend on the points. The
    score is raised by the points needed and one hundredth more, so that no tie decides.

    Parameters
    ----------
    solved : Solved
        A proven answer: without its certificate nothing can be confirmed.
    """
    lacking = explanations[explanations["points_needed"] > 0]
    names = lacking["application_id"].astype(str)
    order = sorted(zip(map(lambda x: _draw(problem.seed, x), names), lacking.index.tolist(), strict=True))
    number = {str(x): i for i, x in enumerate(problem.application_ids)}
    place = {str(x): i for i, x in enumerate(problem.dwelling_ids)}
    small = len(problem.dwelling_ids) <= sample.up_to_dwellings
    points = lacking["points_needed"].astype(float).to_dict()
    said = explanations.copy()
    for rank, (_, at) in enumerate(order[: sample.households]):
        app = number[str(said.at[at, "application_id"])]
        more = round(points[at] * 100) + 1
        better = gained(problem, solved.first, app, place[str(said.at[at, "dwelling_id"])], more)
        holds = better > solved.objective
        if holds and small and rank < sample.resolved:
            again = solve(raised(problem, app, more), SolveOptions(warm=solved.first))
            if again.stop != "proven":
                continue
            holds = app in again.first.app.tolist()
        said.at[at, "confirmed"] = "yes" if holds else "no"
    return said


def _draw(seed: str, application_id: str) -> str:
    return hashlib.sha256(f"{seed}|{application_id}|explanations".encode()).hexdigest()


def gained(problem: Problem, first: FirstRanks, app: int, dwelling: int, hundredths: int) -> int:
    """Micropoints of the best proposal that puts a household, its score raised, in the place of a dwelling's first rank.

    Every kind of lease it may have there is counted from the facts; -1 when none holds.
    """
    group = int(problem.class_group[problem.klass[dwelling]])
    entries = problem.entries_of(dwelling)
    own = problem.entry_type[entries][problem.entry_app[entries] == app]
    best = -1
    for type_ in own.tolist():
        kinds, may_be_first = problem.options_of(group, type_)
        for kind in kinds[may_be_first].tolist():
            try:
                counted = evaluate(problem, _exchanged(first, app, dwelling, kind))
            except InvalidSolution:
                continue
            best = max(best, counted.objective + hundredths * MICRO_PER_HUNDREDTH)
    return best


def _exchanged(first: FirstRanks, app: int, dwelling: int, kind: int) -> FirstRanks:
    """The same first ranks, but for one dwelling."""
    others = first.dwelling != dwelling
    where = np.append(first.dwelling[others], np.int32(dwelling))
    order = np.argsort(where, kind="stable")
    return FirstRanks(
        where[order].astype(np.int32),
        np.append(first.app[others], np.int32(app))[order].astype(np.int32),
        np.append(first.kind[others], np.int32(kind))[order].astype(np.int32),
    )


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
