"""Cuts against every solution of tiny problems, in the bound, in the LP and in the tie stages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from optimizer import pipeline, synth
from optimizer.problem import evaluate, explicit
from optimizer.problem.model import RATE_UNIT, Problem
from optimizer.solve import Inner, SolveOptions, solve
from optimizer.solve.cuts.envelopes import Window
from optimizer.solve.cuts.mir import FINE, UNITS, Cut, Cuts, Shape, gains, leaning, owed
from optimizer.solve.highs_lp import run
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import NEVER, TEN, nothing, price_out
from optimizer.solve.proof.node import Formulation, Step
from optimizer.solve.relaxation.master import Master
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.watch import Watch
from tests.solve.oracle import best_of_all, binding, campaign, same, sharp, tiny
from tests.strategies import all_solutions


@cache
def department(seed: int) -> Problem:
    """Forty dwellings of a département with every rule in force."""
    case = synth.synthesize("doubs", dwellings=40, applications=200, seed=seed)
    return pipeline.prepare(case, accept_assumed=True).problem


def shares_alone(problem: Problem) -> Problem:
    """Its shares without play, and nothing limited: half a lease forgiven is half of what a whole lease is rounded to."""
    rows = (replace(r, play=0, price=0) if r.ceiling else replace(r, play=0) for r in problem.rows)
    return replace(problem, rows=tuple(rows))


def random_shape(n_rows: int, rng: np.random.Generator) -> Shape:
    """Any weights on any rows, any base: a cut holds whatever it is made of."""
    rows = sorted(rng.choice(n_rows, int(rng.integers(1, n_rows + 1)), replace=False).tolist())
    base = sorted(rng.choice(n_rows, int(rng.integers(1, n_rows + 1)), replace=False).tolist())
    unit = int(rng.choice(UNITS))
    weights = rng.integers(1, 5 if unit == RATE_UNIT else 2 * RATE_UNIT, len(rows)).tolist()
    return Shape(tuple(rows), tuple(weights), tuple(base), int(rng.integers(-unit, 2 * unit)), unit)


def test_no_solution_breaks_a_cut() -> None:
    checked = tight = 0
    for seed in campaign(600):
        rng = np.random.default_rng([seed, 5])
        problem = tiny(seed, dwellings=seed % 4, applications=(seed * 7) % 6)
        if not problem.rows:
            continue
        ask = (rng.integers(0, 2, len(problem.rows)) * RATE_UNIT * (seed % 3 == 0)).astype(np.int64)
        layout = lay_out(problem, ask)
        cuts = Cuts(layout)
        shapes = [*cuts.shapes, *(random_shape(len(problem.rows), rng) for _ in range(12))]
        for first in all_solutions(problem):
            found = evaluate(problem, first)
            short = np.maximum(0, found.asked + layout.ask - RATE_UNIT * found.num_run)
            use = np.bincount(layout.marking[first.kind], minlength=len(layout.marked)).astype(np.int64)
            for shape in shapes:
                den = int(use @ cuts.counted(shape.base))
                most = cuts.most(shape.base)
                assert den <= most
                held = sum(w * int(short[k]) for k, w in zip(shape.rows, shape.weights, strict=True))
                for at, low in ((most, False), (den, False), (den, True), (0, True)):
                    cut = cuts.cut(shape, at, low)
                    asked = cut.constant - int(cut.coef @ use)
                    assert held >= asked
                    tight += held == asked > 0
                    checked += 1
    assert checked > 1_000 and tight > 50


def test_three_times_a_row_says_that_a_third_of_each_further_lease_is_due() -> None:
    """35 % of 325 leases or more, in whole leases, is at least 114 and a third of each lease above 325; 20 more are 7."""
    problem = replace_rates(binding(3, 12, 20), 3500)
    cuts = Cuts(lay_out(problem))
    row = next(k for k in range(len(problem.rows)) if (cuts.den[k] > cuts.num[k]).any())
    cut = cuts.cut(Shape((row,), (3,), (row,), 3 * 3500, RATE_UNIT), 325, low=True)
    asks = [
        [(den, num) for num in range(den + 1) if 4 * cut.constant <= 4 * _counted(cuts, cut, row, den, num)]
        for den in range(325, 346)
    ]
    assert [min(num for _, num in some) for some in asks] == [
        114 - (-(den - 325) // 3) for den in range(325, 346)
    ]
    assert min(num for _, num in asks[-1]) == 121


def replace_rates(problem: Problem, rate: int) -> Problem:
    return replace(problem, rows=tuple(replace(row, rate=rate) for row in problem.rows))


def _counted(cuts: Cuts, cut: Cut, row: int, den: int, num: int) -> int:
    """What a cut's left side is worth for so many leases counted in a row, so many of them for it."""
    both = np.flatnonzero((cuts.den[row] > 0) & (cuts.num[row] > 0))
    only = np.flatnonzero((cuts.den[row] > 0) & (cuts.num[row] == 0))
    value = int(cut.coef[only[0]]) * (den - num)
    return value + (int(cut.coef[both[0]]) * num if len(both) else 0)


