"""The year's total kept line by line, and households kept that dwellings to come would miss.

A household that few can replace in the dwellings still expected (a large family where a large dwelling is to come) costs what it would
leave empty: the fill value times the chance of that, over rests of the year drawn again. One that may refuse costs what a list refused by
all would lose, which matters in the last commissions of the year.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.simulation.answers import loss_of_refusal
from optimizer.simulation.forecast import needed
from optimizer.simulation.policies.cumulative import terms as cumulative
from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms

MOST = 0.5
"""Part of the fill value that is never passed: no dwelling stays empty today for one that might tomorrow."""


@policy(
    "look_ahead",
    title_fr="Anticipation",
    title_en="Look ahead",
    says_fr="le cumul de l'année, et un prix de réserve sur les ménages que des logements à venir attendraient, tiré d'autres suites de l'année",
    says_en="the year so far, and a reserve price on households that dwellings to come would miss, from other rests of the year",
    source="Vera and Banerjee (2021), doi:10.1287/mnsc.2020.3624",
    order=50,
)
def terms(state: State) -> Terms:
    """Terms of `cumulative`; the reserve price of a household, hundredths of a point."""
    chance = needed(state.world, state.session, state.present)
    reserve = state.problem.fill_value * np.minimum(MOST, chance) + loss_of_refusal(state)
    return replace(cumulative(state), reserve=np.rint(reserve).astype(np.int64))
