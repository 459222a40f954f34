"""Going on from what is known: a later week's vacancies, and the master of a root when cases begin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scale.again import new_week
from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build
from optimizer.solve.transport import ScaleOptions, solve_transport
from optimizer.solve.transport.branch_and_bound import AssignmentTree
from optimizer.solve.transport.branching import branch_price
from optimizer.solve.transport.certificate import bound_of
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.mir import extend, propose_cuts
from optimizer.solve.transport.model import Branch, DualSolution
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import Run, choose_quantum
from optimizer.solve.transport.structure import count_matrix
from optimizer.solve.transport.warm_start import carried, earlier_prices, leases_of
from tests.campaign import few
from tests.scale.longer import with_branches
from tests.scale.reference import random_model


@pytest.mark.long
def test_a_week_later_the_first_pricing_leaves_nearly_everybody_where_they_were():
    """A vacancy asks what its highest bidder would pay; at the price of nothing hundreds leave a dwelling for it."""
    raw = raw_of(3_224, 9_864, 0, is_tight=True)
    earlier = solve_transport(build(raw), ScaleOptions(threads=1))
    week, start = new_week(raw, earlier)
    quantum = earlier.certificate.quantum
    structure, rows = with_cuts(week, (), exact_rooms=False)
    asked = rows.clip(carried(rows, np.zeros(0, np.int64), start.certificate)[0], quantum)
    fresh = Lagrangian(structure, rows, quantum, 1)
    resumed = Lagrangian(structure, rows, quantum, 1)
    resumed.repair(
        leases_of(structure, start.assigned_class), earlier_prices(start.certificate, structure, quantum)
    )
    first, again = fresh.solve(asked), resumed.solve(asked)
    assert first.bound == again.bound
    changed = round(0.02 * 3_224)
    searches, looked_at = resumed.work[0] + resumed.work[3], resumed.work[2]
    assert searches <= 4 * changed, "each dwelling gone, each new one and those they move"
    assert looked_at < fresh.work[2] / 10


@pytest.mark.parametrize("seed", few(12))
def test_any_vacancies_and_any_prices_end_at_the_optimum(seed):
    """Half of the dwellings of a solved problem are left, with its prices or with others."""
    model, rng = random_model(seed), np.random.default_rng(seed)
    quantum = choose_quantum(model)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    if not structure.n_classes:
        return
    asked = rows.clip(rng.uniform(0, 60, rows.n_rows), quantum)
    best = Lagrangian(structure, rows, quantum, 1).solve(asked)
    gone = rng.random(structure.n_classes) < 0.5
    for price in (best.price, rng.integers(0, 20_000 * quantum, structure.n_classes)):
        kept = ~gone[best.leases.klass]
        some = type(best.leases)(
            best.leases.applicant[kept],
            best.leases.klass[kept],
            best.leases.cell[kept],
            best.leases.value[kept],
        )
        oracle = Lagrangian(structure, rows, quantum, 1)
        oracle.go_on(type(best)(asked, some, price, 0))
        assert oracle.solve(asked).bound == best.bound, seed


def test_the_master_of_the_root_says_the_same_of_the_first_case():
    """Rows are added with all that was found, exchanges too; from the last basis hardly a step of the simplex is left."""
    model = build(raw_of(3_224, 9_864, 0, is_tight=True))
    run = Run(model, ScaleOptions(threads=1), None)
    multipliers = np.zeros(run.rows.n_rows, np.int64)
    for _ in range(8):
        run.price(multipliers)
        wanted, _ = run.ask(np.full(run.rows.n_rows, 10.0))
        multipliers = run.rows.clip(wanted, run.quantum)
    run.first_solution()
    run.master.confine(np.zeros(run.rows.n_rows), None)
    run.master.solve()
    before, weights = run.master.value, run.master.weights
    batches = len(run.master.batches)
    assert batches > 1
    tree = AssignmentTree(run, LocalSearch(run))
    assert len(run.master.batches) == batches
    run.master.solve()
    assert run.master.value == pytest.approx(before, abs=1e-6)
    assert np.allclose(run.master.weights, weights)
    assert run.master.lp.getInfo().simplex_iteration_count == 0
    assert tree.n_watch > 0


@pytest.mark.parametrize("block", range(3))
def test_a_certificate_is_bounded_row_by_row_as_by_the_model_with_all_its_rows(block):
    """Options pay the same whether cuts and branches are rows of a longer model or sums beside the model's own."""
    for seed in range(30 * block, 30 * block + len(few(30))):
        model, rng = random_model(seed), np.random.default_rng(seed)
        _, rows = with_cuts(model, (), exact_rooms=False)
        cuts = propose_cuts(model)
        branches = tuple(
            Branch(k, False, bool(rng.integers(2)), int(rng.integers(4)))
            for k in range(model.n_rows)
            if rng.random() < 0.5
        )
        quantum = choose_quantum(model)
        y = rows.clip(rng.uniform(0, 30, model.n_rows), quantum) // 2
        on_cuts = np.array([int(rng.integers(0, 3)) for _ in cuts], np.int64)
        used = np.zeros(model.n_rows, np.int64)
        for cut, by in zip(cuts, on_cuts.tolist(), strict=True):
            np.add.at(used, list(cut.rows), np.array(cut.weights) * by)
        if (used + y > model.row_price * quantum).any():
            continue
        paid = rng.integers(0, branch_price(model) * quantum, len(branches))
        price = rng.integers(0, 20_000 * quantum, model.n_classes).astype(np.int64)
        known = DualSolution(quantum, y, cuts, on_cuts, price, branches, paid)
        longer = extend(with_branches(model, branches), cuts)
        all_y = np.r_[y, paid, on_cuts]
        plain = DualSolution(quantum, all_y, (), np.zeros(0, np.int64), price)
        free = replace(longer, row_price=np.full(longer.n_rows, branch_price(model) + 1))
        assert bound_of(model, known) == bound_of(free, plain), seed


def test_leases_are_tallied_as_they_are_sorted(monkeypatch):
    rng = np.random.default_rng(0)
    for n, cells in ((0, 3), (5, 4), (400, 30)):
        rows, where = rng.integers(0, 4, n), rng.integers(0, cells, n)
        tallied = count_matrix(rows, where, (4, cells))
        monkeypatch.setattr("optimizer.solve.transport.structure.DENSE", 0)
        listed = count_matrix(rows, where, (4, cells))
        monkeypatch.undo()
        for name in ("data", "indices", "indptr"):
            assert np.array_equal(getattr(tallied, name), getattr(listed, name)), name
        assert tallied.sum() == n
