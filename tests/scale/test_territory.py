"""The simplified territory: known optima, replay, stops and warm starts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.scale.raw_instances import draw
from benchmarks.scale.simplified import build
from optimizer.solve.transport import (
    LabelledTransport,
    PricingProgress,
    ScaleOptions,
    ScaleResult,
    WarmStart,
    objective_of,
    solve_transport,
)
from optimizer.solve.transport.cells import split_cells
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.leases import total_value
from optimizer.solve.transport.pricing import class_worth
from optimizer.solve.transport.rows import with_cuts


@cache
def territory(dwellings: int, applicants: int, tight: bool) -> LabelledTransport:
    return build(draw(dwellings, applicants, tight=tight))


@cache
def solved(dwellings: int, applicants: int, tight: bool) -> ScaleResult:
    return solve_transport(territory(dwellings, applicants, tight), ScaleOptions(threads=1))


@pytest.mark.parametrize(
    ("dwellings", "applicants", "tight", "optimum"),
    [
        (60, 1_500, False, 88_702),
        (200, 2_000, False, 285_294),
        (500, 5_000, False, 725_905),
        (1_000, 10_000, False, 1_455_689),
        (60, 1_500, True, 76_850),
        (200, 2_000, True, 248_113),
        (500, 5_000, True, 624_411),
        (1_000, 10_000, True, 1_259_052),
    ],
)
def test_known_optima_are_proven(dwellings: int, applicants: int, tight: bool, optimum: int) -> None:
    result = solved(dwellings, applicants, tight)
    assert (result.objective, result.bound, result.stop_reason) == (optimum, optimum, "proven")
    model = territory(dwellings, applicants, tight)
    assert objective_of(model, result.assigned_class, result.account, result.seats) == optimum


def test_same_model_same_bytes_whatever_the_threads() -> None:
    model = territory(1_000, 10_000, True)
    one = solve_transport(model, ScaleOptions(threads=1, gap=1e-4))
    two = solve_transport(model, ScaleOptions(threads=2, gap=1e-4))
    for name in ("assigned_class", "account", "seats", "shortfall"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
    assert one.certificate.class_price.tobytes() == two.certificate.class_price.tobytes()


def test_pricing_has_no_duality_gap() -> None:
    model = territory(200, 2_000, True)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    oracle = Lagrangian(structure, rows, 256, 1)
    rng = np.random.default_rng(5)
    for _ in range(5):
        y = (rng.random(rows.n_rows) * rows.price * 25).astype(np.int64)
        priced = oracle.solve(y)
        credit, outside = oracle.credits(y)
        earned = int((priced.leases.value * 256 + credit[priced.leases.cell]).sum())
        empty = structure.capacity - np.bincount(priced.leases.klass, minlength=structure.n_classes)
        primal = earned + int((empty * outside).sum()) - int((y * rows.constant).sum())
        assert primal == priced.bound
        assert class_worth(structure, priced.price, outside, 256) > 0
        assert total_value(structure, priced.leases) == int(priced.leases.value.sum())


def test_progress_tells_bounds_that_never_rise_and_values_that_never_fall() -> None:
    seen: list[PricingProgress] = []
    result = solve_transport(territory(200, 2_000, True), ScaleOptions(threads=1), seen.append)
    bounds = [p.bound for p in seen]
    values = [p.objective for p in seen if p.objective is not None]
    assert bounds == sorted(bounds, reverse=True) and values == sorted(values)
    assert values[-1] <= result.objective <= result.bound <= bounds[-1]


def test_an_interrupt_keeps_a_certified_answer() -> None:
    model = territory(1_000, 10_000, True)
    calls = iter([False] * 3 + [True] * 1_000)
    result = solve_transport(model, ScaleOptions(threads=1, interrupted=lambda: next(calls)))
    assert result.stop_reason == "interrupted"
    assert objective_of(model, result.assigned_class, result.account, result.seats) == result.objective
    assert result.objective <= 1_259_052 <= result.bound


def test_a_gap_stops_the_run() -> None:
    result = solve_transport(territory(1_000, 10_000, True), ScaleOptions(threads=1, gap=1e-3))
    assert result.stop_reason in ("gap", "proven")
    assert result.gap <= 1e-3 and result.iterations < solved(1_000, 10_000, True).iterations


@pytest.mark.parametrize(("dwellings", "applicants"), [(60, 1_500), (200, 2_000), (500, 5_000)])
def test_a_warm_start_proves_the_same_optimum_with_less_work(dwellings: int, applicants: int) -> None:
    cold = solved(dwellings, applicants, True)
    warm = solve_transport(territory(dwellings, applicants, True), ScaleOptions(threads=1), warm=cold.warm)
    assert (warm.objective, warm.bound) == (cold.objective, cold.bound)
    assert warm.iterations * 4 <= cold.iterations


def test_a_warm_start_survives_a_changed_model() -> None:
    model = territory(200, 2_000, True)
    changed = replace(model, row_constant=model.row_constant + (np.arange(model.n_rows) == 0))
    cold = solve_transport(changed, ScaleOptions(threads=1))
    warm = solve_transport(changed, ScaleOptions(threads=1), warm=solved(200, 2_000, True).warm)
    assert cold.stop_reason == warm.stop_reason == "proven"
    assert cold.objective == warm.objective
    with pytest.raises(ValueError, match="does not fit"):
        solve_transport(model, warm=WarmStart(assigned_class=np.zeros(3, np.int32)))


def test_labels_stay_out_of_the_pairs() -> None:
    model = territory(200, 2_000, True)
    structure, _ = with_cuts(model, (), exact_rooms=False)
    cells = split_cells(model, structure.class_of)
    assert cells.n_pools <= 4 * 3  # landlords x (priority, employee)
    assert cells.fixed.nnz > 0 and cells.label.nnz > 0
