"""A first pricing that repairs an earlier answer: the same optimum as one that places everybody."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.solve.transport import DualSolution, ScaleOptions, WarmStart, solve_transport
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import choose_quantum
from optimizer.solve.transport.warm_start import earlier_prices, leases_of
from tests.campaign import few
from tests.scale.reference import random_model


def any_start(model, rng) -> WarmStart:
    """Any class for anybody, any prices."""
    wanted = rng.integers(-1, max(1, model.n_classes), model.n_applicants).astype(np.int32)
    if not model.n_classes:
        wanted[:] = -1
    price = rng.integers(-2_000, 20_000, model.n_classes) * 7
    none = np.zeros(0, np.int64)
    known = DualSolution(7, rng.integers(0, 50, model.n_rows), (), none, price)
    return WarmStart(known, (), wanted)


@pytest.mark.parametrize("block", range(4))
def test_the_first_bound_is_that_of_a_fresh_pricing(block):
    for seed in range(60 * block, 60 * block + len(few(60))):
        model, rng = random_model(seed, plain=seed % 5 == 0), np.random.default_rng(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        start = any_start(model, rng)
        fresh = Lagrangian(structure, rows, quantum, 1)
        resumed, threaded = (Lagrangian(structure, rows, quantum, threads) for threads in (1, 2))
        for oracle in (resumed, threaded):
            oracle.repair(
                leases_of(structure, start.assigned_class),
                earlier_prices(start.certificate, structure, quantum),
            )
        for _ in range(3):
            asked = rows.clip(rng.uniform(0, 60, rows.n_rows), quantum)
            found = [oracle.solve(asked) for oracle in (fresh, resumed, threaded)]
            assert found[0].bound == found[1].bound == found[2].bound, seed
            assert np.array_equal(found[1].price, found[2].price), seed
            for name in ("applicant", "klass", "cell", "value"):
                same = getattr(found[1].leases, name), getattr(found[2].leases, name)
                assert np.array_equal(*same), (seed, name)


@pytest.mark.parametrize("seed", few(30))
def test_the_proven_value_is_the_same(seed):
    model = random_model(seed)
    options = ScaleOptions(max_iterations=80, threads=1)
    cold = solve_transport(model, options)
    warm = solve_transport(model, options, warm=any_start(model, np.random.default_rng(seed)))
    if cold.stop_reason == warm.stop_reason == "proven":
        assert warm.objective == cold.objective
    assert warm.bound >= cold.objective and cold.bound >= warm.objective


@pytest.mark.parametrize("seed", few(40))
def test_a_pricing_left_early_gives_a_bound_that_holds_and_is_made_again(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    quantum = choose_quantum(model)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    fresh, left = (Lagrangian(structure, rows, quantum, 1) for _ in range(2))
    left_at = [0]
    left.heed(lambda: left_at[0] > 0)
    for halt in (0, 1, 0):
        asked = rows.clip(rng.uniform(0, 60, rows.n_rows), quantum)
        left_at[0] = halt
        best, found = fresh.solve(asked), left.solve(asked)
        assert found.bound >= best.bound
        assert (np.bincount(found.leases.klass, minlength=structure.n_classes) <= structure.capacity).all()
        left_at[0] = 0
        assert left.solve(asked).bound == best.bound, (seed, halt)
