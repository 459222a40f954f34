"""Synthetic weeks and their results, made once for the whole folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.pipeline import Prepared, prepare
from optimizer.synth import synthesize, write_case
from tests import campaign
from tests.cli.running import Done
from tests.end_to_end.small import propose

WEEKS = {
    "plain-1": ("commission", 9, 300, 1, False),
    "tight-2": ("commission", 9, 280, 2, True),
    "plain-3": ("commission", 10, 300, 3, False),
    "doubs-4": ("doubs", 9, 250, 4, True),
}


class Weeks(dict[str, tuple[Path, Path]]):
    """name -> (case, result), each made when it is first asked for."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.base = base
        self.said: dict[str, Done] = {}
        """What ``propose`` said of each."""
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, name: str) -> Prepared:
        """The problem of a week, for those who solve it otherwise."""
        if name not in self._prepared:
            self._prepared[name] = prepare(self[name][0])
        return self._prepared[name]

    def __missing__(self, name: str) -> tuple[Path, Path]:
        profile, dwellings, applications, seed, tight = WEEKS[name]
        folder = self.base / name
        case = synthesize(profile, dwellings=dwellings, applications=applications, seed=seed, tight=tight)
        write_case(case, folder / "case")
        self.said[name] = propose(folder / "case", folder / "out")
        assert self.said[name].code == 0, self.said[name].err
        self[name] = (folder / "case", folder / "out")
        return self[name]


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    """name -> (case, result); do not modify the folders."""
    return Weeks(tmp_path_factory.mktemp("weeks"))


@pytest.fixture(params=list(WEEKS) if campaign.NAME else ["tight-2", "doubs-4"])
def week(request: pytest.FixtureRequest, weeks: Weeks) -> tuple[Path, Path]:
    """(case, result) of each synthetic week."""
    return weeks[request.param]
