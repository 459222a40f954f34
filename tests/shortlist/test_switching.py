"""What another account costs: the exact exchange is never below the true loss, nor the bound of the prices above it."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.problem import InvalidSolution, evaluate
from optimizer.problem.model import FirstRanks, Problem
from optimizer.shortlist.explanations import price_classes
from optimizer.shortlist.switching import UNKNOWN, switch_costs
from optimizer.solve import solve
from tests.campaign import few
from tests.strategies import all_solutions, random_problem


def holds(problem: Problem, first: FirstRanks) -> bool:
    """No pin broken, no réservataire's order passed over."""
    try:
        evaluate(problem, first)
    except InvalidSolution:
        return False
    return True


def best_on(problem: Problem, d: int, account: int) -> int | None:
    """Best objective of all solutions that put the dwelling on the account, one by one."""
    found = []
    for first in all_solutions(problem):
        at = np.flatnonzero(first.dwelling == d)
        if len(at) and int(problem.kinds.account[first.kind[at[0]]]) == account and holds(problem, first):
            found.append(evaluate(problem, first).objective)
    return max(found, default=None)


def kept_but(problem: Problem, first: FirstRanks, d: int) -> list[FirstRanks]:
    """All solutions that keep every first rank but that of one dwelling, and give it to someone."""
    rest = {
        (x, a, k)
        for x, a, k in zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
        if x != d
    }
    found = []
    for other in all_solutions(problem):
        lines = set(zip(other.dwelling.tolist(), other.app.tolist(), other.kind.tolist(), strict=True))
        if (
            rest <= lines
            and len(lines) == len(rest) + 1
            and d in other.dwelling.tolist()
            and holds(problem, other)
        ):
            found.append(other)
    return found


@pytest.mark.long
def test_the_exchange_is_the_best_of_all_that_keep_the_other_first_ranks() -> None:
    met = 0
    for seed in few(60, 20):
        problem = random_problem(np.random.default_rng(7_000 + seed), dwellings=3, applications=5)
        solved = solve(problem)
        counted = evaluate(problem, solved.first)
        for d in range(len(problem.dwelling_ids)):
            if problem.klass[d] < 0:
                continue
            for r in range(len(problem.accounts)):
                one = np.array([d], np.int32), np.array([r], np.int32)
                cost = int(switch_costs(problem, solved.first, counted, *one)[0])
                kept = [
                    evaluate(problem, x).objective
                    for x in kept_but(problem, solved.first, d)
                    if int(problem.kinds.account[x.kind[x.dwelling == d][0]]) == r
                ]
                assert (cost == UNKNOWN) == (not kept)
                if kept:
                    met += 1
                    assert cost == -(-(solved.objective - max(kept)) // 10_000)
                    best = best_on(problem, d, r)
                    assert best is not None and solved.objective - best <= cost * 10_000
    assert met > 100


def test_prices_bound_the_loss_from_below() -> None:
    met = 0
    for seed in few(40):
        problem = random_problem(np.random.default_rng(8_000 + seed), dwellings=3, applications=5)
        solved = solve(problem)
        prices = price_classes(problem, solved.multipliers, solved.prices)
        for d, r, least in _lower_bounds(problem, solved.first, solved.objective, prices):
            best = best_on(problem, d, r)
            if best is not None:
                met += least > 0
                assert least * 10_000 <= solved.objective - best
    assert met > 10


def _lower_bounds(problem, first, objective, prices):
    from types import SimpleNamespace

    from optimizer.shortlist.orientation import losses

    n = len(problem.application_ids)
    nobody = np.zeros(n, bool)
    people = SimpleNamespace(dalo=nobody, priority_any=nobody, monthly_income_cents=np.zeros(n, np.int64))
    counted = evaluate(problem, first)
    choices = losses(
        problem, SimpleNamespace(applications=people), prices, first, counted,
        exchanges=np.zeros(len(problem.dwelling_ids), bool),
    )  # fmt: skip
    return list(zip(choices.dwelling.tolist(), choices.account.tolist(), choices.loss.tolist(), strict=True))
