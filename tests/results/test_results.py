"""The table of the rules, the expected gauge and the reasons of a shortfall, against plain counting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from optimizer.problem import evaluate, explicit
from optimizer.problem.model import RATE_UNIT, Problem
from optimizer.results import expected_nums, marginal_points, rules_table, unmet
from optimizer.results.rules import COLUMNS
from optimizer.results.shortfalls import supply_of
from optimizer.solve import solve
from optimizer.solve.incumbent import objective
from optimizer.solve.layout import lay_out
from tests.campaign import few
from tests.solve.oracle import campaign, middle, tiny
from tests.strategies import all_solutions


def test_table_is_the_recount_of_the_proposal() -> None:
    problem = middle(2, 12, 60)
    solved = solve(problem)
    table = rules_table(problem, solved)
    found = evaluate(problem, solved.first)
    assert list(table.columns) == list(COLUMNS)
    assert table["num_run"].tolist() == found.num_run.tolist()
    assert table["den_run"].tolist() == found.den_run.tolist()
    assert [Fraction(str(s)) * RATE_UNIT for s in table["shortfall"]] == found.shortfall.tolist()
    value = sum(
        Fraction(str(p)) * Fraction(str(s)) for p, s in zip(table["price"], table["shortfall"], strict=True)
    )
    assert Fraction(found.value, 100) - value == Fraction(found.objective, 10**6)


def test_marginal_points_equal_brute_force_on_small_cases() -> None:
    priced = 0
    for seed in campaign(300):
        problem = tiny(seed, dwellings=seed % 5)
        solved = solve(problem)
        for k, marginal in enumerate(marginal_points(problem, solved)):
            ask = np.zeros(len(problem.rows), np.int64)
            ask[k] = RATE_UNIT
            layout = lay_out(problem, ask)
            best = max(objective(layout, first) for first in all_solutions(problem))
            assert marginal == best - solved.objective <= 0
            priced += marginal < 0
    assert priced > 0


def test_marginal_points_above_the_small_size_come_from_the_multipliers() -> None:
    problem = middle(5, 30, 90)
    solved = solve(problem)
    found = evaluate(problem, solved.first)
    for k, marginal in enumerate(marginal_points(problem, solved)):
        spare = RATE_UNIT * int(found.num_run[k]) + problem.rows[k].play - int(found.asked[k])
        assert marginal in (0, -int(solved.multipliers[k]))
        assert spare < RATE_UNIT or marginal == 0


@dataclass(frozen=True)
class Lines:
    dwelling: np.ndarray
    rank: np.ndarray
    app: np.ndarray
    kind: np.ndarray


def test_expected_counts_are_the_probability_that_each_rank_signs() -> None:
    problem = middle(6, 10, 50)
    columns = explicit(problem)
    rng = np.random.default_rng(0)
    acceptance = rng.integers(0, 10_001, 50).astype(np.int64)
    chosen = np.sort(rng.permutation(len(columns))[:40])
    kind, app, dwelling = columns.kind[chosen], columns.app[chosen], columns.dwelling[chosen]
    rank = np.arange(40) - np.searchsorted(dwelling, dwelling) + 1
    got = expected_nums(problem, Lines(dwelling, rank, app, kind), acceptance)
    want = [Fraction(0)] * len(problem.rows)
    for d in sorted(set(dwelling.tolist())):
        left = Fraction(1)
        for j in np.flatnonzero(dwelling == d).tolist():
            p = Fraction(int(acceptance[app[j]]), 10_000) if app[j] >= 0 else Fraction(1)
            for i in range(int(problem.kinds.ptr[kind[j]]), int(problem.kinds.ptr[kind[j] + 1])):
                want[int(problem.kinds.row[i])] += left * p * int(problem.kinds.num[i])
            left *= 1 - p
    assert np.allclose(got, [float(w) for w in want], rtol=0, atol=6e-5)


def test_everybody_accepting_gives_the_counts_of_the_run() -> None:
    problem = middle(6, 10, 50)
    first = solve(problem).first
    rank = np.ones(len(first), np.int32)
    sure = np.full(len(problem.application_ids), 10_000, np.int64)
    got = expected_nums(problem, Lines(first.dwelling, rank, first.app, first.kind), sure)
    assert got.tolist() == evaluate(problem, first).num_run.tolist()


def most_by_hand(problem: Problem, k: int) -> int:
    """Largest number of first ranks counting in num of row k at once, by trying sets of columns."""
    columns = explicit(problem)
    kinds = problem.kinds
    counts = [
        any(kinds.row[i] == k and kinds.num[i] for i in range(int(kinds.ptr[c]), int(kinds.ptr[c + 1])))
        for c in range(len(kinds))
    ]
    good = {
        (int(d), int(a))
        for d, a, c in zip(columns.dwelling, columns.app, columns.kind, strict=True)
        if counts[c]
    }
    for size in range(min(len(good), len(problem.dwelling_ids)), 0, -1):
        for picked in combinations(sorted(good), size):
            apps = [a for _, a in picked if a >= 0]
            if len({d for d, _ in picked}) == size and len(set(apps)) == len(apps):
                return size
    return 0


def test_supply_is_what_could_be_proposed_at_most() -> None:
    some = 0
    for seed in campaign(300, 10):
        problem = tiny(seed, dwellings=seed % 4, applications=seed % 5)
        for k in range(len(problem.rows)):
            most = supply_of(problem, k).most
            assert most == most_by_hand(problem, k)
            some += bool(most)
    assert some > 10


def test_unmet_rows_say_how_many_leases_and_why() -> None:
    seen = 0
    for seed in few(40):
        problem = tiny(seed)
        problem = replace(problem, rows=tuple(replace(r, rate=10_000, price=100_000) for r in problem.rows))
        solved = solve(problem)
        found = evaluate(problem, solved.first)
        table = unmet(problem, solved)
        short = [k for k in range(len(problem.rows)) if found.shortfall[k]]
        assert table["missing_whole"].tolist() == [-(-int(found.shortfall[k]) // RATE_UNIT) for k in short]
        for line, k in zip(table.itertuples(), short, strict=True):
            held = int(found.num_run[k]) + problem.rows[k].play / RATE_UNIT
            assert line.rate_that_holds * int(found.den_run[k]) <= held + 1e-9
            assert line.most_possible >= int(found.num_run[k])
            assert line.reason_fr and line.reason_en
            seen += 1
    assert seen > 0


def test_a_row_that_limits_says_the_least_share_that_these_proposals_keep_to() -> None:
    """What the row may not have is its rate: with the share told no lease is too many, with a ten-thousandth less some are."""
    seen = 0
    for seed in few(40):
        problem = tiny(seed)
        rows = tuple(replace(r, rate=9_000, price=100_000, play=3_000, ceiling=True) for r in problem.rows)
        problem = replace(problem, rows=rows)
        solved = solve(problem)
        found = evaluate(problem, solved.first)
        for line in unmet(problem, solved).itertuples():
            (k,) = (i for i, r in enumerate(rows) if (r.rule, r.scope) == (line.rule, line.scope))
            num, den = int(found.num_run[k]), int(found.den_run[k])
            share = round(line.rate_that_holds * RATE_UNIT)
            assert line.reason == "above" and line.limits and 1_000 < share <= RATE_UNIT
            assert (den - num) * RATE_UNIT - 3_000 <= share * den
            assert (den - num) * RATE_UNIT - 3_000 > (share - 1) * den
            seen += 1
    assert seen > 0


def test_where_all_there_is_has_been_proposed_the_reason_says_how_much_that_is() -> None:
    problem = tiny(20)
    problem = replace(problem, rows=tuple(replace(r, rate=10_000, price=100_000) for r in problem.rows))
    line = next(unmet(problem, solve(problem)).itertuples())
    assert line.reason == "all_proposed" and line.most_possible > 0
    assert f"{line.most_possible} au plus ({line.eligible_applications} demande" in line.reason_fr
    assert f"{line.most_possible} at most ({line.eligible_applications} eligible" in line.reason_en
