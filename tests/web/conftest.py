"""One store in a temporary folder, its pages served by Django's own client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.playing import Played


@pytest.fixture(scope="session")
def desk_played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A desk with an account of each role and sessions in each state."""
    desk = Played(tmp_path_factory.mktemp("bureau"))
    yield desk
    desk.close()


@pytest.fixture
def played(desk_played: Played) -> Played:
    """The same desk, opened again where another test of the process has opened its own."""
    if desk_played.store.closed:
        desk_played.open()
    return desk_played
