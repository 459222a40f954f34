"""Every benchmark family builds and solves small; peers and readers agree with independent answers. Untimed."""

from __future__ import annotations

import highspy
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from benchmarks.scale import dwelling_first, orlib
from benchmarks.scale.families import FAMILIES
from benchmarks.scale.floor import scipy_floor
from optimizer.solve.transport import ScaleOptions, objective_of, solve_transport
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.rows import with_cuts


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_family_solves_to_a_small_gap(name: str) -> None:
    model = FAMILIES[name](40, 160, 3)
    result = solve_transport(model, ScaleOptions(threads=1, gap=1e-3))
    assert objective_of(model, result.assigned_class, result.account, result.seats) == result.objective
    assert 0 <= result.gap <= 1e-3
    assert result.bound >= result.objective


def test_family_seeds_differ_and_repeat() -> None:
    one, same, other = (FAMILIES["tight"](40, 160, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.entry_value, same.entry_value)
    assert not np.array_equal(one.entry_value, other.entry_value)


@pytest.mark.parametrize("seed", range(4))
def test_three_oracles_without_rules_agree(seed: int) -> None:
    model = FAMILIES["tight"](60, 400, seed)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    ours = Lagrangian(structure, rows, 1, 1).solve(np.zeros(rows.n_rows, np.int64)).bound
    assert ours == dwelling_first.solve(model, dwelling_first.sorted_lists(model))
    assert ours == scipy_floor(model)[0]


@pytest.mark.parametrize("n", [1, 7, 40])
def test_assignment_files_are_read_and_solved(n: int) -> None:
    cost = np.random.default_rng(n).integers(1, 100, (n, n))
    text = f"{n}\n" + "\n".join(" ".join(map(str, row)) for row in cost)
    total, result = orlib.solve_assignment(orlib.read_assignment(text), ScaleOptions(threads=1))
    assert total == cost[linear_sum_assignment(cost)].sum()
    assert result.stop_reason == "proven"
    with pytest.raises(ValueError, match="numbers expected"):
        orlib.read_assignment(text + " 3")


def _generalised_by_milp(value: np.ndarray, resource: np.ndarray, capacity: np.ndarray) -> int:
    m, n = value.shape
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    x = [[h.addBinary() for _ in range(n)] for _ in range(m)]
    for j in range(n):
        h.addConstr(sum((x[i][j] for i in range(1, m)), x[0][j] + 0) == 1)
    for i in range(m):
        h.addConstr(sum((int(resource[i, j]) * x[i][j] for j in range(n)), 0 * x[i][0]) <= int(capacity[i]))
    h.maximize(sum((int(value[i, j]) * x[i][j] for i in range(m) for j in range(n)), 0 * x[0][0]))
    return round(h.getInfo().objective_function_value)


@pytest.mark.parametrize("seed", range(3))
def test_generalised_assignment_files_are_read_and_solved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = 3, 9
    value, resource = rng.integers(15, 26, (m, n)), rng.integers(5, 26, (m, n))
    capacity = np.full(m, int(0.9 * resource.mean() * n / m))
    rows = [f"{m} {n}", *(" ".join(map(str, row)) for row in (*value, *resource, capacity))]
    ((v, r, c),) = orlib.read_generalised("1\n" + "\n".join(rows))
    assert np.array_equal(v, value) and np.array_equal(r, resource) and np.array_equal(c, capacity)
    best = _generalised_by_milp(v, r, c)
    found, result = orlib.solve_generalised(v, r, c, ScaleOptions(threads=1))
    assert result.stop_reason == "proven" and found == best
    with pytest.raises(ValueError, match="in the middle"):
        orlib.read_generalised("2\n" + "\n".join(rows[:-1]))
