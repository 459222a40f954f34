"""What a refusal costs: by hand at the last session and the one before, nothing where everybody accepts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.simulation.answers import loss_of_refusal
from optimizer.simulation.living import live
from optimizer.simulation.policies.required_rate import terms as todays_terms
from optimizer.simulation.registry import Policy
from optimizer.simulation.terms import State, Terms
from optimizer.simulation.world import World


def states(world: World) -> list[State]:
    """What a policy sees of a year under today's rule."""
    seen: list[State] = []

    def terms(state: State) -> Terms:
        seen.append(state)
        return todays_terms(state)

    live(world, Policy("seen", "x", "x", "x", 0, terms=terms))
    return seen


def test_a_refusal_costs_the_fill_value_at_the_last_session_and_a_wait_before(moving: World):
    lists = replace(moving.case, settings=replace(moving.case.settings, shortlist_size=2))
    world = replace(moving, case=lists)
    chances = np.where(np.arange(len(world.arrives)) % 2 == 0, 0.6, 0.4)
    chances[~world.reachable] = 0.9
    world.__dict__["acceptance"] = chances
    last = states(world)[-1]
    assert last.session == last.sessions - 1
    here = np.zeros(len(chances), bool)
    here[np.flatnonzero(world.reachable & (chances == 0.6))[:3]] = True
    here[np.flatnonzero(world.reachable & (chances == 0.4))[:3]] = True
    last = replace(last, present=here)
    fill, wait = last.problem.fill_value, world.waiting_cost
    # half of them refuse: the other of the two refuses once in two; 0.6 is the readiest who is there
    at_the_end = 0.5 * (fill + wait) * 0.2
    assert loss_of_refusal(last)[chances == 0.4] == pytest.approx(at_the_end)
    assert not loss_of_refusal(last)[chances >= 0.6].any()
    before = replace(last, session=last.session - 1)
    # both refuse once in four
    assert loss_of_refusal(before)[chances == 0.4] == pytest.approx(0.5 * (wait + (fill + wait) / 4) * 0.2)


def test_nothing_is_lost_where_everybody_accepts(calm: World):
    last = states(calm)[-1]
    assert loss_of_refusal(last).shape == (len(calm.arrives),) and not loss_of_refusal(last).any()
