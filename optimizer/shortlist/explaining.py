"""``explanations.csv``: per application without a first rank, what was nearest and what it would have taken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.shortlist.build import Shortlists
from optimizer.shortlist.explanations import Prices, nearest_entries
from optimizer.shortlist.labels import points


def explanations_table(
    problem: Problem,
    facts: Facts,
    prices: Prices,
    code_counts: NDArray[np.int64],
    lists: Shortlists,
    *,
    sentence: Callable[[int], str],
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``application_id, nearest_miss, points_needed, dwelling_id, confirmed`` for everyone without a first rank.

    An eligible household lacks points: the smallest rise of its value that reaches the price of a dwelling, rounded
    up to the hundredth (``confirmed`` is filled by the sample that re-solves). A household that fits no dwelling gets
    the sentence of its nearest refusal.

    Parameters
    ----------
    sentence : callable application -> sentence
        The nearest refusal in words (eligibility); called only for households that fit no dwelling.
    """
    nearest = nearest_entries(problem, prices)
    lines = lists.lines
    placed = np.zeros(len(problem.application_ids), np.bool_)
    first = (lines.rank == 1) & (lines.app >= 0)
    placed[lines.app[first]] = True
    example = np.full(len(problem.class_menu), -1, np.int64)
    known = problem.klass >= 0
    dwellings = np.flatnonzero(known)[::-1]
    example[problem.klass[dwellings]] = dwellings
    apps, words, needed, where = [], [], [], []
    for a in np.flatnonzero(~placed).tolist():
        apps.append(str(problem.application_ids[a]))
        if code_counts[a, 0] == 0:
            words.append(sentence(a))
            needed.append(float("nan"))
            where.append("")
            continue
        k = int(nearest.klass[a])
        if k < 0:
            words.append(
                "recevable, mais seulement en réserve (ordre du réservataire ou décision enregistrée)"
                if lang == "fr"
                else "eligible, but only as a reserve (the réservataire's order or a recorded decision)"
            )
            needed.append(float("nan"))
            where.append("")
            continue
        lacking = max(0, -(-int(nearest.lacking[a]) // MICRO_PER_HUNDREDTH))
        text = points(lacking, lang)
        words.append(
            (
                f"{text} points de plus auraient donné un premier rang"
                if lacking
                else "à égalité : départagée par les règles d'égalité"
            )
            if lang == "fr"
            else (
                f"{text} more points would have brought a first rank"
                if lacking
                else "tied: decided by the tie rules"
            )
        )
        needed.append(lacking / 100)
        where.append(str(problem.dwelling_ids[example[k]]))
    return pd.DataFrame(
        {
            "application_id": apps,
            "nearest_miss": words,
            "points_needed": np.array(needed, np.float64),
            "dwelling_id": where,
            "confirmed": [""] * len(apps),
        }
    )
