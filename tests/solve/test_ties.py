"""The tie stages where brute force cannot go: their model holds every optimum, their search equals a general MIP."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from optimizer import pipeline, synth
from optimizer.problem import evaluate
from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.solve import Solved, SolveOptions, solve
from optimizer.solve.cuts.mir import leaning
from optimizer.solve.driver import tied_at
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.proof.dual_bound import TEN
from optimizer.solve.proof.node import den_floors, mir_row
from optimizer.solve.ties import branch_and_bound as tie_search
from optimizer.solve.ties import stages as ties
from optimizer.solve.ties.branch_and_bound import Search, narrow
from optimizer.solve.ties.columns import LeafView, columns_of_leaf
from optimizer.solve.ties.model import TieModel, lower_hull, tie_model
from optimizer.solve.ties.stage_lp import StageProgram
from optimizer.solve.watch import Watch
from tests.solve.oracle import binding, campaign, rare, same


class Case:
    """One solved problem with what its tie stages were given."""

    layout: Layout
    leaves: list[LeafView]
    known: FirstRanks
    step: int
    solved: Solved


@cache
def department(dwellings: int, applications: int, seed: int) -> Problem:
    case = synth.synthesize("doubs", dwellings=dwellings, applications=applications, seed=seed)
    return pipeline.prepare(case, accept_assumed=True).problem


@cache
def commission() -> tuple[Problem, Case]:
    """Thirty dwellings, whose draw needs counts to be divided."""
    problem = department(30, 120, 1)
    return problem, tied(problem)


def tied(problem: Problem) -> Case:
    """Solve, and keep what `break_ties` is called with."""
    kept = Case()
    usual = ties.break_ties

    def keep(
        layout: Layout,
        leaves: list[LeafView],
        known: FirstRanks,
        step: int,
        watch: Watch,
        policy: SearchPolicy,
    ) -> ties.Tied | None:
        kept.layout, kept.leaves, kept.known, kept.step = layout, leaves, known, step
        return usual(layout, leaves, known, step, watch, policy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tied_at.__globals__, "break_ties", keep)
        kept.solved = solve(problem, SolveOptions(backend="highs", threads=1))
    return kept


def models(case: Case) -> list[tuple[LeafView, TieModel]]:
    found = []
    for leaf in case.leaves:
        columns = columns_of_leaf(case.layout, leaf)
        assert columns is not None
        model = tie_model(case.layout, columns, leaf, case.step)
        if model is not None:
            found.append((leaf, model))
    return found


def random_problems(n: int) -> list[Problem]:
    """Problems whose rules bind and round, so that leaves have cuts, floors and splits."""
    kinds = (binding, rare)
    return [kinds[s % 2](20_000 + s, 6 + s % 14, 30 + 10 * (s % 9)) for s in campaign(n)]


@pytest.mark.long
def test_the_model_of_a_leaf_holds_the_optimum_and_its_limits_do_not_cut_it() -> None:
    held = 0
    for problem in random_problems(300):
        case = tied(problem)
        if case.solved.stop != "proven":
            continue
        inside = 0
        for _, model in models(case):
            chosen = ties.candidates_of_known(problem, model.found, case.solved.first)
            if chosen is None:
                continue
            inside += 1
            counts = model.inside[:, model.kind[chosen]].sum(1)
            assert (counts >= model.low).all() and (counts <= model.high).all()
            low, high = counts.copy(), counts.copy()
            assert narrow(model, low, high), "whole counts of an optimum contradict a row"
            assert (low == counts).all() and (high == counts).all()
        assert inside >= 1
        held += inside
    assert held >= 10


def test_tables_hold_the_pairs_that_lose_no_more_than_the_slack_and_no_others() -> None:
    seen = 0
    for problem in random_problems(120):
        case = tied(problem)
        for leaf, model in models(case):
            m, floors = leaf.multipliers, den_floors(leaf.path)
            slack = leaf.slack + len(problem.dwelling_ids)
            taken = leaning(m.cuts)
            # a row whose rate goes by place is no table of two counts
            uniform = [k for k in case.layout.active.tolist() if case.layout.uniform[k]]
            for k, table in zip(uniform, model.tables, strict=True):
                lam, nu = int(m.rows[k]) * TEN, m.mir.get(k, 0) * TEN
                short = int(case.layout.price[k]) * TEN * TEN - lam - nu - taken.get(k, 0)
                for den, least, most in zip(table.den, table.least, table.most, strict=True):
                    target = int(case.layout.ask[k]) + int(case.layout.rate[k]) * int(den)
                    for num in range(int(least) - 2, int(most) + 3):
                        missing = target - RATE_UNIT * num
                        lost = [short * max(0, missing), lam * max(0, -missing)]
                        if k in floors and nu:
                            cut = mir_row(case.layout, k, floors[k])
                            lost.append(nu * (max(0, missing) - cut.f * (cut.goal - num)))
                        fits = all(x <= slack * RATE_UNIT for x in lost)
                        seen += fits
                        if least <= num <= most:
                            assert fits
                        elif 0 <= num <= den and model.low[table.n] <= num <= model.high[table.n]:
                            assert not fits or table.n == table.d
    assert seen > 500


def test_the_hull_is_the_largest_convex_line_below_the_points() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        den = np.unique(rng.integers(0, 40, 12)).astype(np.int64)
        points = rng.integers(-20, 20, len(den)).astype(np.int64)
        corners = lower_hull(den, points)
        assert corners[0] == (den[0], points[0]) and corners[-1] == (den[-1], points[-1])
        x, y = np.array([c[0] for c in corners]), np.array([c[1] for c in corners])
        assert (np.interp(den, x, y) <= points + 1e-9).all()
        assert (np.diff(np.diff(y) / np.diff(x)) > 0).all()
        assert all((a, b) in set(zip(den.tolist(), points.tolist(), strict=True)) for a, b in corners)


def against_a_general_mip(problems: list[Problem]) -> tuple[int, int]:
    """(problems checked, cases of the search that were divided)."""
    checked = divided = 0
    solve_case = Search.solve

    def counted(self: Search, case: tie_search.Case) -> object:
        nonlocal divided
        divided += case.basis is not None
        return solve_case(self, case)

    for problem in problems:
        case = tied(problem)
        if case.solved.stages.unique is None:
            continue
        best: tuple[int, int] | None = None
        for _, model in models(case):
            field = ties.LeafInPlay(model, np.ones(len(model.found), bool), None)
            days = _days(problem, field)
            program = StageProgram(model, days, [model.identity], field.alive, Watch())
            first = program.finish(model.low, model.high, field.alive, np.zeros(0, np.int64))
            if first.chosen is None:
                continue
            drawn = ties.lottery_gain(ties.Means(problem, Watch(), 0, DEFAULT), field)
            lines = [model.identity, ties.stage_row(model, days, first.gain)]
            program = StageProgram(model, drawn, lines, field.alive, Watch())
            second = program.finish(model.low, model.high, field.alive, np.zeros(0, np.int64))
            assert second.chosen is not None
            best = max(best or (-1, -1), (first.gain, second.gain))
        assert best == (case.solved.stages.seniority_days, case.solved.stages.lottery)
        checked += 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Search, "solve", counted)
            again = ties.break_ties(case.layout, case.leaves, case.known, case.step, Watch())
        assert again is not None and same(again.first, case.solved.first)
    return checked, divided


def test_the_search_finds_what_a_general_mip_finds() -> None:
    checked, _ = against_a_general_mip(random_problems(60))
    assert checked >= 2


@pytest.mark.soak
def test_a_divided_search_finds_what_a_general_mip_finds() -> None:
    checked, divided = against_a_general_mip([department(30, 120, 1), department(40, 160, 1)])
    assert checked == 2 and divided > 0


def _days(problem: Problem, field: ties.LeafInPlay) -> ties.Gain:
    return ties.seniority_gain(ties.Means(problem, Watch(), 0, DEFAULT), field)


@pytest.mark.long
def test_a_departments_commission_names_one_proposal_whatever_is_known_at_first() -> None:
    problem, case = commission()
    assert case.solved.stop == "proven" and case.solved.stages.unique is True
    assert "ties" not in " ".join(case.solved.notes)
    assert evaluate(problem, case.solved.first).objective == case.solved.objective
    # the answer itself as what is known, and no optimum of the leaf known at all
    for known in (case.solved.first, case.known):
        again = ties.break_ties(case.layout, case.leaves, known, case.step, Watch())
        assert again is not None and again.short == 0 and same(again.first, case.solved.first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ties, "candidates_of_known", lambda *_: None)
        again = ties.break_ties(case.layout, case.leaves, case.known, case.step, Watch())
    assert again is not None and same(again.first, case.solved.first)


@pytest.mark.long
def test_a_draw_that_is_given_up_says_by_how_much() -> None:
    problem = department(30, 120, 3)
    best = solve(problem)
    solved = solve(problem, SolveOptions(backend="highs", policy=DEFAULT.having(ties__left=0)))
    assert solved.objective == best.objective and solved.stop == "proven"
    (note,) = [n for n in solved.notes if n.startswith("the draw")]
    short = int(note.split(" left ")[1].split()[0])
    assert short > 0 and solved.stages.unique is None
    assert solved.stages.seniority_days == best.stages.seniority_days
    assert solved.stages.lottery <= best.stages.lottery <= solved.stages.lottery + short
    assert evaluate(problem, solved.first).objective == solved.objective
