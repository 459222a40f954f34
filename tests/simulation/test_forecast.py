"""Rests of the year drawn again: who is needed there, and that nothing of the year lived is read."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer.simulation import forecast as forecasts
from optimizer.simulation.forecast import DRAWS, Forecast, always_housed, forecast, needed
from optimizer.simulation.setting import Setting
from optimizer.simulation.world import World, draw_world


def most_let(homes: list[list[int]], without: int = -1) -> int:
    """Dwellings of a largest matching, every order of the households tried."""
    people = sorted({a for home in homes for a in home} - {without})
    padded = people + [-2 - i for i in range(len(homes))]
    return max(
        sum(a in home for a, home in zip(order, homes, strict=True))
        for order in permutations(padded, len(homes))
    )


def test_a_household_is_always_housed_where_one_dwelling_less_is_let_without_it():
    luck = random.Random(4)
    some = 0
    for _ in range(40):
        homes = [luck.sample(range(4), luck.randint(0, 3)) for _ in range(luck.randint(0, 3))]
        best = most_let(homes)
        expected = [a for a in sorted({a for home in homes for a in home}) if most_let(homes, a) < best]
        assert always_housed(homes) == expected
        some += len(expected)
    assert some > 20


def made(rare: int, people: int) -> Forecast:
    """A dwelling of each of two kinds is to come at mid-year: ten households for the first, the first ``rare`` of them for the second."""
    eligible = np.zeros((2, people), np.float32)
    eligible[0, :10], eligible[1, :rare] = 1, 1
    half, luck = np.full((DRAWS, 2), 0.5), np.zeros((DRAWS, people))
    return Forecast(eligible, np.ones(people), np.arange(2), np.ones((DRAWS, 2), bool), half, np.zeros((DRAWS, 0)), luck, luck)  # fmt: skip


def test_a_household_is_needed_where_nobody_else_could_take_what_is_to_come(calm: World, monkeypatch):
    there = np.zeros(len(calm.arrives), bool)
    there[:10] = True
    for rare, first, others in ((1, 1, 0), (2, 2 / 3, 2 / 3), (3, 1 / 3, 1 / 3), (5, 0, 0)):
        drawn = made(rare, len(there))
        monkeypatch.setattr(forecasts, "forecast", lambda _, drawn=drawn: drawn)
        found = needed(calm, 0, there)
        assert found[:rare] == pytest.approx([first, *[others] * (rare - 1)]) and not found[rare:].any()
        assert not needed(calm, calm.sessions - 1, there).any(), "nothing is to come after the last session"


@pytest.mark.long
def test_the_other_years_hold_every_household_of_this_one_and_its_own_arrivals(calm: World):
    drawn = forecast(calm)
    people = len(calm.arrives)
    assert drawn.eligible.shape[1] == people + drawn.next_luck.shape[1] and drawn.next_luck.shape[1] > 0
    assert (drawn.taken.sum(axis=1) == int((calm.opens < calm.sessions).sum())).all()
    assert drawn.eligible[:, :people].any() and drawn.eligible[:, people:].any()
    again = forecast(replace(calm))
    assert (again.eligible == drawn.eligible).all() and (again.home_luck == drawn.home_luck).all()


def test_years_of_a_case_are_drawn_again_from_what_it_vacates_and_who_asks():
    case = af.synthesize("commission", dwellings=6, applications=60, seed=3)
    world = draw_world(case, Setting(dwellings=6, sessions=2), 1)
    drawn = forecast(world)
    assert (drawn.taken.sum(axis=1) == 6).all() and drawn.eligible.any()
    assert drawn.eligible.shape[1] == len(world.arrives) + drawn.next_luck.shape[1] > len(world.arrives)


@pytest.mark.parametrize("policies", ["look_ahead", "reserve"])
@pytest.mark.parametrize("source", ["case", "profile"])
def test_a_year_in_which_nobody_is_expected_to_arrive_is_lived(source: str, policies: str):
    """A case whose households all asked long ago, a profile of next to no arrivals: « nothing to simulate » was the answer."""
    asked = {"seeds": 1, "dwellings": 4, "sessions": 2}
    if source == "profile":
        found = af.simulate("commission", policies, pool=10, arrivals=0.01, **asked)
    else:
        case = af.synthesize("commission", dwellings=6, applications=60, seed=3)
        people = case.table("applications").assign(
            first_registered_on=pd.Timestamp("2021-06-21").as_unit("s")
        )
        case = replace(
            case, tables={**case.tables, "applications": people}, path=None, sources=(), origins={}
        )
        found = af.simulate(case, policies, **asked)
    table = found.table[found.table["year"] == 0].set_index("indicator")["value"]
    assert table["arrived"] == 0 and table["lettings"] > 0
