"""A thousand seeded falsifications of sound results, every one refused (each kind once by default)."""

from __future__ import annotations

import random
import shutil

import publish
import pytest
from corruptions import CORRUPTIONS, Scene

from optimizer.verify import verify
from tests import campaign

WHOLE = 1000
RUN = campaign.part(WHOLE, len(CORRUPTIONS))
TOWNS = 40


@pytest.fixture(scope="module")
def scenes(country, tmp_path_factory):
    """Falsified copies, made one by one: (name of the falsification, scene)."""
    folder = tmp_path_factory.mktemp("campaign")

    def make(number: int) -> tuple[str, Scene]:
        r = random.Random(number)
        while True:
            action = CORRUPTIONS[number % len(CORRUPTIONS)]
            case, out, pub = country.solved(
                r.randrange(TOWNS), r.choice(["", "", "account", "num", "den", "household"])
            )
            copy = folder / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            for name, source in (("case", case), ("out", out), ("models", country.models)):
                shutil.copytree(source, copy / name)
            scene = Scene(r, copy / "case", copy / "out", copy / "models", pub)
            if action(scene):
                if not action.__name__.startswith("unsealed_"):
                    publish.seal(scene.out)
                return action.__name__, scene

    return make


@pytest.mark.parametrize(
    "part", [*range(3), *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 10))]
)
def test_every_falsification_is_refused(scenes, part):
    accepted = []
    for number in range(part, RUN, 10):
        name, scene = scenes(number)
        if not verify(scene.out, scene.case, models=scene.models, record=False).refused:
            accepted.append((number, name))
    assert accepted == []


def test_each_falsification_is_met_by_the_campaign():
    assert 40 <= len(CORRUPTIONS) <= WHOLE // 10
