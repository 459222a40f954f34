"""Small worlds, drawn and lived once."""

from __future__ import annotations

import pytest

from optimizer.simulation.living import Life, live
from optimizer.simulation.registry import all_policies
from optimizer.simulation.setting import Setting
from optimizer.simulation.world import World, draw_world

SMALL = Setting(dwellings=9, sessions=3, pool=12, arrivals=6, tight=True, refusals=False, freed=False)
LUCKY = Setting(dwellings=9, sessions=3, pool=12, arrivals=6, tight=True)


@pytest.fixture(scope="session")
def calm() -> World:
    """Everybody accepts, nobody leaves a dwelling."""
    return draw_world("commission", SMALL, 1)


@pytest.fixture(scope="session")
def moving() -> World:
    """Households refuse and move."""
    return draw_world("commission", LUCKY, 2)


@pytest.fixture(scope="session")
def lives(calm: World, moving: World) -> dict[tuple[str, str], Life]:
    """Both worlds under every policy: (world, policy) -> life."""
    worlds = {"calm": calm, "moving": moving}
    return {(name, p.id): live(world, p) for name, world in worlds.items() for p in all_policies() if p.terms}
