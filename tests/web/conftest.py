"""One store in a temporary folder, its pages served by Django's own client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.playing import Played

_PLAYED: list[Played] = []


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A desk with an account of each role and sessions in each state."""
    desk = Played(tmp_path_factory.mktemp("bureau"))
    _PLAYED.append(desk)
    yield desk
    desk.close()


@pytest.fixture(scope="module", autouse=True)
def opened_again() -> None:
    """The desk of these tests, where another file's tests of the same process have opened their own: a process has one open."""
    for desk in _PLAYED:
        if desk.store.closed:
            desk.open()