def test_rows_of_one_denominator_share_its_floor() -> None:
    shared = 0
    cuts = Cuts(lay_out(department(0)))
    for shape in cuts.shapes:
        for k in cuts.alike[shape.base[0]] if len(shape.base) == 1 else ():
            assert (cuts.den[k] == cuts.den[shape.base[0]]).all()
            (cut,) = cuts.lowest([shape], {k: 7})
            assert cut.low and cut.at == 7 and cut.shape.base == (k,)
            shared += k != shape.base[0]
    assert shared


def test_the_cap_counts_the_dwellings_with_a_column_in_the_base() -> None:
    for seed in campaign(300):
        problem = tiny(seed)
        columns = explicit(problem)
        layout = lay_out(problem)
        cuts = Cuts(layout)
        for k in range(len(problem.rows)):
            inside = columns.first & (cuts.den[k][layout.marking[columns.kind]] > 0)
            assert cuts.most((k,)) == len(np.unique(columns.dwelling[inside]))


def test_a_quarter_of_ten_leases_is_three() -> None:
    """Ten dwellings, one rule of a quarter: nine leases and two in num leave what is missing to three, not to 2.25."""
    problem = next(p for p in (tiny(seed, rows=1) for seed in range(50)) if p.rows and len(p.kinds.num))
    layout = lay_out(problem)
    layout.rate[0] = 2500
    cuts = Cuts(layout)
    cut = cuts.cut(Shape((0,), (1,), (0,), 2500, RATE_UNIT), 10)
    marking = int(np.flatnonzero(cuts.den[0] > 0)[0])
    in_num = int(cuts.num[0][marking])
    assert cut.constant == 5_000 * 3 - 2_500 * 10
    assert cut.coef[marking] == 5_000 * in_num - 2_500


def test_a_cut_only_bounds_cases_that_keep_its_cap_or_floor() -> None:
    problem = next(
        p for p in (sharp(seed) for seed in range(50)) if p.rows and Cuts(lay_out(p)).most((0,)) > 1
    )
    layout = lay_out(problem)
    formulation = Formulation(layout)
    shape = Shape((0,), (1,), (0,), int(layout.rate[0]), RATE_UNIT)
    most = formulation.cuts.most((0,))

    def priced(cut: Cut, *path: Step) -> None:
        price_out(layout, formulation, path, replace(nothing(layout), cuts={cut: 5}))

    low, high = (Step(0, Split("den", row=0, at=most - 2), side) for side in (False, True))
    priced(formulation.cuts.cut(shape, most))
    priced(formulation.cuts.cut(shape, most - 2), low)
    priced(formulation.cuts.cut(shape, most - 1, low=True), high)
    for cut, path in (
        (formulation.cuts.cut(shape, most - 1), ()),
        (formulation.cuts.cut(shape, most - 2), (high,)),
        (formulation.cuts.cut(shape, most - 3), (low,)),
        (formulation.cuts.cut(shape, 1, low=True), ()),
        (formulation.cuts.cut(shape, 1, low=True), (low,)),
        (formulation.cuts.cut(shape, most, low=True), (high,)),
    ):
        with pytest.raises(ValueError, match="cut"):
            priced(cut, *path)


