"""The integer bound and the rounded row, against every solution of tiny problems."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimizer.problem import evaluate, explicit
from optimizer.problem.model import I64, RATE_UNIT, Problem
from optimizer.solve.cuts.mir import Cut, leaning
from optimizer.solve.grid import floor_to, grid
from optimizer.solve.incumbent import objective
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import NEVER, TEN, Multipliers, price_out
from optimizer.solve.proof.node import (
    Formulation,
    Path,
    Step,
    den_ceilings,
    den_floors,
    mir_row,
    restrictions,
)
from tests.campaign import few
from tests.solve.oracle import campaign, tiny
from tests.strategies import all_solutions


def random_path(problem: Problem, rng: np.random.Generator) -> Path:
    steps = []
    columns = explicit(problem)
    for node in range(int(rng.integers(0, 4))):
        on = str(rng.choice(["num", "den", "pair", "account"]))
        if on in ("num", "den"):
            priced = [k for k, r in enumerate(problem.rows) if r.price and r.rate]
            if not priced:
                continue
            split = Split(
                "num" if on == "num" else "den", row=int(rng.choice(priced)), at=int(rng.integers(0, 4))
            )
        else:
            if not len(columns):
                continue
            j = int(rng.integers(len(columns)))
            account = int(problem.kinds.account[columns.kind[j]])
            split = Split(
                "pair" if on == "pair" else "account",
                dwelling=int(columns.dwelling[j]),
                application=int(columns.app[j]),
                account=account,
            )
        steps.append(Step(node, split, bool(rng.random() < 0.5)))
    return tuple(steps)


def inside(problem: Problem, first, path: Path) -> bool:
    """Does a solution belong to the case? Read from its lines."""
    found = evaluate(problem, first)
    lines = {
        int(d): (int(a), int(problem.kinds.account[c]))
        for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)
    }
    for step in path:
        s = step.split
        if s.on in ("num", "den"):
            count = int((found.num_run if s.on == "num" else found.den_run)[s.row])
            holds = count >= s.at + 1
        elif s.on == "pair":
            holds = lines.get(s.dwelling) == (s.application, s.account)
        else:
            holds = s.dwelling in lines and lines[s.dwelling][1] == s.account
        if holds != step.high:
            return False
    return True


def random_multipliers(
    problem: Problem, formulation: Formulation, path: Path, rng: np.random.Generator
) -> Multipliers:
    price = np.array([r.price * 10_000 for r in problem.rows], np.int64)
    rows = (price * rng.random(len(price))).astype(np.int64) if len(price) else price
    floors = {s.split.row for s in path if s.split.on == "den" and s.high}
    mir = {k: int((price[k] - rows[k]) * rng.random()) for k in sorted(floors)}
    branch = {s.node: int(rng.integers(0, 10**9)) for s in path if s.split.on in ("num", "den")}
    prices = rng.integers(0, 10**9, len(problem.application_ids)) * (
        rng.random(len(problem.application_ids)) < 0.6
    )
    return Multipliers(
        rows, mir, branch, prices.astype(np.int64), random_cuts(price, rows, mir, formulation, path, rng)
    )


def random_cuts(
    price: I64, rows: I64, mir: dict[int, int], formulation: Formulation, path: Path, rng: np.random.Generator
) -> dict[Cut, int]:
    """Cuts that hold in the case, with what rows and rounded rows leave of the prices."""
    found: dict[Cut, int] = {}
    if not formulation.cuts.shapes or rng.random() < 0.3:
        return found
    for i in rng.integers(0, len(formulation.cuts.shapes), 3).tolist():
        shape = formulation.cuts.shapes[i]
        floor = max(den_floors(path).get(k, 0) for k in shape.base)
        cut = formulation.cuts.cut(shape, formulation.cuts.cap(shape.base, den_ceilings(path)))
        if floor and rng.random() < 0.5:
            cut = formulation.cuts.cut(shape, floor, low=True)
        taken = leaning(found)
        left = [
            ((int(price[k]) - int(rows[k]) - mir.get(k, 0)) * RATE_UNIT - taken.get(k, 0)) // share
            for k, share in cut.shares()
        ]
        if cut not in found and min(left) > 0:
            found[cut] = int(min(left) * rng.random())
    return found


def test_any_multipliers_bound_every_solution_of_the_case() -> None:
    checked = 0
    for seed in campaign(600, 10):
        rng = np.random.default_rng([seed, 1])
        problem = tiny(seed, dwellings=seed % 4, applications=(seed * 7) % 6)
        ask = (rng.integers(0, 2, len(problem.rows)) * RATE_UNIT * (seed % 3 == 0)).astype(np.int64)
        layout = lay_out(problem, ask)
        formulation = Formulation(layout)
        path = random_path(problem, rng)
        bounds = [
            price_out(layout, formulation, path, random_multipliers(problem, formulation, path, rng))
            for _ in range(3)
        ]
        for first in all_solutions(problem):
            if inside(problem, first, path):
                value = objective(layout, first)
                assert all(b.total is not None and value * TEN <= b.total for b in bounds)
                checked += 1
    assert checked > 500


def test_rounded_row_never_asks_more_than_the_real_shortfall() -> None:
    """s = max(0, rate·den + ask − num) satisfies s ≥ f (N − num) for every num ≤ den and den ≥ n: all small cases."""
    for rate, n, ask in itertools.product(
        (1, 2500, 3333, 5000, 6137, 9999, 10_000), range(7), (0, 4_000, 10_000)
    ):
        problem = tiny(1, rows=1)
        layout = lay_out(problem)
        object.__setattr__(layout, "rate", np.array([rate], np.int64))
        object.__setattr__(layout, "ask", np.array([ask], np.int64))
        cut = mir_row(layout, 0, n)
        tight = False
        for den in range(n, n + 5):
            for num in range(den + 1):
                short = max(0, rate * den + ask - RATE_UNIT * num)
                asked = cut.f * (cut.goal - num)
                assert asked <= short
                tight |= den == n and asked == short
        assert tight or rate * n + ask > RATE_UNIT * n


def test_rounded_row_is_wrong_below_its_floor() -> None:
    """The floor on den is needed: without it the rounded row cuts solutions off."""
    layout = lay_out(tiny(1, rows=1))
    object.__setattr__(layout, "rate", np.array([2500], np.int64))
    object.__setattr__(layout, "ask", np.zeros(1, np.int64))
    cut = mir_row(layout, 0, 5)
    assert cut.f * (cut.goal - 0) > max(0, 2500 * 1)


def test_truncated_entries_price_like_all_of_them() -> None:
    rng = np.random.default_rng(4)
    for seed in few(40):
        problem = tiny(seed, applications=30, dwellings=3, density=0.9)
        layout = lay_out(problem)
        price = np.zeros(30, np.int64)
        some = rng.permutation(30)[: layout.width]
        price[some] = rng.integers(1, 10**9, len(some))
        m = Multipliers(np.zeros(len(problem.rows), np.int64), {}, {}, price)
        cut = price_out(layout, Formulation(layout), (), m)
        object.__setattr__(layout, "cut", layout.full)
        assert cut.total == price_out(layout, Formulation(layout), (), m).total


def test_too_many_prices_fall_back_to_all_entries() -> None:
    layout = lay_out(tiny(4, applications=30, dwellings=2))
    assert layout.exact_for(layout.width)
    assert not layout.exact_for(layout.width + 1)


def test_grid_divides_every_objective_and_is_the_largest_on_plain_values() -> None:
    for seed in campaign(400):
        problem = tiny(seed)
        step = grid(lay_out(problem))
        assert all(
            evaluate(problem, first).objective % step == 0
            for first in itertools.islice(all_solutions(problem), 300)
        )


@pytest.mark.parametrize(("value", "step", "floored"), [(7, 5, 5), (-7, 5, -10), (10, 5, 10)])
def test_floor_to_the_grid(value: int, step: int, floored: int) -> None:
    assert floor_to(value, step) == floored


def test_a_case_that_leaves_a_pinned_dwelling_nobody_is_empty() -> None:
    for seed in few(200):
        problem = tiny(seed)
        must = [d for d in range(len(problem.dwelling_ids)) if problem.must_fill[problem.klass[d]]]
        if not must:
            continue
        layout = lay_out(problem)
        formulation = Formulation(layout)
        columns = formulation.columns(must[0])
        path = tuple(
            Step(i, Split("account", dwelling=must[0], account=r), False)
            for i, r in enumerate(sorted(set(columns.account.tolist())))
        )
        m = Multipliers(
            np.zeros(len(problem.rows), np.int64), {}, {}, np.zeros(len(problem.application_ids), np.int64)
        )
        priced = price_out(layout, formulation, path, m)
        assert priced.total is None and priced.micropoints == NEVER
        assert len(restrictions(path)[must[0]].banned_accounts) == len(path)
        return
    raise AssertionError("no pinned dwelling drawn")
