"""One middle of the year for every test of the folder: reading it is fast, making it takes some seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from optimizer import importers
from optimizer.statement import Dashboard, dashboard
from optimizer.statement.dashboards.files import write_dashboard
from tests.statement.dashboards.midyear import middle_of_the_year, on_disk


@pytest.fixture(scope="package")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(case folder, folder of a run on it)."""
    return on_disk(middle_of_the_year(80, 600, 3), tmp_path_factory.mktemp("annee"))


@pytest.fixture(scope="package")
def board(year: tuple[Path, Path]) -> Callable[[str, str], Dashboard]:
    """The dashboard of a viewer on that case with its run, made once, of the case in memory."""
    case = importers.read(year[0], need=())
    return cache(lambda kind, code: dashboard(case, kind, code, proposals=year[1]))


@pytest.fixture(scope="package")
def put_down(
    board: Callable[[str, str], Dashboard], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """The folder of a viewer's dashboard, as the command writes it."""

    def made(kind: str, code: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        write_dashboard(folder, board(kind, code))
        return folder

    return cache(made)
