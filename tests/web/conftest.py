"""A store in a temporary folder for each file of tests, its pages served by Django's own client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.playing import Played


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a desk with an account of each role: passwords take a while to be kept."""
    folder = tmp_path_factory.mktemp("bureau")
    Played(folder).close()
    return folder


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, staffed: Path) -> Iterator[Played]:
    """A desk with an account of each role, of these tests alone: workers trade tests, so no file can count on another's."""
    desk = Played(tmp_path_factory.mktemp("bureau"), staffed)
    yield desk
    desk.close()
