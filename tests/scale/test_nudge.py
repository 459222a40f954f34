"""Pushes on single rows: better where whole leases were left to chance, never wrong."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale.families import full_like
from optimizer.solve.transport import ScaleOptions, solve_transport
from optimizer.solve.transport.evaluation import objective_of
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import choose_quantum
from optimizer.solve.transport.warm_start import leases_of
from tests.campaign import few
from tests.scale.reference import optimum_by_milp, random_model


@pytest.mark.soak
def test_most_of_what_a_loose_gap_leaves_open_is_closed():
    before = after = 0
    for seed in range(6):
        model = full_like(60, 600, seed)
        plain, polished = (
            solve_transport(model, ScaleOptions(gap=5e-3, max_leaves=0, cuts=False, polish=n))
            for n in (0, 40)
        )
        assert polished.bound == plain.bound and polished.objective >= plain.objective
        assert polished.objective == objective_of(
            model, polished.assigned_class, polished.account, polished.seats
        )
        before, after = before + plain.bound - plain.objective, after + polished.bound - polished.objective
    assert after < 0.5 * before


@pytest.mark.parametrize("seed", few(40))
def test_a_polished_value_is_reached_and_never_above_the_optimum(seed):
    model = random_model(seed)
    found = solve_transport(model, ScaleOptions(gap=0.05, max_leaves=0, cuts=False, polish=10, threads=1))
    assert found.objective == objective_of(model, found.assigned_class, found.account, found.seats)
    assert found.objective <= optimum_by_milp(model) <= found.bound


@pytest.mark.parametrize("seed", few(20))
def test_a_pricer_told_an_answer_forgets_the_one_it_had(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    quantum = choose_quantum(model)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    first, second = (rows.clip(rng.uniform(0, 60, rows.n_rows), quantum) for _ in range(2))
    known = leases_of(structure, rng.integers(-1, model.n_classes, model.n_applicants).astype(np.int32))
    used, fresh = (Lagrangian(structure, rows, quantum, 1) for _ in range(2))
    price = used.solve(first).price
    bounds = []
    for oracle in (used, fresh):
        oracle.pricer.resume(known, price, *oracle.credits(first), 1)
        found = oracle.solve(second)
        bounds.append((found.bound, found.leases.applicant.tolist(), found.leases.klass.tolist()))
    assert bounds[0] == bounds[1]
