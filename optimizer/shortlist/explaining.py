"""``explanations.csv``: per application without a first rank, what was nearest and what it would have taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import Lang
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.frames import named
from optimizer.shortlist.labels import points
from optimizer.shortlist.nearest import Nearest, nearest_exchanges


def explanations_table(
    problem: Problem,
    code_counts: NDArray[np.int32],
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
    parts = explanation_parts(
        problem,
        code_counts,
        first,
        num_run,
        den_run,
        sentence=sentence,
        lang=lang,
        size=len(problem.application_ids),
    )
    return next(parts)


def explanation_parts(
    problem: Problem,
    code_counts: NDArray[np.int32],
    first: FirstRanks,
    num_run: NDArray[np.int64],
    den_run: NDArray[np.int64],
    *,
    sentence: Callable[[int], str],
    lang: Lang = "fr",
    size: int,
) -> Iterator[pd.DataFrame]:
    """:func:`explanations_table` in parts of at most ``size`` applications; always at least one part."""
    nearest = nearest_exchanges(problem, first, num_run, den_run)
    placed = np.zeros(len(problem.application_ids), np.bool_)
    placed[first.app[first.app >= 0]] = True
    waiting = np.flatnonzero(~placed)
    for start in range(0, max(1, len(waiting)), max(1, size)):
        yield _explained(problem, code_counts, nearest, waiting[start : start + size], sentence, lang)


def _explained(
    problem: Problem,
    code_counts: NDArray[np.int32],
    nearest: Nearest,
    apps: NDArray[np.intp],
    sentence: Callable[[int], str],
    lang: Lang,
) -> pd.DataFrame:
    unfit = code_counts[apps, 0] == 0
    where = np.where(unfit, -1, nearest.dwelling[apps])
    lacking = np.maximum(0, -(-nearest.lacking[apps] // MICRO_PER_HUNDREDTH))
    amounts, back = np.unique(lacking, return_inverse=True)
    words = np.array([_lacking(int(amount), lang) for amount in amounts], object)[back.reshape(-1)]
    words[where < 0] = (
        "recevable, mais seulement en réserve (ordre du réservataire ou décision enregistrée)"
        if lang == "fr"
        else "eligible, but only as a reserve (the réservataire's order or a recorded decision)"
    )
    for i in np.flatnonzero(unfit).tolist():
        words[i] = sentence(int(apps[i]))
    return pd.DataFrame(
        {
            "application_id": named(problem.application_ids, apps),
            "nearest_miss": words,
            "points_needed": np.where(where < 0, np.nan, lacking / 100),
            "dwelling_id": named(problem.dwelling_ids, where),
            "confirmed": np.full(len(apps), "", object),
        }
    )


def _lacking(hundredths: int, lang: Lang) -> str:
    """What so many points more would have brought."""
    if not hundredths:
        return (
            "à égalité : départagée par les règles d'égalité"
            if lang == "fr"
            else "tied: decided by the tie rules"
        )
    text = points(hundredths, lang)
    if lang == "fr":
        return f"{text} points de plus auraient donné un premier rang"
    return f"{text} more points would have brought a first rank"
