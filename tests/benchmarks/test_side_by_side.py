"""Every instance family builds and solves small, untimed; the simplified model keeps its optimum when translated."""

from __future__ import annotations

import argparse
import csv
import io
import os
import pickle
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import child, run
from benchmarks.instances import FAMILIES, Instance, build
from benchmarks.instances.pairs import as_problem
from benchmarks.measuring import MONOLITH, Answer, Limits, Line, measure, propose_line, repeated
from benchmarks.peers import highs, monolith
from benchmarks.peers.capped import PROVEN
from benchmarks.peers.program import explicit
from benchmarks.scale.families import infeasible
from benchmarks.scale.raw_instances import draw
from benchmarks.scale.simplified import build as build_transport
from benchmarks.tables import gap, page, sheet
from optimizer.problem import evaluate
from optimizer.solve import SolveOptions, solve
from optimizer.solve.transport import LabelledTransport

LIMITS = Limits(cap_s=60.0, repeat=1)
SIZES = {"simplified": (8, 60), "commission": (3, 200), "doubs": (12, 60)}
KNOWN = {"simplified-60": 88_702.0, "simplified-60-tight": 76_850.0}


def peer_value(model: LabelledTransport) -> float:
    """Optimum of the untranslated model, in a child: the peer starts HiGHS with other threads than the product."""
    outcome = child.run(lambda: highs.mip(explicit(model), 400), deadline_s=500, memory_gb=64)
    assert outcome.failure == "" and outcome.answer.stop == PROVEN
    return float(outcome.answer.bound)


def small(name: str, seed: int = 1) -> Instance:
    dwellings, applications = SIZES[name.split("-")[0]]
    return build(name, seed, dwellings=dwellings, applications=applications)


@pytest.fixture(scope="module")
def agreed() -> dict[bytes, int]:
    """Optimum of every problem solved so far: families that differ in their size alone are the same problem here."""
    return {}


@pytest.mark.parametrize("name", sorted(FAMILIES))
@pytest.mark.long
def test_a_family_has_one_optimum_whoever_solves_it(name: str, agreed: dict[bytes, int]) -> None:
    instance = small(name)
    assert len(instance.problem.entry_app) > 0
    problem = pickle.dumps(instance.problem)
    if problem not in agreed:
        whole = monolith.solve(instance.problem, limit_s=60)
        found = {b: solve(instance.problem, SolveOptions(backend=b)) for b in ("highs", "pulp", "scale")}
        assert {b: s.objective for b, s in found.items()} == dict.fromkeys(found, whole.objective)
        assert whole.objective is not None and found["highs"].stop == "proven"
        agreed[problem] = whole.objective
    assert agreed[problem] - instance.offset >= 0


def test_cpsat_agrees_on_a_whole_case() -> None:
    problem = small("commission").problem
    exact, other = (solve(problem, SolveOptions(backend=b)) for b in ("highs", "cpsat"))
    assert (exact.objective, exact.stop) == (other.objective, "proven")


