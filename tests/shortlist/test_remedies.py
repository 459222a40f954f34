"""What would help a row that stays short: the least costly of all single exchanges, and what it gives up most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import InvalidSolution, evaluate
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import FirstRanks, Problem
from optimizer.results import unmet
from optimizer.shortlist.remedies import add_remedies
from optimizer.solve import solve
from tests.campaign import few
from tests.strategies import Shape, all_solutions, random_problem

SHAPE = Shape(
    dwellings=3, applications=5, density=0.9, empty_menu=0.0, pins=0.0, orders=0.2, rows=6, seats=0.6
)
Lines = set[tuple[int, int, int]]


def lines_of(first: FirstRanks) -> Lines:
    return set(zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True))


def single_exchanges(problem: Problem, first: FirstRanks) -> list[tuple[int, FirstRanks]]:
    """All solutions that differ in the first rank of one dwelling, which somebody has, and that dwelling."""
    now, found = lines_of(first), []
    for other in all_solutions(problem):
        changed = lines_of(other) - now
        if len(changed) != 1:
            continue
        d = next(iter(changed))[0]
        if {x for x in now if x[0] != d} != lines_of(other) - changed:
            continue
        try:
            evaluate(problem, other)
        except InvalidSolution:
            continue
        found.append((d, other))
    return found


def worth(problem: Problem, first: FirstRanks, d: int) -> tuple[int, int]:
    """Hundredths of the first rank of a dwelling: cotation (a seat's median), and the rest."""
    at = np.flatnonzero(first.dwelling == d)
    if not len(at):
        return 0, 0
    app, kind = int(first.app[at[0]]), int(first.kind[at[0]])
    if app >= 0:
        entry = int(entries_of_pairs(problem, np.array([d], np.int32), np.array([app], np.int32))[0])
        whole = (
            int(problem.values(np.array([entry]))[0]) + int(problem.bonus[d]) + int(problem.kinds.value[kind])
        )
        score = int(problem.entry_score[entry])
        return score, whole - score - problem.fill_value
    seat = np.flatnonzero((problem.seats.klass == problem.klass[d]) & (problem.seats.kind == kind))[0]
    return int(problem.seats.value[seat]) - problem.fill_value, 0


@pytest.mark.long
def test_the_remedy_is_the_cheapest_of_all_single_exchanges_and_names_what_it_costs_most() -> None:
    helped = paid_by_rule = paid_by_points = none = 0
    for seed in few(120, 30):
        problem = random_problem(np.random.default_rng(9_100 + seed), SHAPE)
        rows = (replace(r, rate=9_000, price=300 * (1 + i % 3 * 9)) for i, r in enumerate(problem.rows))
        problem = replace(problem, rows=tuple(rows))
        solved = solve(problem)
        first, counted = solved.first, evaluate(problem, solved.first)
        table = add_remedies(unmet(problem, solved), problem, first, counted)
        exchanges = single_exchanges(problem, first)
        for line in table.itertuples():
            k = next(i for i, r in enumerate(problem.rows) if (r.rule, r.scope) == (line.rule, line.scope))
            ceiling = problem.rows[k].ceiling
            costs = []
            for d, other in exchanges:
                after = evaluate(problem, other)
                helps = (
                    after.asked[k] - 10_000 * after.num_run[k]
                    < counted.asked[k] - 10_000 * counted.num_run[k]
                    if ceiling
                    else after.num_run[k] > counted.num_run[k]
                )
                if helps:
                    costs.append((counted.objective - after.objective, d, other, after))
            if not costs:
                assert line.helped == "no"
                none += 1
                continue
            least = min(cost for cost, *_ in costs)
            if least == 0:
                assert line.helped == ""
                continue
            assert line.helped == "yes"
            helped += 1
            # of those that cost the same on that dwelling and account, one gives up what is named, and nothing more
            d = problem.dwelling_ids.tolist().index(line.exchange_dwelling)
            account = problem.accounts.index(line.exchange_account)
            right = False
            for cost, home, other, after in costs:
                kind = int(other.kind[other.dwelling == home][0])
                if (cost, home, int(problem.kinds.account[kind])) != (least, d, account):
                    continue
                was, now = worth(problem, first, d), worth(problem, other, d)
                lost = {"score": (was[0] - now[0]) * 10_000, "value": (was[1] - now[1]) * 10_000}
                for j, row in enumerate(problem.rows):
                    if j != k:
                        lost[f"{row.rule} {row.scope}"] = row.price * int(
                            after.shortfall[j] - counted.shortfall[j]
                        )
                named = f"{line.pays_rule} {line.pays_scope}" if line.pays == "rule" else line.pays
                right |= lost[named] == max(lost.values())
            assert right
            paid_by_rule += line.pays == "rule"
            paid_by_points += line.pays != "rule"
            at = np.flatnonzero(first.dwelling == d)
            assert line.exchange_moves == (
                not len(at) or int(problem.kinds.account[first.kind[at[0]]]) != account
            )
    assert helped > 12 and paid_by_rule and paid_by_points and none
