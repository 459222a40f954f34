"""What it costs to put forward a household that may refuse: a list refused by all waits for the next commission, or for nobody after the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.simulation.terms import State


def loss_of_refusal(state: State) -> NDArray[np.float64]:
    """(A,) hundredths of a point lost by naming a household in place of the one there that accepts most readily.

    A list of n households who each refuse with chance q is refused whole with chance q^n. The dwelling then waits for the next session
    and is put forward again; after the last session of the year it is let no more, which is the fill value. One household of a list is
    decisive with chance q^(n - 1), where all the others refuse. Nothing where everybody accepts.
    """
    world = state.world
    if not world.setting.refusals or not state.present.any():
        return np.zeros(len(state.present))
    size = world.case.settings.shortlist_size or world.rules.integer("national.caleol.shortlist_size")
    accepts = world.acceptance
    refuses = 1 - float(accepts[state.present].mean())
    lost = float(state.problem.fill_value + world.waiting_cost)
    for _ in range(state.session + 1, state.sessions):
        lost = world.waiting_cost + refuses**size * lost
    readiest = float(accepts[state.present].max())
    return np.asarray(lost * refuses ** (size - 1) * np.maximum(0.0, readiest - accepts))
