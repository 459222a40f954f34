"""First multipliers of large models: near the best ones, the same on any number of threads, and never a change of answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build
from optimizer.solve.scale import ScaleOptions, driver, pricing, solve_transport
from optimizer.solve.scale.oracle import Oracle
from optimizer.solve.scale.pilot import pilot
from optimizer.solve.scale.rows import with_cuts
from optimizer.solve.scale.run import choose_quantum
from tests.scale.reference import random_model


def first_bound(model, *, piloted: bool) -> int:
    """Bound of the first pricing."""
    quantum = choose_quantum(model)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    oracle = Oracle(structure, rows, quantum, 1)
    y = np.zeros(rows.n_rows, np.int64)
    if piloted:
        y, price = pilot(structure, rows, quantum, 1)
        oracle.begin(y, price)
    return oracle.solve(y).bound // quantum


@pytest.mark.parametrize("seed", range(3))
def test_the_first_bound_is_near_the_last(seed):
    model = build(raw_of(500, 5_000, seed, is_tight=True))
    last = solve_transport(model, ScaleOptions(gap=1e-4, max_leaves=0, cuts=False)).bound
    plain, piloted = first_bound(model, piloted=False), first_bound(model, piloted=True)
    assert last <= piloted
    assert piloted - last < (plain - last) / 5


def test_threads_change_no_byte():
    for seed in range(30):
        model = random_model(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        one, four = (pilot(structure, rows, quantum, threads) for threads in (1, 4))
        assert one[0].tobytes() == four[0].tobytes() and one[1].tobytes() == four[1].tobytes(), seed


@pytest.mark.parametrize("large", [1, 1 << 60])
def test_multipliers_are_admissible_and_the_bound_holds_from_any_prices(large, monkeypatch):
    monkeypatch.setattr(pricing, "LARGE", large)
    for seed in range(120):
        model = random_model(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        y, price = pilot(structure, rows, quantum, 1)
        assert np.array_equal(rows.clip(y / quantum, quantum), y), seed
        plain, given = Oracle(structure, rows, quantum, 1), Oracle(structure, rows, quantum, 1)
        given.begin(y, price)
        assert plain.solve(y).bound == given.solve(y).bound, seed


def test_a_component_that_nobody_wants_is_left_vacant():
    model = next(m for m in map(random_model, range(40)) if m.n_classes > 1 and len(m.entry_value))
    nobody = dataclasses.replace(
        model,
        menu_start=np.zeros_like(model.menu_start),
        entry_applicant=model.entry_applicant[:0],
        entry_value=model.entry_value[:0],
        entry_type=model.entry_type[:0],
    )
    structure, rows = with_cuts(nobody, (), exact_rooms=False)
    y, price = pilot(structure, rows, choose_quantum(nobody), 2)
    assert (y >= 0).all() and np.abs(price).max() < 1 << 49


def test_the_answer_is_proven_the_same_with_and_without(monkeypatch):
    for seed in range(60):
        model = random_model(seed)
        answers = []
        for least in (1 << 60, 1):
            monkeypatch.setattr(driver, "PILOTED", least)
            monkeypatch.setattr(driver, "BINDING", 0.0)
            answers.append(solve_transport(model))
        plain, piloted = answers
        assert plain.stop_reason == piloted.stop_reason == "proven", seed
        assert plain.objective == piloted.objective, seed
