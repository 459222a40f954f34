"""Mixing assignments: nothing is mixed twice in vain, and what is missing at the end is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scale.families import full_like, raw_of
from benchmarks.scale.simplified import build
from optimizer.solve.transport import ScaleOptions, solve_transport
from optimizer.solve.transport import run as steps
from optimizer.solve.transport.model import Branch
from optimizer.solve.transport.run import Run


@pytest.fixture
def started(monkeypatch):
    """A run with a first solution, another assignment, and what was mixed so far."""
    mixed = []
    plain = steps.recombine

    def counted(*given, **options):
        mixed.append(given[3])
        return plain(*given, **options)

    monkeypatch.setattr(steps, "recombine", counted)
    run = Run(full_like(60, 600, 0), ScaleOptions(threads=1), None)
    run.price(np.zeros(run.rows.n_rows, np.int64))
    run.first_solution()
    raised = run.rows.clip(np.full(run.rows.n_rows, 5.0), run.quantum)
    return run, run.lagrangian.solve(raised).leases, mixed


def mixed_out(run, best, other):
    """The incumbent after mixing another assignment until it gives nothing more."""
    while (found := run.recombine(best, [other], 20, 0.0)) is not best:
        best = found
    return best


def one_case(run):
    """The whole problem with a branch."""
    return run.structure, run.rows, run.tail, (Branch(0, True, True, 1),)


def test_what_was_mixed_in_vain_is_not_mixed_again(started):
    run, other, mixed = started
    best = mixed_out(run, run.incumbent, other)
    tries = len(mixed)
    assert run.recombine(best, [other], 20, 0.0) is best
    assert len(mixed) == tries
    run.recombine(best, [other, other], 20, 0.0)
    assert len(mixed) == tries + 1


def test_a_case_mixes_again_only_what_it_values_otherwise(started):
    run, other, mixed = started
    best = mixed_out(run, run.incumbent, other)
    tries = len(mixed)
    case = one_case(run)
    assert run.recombine(best, [other], 20, 0.0, case) is best
    assert len(mixed) == tries
    poorer = replace(best, objective=best.objective - 1)
    run.recombine(poorer, [other], 20, 0.0, case)
    assert len(mixed) == tries + 1


def test_what_a_case_mixed_in_vain_may_be_mixed_elsewhere(started):
    run, other, mixed = started
    best = mixed_out(run, run.incumbent, other)
    run.in_vain.clear()
    case = one_case(run)
    assert run.recombine(best, [other], 20, 0.0, case) is best
    tries = len(mixed)
    assert run.recombine(best, [other], 20, 0.0) is best
    assert len(mixed) == tries + 1


def test_the_last_points_are_found_though_dividing_promises_nothing():
    found = solve_transport(build(raw_of(500, 5_000, 9, is_tight=True)), ScaleOptions())
    assert (found.stop_reason, found.objective) == ("proven", 627_416)
