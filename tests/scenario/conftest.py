"""Cases small enough for tests that run them several times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.cases import cut


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 dwellings: a quota may cost something."""
    return cut(tmp_path_factory.mktemp("small") / "cas", 12, 110)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 dwellings."""
    return cut(tmp_path_factory.mktemp("tiny") / "cas", 10, 60)
