"""The README keeps its word: its Python example runs, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys

from optimizer.verify.verdict import CERTIFIED, TITLES, Verdict
from tests.cli.running import ROOT, attriflux

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    assert len(blocks) == 1
    assert len([line for line in blocks[0].splitlines() if line.strip()]) <= 10
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{blocks[0]}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "certified_optimal" in done.stdout
    assert "passages devant, chacun avec sa raison" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_commands_it_names_exist():
    named = set(re.findall(r"attriflux ([a-z]+)", TEXT))
    assert {"template", "check", "propose", "verify", "export", "synth"} <= named
    told = attriflux("--help").out
    assert all(re.search(rf"^\s+{name}\s", told, re.M) for name in named)


def test_the_options_it_names_exist():
    for command, words in re.findall(
        r"attriflux ((?:session |scenario |cotation |store )?[a-z]+)([^`\n]*)`", TEXT
    ):
        told = attriflux(*command.split(), "--help").out
        for option in re.findall(r"--[a-z-]+", words):
            assert option in told, (command, option)


def test_the_targets_it_names_exist():
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z]+)", TEXT, re.M):
        assert re.search(rf"^{target}:", rules, re.M), target


def test_the_verdict_it_shows_is_the_one_of_the_demo():
    """Sentences of the program itself; that the demo's week ends certified is held by the demo's own test."""
    shown = re.search(r"\$ attriflux verify (\S+) --case (\S+)\n(.*?)```", TEXT, re.S)
    assert shown is not None
    assert (shown[1], shown[2]) == ("demo/commission/resultat", "demo/commission/cas")
    lines = shown[3].splitlines()
    told = [line.removeprefix("ok  ") for line in lines if line.startswith("ok  ")]
    assert told and set(told) <= {fr for fr, _ in TITLES.values()}
    # of fairness, of --chains, --keep (given to verify or not) and --prospects, of equals not told apart, of changed rules
    elsewhere = {
        "lottery",
        "program",
        "stages",
        "chains",
        "changes",
        "earlier",
        "as_told",
        "prospects",
        "undrawn",
        "law",
    }
    assert f"(et {len(TITLES.keys() - elsewhere) - len(told)} autres contrôles)" in shown[3]
    assert lines[-1] == Verdict(CERTIFIED, ()).sentence("fr")
