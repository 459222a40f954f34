"""A desk for each test, copied from one that is made once: a file, or a database of a PostgreSQL server.

``ATTRIFLUX_TEST_POSTGRES`` is the address of an empty server (``tests/desk/test_postgres.py`` starts one and runs these
very tests on it, in a process of their own).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer import store
from tests.store.playing import Play, Ticking

SERVER = os.environ.get("ATTRIFLUX_TEST_POSTGRES", "")
Desk = Path | str


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An empty desk, closed: its folder, or the name of its database."""
    folder = tmp_path_factory.mktemp("modele")
    if SERVER:
        order("CREATE DATABASE modele")
        store.open(SERVER.replace("/postgres?", "/modele?"), create=True, clock=Ticking()).close()
        return "modele"
    store.open(folder / "bureau.sqlite", create=True, clock=Ticking()).close()
    return folder


def order(text: str) -> None:
    """An order to the server itself."""
    import psycopg

    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(text)  # type: ignore[arg-type]


@pytest.fixture
def copied(template: Desk, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """Makes a fresh desk under a name; returns its address."""
    made: list[str] = []

    def copy(name: str = "bureau") -> Desk:
        if isinstance(template, Path):
            shutil.copytree(template, tmp_path / name)
            return tmp_path / name / "bureau.sqlite"
        made.append(re.sub(r"\W", "_", f"{tmp_path.name}_{name}")[-60:].lower())
        order(f'CREATE DATABASE "{made[-1]}" TEMPLATE {template}')
        return SERVER.replace("/postgres?", f"/{made[-1]}?")

    yield copy
    if made:
        from django.db import connections

        connections.close_all()
    for name in made:
        order(f'DROP DATABASE "{name}"')


@pytest.fixture
def play(copied: Callable[[str], Desk]) -> Iterator[Play]:
    """An open desk and hands to play with it, on Thursday 3 December 2026 at noon."""
    clock = Ticking()
    with store.open(copied("bureau"), clock=clock) as opened:
        yield Play(opened, clock)
