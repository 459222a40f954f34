"""Pricing from market prices: the same optimum as one that places households one by one, in far shorter searches."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.market import logarithm, power
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import choose_quantum
from tests.campaign import few
from tests.scale.reference import random_model


def market_from(arcs: int):
    """Components of so many arcs are priced from market prices."""
    return DEFAULT.having(generation__large_arcs=arcs, generation__bid_arcs=arcs).generation


@pytest.mark.parametrize("block", range(4))
@pytest.mark.soak
def test_the_bound_is_that_of_households_entering_one_by_one(block):
    for seed in range(60 * block, 60 * (block + 1)):
        model, rng = random_model(seed, plain=seed % 5 == 0), np.random.default_rng(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        asked = [rows.clip(rng.uniform(0, most, rows.n_rows), quantum) for most in (60, 60, 5, 5.01, 60)]
        bounds = []
        for large in (1 << 60, 1):
            oracle = Lagrangian(structure, rows, quantum, 1, market_from(large))
            bounds.append([oracle.solve(y).bound for y in asked])
        assert bounds[0] == bounds[1], seed


def saturated(n_classes: int, n_applicants: int, seed: int):
    """A city with too few dwellings: each household asks for a twentieth of the places, anywhere."""
    rng = np.random.default_rng(seed)
    model = random_model(0, plain=True)
    score = rng.integers(10_000, 22_000, n_applicants)
    near = [np.flatnonzero(rng.random(n_applicants) < 0.05) for _ in range(n_classes)]
    return type(model)(
        n_applicants=n_applicants,
        n_groups=1,
        n_types=1,
        capacity=rng.integers(1, 4, n_classes),
        class_menu=np.arange(n_classes, dtype=np.int32),
        class_group=np.zeros(n_classes, np.int32),
        menu_start=np.cumsum([0, *map(len, near)]),
        entry_applicant=np.concatenate(near).astype(np.int32),
        entry_value=score[np.concatenate(near)] - rng.integers(0, 2_000, sum(map(len, near))),
        entry_type=np.zeros(sum(map(len, near)), np.int32),
        option_start=np.array([0, 1]),
        option_account=np.zeros(1, np.int32),
        option_value=np.zeros(1, np.int64),
        effect_start=np.array([0, 0]),
        effect_row=np.zeros(0, np.int32),
        effect_coef=np.zeros(0, np.int64),
        row_constant=np.zeros(0, np.int64),
        row_price=np.zeros(0, np.int64),
    )


def test_searches_are_far_shorter_where_a_city_is_full():
    model = saturated(300, 2_500, 1)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    looked, bounds = [], []
    for large in (1 << 60, 1):
        oracle = Lagrangian(structure, rows, choose_quantum(model), 1, market_from(large))
        bounds.append(oracle.solve(np.zeros(0, np.int64)).bound)
        looked.append(int(oracle.work[1]))
    assert bounds[0] == bounds[1]
    assert looked[1] < looked[0] / 2, looked


def test_whoever_bids_ends_within_the_slack_of_an_optimum():
    for seed in range(3):
        model = saturated(120, 1_000, seed)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        quantum, nothing = choose_quantum(model), np.zeros(0, np.int64)
        best = Lagrangian(structure, rows, quantum, 1, market_from(1)).solve(nothing).bound
        for slack in (80, 800):
            oracle = Lagrangian(structure, rows, quantum, 1, market_from(1))
            found = oracle.solve(nothing, slack)
            lost = slack * quantum * int(model.capacity.sum())
            assert best <= found.bound <= best + lost
            assert found.bound - int(found.leases.value.sum()) * quantum <= lost
            assert np.bincount(found.leases.klass, minlength=120).max() <= model.capacity.max()
            assert len(set(found.leases.applicant.tolist())) == len(found.leases.applicant)
            assert int(oracle.work[0]) < model.capacity.sum() / 10  # bids house all but a few


def test_bids_after_other_multipliers_end_within_the_slack_too():
    for seed in few(40):
        model, rng = random_model(seed, plain=seed % 5 == 0), np.random.default_rng(seed)
        quantum = choose_quantum(model)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        slack = 24
        lost = slack * quantum * int(model.capacity.sum())
        exact, bidding = (
            Lagrangian(structure, rows, quantum, 1, market_from(large)) for large in (1 << 60, 1)
        )
        for most in (60, 60, 5, 5.01, 60):
            y = rows.clip(rng.uniform(0, most, rows.n_rows), quantum)
            best = exact.solve(y).bound
            assert best <= bidding.solve(y, slack).bound <= best + lost, seed


def test_a_pricing_is_the_same_on_any_number_of_threads():
    for seed in few(40):
        model = random_model(seed)
        structure, rows = with_cuts(model, (), exact_rooms=False)
        y = rows.clip(np.full(rows.n_rows, 20.0), 64)
        one, two = (Lagrangian(structure, rows, 64, threads, market_from(1)).solve(y) for threads in (1, 2))
        assert np.array_equal(one.price, two.price)
        assert np.array_equal(one.leases.klass, two.leases.klass)


def test_the_polynomials_stay_near_the_functions():
    x = np.linspace(-39.0, 0.0, 2_001)
    assert np.allclose([power(v) for v in x], np.exp(x), rtol=1e-3, atol=0)
    y = np.exp(np.linspace(-27.0, 27.0, 2_001))
    assert np.allclose([logarithm(v) for v in y], np.log(y), atol=2e-4)