@pytest.mark.parametrize("tight", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_translation_keeps_the_optimum(seed: int, tight: bool) -> None:
    model = build_transport(draw(14, 50, seed, tight=tight))
    instance = build("simplified-60-tight" if tight else "simplified-60", seed, dwellings=14, applications=50)
    before = peer_value(model)
    after = solve(instance.problem, SolveOptions(backend="highs"))
    assert (after.objective - instance.offset) / 1e6 == pytest.approx(before, rel=1e-9)


def test_quotas_nobody_can_meet_are_translated_too() -> None:
    model = infeasible(14, 50, 1)
    model = replace(model, row_constant=2 * model.row_constant)
    problem = as_problem(model)
    markers = int(model.row_constant.max())
    before = peer_value(model)
    after = solve(problem, SolveOptions(backend="highs"))
    short = evaluate(problem, after.first).shortfall
    assert (after.objective / 1e6 - markers * 1_000) == pytest.approx(before, rel=1e-9)
    assert short.max() > 0


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_known_optimum_is_found_again(name: str) -> None:
    instance = build(name)
    solved = solve(instance.problem, SolveOptions(backend="highs"))
    assert solved.stop == "proven"
    assert (solved.objective - instance.offset) / 1e6 == KNOWN[name] == instance.known


def test_what_has_no_exact_translation_is_refused() -> None:
    model = build_transport(draw(8, 40, 1))
    with pytest.raises(ValueError, match="labels with a value"):
        as_problem(replace(model, option_value=np.ones_like(model.option_value)))
    with pytest.raises(ValueError, match="one rate"):
        as_problem(replace(model, effect_coef=np.where(model.effect_coef == 1, 2, model.effect_coef)))


@pytest.mark.parametrize("backend", ["highs", MONOLITH])
def test_a_backend_is_measured_in_a_child(backend: str) -> None:
    instance = small("simplified-60")
    line = measure(instance, backend, LIMITS)
    exact = solve(instance.problem, SolveOptions(backend="highs")).objective - instance.offset
    assert line.objective == pytest.approx(exact / 1e6) and line.bound == pytest.approx(exact / 1e6)
    assert line.runs == 1 and line.wall_s is not None and line.wall_s > 0
    assert line.peak_mb is not None and line.peak_mb > 10


def test_a_claim_against_a_known_optimum_is_told() -> None:
    instance = small("simplified-60")
    line = measure(replace(instance, known=1), "highs", LIMITS)
    assert "CONTRADICTS the known optimum 1" in line.note


def test_a_failing_backend_is_a_line_of_the_table() -> None:
    line = measure(small("commission"), "none", LIMITS)
    assert line.status == "failed" and "AttrifluxError" in line.note and line.wall_s is None


@pytest.mark.long
def test_propose_is_timed_by_phase() -> None:
    line = propose_line("commission", LIMITS, 1, dwellings=2, applications=120)
    assert line.status.startswith("proven") and line.objective == line.bound
    assert {"read", "solve", "verify", "write_pages"} <= set(line.phases)
    assert line.wall_s is not None and sum(line.phases.values()) <= line.wall_s * 1.05 + 0.1


def test_short_runs_are_repeated_and_long_ones_are_not() -> None:
    def answer(seconds: float) -> Answer:
        return Answer(None, None, "", seconds, {}, "")

    assert len(repeated(lambda: answer(0.1), 3)) == 3
    assert len(repeated(lambda: answer(9.0), 3)) == 1


@pytest.mark.long
def test_a_child_past_its_deadline_is_ended_and_named() -> None:
    outcome = child.run(lambda: time.sleep(7_200), deadline_s=0.3, memory_gb=64)
    assert outcome.answer is None and outcome.failure.startswith("no answer after")


def test_a_child_that_dies_or_fails_is_named() -> None:
    assert child.run(lambda: os._exit(3), deadline_s=500, memory_gb=64).failure == "process ended (code 3)"
    assert "ZeroDivisionError" in child.run(lambda: 1 // 0, deadline_s=500, memory_gb=64).failure
    outcome = child.run(lambda: bytearray(1 << 40), deadline_s=500, memory_gb=64)
    assert outcome.failure == "out of memory (64 GB)"


def test_the_gap_is_relative_to_the_objective() -> None:
    assert gap(Line("i", "b", "s", objective=200.0, bound=202.0)) == pytest.approx(0.01)
    assert gap(Line("i", "b", "s", objective=200.0)) is None


def test_the_command_writes_a_page_and_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "build", lambda name, seed: small(name, seed))
    out = tmp_path / "page.md"
    given = ["--instances", "simplified-60", "--backends", "highs", "--propose", "", "--repeat", "1"]
    assert run.main([*given, "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(out.with_suffix(".csv").read_text(encoding="utf-8")))
    assert row["instance"] == "simplified-60" and row["status"] == "proven, certified_optimal"
    assert "| simplified-60 | highs |" in text and "Seconds by phase" in text and "numpy" in text
    assert page({"date": "2026-01-01"}, [], "c", []).startswith("# Backends side by side, 2026-01-01")
    assert sheet({"date": "2026-01-01"}, []).count("\n") == 1


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="none of"):
        run.listed("commission,nowhere", tuple(FAMILIES))
    assert run.listed("", tuple(FAMILIES)) == []
