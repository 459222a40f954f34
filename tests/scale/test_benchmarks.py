"""Every benchmark family builds and solves small; oracles without rules agree. Untimed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale import dwelling_first
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


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_three_oracles_without_rules_agree(seed: int) -> None:
    model = FAMILIES["tight"](60, 400, seed)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    ours = Lagrangian(structure, rows, 1, 1).solve(np.zeros(rows.n_rows, np.int64)).bound
    assert ours == dwelling_first.solve(model, dwelling_first.sorted_lists(model))
    assert ours == scipy_floor(model)[0]
