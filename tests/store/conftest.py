"""A desk for each test, copied from one that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer import store
from tests.store.playing import Play, Ticking


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty desk, closed."""
    folder = tmp_path_factory.mktemp("modele")
    store.open(folder / "bureau.sqlite", create=True, clock=Ticking()).close()
    return folder


@pytest.fixture
def copied(template: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a fresh desk's file under a name."""

    def copy(name: str = "bureau") -> Path:
        folder = tmp_path / name
        shutil.copytree(template, folder)
        return folder / "bureau.sqlite"

    return copy


@pytest.fixture
def play(copied: Callable[[str], Path]) -> Iterator[Play]:
    """An open desk and hands to play with it, on Thursday 3 December 2026 at noon."""
    clock = Ticking()
    with store.open(copied("bureau"), clock=clock) as opened:
        yield Play(opened, clock)
