"""A desk for each test, copied from one that is made once: a file, or a database of a PostgreSQL server.

``ATTRIFLUX_TEST_POSTGRES`` is the address of an empty server (``tests/desk/test_postgres.py`` starts one and runs these
very tests on it, in a process of their own).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer import store
from optimizer.store.keys import OWNER
from optimizer.store.opening import keys_folder
from optimizer.store.tables import PROJECTIONS
from tests.store.empty import empty_desk
from tests.store.playing import Play, Ticking

SERVER = os.environ.get("ATTRIFLUX_TEST_POSTGRES", "")
Desk = Path | str


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An empty desk, closed: its folder, or the name of its database."""
    if SERVER:
        order("CREATE DATABASE modele")
        address = SERVER.replace("/postgres?", "/modele?")
        store.open(address, create=True, clock=Ticking()).close()
        (keys_folder(address) / OWNER).unlink()  # the desks copied from it share its keys
        return "modele"
    return empty_desk(tmp_path_factory.mktemp("modele")).parent


def order(text: str, address: str = SERVER) -> None:
    """An order to the server itself, or to a database."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        server.execute(text)  # type: ignore[arg-type]


MADE: set[str] = set()
"""Databases of the server that were made for earlier tests and can be emptied for the next."""
EMPTIED = f"""
ALTER TABLE store_event DISABLE TRIGGER ALL;
TRUNCATE {", ".join(f"store_{name}" for name in ("event", "head", *PROJECTIONS))}, auth_user, django_session CASCADE;
INSERT INTO store_head (id, seq, hash, at) VALUES (1, 0, repeat('0', 64), NULL);
ALTER TABLE store_event ENABLE TRIGGER ALL;
"""


@pytest.fixture
def copied(template: Desk, tmp_path: Path) -> Callable[[str], Desk]:
    """Makes an empty desk under a name; returns its address. A name that served already starts empty again."""

    def copy(name: str = "bureau") -> Desk:
        if isinstance(template, Path):
            shutil.rmtree(tmp_path / name, ignore_errors=True)
            shutil.copytree(template, tmp_path / name)
            return tmp_path / name / "bureau.sqlite"
        address = SERVER.replace("/postgres?", f"/{name}?")
        if name in MADE:
            order(EMPTIED, address)
        else:
            order(f'CREATE DATABASE "{name}" TEMPLATE {template}')
            MADE.add(name)
        return address

    return copy


@pytest.fixture
def play(copied: Callable[[str], Desk]) -> Iterator[Play]:
    """An open desk and hands to play with it, on Thursday 3 December 2026 at noon."""
    clock = Ticking()
    with store.open(copied("bureau"), clock=clock) as opened:
        yield Play(opened, clock)
