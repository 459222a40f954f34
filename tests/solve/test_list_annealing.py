"""Local search where the réservataires' orders are lists: every order is kept, never better than what rows prove, mostly as good."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.problem import build, evaluate, own_lists
from optimizer.problem.model import FirstRanks, Problem
from optimizer.solve import SolveOptions, solve
from optimizer.solve.layout import Layout, lay_out
from optimizer.solve.parts.components import parts_of
from optimizer.solve.policy import DEFAULT
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.primal.list_annealing import COLUMNS, annealed_on_lists, pieces
from optimizer.solve.primal.one_by_one import improved
from optimizer.solve.primal.own_lists import served
from optimizer.solve.proof.dual_bound import Multipliers
from tests.problem.random_cases import random_ready

WIDE = DEFAULT.having(lists__loss=1 << 40, lists__households=20, lists__steps=2_000).lists
"""Every pair is looked at."""
PIECES = DEFAULT.having(lists__loss=1 << 40, lists__households=20, lists__steps=2_000, lists__piece=2).lists
"""The same, two dwellings or so at a time."""


def nothing(problem: Problem) -> Multipliers:
    rows, people = len(problem.rows), len(problem.application_ids)
    return Multipliers(np.zeros(rows, np.int64), {}, {}, np.zeros(people, np.int64))


def found(layout: Layout, first: FirstRanks, parts: list[np.ndarray], threads: int = 1) -> FirstRanks:
    lists = layout.problem.own_lists
    assert lists is not None
    return annealed_on_lists(layout, lists, nothing(layout.problem), first, parts, WIDE, threads)


@pytest.mark.long
def test_orders_are_kept_and_what_rows_prove_is_met(monkeypatch):
    gained = met = many = several = cut = 0
    for seed in (0, 4, 6, 8, 13):
        case, facts, scores, rules, written = random_ready(seed)
        if written.must_fill.any() or not len(facts.nominations):
            continue
        with monkeypatch.context() as patch:
            patch.setattr(own_lists, "WRITTEN", -1)
            problem = build(case, facts, scores, rules)
        assert problem.own_lists is not None
        layout = lay_out(problem)
        first = served(problem, problem.own_lists, greedy(layout))
        every = np.arange(len(problem.class_menu))
        better = found(layout, first, [every])
        for name in COLUMNS:
            assert getattr(better, name).tolist() == getattr(found(layout, first, [every]), name).tolist()
        # refused where an order is passed over
        value = evaluate(problem, better).objective
        best = solve(written, SolveOptions()).objective
        assert evaluate(problem, first).objective <= value <= best
        many, met = many + 1, met + (value == best)
        gained += value > evaluate(problem, first).objective
        # and a part of which nothing can be let
        parts = [*(part.classes for part in parts_of(problem)), np.zeros(0, np.int64)]
        alone, beside = (found(layout, first, parts, threads) for threads in (1, 2))
        for name in COLUMNS:
            assert getattr(alone, name).tolist() == getattr(beside, name).tolist()
        assert evaluate(problem, first).objective <= evaluate(problem, alone).objective <= best
        one, two = (improved(problem, problem.own_lists, first, parts, threads) for threads in (1, 2))
        for name in COLUMNS:
            assert getattr(one, name).tolist() == getattr(two, name).tolist()
        several += len(parts) > 2
        bits = annealed_on_lists(layout, problem.own_lists, nothing(problem), first, [every], PIECES)
        # refused where an order is passed over, by a dwelling of another piece too
        assert evaluate(problem, first).objective <= evaluate(problem, bits).objective <= best
        cut += len(pieces(np.diff(layout.member_ptr), PIECES.piece)) > 1
        halted = annealed_on_lists(
            layout, problem.own_lists, nothing(problem), first, parts, WIDE, stopped=lambda: True
        )
        assert halted.app.tolist() == first.app.tolist() and halted.kind.tolist() == first.kind.tolist()
    assert cut and several and many >= 3 and met >= many - 1 and gained >= 1, (many, met, gained, several)
