"""One browser a file and one set of cases for every test of the folder."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from optimizer.store.clock import today
from optimizer.synth import synthesize, write_case
from tests.desk.commands import RECIPES, run
from tests.desk.once import once
from tests.desk.server import Server
from tests.deskwork.room import Room, held_today, not_held_today, proposed
from tests.statement.dashboards.midyear import middle_of_the_year


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. It runs a loop in this thread, where Django then asks no database: it is closed before the next file's tests."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed: make test-desk installs it"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the module's own."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    made = Server(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder a recipe wrote, each run once; other recipes may start from it."""

    def year(folder: Path) -> None:
        write_case(middle_of_the_year(110, 900, 3), folder)

    def week(folder: Path) -> None:
        write_case(synthesize("commission", dwellings=12, applications=400, seed=7), folder)

    def every(folder: Path) -> None:
        write_case(synthesize("doubs", dwellings=30, applications=300, seed=7), folder)

    def today_in(folder: Path, make: Callable[[Path], Room]) -> None:
        folder.mkdir()
        # the browser runs a loop in this thread, where Django asks no database
        with ThreadPoolExecutor(1) as apart:
            apart.submit(lambda: make(folder).desk.close()).result()

    @cache
    def case(name: str) -> Path:
        if name == "proposals":
            return made("propose for every landlord")
        if name == "today":
            return Path(today(datetime.now(UTC)).isoformat())
        if name == "number":
            told = (
                "SELECT p.application_id FROM store_person p JOIN store_candidate c ON c.ref = p.ref "
                "JOIN store_decision d USING (candidate_id) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
            )
            with closing(sqlite3.connect(case("desk"))) as base:
                return Path(base.execute(told).fetchone()[0])
        if name == "commission":
            return proposed()[0]
        if name in ("desk", "carence"):
            # a ledger is opened by several commands, one after the other: each process has its own
            folder = tmp_path_factory.mktemp("seance") / "bureau"
            today_in(folder, held_today if name == "desk" else not_held_today)
            return folder / "bureau.sqlite"
        if name == "runs":
            return made("scenario run")
        return once(tmp_path_factory, name, {"week": week, "all": every, "year": year}[name])

    def made(recipe: str) -> Path:
        def make(out: Path) -> None:
            words = [
                re.sub(r"\{(?!out\})(\w+)\}", lambda found: str(case(found[1])), word)
                for word in RECIPES[recipe]
            ]
            assert run(tuple(words), out) == 0, recipe

        return once(tmp_path_factory, recipe.replace(" ", "-").replace(",", ""), make)

    return made