def test_fractions_of_a_unit_go_to_the_weak_side() -> None:
    shape = Shape((0, 1), (RATE_UNIT, 2500), (0,), 7, FINE)
    coef = np.array([0, 1, -1, FINE, -FINE, 12_345_678], np.int64)
    cuts = {
        Cut(shape, 3, False, 12_345_679, coef): 3_000_000_001,
        Cut(replace(shape, times=8), 3, True, -5, coef): 7,
        Cut(replace(shape, unit=RATE_UNIT), 2, False, 11, coef // 7): 999_999_999,
    }
    scaled = {c: nu * (FINE // c.shape.unit) for c, nu in cuts.items()}
    exact = [sum(n * int(c.coef[t]) for c, n in scaled.items()) for t in range(len(coef))]
    assert gains(cuts).tolist() == [-(-x // RATE_UNIT) for x in exact]
    assert owed(cuts) == sum(n * c.constant for c, n in scaled.items()) // RATE_UNIT
    assert leaning(cuts)[1] == sum(n * 2500 for n in scaled.values())


@pytest.mark.parametrize("seed", [0, 1])
def test_cuts_close_most_of_the_gap_at_the_root(seed: int) -> None:
    problem = shares_alone(department(seed))
    layout = lay_out(problem)
    master = Master(layout, Formulation(layout))
    plain = master.solve((), Watch(), cutting=False)
    cut = master.solve((), Watch())
    best = solve(problem).objective
    assert plain is not None and cut is not None and not plain.multipliers.cuts
    assert 0 <= cut.priced.micropoints - best < (plain.priced.micropoints - best) // 3
    used = cut.multipliers.cuts
    assert {c.unit for c in used} == set(UNITS)
    assert any(len(c.rows) > 1 and c.unit == RATE_UNIT for c in master.cut_row)


@pytest.mark.parametrize("seed", [0, 1])
def test_cuts_lower_the_bound_where_half_a_lease_is_forgiven(seed: int) -> None:
    layout = lay_out(department(seed))
    master = Master(layout, Formulation(layout))
    plain = master.solve((), Watch(), cutting=False)
    cut = master.solve((), Watch())
    assert plain is not None and cut is not None and cut.multipliers.cuts
    twenty_points = 20 * 10**6
    assert cut.priced.micropoints < plain.priced.micropoints - twenty_points


@pytest.mark.parametrize("seed", [0, 1])
def test_what_cuts_and_rows_take_stays_below_the_price(seed: int) -> None:
    problem = department(seed)
    for node in solve(problem, SolveOptions(backend="highs")).certificate.nodes:
        if isinstance(node, Inner) or node.empty:
            continue
        for k, taken in leaning(dict(node.cuts)).items():
            own = node.rows.get(k, 0) + node.mir.get(k, 0)
            assert taken + own * RATE_UNIT <= problem.rows[k].price * 10_000 * RATE_UNIT


def test_rounded_duals_never_take_more_than_a_price() -> None:
    """Whatever the solver's duals are, the multipliers made of them are admissible."""
    layout = lay_out(department(0))
    master = Master(layout, Formulation(layout))
    master.solve((), Watch())
    rng = np.random.default_rng(3)
    for _ in range(20):
        answer = run(master.model)
        dual = rng.random(len(answer.row_dual)) * 4_000 * (rng.random(len(answer.row_dual)) < 0.5)
        m = master.multipliers((), replace(answer, row_dual=dual))
        assert m.cuts and (m.rows >= 0).all() and min(m.cuts.values()) >= 0
        for k, taken in leaning(m.cuts).items():
            assert taken + int(m.rows[k]) * RATE_UNIT <= int(layout.price[k]) * TEN * RATE_UNIT


@pytest.mark.long
def test_the_multipliers_shown_are_those_without_cuts() -> None:
    """A price per lease of one rule cannot be read from a sum of several rules."""
    problem = department(0)
    solved = solve(problem, SolveOptions(backend="highs"))
    layout = lay_out(problem)
    plain = Master(layout, Formulation(layout)).solve((), Watch(), cutting=False)
    assert plain is not None
    assert solved.multipliers.tolist() == plain.multipliers.rows.tolist()


@pytest.mark.long
def test_only_the_case_with_the_largest_bound_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is divided when its own bound is the largest: by then the rest may have closed it."""
    divided = []

    def divide(self: BranchAndBound, number: int) -> None:
        assert self.nodes[number].bound >= max((entry.bound for entry in self.tree), default=NEVER)
        divided.append(number)
        usual(self, number)

    usual = BranchAndBound.divide
    monkeypatch.setattr(BranchAndBound, "divide", divide)
    solved = solve(binding(12, 12, 12))
    assert solved.stop == "proven" and len(divided) > 20


@pytest.mark.long
def test_ties_among_optima_of_leaves_with_cuts_are_those_of_brute_force() -> None:
    cutting = 0
    for seed in campaign(600):
        problem = sharp(seed, dwellings=2 + seed % 3, applications=5)
        best = best_of_all(problem)
        if best is None:
            continue
        solved = solve(problem)
        cutting += any(not isinstance(n, Inner) and n.cuts for n in solved.certificate.nodes)
        assert solved.stop == "proven" and solved.objective == best[1]
        assert (solved.stages.seniority_days, solved.stages.lottery) == best[2:]
        assert same(solved.first, best[0])
    assert cutting >= 5


def test_what_rounding_took_too_much_is_given_back_in_a_step_of_the_steepest() -> None:
    """A step of a steep envelope takes thousands of micropoints of a price: it gives them back, not a slight cut by as many steps."""
    layout = lay_out(department(0))
    master = Master(layout, Formulation(layout))
    master.solve((), Watch())
    steep = master.formulation.envelopes.envelope(
        Window((0,), 1, 9, (0,), (9,)), np.array([300_000_000]), np.array([100_000]), 0
    )
    slight = master.formulation.cuts.cut(Shape((0,), (1,), (0,), 3_000, RATE_UNIT), 9)
    for each in (slight, steep):
        master.add_cut_row(each)
    master.open_cuts = {slight, steep}
    price = int(layout.price[0]) * TEN
    dual = np.zeros(master.model.getNumRow())
    half = (price // 2 // 30_000 + 0.6) / 1e6
    dual[master.cut_row[steep]] = half
    dual[master.cut_row[slight]] = price / 1e6 - half * 30_000
    m = master.multipliers((), replace(run(master.model), row_dual=dual))
    assert m.cuts[slight] == round(dual[master.cut_row[slight]] * 1e6)
    assert m.cuts[steep] == int(half * 1e6)
