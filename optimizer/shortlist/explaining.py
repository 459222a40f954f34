"""``explanations.csv``: per application without a first rank, what was nearest and what it would have taken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Lang
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.labels import points
from optimizer.shortlist.nearest import nearest_exchanges


def explanations_table(
    problem: Problem,
    code_counts: NDArray[np.int64],
    first: FirstRanks,
    num_run: NDArray[np.int64],
    den_run: NDArray[np.int64],
    *,
    sentence: Callable[[int], str],
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``application_id, nearest_miss, points_needed, dwelling_id, confirmed`` for everyone without a first rank.

    An eligible household lacks points: the rise of its score that makes its cheapest exchange a gain, rounded up to the
    hundredth (``confirmed`` is filled by the sample that re-solves). A household that fits no dwelling gets
    the sentence of its nearest refusal.

    Parameters
    ----------
    sentence : callable application -> sentence
        The nearest refusal in words (eligibility); called only for households that fit no dwelling.
    """
    nearest = nearest_exchanges(problem, first, num_run, den_run)
    placed = np.zeros(len(problem.application_ids), np.bool_)
    placed[first.app[first.app >= 0]] = True
    apps, words, needed, where = [], [], [], []
    for a in np.flatnonzero(~placed).tolist():
        apps.append(str(problem.application_ids[a]))
        if code_counts[a, 0] == 0:
            words.append(sentence(a))
            needed.append(float("nan"))
            where.append("")
            continue
        d = int(nearest.dwelling[a])
        if d < 0:
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
        where.append(str(problem.dwelling_ids[d]))
    return pd.DataFrame(
        {
            "application_id": apps,
            "nearest_miss": words,
            "points_needed": np.array(needed, np.float64),
            "dwelling_id": where,
            "confirmed": [""] * len(apps),
        }
    )
