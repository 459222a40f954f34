"""First multipliers of large models: near the best ones, the same on any number of threads, and never a change of answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import ScaleOptions, bound_of, pricing, solve_transport
from optimizer.solve.transport import column_generation as driver
from optimizer.solve.transport import initial_multipliers as piloting
from optimizer.solve.transport.evaluation import objective_of
from optimizer.solve.transport.initial_multipliers import pilot
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import choose_quantum
from tests.campaign import few
from tests.scale.reference import random_model

ALWAYS = DEFAULT.having(generation__pilot_arcs=1, generation__pilot_part=0.0, generation__pilot_gap=0.0)
"""A pilot whatever the size."""
NEVER = DEFAULT.having(generation__pilot_arcs=1 << 60)


def first_bound(model, *, piloted: bool) -> int:
    """Bound of the first pricing."""
    quantum = choose_quantum(model)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    oracle = Lagrangian(structure, rows, quantum, 1)
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
    for seed in few(30):
        model = random_model(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        one, four = (pilot(structure, rows, quantum, threads) for threads in (1, 4))
        assert one[0].tobytes() == four[0].tobytes() and one[1].tobytes() == four[1].tobytes(), seed


@pytest.mark.parametrize("large", [1, 1 << 60])
def test_multipliers_are_admissible_and_the_bound_holds_from_any_prices(large):
    policy = DEFAULT.having(generation__large_arcs=large).generation
    for seed in few(120):
        model = random_model(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        y, price = pilot(structure, rows, quantum, 1)
        assert np.array_equal(rows.clip(y / quantum, quantum), y), seed
        plain, given = (Lagrangian(structure, rows, quantum, 1, policy) for _ in range(2))
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


def test_the_answer_is_proven_the_same_with_and_without():
    for seed in few(60):
        model = random_model(seed)
        plain, piloted = (solve_transport(model, ScaleOptions(policy=policy)) for policy in (NEVER, ALWAYS))
        assert plain.stop_reason == piloted.stop_reason == "proven", seed
        assert plain.objective == piloted.objective, seed


def test_a_first_pricing_is_not_made_twice():
    """Rows that hardly bind: the look that tells so is the first pricing, and the root closes as without it."""
    model = build(raw_of(1_000, 10_000, 0, is_tight=True))
    plain = solve_transport(model, ScaleOptions(gap=1e-4, policy=NEVER))
    looked = solve_transport(model, ScaleOptions(gap=1e-4, policy=ALWAYS.having(generation__pilot_gap=1e9)))
    assert not looked.leaves and looked.iterations == plain.iterations
    assert (looked.objective, looked.bound) == (plain.objective, plain.bound)


def test_no_pilot_where_components_are_many_and_alike():
    model = build(raw_of(3_224, 9_864, 0, is_tight=True))
    structure = with_cuts(model, (), exact_rooms=False)[0]
    size = np.diff(structure.arc_start[structure.applicant_start])
    assert len(size) > 1
    for part, large in ((1.01, False), (0.99, True)):
        policy = ALWAYS.having(generation__pilot_part=part * size.max() / size.sum())
        assert driver.is_large(driver.Run(model, ScaleOptions(cuts=False, policy=policy), None)) is large


@pytest.mark.parametrize("asked", [0, 1, 5, 60, 150])
def test_an_interrupt_at_any_time_leaves_a_certified_answer(monkeypatch, asked):
    """Also within the pilot and within a pricing: nothing long is begun afterwards."""
    model = build(raw_of(500, 5_000, 0, is_tight=True))
    best = solve_transport(model, ScaleOptions(threads=1, policy=ALWAYS))
    calls, readings, placed = [], [], []
    read, place = piloting.demand_at, pricing.place_component
    monkeypatch.setattr(piloting, "demand_at", lambda *a: (readings.append(len(calls)), read(*a)))
    monkeypatch.setattr(pricing, "place_component", lambda *a: (placed.append(len(calls)), place(*a)))

    def interrupted() -> bool:
        calls.append(0)
        return len(calls) > asked

    found = solve_transport(model, ScaleOptions(threads=1, interrupted=interrupted, policy=ALWAYS))
    assert found.stop_reason == "interrupted"
    assert max([0, *readings, *placed]) <= asked
    assert objective_of(model, found.assigned_class, found.account, found.seats) == found.objective
    assert found.objective <= best.objective <= found.bound
    assert found.bound == bound_of(model, found.certificate) // found.certificate.quantum


def test_what_the_last_pricings_say_is_handed_out_when_a_run_stops(monkeypatch):
    """Long before solutions are mixed: labels for the best assignment so far, not for that of the first pricing."""
    model = build(raw_of(3_224, 9_864, 0, is_tight=True))
    priced, price = [], driver.Run.price
    monkeypatch.setattr(driver.Run, "price", lambda *a: priced.append(0) or price(*a))
    stopped = ScaleOptions(threads=1, interrupted=lambda: len(priced) > 7)
    first: list[int] = []
    found = solve_transport(model, stopped, lambda p: first.append(p.objective))
    assert found.stop_reason == "interrupted" and found.iterations == 8
    assert found.objective > first[0] + 0.5 * (found.bound - first[0])


@pytest.mark.soak
def test_a_small_time_limit_is_kept_by_a_pilot(monkeypatch):
    """A pilot that would read for minutes stops at its part of the limit, and pricings follow."""
    model = build(raw_of(3_224, 9_864, 0, is_tight=True))
    monkeypatch.setattr(piloting, "MOST", 100_000)
    monkeypatch.setattr(piloting, "NEAR", -1.0)
    readings, read = [], piloting.demand_at
    monkeypatch.setattr(piloting, "demand_at", lambda *a: readings.append(0) or read(*a))
    found = solve_transport(model, ScaleOptions(time_limit_s=2.0, policy=ALWAYS))
    assert len(readings) < 50_000  # minutes for a hundred thousand
    assert found.stop_reason in ("time_limit", "proven") and found.iterations > 1
    assert found.bound == bound_of(model, found.certificate) // found.certificate.quantum >= 3_740_090
    assert objective_of(model, found.assigned_class, found.account, found.seats) == found.objective
