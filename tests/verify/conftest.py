"""The small country, its cases and their published results, one folder per seed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import publish
import town


class Country:
    """Models once; cases and results on demand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models = town.write_models(folder / "models")
        self._done: dict[tuple[int, str], tuple[Path, Path, publish.Published]] = {}

    def solved(self, seed: int, split: str = "") -> tuple[Path, Path, publish.Published]:
        """(case, result, what was published) of a random town; do not modify the folders."""
        key = (seed, split)
        if key not in self._done:
            base = self.folder / f"{seed}{split}"
            made = town.random_town(seed)
            case = town.write_case(made, base / "case")
            self._done[key] = (case, base / "out", publish.publish(made, case, base / "out", split))
        return self._done[key]


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return Country(tmp_path_factory.mktemp("country"))
