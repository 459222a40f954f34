"""What the desk keeps of an import: no column that must not enter, and a result that is verified against the files kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from optimizer.verify import verify
from tests.importers.test_forgetting import with_names


def test_an_import_with_names_is_kept_without_them(tmp_path: Path):
    case, out = tmp_path / "case", tmp_path / "out"
    path = with_names(case)
    with (tmp_path / "said.jsonl").open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.web.children.job", str(case), str(out), "fr", "0"],
            stdin=subprocess.PIPE, stdout=said, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert child.wait(timeout=300) == 0
    assert child.stdin is not None
    child.stdin.close()
    told = (tmp_path / "said.jsonl").read_text(encoding="utf-8")
    assert "Nom du demandeur" in told and "Durand" not in told
    assert b"Durand" not in path.read_bytes() and b"28506" not in path.read_bytes()
    assert verify(out, case).verdict.startswith("certified")
