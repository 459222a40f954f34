"""A case small enough for tests that run it several times."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from optimizer.scenario.running import demo_case


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped small case with its first 14 dwellings, and 130 of its applications beside the nominated ones."""
    out = tmp_path_factory.mktemp("small") / "cas"
    shutil.copytree(demo_case(), out)
    named = {
        line.split(";")[1] for line in (out / "designations.csv").read_text(encoding="utf-8-sig").splitlines()
    }
    homes = (out / "logements.csv").read_text(encoding="utf-8-sig").splitlines()
    (out / "logements.csv").write_text("\n".join(homes[:15]) + "\n", encoding="utf-8-sig")
    head, *people = (out / "demandes.csv").read_text(encoding="utf-8-sig").splitlines()
    at = head.split(";").index("numero_unique")
    first = [line for line in people if line.split(";")[at] in named]
    first += [line for line in people if line.split(";")[at] not in named][:130]
    (out / "demandes.csv").write_text("\n".join([head, *first]) + "\n", encoding="utf-8-sig")
    return out
