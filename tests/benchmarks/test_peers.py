"""The table against other solvers: one optimum for all, runs kept, lower bounds where a cap stopped, contradictions told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks import child
from benchmarks.peers import __main__ as command
from benchmarks.peers import gcg, runs
from benchmarks.peers.capped import CAPPED, PROVEN, RELAXED, Said, spent, stopped_by
from benchmarks.peers.page import Figure, contradictions, middle, page, spread
from benchmarks.peers.program import Program
from benchmarks.peers.runs import (
    ABSENT,
    AVAILABLE,
    GAVE_UP,
    INVALID,
    OURS,
    SOLVERS,
    Instance,
    Run,
    Size,
    measured,
    table,
)
from optimizer.solve.transport import solve_transport

TINY = Size(6, 60, 60.0)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fork of a test process, whose solver threads a child would wait for, and no end of it either."""

    def run(work: Callable[[], object], **_: float) -> child.Outcome:
        return child.Outcome(work(), None)

    monkeypatch.setattr(child, "run", run)
    monkeypatch.setattr(runs, "end_by", lambda cap_s: None)


def test_every_solver_ends_on_our_optimum() -> None:
    instance = Instance(TINY, 1)
    ours = measured(instance, OURS)
    assert ours.stop == PROVEN and ours.objective == 1_000_000 * solve_transport(instance.model).objective
    for solver in SOLVERS:
        run = measured(instance, solver)
        if not AVAILABLE.get(solver, lambda: True)():
            assert run.stop == ABSENT and run.objective is None
        elif solver == "highs-lp":
            assert run.stop == RELAXED and run.bound is not None and run.bound * 1e6 >= ours.objective - 1
        else:
            assert (run.stop, run.objective) == (PROVEN, ours.objective) and run.version
        assert contradictions([ours, run]) == []


def test_a_proposal_that_does_not_hold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance(TINY, 1)

    def said(stop: str, taken: bool, seconds: float) -> Run:
        answer = Said(stop, None, np.full(instance.program.n, taken), 0.0, seconds, "1")
        monkeypatch.setitem(SOLVERS, "highs", lambda program, cap_s: answer)
        return measured(instance, "highs")

    assert said(PROVEN, True, 1.0).stop == INVALID
    assert said(CAPPED, False, 1.0).stop == GAVE_UP
    assert said(CAPPED, False, 60.1).stop == CAPPED


def test_blocks_are_the_components_of_the_pairs() -> None:
    dwelling, who = np.array([0, 1, 1]), np.array([0, 1, 3])
    at, one = np.arange(3), np.ones(3, np.int64)
    rows = [sp.csr_matrix((one, (dwelling, at)), (2, 4)), sp.csr_matrix((one, (who, at)), (4, 4))]
    rule = sp.csr_matrix(np.ones((1, 4), np.int64))
    none = np.zeros(1, np.int64)
    program = Program(
        dwelling, who, at, sp.vstack([*rows, rule], format="csr"), np.zeros(4, np.int64), none, 6
    )
    first, second, *applicants = gcg.block_of_row(program).tolist()
    assert first != second and applicants == [first, second, -1, second]


def test_a_cap_is_on_the_processor() -> None:
    stopped: list[float] = []
    began = spent()
    with stopped_by(lambda: stopped.append(spent()), 0.1):
        time.sleep(0.2)
        assert not stopped
        while not stopped and spent() - began < 5:
            pass
    assert stopped and stopped[0] - began >= 0.1


def _run(seed: int, solver: str, stop: str, objective: int | None, seconds: float, **more: object) -> Run:
    return replace(
        Run(6, 60, seed, solver, 60.0, 40, 100, stop, objective, None, 0.0, seconds, version="1"), **more
    )  # type: ignore[arg-type]


