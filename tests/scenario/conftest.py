"""Cases small enough for tests that run them several times."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from optimizer.scenario.running import demo_case


def cut(out: Path, dwellings: int, applications: int) -> Path:
    """The shipped small case with its first dwellings, and so many of its applications beside the nominated ones."""
    shutil.copytree(demo_case(), out)
    named = {
        line.split(";")[1] for line in (out / "designations.csv").read_text(encoding="utf-8-sig").splitlines()
    }
    homes = (out / "logements.csv").read_text(encoding="utf-8-sig").splitlines()
    (out / "logements.csv").write_text("\n".join(homes[: 1 + dwellings]) + "\n", encoding="utf-8-sig")
    head, *people = (out / "demandes.csv").read_text(encoding="utf-8-sig").splitlines()
    at = head.split(";").index("numero_unique")
    first = [line for line in people if line.split(";")[at] in named]
    first += [line for line in people if line.split(";")[at] not in named][:applications]
    (out / "demandes.csv").write_text("\n".join([head, *first]) + "\n", encoding="utf-8-sig")
    return out


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """14 dwellings: a quota may cost something."""
    return cut(tmp_path_factory.mktemp("small") / "cas", 14, 130)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 dwellings."""
    return cut(tmp_path_factory.mktemp("tiny") / "cas", 10, 90)
