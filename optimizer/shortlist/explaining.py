"""``explanations.csv``: per application without a first rank, what was nearest and what it would have taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.frames import kept_kinds
from optimizer.errors import Lang
from optimizer.problem import Evaluation
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.departures import exchanges
from optimizer.shortlist.frames import named
from optimizer.shortlist.labels import ordinal, points, points_noun
from optimizer.shortlist.nearest import Nearest, nearest_exchanges
from optimizer.shortlist.positions import account_by_dwelling, positions

I64 = NDArray[np.int64]

NOT_BY_SCORE = "NOT_BY_SCORE"
"""Code at the head of ``nearest_miss`` where no number of points that the grid can give brings a first rank by one exchange."""
ALONE = ("les autres premiers rangs restant les mêmes", "with the other first ranks as they are")
"""Several first ranks that move together may ask for fewer points (`confirming`): no sentence may promise that they do not."""

Sentence = Callable[[int], str]
"""Application -> its nearest refusal in words (eligibility); asked only of households that fit no dwelling."""
Pooled = Callable[[int, NDArray[np.int32]], NDArray[np.bool_]]
Score = Callable[[NDArray[np.integer], NDArray[np.integer]], I64]
"""(applications, dwellings) -> the score each has there, hundredths."""


@dataclass(frozen=True)
class Explaining:
    """What the explanations are made from.

    Attributes
    ----------
    code_counts : (A, codes + 1) int32
        Dwellings by first refusal code, column 0: eligible.
    reached : (A,) bool
        Eligible for a dwelling that is free in this run.
    score : callable (applications, dwellings) -> hundredths
    pooled : callable (dwelling, applications) -> bool
        Who counts in what a réservataire's seat at the dwelling is worth.
    top : int
        The largest score that the grid gives, hundredths.
    proven : bool
        No proposal is worth more: a household that lacks nothing is then tied, else the run stopped before it was looked at.
    ranked : bool
        Scores are percentile ranks: so are the points that a household lacks.
    """

    problem: Problem
    first: FirstRanks
    counted: Evaluation
    code_counts: NDArray[np.int32]
    reached: NDArray[np.bool_]
    score: Score
    top: int
    sentence: Sentence
    pooled: Pooled
    proven: bool
    ranked: bool
    lang: Lang = "fr"

    def parts(self, size: int) -> Iterator[pd.DataFrame]:
        """``application_id, nearest_miss, points_needed, dwelling_id, best_position, of, confirmed`` for everyone without a
        first rank, in parts of at most ``size`` applications; always at least one part.

        An eligible household lacks points: the rise of its score at which its cheapest exchange loses nothing, rounded up to the
        hundredth, where the grid can give it (more is a first rank, so much exactly is left to the tie rules) (``confirmed`` is filled by those solved again). A household that fits no
        dwelling gets the sentence of its nearest refusal.
        """
        problem, first = self.problem, self.first
        nearest = nearest_exchanges(problem, first, self.counted)
        placed = np.zeros(len(problem.application_ids), np.bool_)
        placed[first.app[first.app >= 0]] = True
        waiting = np.flatnonzero(~placed)
        for start in range(0, max(1, len(waiting)), max(1, size)):
            yield self._explained(nearest, waiting[start : start + size])

    def _explained(self, nearest: Nearest, apps: NDArray[np.intp]) -> pd.DataFrame:
        unfit = self.code_counts[apps, 0] == 0
        where = np.where(unfit, -1, nearest.dwelling[apps])
        account = account_by_dwelling(self.problem, self.first)
        place, of, elsewhere = positions(self.problem, apps, where, account)
        lacking = np.maximum(0, -(-nearest.lacking[apps] // MICRO_PER_HUNDREDTH))
        score = np.zeros(len(apps), np.int64)
        known = np.flatnonzero(where >= 0)
        score[known] = self.score(apps[known], where[known])
        beyond = (where >= 0) & (lacking > self.top - score)
        seat = np.zeros(len(apps), np.bool_)
        for home in np.unique(where[lacking > 0]).tolist():
            if home >= 0:
                here = np.flatnonzero((where == home) & (lacking > 0))
                seat[here] = self.pooled(home, apps[here].astype(np.int32))
        cases, back = np.unique(4 * lacking + 2 * seat + elsewhere, return_inverse=True)
        words = np.array(
            [
                lacking_words(
                    int(x) // 4,
                    bool(x & 1),
                    self.lang,
                    proven=self.proven,
                    ranked=self.ranked,
                    seat=bool(x & 2),
                )
                for x in cases
            ],
            object,
        )[back.reshape(-1)]
        for i in np.flatnonzero(beyond).tolist():
            words[i] = _beyond(int(place[i]), int(of[i]), bool(elsewhere[i]), self.lang)
        words[where < 0] = _closed(exchanges(self.problem, self.first), self.lang)
        words[(where < 0) & ~unfit & ~self.reached[apps]] = (
            "recevable seulement pour des logements déjà en cours d'attribution"
            if self.lang == "fr"
            else "eligible only for dwellings already in progress"
        )
        for i in np.flatnonzero(unfit).tolist():
            words[i] = self.sentence(int(apps[i]))
        nothing = place == 0
        table = pd.DataFrame(
            {
                "application_id": named(self.problem.application_ids, apps),
                "nearest_miss": words,
                "points_needed": np.where((where < 0) | beyond, np.nan, lacking / 100),
                "dwelling_id": named(self.problem.dwelling_ids, where),
                "best_position": pd.arrays.IntegerArray(place, nothing),
                "of": pd.arrays.IntegerArray(of, nothing.copy()),
                "confirmed": np.full(len(apps), "", object),
            }
        )
        return kept_kinds(table, {"nearest_miss": "str", "confirmed": "str"})


def _closed(exchanged: bool, lang: Lang) -> str:
    """No first rank is open; ``exchanged``: tenants exchange dwellings, which nobody else can then take alone."""
    if lang == "fr":
        why = (
            "ordre du réservataire, décision enregistrée ou échange entre locataires"
            if exchanged
            else "ordre du réservataire ou décision enregistrée"
        )
        return f"recevable, mais aucun premier rang ne lui est ouvert ({why})"
    why = (
        "the réservataire's order, a recorded decision or an exchange between tenants"
        if exchanged
        else "the réservataire's order or a recorded decision"
    )
    return f"eligible, but no first rank is open to it ({why})"


def lacking_words(
    hundredths: int,
    elsewhere: bool,
    lang: Lang,
    *,
    proven: bool = True,
    ranked: bool = False,
    seat: bool = False,
) -> str:
    """What more than so many points would have brought; ``elsewhere``: on another account than the one the dwelling goes to;
    ``ranked``: points of a percentile rank; ``seat``: the dwelling may wait for a réservataire whose seat is worth the median of
    a pool, which may rise with this household. So many points exactly may be a tie, which the tie rules decide."""
    if not hundredths and not proven:
        said = (
            "aucun point ne lui manquait : calcul arrêté avant la preuve"
            if lang == "fr"
            else "it lacked no point: stopped before the proof"
        )
    elif not hundredths:
        said = (
            "à égalité : départagée par les règles d'égalité"
            if lang == "fr"
            else "tied: decided by the tie rules"
        )
    else:
        text, noun = points(hundredths, lang), points_noun(hundredths, lang, ranked=ranked)
        if lang == "fr":
            more, would = (
                ("supplémentaires", "auraient") if noun.startswith("points") else ("supplémentaire", "aurait")
            )
            said = f"plus de {text} {noun} {more} {would} donné un premier rang"
        else:
            said = f"more than {text} further {noun} would have brought a first rank"
        if not proven:
            # what is worth more than this proposal is in the optimum only if this proposal is the optimum
            said += " (optimum non prouvé)" if lang == "fr" else " (optimum not proven)"
    if elsewhere:
        said += (
            ", sur un contingent auquel le logement n'est pas orienté"
            if lang == "fr"
            else ", on an account that the dwelling does not go to"
        )
    if seat and hundredths:
        said += (
            ", si la place gardée au réservataire ne comptait pas davantage"
            if lang == "fr"
            else ", if the seat kept for the réservataire counted for no more"
        )
    return said


def _beyond(place: int, of: int, elsewhere: bool, lang: Lang) -> str:
    """No number of points that the grid can give by one exchange: the place says more, with the account where it is another's."""
    if lang == "fr":
        said = f"{NOT_BY_SCORE} : {ALONE[0]}, aucun nombre de points de la grille n'aurait suffi ; {ordinal(place, lang)} sur {of} à la cotation"
        return said + (" d'un contingent auquel le logement n'est pas orienté" if elsewhere else "")
    said = f"{NOT_BY_SCORE}: {ALONE[1]}, no number of points of the grid would have been enough; place {place} of {of} by score"
    return said + (" on an account that the dwelling does not go to" if elsewhere else "")
