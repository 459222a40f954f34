"""A matrix stopped from the keyboard: finished runs are kept, nothing half written, the rest is taken up, the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer.runs import Options
from optimizer.scenario import run_scenarios

MATRIX = 'title: "T"\nwhy: "W ?"\nover:\n  national.prices.flux: [900, 1100]\n'


def start(file: Path, out: Path, workers: int) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from optimizer.cli.app import main; main()", "scenario", "run", str(file), "--out", str(out), "--workers",
        str(workers), "--gap", "0.01",
    ]  # fmt: skip
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip


def finished(out: Path) -> dict[str, int]:
    return {p.parent.name: p.stat().st_mtime_ns for p in out.glob("[!.]*/scenario.json")}


def content(out: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(out)): p.read_bytes()
        for p in sorted(out.rglob("*"))
        if p.is_file() and p.name != "run.json"
    }


@pytest.mark.soak
def test_an_interrupted_matrix_resumes_without_recomputing_and_gives_the_same_bytes(tmp_path):
    file, out = tmp_path / "m.yaml", tmp_path / "out"
    file.write_text(MATRIX, encoding="utf-8")
    first = start(file, out, 2)
    until = time.monotonic() + 300
    while not finished(out) and first.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=300)
    assert first.returncode == 130, said
    assert "la même commande reprend" in said
    kept = finished(out)
    assert 1 <= len(kept) < 3
    assert not [p.name for p in out.iterdir() if p.name.startswith(".")]
    assert not (out / "comparison.csv").exists()

    second = start(file, out, 1)
    text, said = second.communicate(timeout=300)
    assert second.returncode == 0, said
    assert "déjà calculé" in text
    assert kept.items() <= finished(out).items()

    run_scenarios([file], tmp_path / "alone", workers=1, options=Options(pdf=False, gap=0.01))
    assert content(out) == content(tmp_path / "alone")
