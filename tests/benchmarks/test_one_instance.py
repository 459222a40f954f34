"""One instance of the scale benchmark and the table over seeds, on sizes of a second."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import child
from benchmarks.peers import highs
from benchmarks.peers.program import explicit
from benchmarks.scale import solve
from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fork of a test process, whose solver threads a child would wait for."""

    def run(work: Callable[[], object], **_: float) -> child.Outcome:
        return child.Outcome(work(), None)

    monkeypatch.setattr(child, "run", run)


def test_an_instance_is_told_with_its_optimum_and_why_it_stopped(capsys: pytest.CaptureFixture[str]):
    assert solve.main(["20x150", "--seed", "3", "--tight", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    peer = highs.mip(explicit(build(raw_of(20, 150, 3, is_tight=True))), 60)
    assert told["objective"] == told["bound"] == pytest.approx(peer.bound, abs=1e-6)
    assert told["proven"] and told["stop"] == "proven" and 0 < told["cpu_s"] < 10


@pytest.mark.long
def test_the_full_model_is_told_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Once the kernels are there, which `tests/runs/test_kernels.py` holds: those of the tests are compiled before they begin."""
    monkeypatch.setattr(solve, "compile_kernels", lambda: None)
    assert solve.main(["3x20", "--full", "--seed", "1"]) == 0
    assert "s of processor" in capsys.readouterr().out


def test_a_size_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        solve.main(["2x3x4"])
    assert end.value.code == 2 and "DWELLINGSxAPPLICATIONS" in capsys.readouterr().err


def test_a_table_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    solved: list[int] = []

    def count(size: solve.Size, seed: int, **_: object) -> solve.Found:
        solved.append(seed)
        if len(solved) == 2:
            raise KeyboardInterrupt
        return solve.Found(
            size.dwellings, size.applications, seed, True, False, 9, 9, seed != 3, 1.0, "proven"
        )

    monkeypatch.setattr(solve, "measured", count)
    sizes, kept = [solve.Size(20, 150, 30, 1.0)], tmp_path / "kept.jsonl"
    with pytest.raises(KeyboardInterrupt):
        solve.table(sizes, [1, 2, 3], is_full=False, tight=True, kept=kept)
    found = solve.table(sizes, [1, 2, 3], is_full=False, tight=True, kept=kept)
    assert solved == [1, 2, 2, 3] and [f.seed for f in found] == [1, 2, 3]
    text = solve.page(sizes, found, "command", is_full=False)
    assert "| 20 × 150 | 3 | 2 |" in text and "| 20/3 |" in text


def test_a_size_that_the_table_of_seeds_does_not_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """An empty page was written, as if nothing had been asked."""
    assert solve.main(["--sets", "seeds", "--sizes", "60", "--out", str(tmp_path)]) == 2
    assert "--sizes 60: the table has 200, 500" in capsys.readouterr().err and not list(tmp_path.iterdir())