def test_a_table_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, str, float]] = []

    def once(instance: Instance, solver: str) -> Run:
        made.append((instance.seed, solver, instance.cap_s))
        if len(made) == 2:
            raise KeyboardInterrupt
        return _run(instance.seed, solver, PROVEN, 1, 0.1, cap_s=instance.cap_s)

    monkeypatch.setattr(runs, "measured", once)
    size, kept = Size(6, 60, 60.0, ((1, 300.0),)), tmp_path / "kept.jsonl"
    with pytest.raises(KeyboardInterrupt):
        table((size,), (1, 2), ("highs",), kept, lambda run: None)
    kept.write_text(kept.read_text(encoding="utf-8") + '{"dwellings": 6, "appl\n', encoding="utf-8")
    found = table((size,), (1, 2), ("highs",), kept, lambda run: None)
    assert made == [
        (2, OURS, 60.0),
        (2, "highs", 60.0),
        (2, "highs", 60.0),
        (1, OURS, 300.0),
        (1, "highs", 300.0),
    ]
    assert [(r.seed, r.solver) for r in found] == [(2, OURS), (2, "highs"), (1, OURS), (1, "highs")]


def test_medians_and_ranges_say_where_a_cap_stopped() -> None:
    sure, least = (lambda v: Figure(v, False)), (lambda v: Figure(v, True))
    assert str(middle([sure(1), sure(2), least(300)])) == "2"
    assert str(middle([sure(1), least(2), sure(3)])) == "> 2"
    assert str(middle([sure(1), least(60)])) == "> 30.5"
    assert spread([sure(0.5), least(1234.5)]) == "0.5 to > 1,234"
    assert spread([least(1), sure(1)]) == "1 to > 1"


def test_the_page_tells_ratios_lower_bounds_and_what_is_missing() -> None:
    lines = [
        _run(1, OURS, PROVEN, 1_000_000, 0.1, bound=1.0),
        _run(2, OURS, PROVEN, 1_000_000, 0.2, bound=1.0),
        _run(1, "highs", PROVEN, 1_000_000, 5.0, bound=1.0),
        _run(2, "highs", CAPPED, 990_000, 60.2),
        _run(1, "gcg", ABSENT, None, 0.0, solved_s=None),
        _run(1, "cbc", PROVEN, 1_000_001, 5.0),
        _run(2, "scip", PROVEN, 1_000_000, 5.0, bound=0.9),
    ]
    text = page({"date": "2026-01-01"}, (TINY,), lines, 3, "command")
    assert "**3 runs of this table are not made yet**" in text
    assert "| HiGHS MIP | 2 | 1 | > 32.5 | > 175 | 50 to > 300 | 1 % |  |" in text
    assert "| GCG, rules in the master | 1 | 0 |  |  |  |  | 1 not installed |" in text
    assert (
        "**Contradictions: 2**" in text
        and "more than our proven 1000000" in text
        and "a bound of 0.9" in text
    )
    assert contradictions(lines[:5]) == []


def test_the_command_writes_its_page_and_fails_on_a_contradiction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def once(instance: Instance, solver: str) -> Run:
        return _run(instance.seed, solver, PROVEN, 1 if solver == OURS else 2, 0.1)

    monkeypatch.setattr(runs, "measured", once)
    given = ["--sizes", "6x60", "--seeds", "1", "--solvers", "highs", "--out", str(tmp_path), "--long", "60"]
    assert command.main([*given, "--page"]) == 0
    assert "**2 runs of this table are not made yet**" in capsys.readouterr().out
    assert command.main(given) == 1
    (kept,) = tmp_path.glob("*.jsonl")
    assert [json.loads(line)["solver"] for line in kept.read_text(encoding="utf-8").splitlines()] == [
        OURS,
        "highs",
    ]
    assert "**Contradictions: 1**" in next(tmp_path.glob("*.md")).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "told"), [(["--sizes", "6"], "expected"), (["--solvers", "gurobi"], "none of")]
)
def test_words_that_name_nothing_are_refused(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(given)
    assert end.value.code == 2 and told in capsys.readouterr().err
