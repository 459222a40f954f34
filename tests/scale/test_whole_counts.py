"""Mixes with the counts that labels decide in whole numbers: what no label can serve is seen, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale.families import full_like
from optimizer.solve.transport import ScaleOptions, solve_transport
from optimizer.solve.transport.branching import countable
from optimizer.solve.transport.cells import split_cells
from optimizer.solve.transport.evaluation import objective_of
from optimizer.solve.transport.leases import cell_counts, pool_matrix
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.model import Branch, LabelledTransport
from optimizer.solve.transport.programs import build_tail
from optimizer.solve.transport.restricted_mip import label, recombine
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import Run
from optimizer.solve.transport.warm_start import leases_of
from tests.campaign import few
from tests.scale.longer import with_branches
from tests.scale.reference import optimum_by_milp, random_model

HALVES = LabelledTransport(
    n_applicants=5,
    n_groups=1,
    n_types=2,
    capacity=np.array([4]),
    class_menu=np.zeros(1, np.int32),
    class_group=np.zeros(1, np.int32),
    menu_start=np.array([0, 5]),
    entry_applicant=np.arange(5, dtype=np.int32),
    entry_value=np.array([100, 100, 100, 100, 110]),
    entry_type=np.array([0, 0, 0, 0, 1]),
    option_start=np.array([0, 2, 3]),
    option_account=np.array([0, 1, 2], np.int32),
    option_value=np.zeros(3, np.int64),
    effect_start=np.array([0, 2, 4, 4]),
    effect_row=np.array([0, 1, 0, 1], np.int32),
    effect_coef=np.array([-1, 1, 1, -1]),
    row_constant=np.zeros(2, np.int64),
    row_price=np.array([50, 50]),
)
"""Two accounts want half of the leases each, in half leases; the dearest applicant counts for neither, so with it they are
three, and one account lacks a half."""


def parts(model):
    structure, rows = with_cuts(model, (), exact_rooms=False)
    return structure, rows, build_tail(structure, rows, pool_matrix(structure))


@pytest.mark.parametrize(("whole", "worth"), [(False, 360), (True, 400)])
def test_an_uneven_number_of_leases_is_given_up_for_an_even_one(whole, worth):
    structure, rows, tail = parts(HALVES)
    held, other = (
        leases_of(structure, np.array(placed, np.int32)) for placed in ([0, 0, 0, -1, 0], [0, 0, 0, 0, -1])
    )
    start = label(structure, rows, tail, held)
    assert start.objective == 360 and optimum_by_milp(HALVES) == 400
    found = recombine(structure, rows, tail, start, [other], nodes=20, absolute_gap=0.0, whole_counts=whole)
    assert found.objective == worth


@pytest.mark.parametrize("model", [full_like(60, 600, 0), HALVES, *(random_model(s) for s in few(20))])
def test_the_counts_are_those_that_a_branch_on_the_row_would_count(model):
    structure, rows, tail = parts(model)
    found = solve_transport(model, ScaleOptions(gap=1e-2, max_leaves=0, cuts=False, threads=1))
    solution = label(structure, rows, tail, leases_of(structure, found.assigned_class))
    counts = cell_counts(structure, solution.leases)
    counted, labels = tail.counted
    mine = (counts @ counted + solution.labels @ labels).tolist()
    decided = np.diff(rows.label.tocsc().indptr)[: model.n_rows] > 0
    wanted = [(k, low) for k, low, _ in countable(model) if decided[k]]
    watched = with_branches(model, tuple(Branch(k, low, True, 0) for k, low in wanted))
    cells = split_cells(watched, structure.class_of)
    assert cells.pool.tolist() == structure.cells.pool.tolist()
    for there in -(counts @ cells.fixed + solution.labels @ cells.label)[model.n_rows :]:
        mine.remove(int(there))
    assert len(mine) <= model.n_rows


@pytest.mark.parametrize("seed", few(30))
def test_a_mix_is_worth_what_it_says_and_never_less(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    structure, rows, tail = parts(model)
    best = solve_transport(model, ScaleOptions(threads=1))
    start = label(structure, rows, tail, leases_of(structure, np.full(model.n_applicants, -1, np.int32)))
    some = np.where(rng.random(model.n_applicants) < 0.7, best.assigned_class, -1).astype(np.int32)
    others = [leases_of(structure, some), leases_of(structure, best.assigned_class)]
    found = recombine(structure, rows, tail, start, others, nodes=50, absolute_gap=0.0, whole_counts=True)
    assert start.objective <= found.objective <= best.objective
    counted, labels = tail.counted
    counts = cell_counts(structure, found.leases) @ counted + found.labels @ labels
    assert (counts >= 0).all()


def test_a_run_settles_only_for_better_and_twice_the_same():
    for seed in range(3):
        model = full_like(60, 600, seed)
        ends = []
        for pairs in (0, 2, 2):
            run = Run(model, ScaleOptions(gap=1e-2, cuts=False, threads=1), None)
            run.price(np.zeros(run.rows.n_rows, np.int64))
            run.first_solution()
            before = run.incumbent.objective
            LocalSearch(run).settle(pairs)
            assert run.incumbent.objective >= before
            ends.append((run.incumbent.objective, run.incumbent.leases.klass.tolist()))
        assert ends[1] == ends[2] and ends[1][0] >= ends[0][0]


def test_what_limits_leave_open_is_settled_too():
    model = full_like(60, 600, 1)
    few = {"gap": 1e-7, "max_iterations": 6, "max_leaves": 0, "cuts": False, "threads": 1}
    plain, settled = (solve_transport(model, ScaleOptions(**few, polish=n)) for n in (0, 1))
    assert plain.stop_reason == settled.stop_reason == "iteration_limit"
    assert plain.bound >= settled.bound and settled.objective > plain.objective
    assert settled.objective == objective_of(model, settled.assigned_class, settled.account, settled.seats)
