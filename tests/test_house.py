"""The house itself: layers, the wheel's content, texts in both languages, the command's help."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
ALLOWED_TOP = {
    "optimizer", "models", "scenarios", "benchmarks", "tests", "docs", ".ci", "pyproject.toml", "README.md", "LICENSE",
    "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "requirements.lock", "Makefile", ".gitignore",
}  # fmt: skip


def tracked() -> list[str]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if out.returncode:
        return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts]
    return out.stdout.splitlines()


def test_the_top_level_is_the_agreed_one():
    assert {name.split("/", 1)[0] for name in tracked()} <= ALLOWED_TOP


def test_imports_go_down_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_message_speaks_both_languages():
    import optimizer.eligibility
    import optimizer.importers
    import optimizer.runs
    import optimizer.scoring
    import optimizer.solve  # noqa: F401
    from optimizer.errors import messages

    assert len(messages()) > 40
    for message in messages():
        assert message.fr.strip() and message.en.strip(), message.code
        assert bool(message.expected_fr) == bool(message.expected_en), message.code
        assert bool(message.remedy_fr) == bool(message.remedy_en), message.code
        assert message.code == message.code.upper()


@pytest.mark.parametrize("command", ["demo", "template", "synth", "check", "propose", "verify", "export"])
def test_every_command_has_help_with_an_example(command):
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv=['attriflux','{command}','--help']; from optimizer.cli import main; main()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "Exemple : attriflux" in " ".join(done.stdout.split())


def test_help_imports_no_heavy_library():
    code = (
        "import sys; sys.argv=['attriflux','--help']\n"
        "from optimizer.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('pandas','numpy','ortools','highspy','numba','pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_nothing_speaks_of_the_workplace():
    words = ["/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/"]
    for name in tracked():
        if name.endswith((".py", ".md", ".yaml", ".toml", ".j2")):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not any(word in text for word in words), name


def test_the_wheel_maps_the_data_folders():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sources = config["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"]
    assert sources == {"models": "optimizer/_shipped/models", "scenarios": "optimizer/_shipped/scenarios"}


def test_the_lock_holds_every_dependency_within_its_bounds_and_no_address():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line) for line in lines)
    locked = {line.split("==")[0].lower().replace("_", "-"): line.split("==")[1] for line in lines}
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in config["project"]["dependencies"]:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate():
            assert wanted.specifier.contains(locked[wanted.name.lower()]), text
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for name, version in locked.items():
        assert re.search(
            rf"^\| {re.escape(name)} \| {re.escape(version)} \| (?!not named)",
            listed.replace("_", "-"),
            re.M | re.I,
        ), name
