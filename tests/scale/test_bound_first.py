"""A run that is asked for its bound alone: as near as asked of what its multipliers can say, whatever its own proposal is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.scale.families import FAMILIES
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import ScaleOptions, bound_of, objective_of, solve_transport

ASKED = 1e-4


@pytest.mark.parametrize("seed", range(2))
def test_the_bound_is_as_near_the_best_as_asked(seed: int) -> None:
    model = FAMILIES["full_like"](300, 1_500, seed)
    options = ScaleOptions(gap=ASKED, threads=1, max_leaves=0, cuts=False, bound_first=True)
    found, best = (solve_transport(model, x) for x in (options, replace(options, gap=ASKED / 1_000)))
    assert found.iterations < best.iterations
    assert best.bound <= found.bound <= best.bound * (1 + ASKED)
    assert bound_of(model, found.certificate) // found.certificate.quantum <= found.bound
    counted = objective_of(model, found.assigned_class, found.account, found.seats)
    assert counted == found.objective <= best.bound


@pytest.mark.long
def test_a_pilot_begins_it_so_that_few_pricings_are_left() -> None:
    model = FAMILIES["full_like"](150, 750, 0)
    options = ScaleOptions(gap=ASKED, threads=1, max_leaves=0, cuts=False)
    alone = solve_transport(model, replace(options, bound_first=True))
    assert "pilot" in alone.timings_s
    assert alone.iterations < solve_transport(model, options).iterations


def test_only_above_some_dwellings_are_assignments_recombined_for_it() -> None:
    model = FAMILIES["full_like"](300, 1_500, 1)
    policies = (DEFAULT, DEFAULT.having(primal__recombined_from=0))
    plain, recombined = (
        solve_transport(
            model,
            ScaleOptions(gap=ASKED, threads=1, max_leaves=0, cuts=False, bound_first=True, policy=policy),
        )
        for policy in policies
    )
    assert plain.bound == recombined.bound
    assert plain.objective < recombined.objective
