"""One browser and one set of cases for every test of the folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from optimizer.store.clock import today
from optimizer.synth import synthesize, write_case
from tests.desk.commands import RECIPES, run
from tests.deskwork.room import held_today, proposed
from tests.statement.dashboards.midyear import middle_of_the_year, on_disk


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed: make test-desk installs it"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder a recipe wrote, each run once; other recipes may start from it."""
    base = tmp_path_factory.mktemp("bureau")

    @cache
    def case(name: str) -> Path:
        if name == "year" or name == "proposals":
            folder = base / "annee"
            if not folder.exists():
                folder.mkdir()
                on_disk(middle_of_the_year(110, 900, 3), folder)
            return folder / ("cas" if name == "year" else "propositions")
        if name == "today":
            return Path(today(datetime.now(UTC)).isoformat())
        if name in ("desk", "commission"):
            folder = base / "commission"
            if not folder.exists():
                folder.mkdir()
                # the browser runs a loop in this thread, where Django asks no database
                with ThreadPoolExecutor(1) as apart:
                    apart.submit(lambda: held_today(folder).desk.close()).result()
            return folder / "bureau.sqlite" if name == "desk" else proposed()[0]
        if name == "runs":
            return made("scenario run")
        sizes = {"week": ("commission", 12, 400), "all": ("doubs", 30, 300)}
        profile, dwellings, applications = sizes[name]
        write_case(synthesize(profile, dwellings=dwellings, applications=applications, seed=7), base / name)
        return base / name

    @cache
    def made(recipe: str) -> Path:
        out = base / "out" / recipe.replace(" ", "-").replace(",", "")
        out.parent.mkdir(exist_ok=True)
        words = [
            re.sub(r"\{(?!out\})(\w+)\}", lambda found: str(case(found[1])), word) for word in RECIPES[recipe]
        ]
        assert run(tuple(words), out) == 0, recipe
        return out

    return made
