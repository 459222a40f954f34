"""Synthetic weeks and their results, made once for the whole folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.synth import synthesize, write_case
from tests.end_to_end.small import proposed

WEEKS = {
    "plain-1": ("commission", 9, 500, 1, False),
    "tight-2": ("commission", 12, 700, 2, True),
    "plain-3": ("commission", 15, 900, 3, False),
    "doubs-4": ("doubs", 12, 600, 4, True),
}


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """name -> (case, result); do not modify the folders."""
    made = {}
    for name, (profile, dwellings, applications, seed, tight) in WEEKS.items():
        folder = tmp_path_factory.mktemp(name)
        case = synthesize(profile, dwellings=dwellings, applications=applications, seed=seed, tight=tight)
        write_case(case, folder / "case")
        made[name] = (folder / "case", proposed(folder / "case", folder / "out"))
    return made


@pytest.fixture(params=list(WEEKS))
def week(request: pytest.FixtureRequest, weeks: dict[str, tuple[Path, Path]]) -> tuple[Path, Path]:
    """(case, result) of each synthetic week."""
    return weeks[request.param]
