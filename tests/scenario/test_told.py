"""What planners' commands say where there is nothing to compute, or an option without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import attriflux


def said(done: object) -> str:
    return " ".join(f"{done.out} {done.err}".split())  # type: ignore[attr-defined]


def test_flux_of_an_empty_stock_says_that_no_mode_was_computed(tmp_path: Path):
    assert attriflux("template", tmp_path / "case").code == 0
    done = attriflux("flux", tmp_path / "case", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "Aucun mode calculé" in said(done) and "Modes calculés" not in said(done)


def test_weeks_without_lived_years_are_refused(tmp_path: Path):
    done = attriflux("scenario", "run", "lec-30", "--weeks", 4, "--out", tmp_path / "out")
    assert done.code == 2 and "--replications" in said(done) and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["run", "lec-30", "lec-30", "--out", "{out}"], "une seule fois"),
        (["compare", "{here}", "{here}"], "que scenario run a écrit"),
    ],
)
def test_errors_of_scenarios_say_what_to_do(tmp_path: Path, words: list[str], remedy: str):
    given = [w.format(out=tmp_path / "out", here=tmp_path) for w in words]
    done = attriflux("scenario", *given)
    assert done.code and remedy in said(done), said(done)
