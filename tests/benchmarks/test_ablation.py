"""What a number of the search is worth: paired with the default on the same instance, and gone on with where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ablation.page import changes, page
from benchmarks.ablation.runs import READS, Bench, Instance, Run, read
from benchmarks.ablation.variants import OFF, USUAL, policy_of, variants
from optimizer.solve.policy import DEFAULT

SMALL = Instance("simplified-tight", 12, 120, kernel=True)


@pytest.mark.soak
def test_a_number_is_held_against_the_default_and_nothing_is_run_twice(tmp_path: Path) -> None:
    kept, told = tmp_path / "ledger.jsonl", []
    Bench(SMALL, 1, kept, 10.0, told.append).all(("generation.first_radius",), 2)
    runs = read(kept)
    assert runs == told and len(runs) == 1 + 2 + 2 and all(run.proven for run in runs)
    first, again = (run for run in runs if run.name == USUAL)
    assert (first.work, first.steps, first.programs) == (again.work, again.steps, again.programs)
    assert first.steps > 0
    (noted,) = (run for run in runs if run.name == READS)
    assert "generation.first_radius" in noted.read and "ties.effort" not in noted.read
    Bench(SMALL, 1, kept, 10.0, told.append).all(("generation.first_radius",), 2)
    assert len(told) == len(runs)
    assert [(c.name, c.how, c.runs) for c in changes(runs)] == [
        ("generation.first_radius", "doubled", 1), ("generation.first_radius", "halved", 1),
    ]  # fmt: skip


def test_what_is_worth_a_tenth_is_told_from_what_is_not() -> None:
    def run(name: str, how: str, steps: int, proven: bool = True) -> Run:
        return Run("some 1x1", 1, name, how, proven, 0.0, 10, 5, steps, 1.0, read=())

    runs = [run(USUAL, "0", 1_000), run("nodes.sure", "off", 1_050), run("nodes.radius", "halved", 1_300)]
    runs.append(run("branching.trials", "off", 1_000, proven=False))
    assert {c.name: c.matters for c in changes(runs)} == {
        "nodes.sure": False, "nodes.radius": True, "branching.trials": True,
    }  # fmt: skip
    text = page({"date": "2026-11-28"}, runs, "python -m benchmarks.ablation", [])
    assert "Numbers that matter: 2" in text and "| `nodes.radius` | 10.0 | halved | 1 | 0 |" in text


def test_every_change_is_one_of_a_number_there_is() -> None:
    names = dict(DEFAULT.named())
    assert OFF.keys() <= names.keys()
    for name in names:
        for how in variants(name):
            assert dict(policy_of(name, how).named()).items() - names.items()
