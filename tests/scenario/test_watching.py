"""Whoever waits for runs of minutes hears what they are doing."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from optimizer.pipeline import SOLVING
from optimizer.scenario import run_scenarios
from optimizer.scenario.placing import sweep
from optimizer.scenario.watching import Doing, doing, doing_of


def test_a_run_says_its_stage_and_how_far_it_is_from_its_proof(tmp_path: Path):
    run = Doing(tmp_path / "lec-30")
    assert doing([tmp_path / "lec-30"], "fr") == "lec-30 : lecture, 0 s"
    run.phase(SOLVING)
    assert doing([tmp_path / "lec-30"], "fr") == "lec-30 : calcul, 0 s"
    run.solving(None, None)
    run.solving(100_000.0, 99_950.0)
    assert doing([tmp_path / "lec-30"], "fr") == "lec-30 : calcul, 0 s, écart 0,05\u00a0%"
    assert doing([tmp_path / "lec-30"], "en") == "lec-30: computing, 0 s, gap 0.05%"
    run.phase("Listes et explications…")
    assert doing([tmp_path / "lec-30"], "fr").startswith("lec-30 : contrôle et pages")
    run.close()
    assert doing([tmp_path / "lec-30"], "fr") == "" and not list(tmp_path.iterdir())


def test_of_several_runs_the_longest_is_told_and_half_written_words_are_none(tmp_path: Path):
    names = [tmp_path / name for name in "abc"]
    for folder, began in zip(names, (10, 130, 0), strict=True):
        told = {"began": time.time() - began, "stage": "prepare", "gap": None}
        doing_of(folder).write_text(json.dumps(told) if began else "{", encoding="utf-8")
    assert doing(names, "fr").startswith("b : lecture, 130 s (et 1") and "130 s (and 1 other)" in doing(
        names, "en"
    )
    sweep(tmp_path, "abc")
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_it_is_heard_between_the_runs_and_leaves_nothing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("optimizer.scenario.running.EVERY", 0.0)
    monkeypatch.setattr("optimizer.workers.threads.TICK", 0.01)
    heard: list[str] = []
    run_scenarios(
        ["lec-30"], tmp_path / "out", case=tiny, workers="threads:2", progress=lambda done, total, name: heard.append(name)
    )  # fmt: skip
    assert any("lec-30 : calcul" in words or "reference : " in words for words in heard)
    assert not [p.name for p in (tmp_path / "out").iterdir() if p.name.endswith(".doing")]
