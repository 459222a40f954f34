"""Prices from the best assignment: tight against every assignment one by one, and the same proofs as without them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.solve import Solved, SolveOptions, solve
from optimizer.solve.incumbent import Incumbent, objective
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.primal.annealing import annealed, choices_near
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.proof.certificate import Inner
from optimizer.solve.proof.dual_bound import HUNDREDTH, TEN, Multipliers, constant, kind_costs, price_out
from optimizer.solve.proof.node import Formulation
from optimizer.solve.registry import Job
from optimizer.solve.relaxation import subproblem
from optimizer.solve.search.annealing import anneal
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.diving import improve
from optimizer.solve.search.plunging import plunge
from optimizer.solve.watch import Watch
from tests.solve.oracle import binding, campaign, listed, rare, tiny
from tests.strategies import all_solutions

EVERYWHERE = DEFAULT.having(relaxation__assigned_from=1)
"""Nodes of any size are priced by assignments."""


def asked(layout, rng: np.random.Generator) -> Multipliers:
    """Some multipliers no rule forbids."""
    price = layout.price * TEN
    rows = np.where(layout.rate > 0, (price * rng.choice([0.0, 0.02, 0.3, 1.0], len(price))), 0)
    return Multipliers(rows.astype(np.int64), {}, {}, np.zeros(len(layout.problem.application_ids), np.int64))


@pytest.mark.long
def test_the_prices_bound_what_the_best_assignment_is_worth_and_no_more() -> None:
    """Weak duality holds for any prices; these meet the best of all assignments, listed one by one."""
    seen = 0
    for seed in listed(1_500):
        problem = tiny(seed, orders=0.0)
        layout = lay_out(problem)
        made = subproblem.subproblem_of(layout, EVERYWHERE)
        solutions = list(all_solutions(problem))
        if made is None or not solutions:
            continue
        m = asked(layout, np.random.default_rng(seed))
        cost = kind_costs(layout, (), m)
        worth = []
        for first in solutions:
            paid = sum(int(cost[k]) for k in first.kind.tolist())
            # what a kind adds is taken off its cost already
            added = int(problem.kinds.value[first.kind].sum())
            worth.append((evaluate(problem, first).value - added) * HUNDREDTH - paid)
        near = np.random.default_rng(seed).integers(-(10**9), 10**9, len(problem.class_menu))
        for start in (None, near):
            found = made.assign(cost, start)
            priced = price_out(layout, Formulation(layout), (), replace(m, prices=found.prices))
            assert priced.total is not None
            bound = priced.total - constant(layout, (), m)
            slack = len(problem.dwelling_ids) * (TEN + TEN // subproblem.QUANTUM + 1) + 1
            assert max(worth) <= bound <= max(worth) + slack
            seen += 1
    assert seen > 100


def starts_of(pricer, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What each pricing from now on starts from."""
    began: list[object] = []
    price = pricer.price
    monkeypatch.setattr(pricer, "price", lambda *given: began.append(pricer.last) or price(*given))
    return began


def test_an_answer_is_reached_from_the_nearest_one_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was asked in between, and with the bound that a subproblem without any memory has."""
    seen = 0
    for seed in campaign(200):
        problem = binding(seed, 9, 14)
        layout = lay_out(problem)
        made, fresh = (
            subproblem.subproblem_of(layout, EVERYWHERE),
            subproblem.subproblem_of(layout, EVERYWHERE),
        )
        if made is None or fresh is None:
            continue
        rng = np.random.default_rng(seed)
        here, there = (asked(layout, rng) for _ in range(2))
        near = replace(here, rows=np.minimum(here.rows + 3, layout.price * TEN * (layout.rate > 0)))
        costs = [kind_costs(layout, (), m) for m in (here, there, near)]
        began = starts_of(made.pricer, monkeypatch)
        answers = []
        for cost in costs:
            found = made.assign(cost)
            answers.append(made.pricer.last)
        known = made.known[1:][::-1]
        apart = [one.apart(made.known[0].credit) for one in known]
        assert began[0] is None and began[1] is answers[0]
        assert began[2] is answers[int(np.argmin(apart))] or apart[0] == apart[1]
        seen += began[2] is answers[0] and apart[0] < apart[1]
        bounds = [
            price_out(layout, Formulation(layout), (), replace(near, prices=one.prices)).total
            for one in (found, fresh.assign(costs[2]))
        ]
        slack = len(problem.dwelling_ids) * (TEN + TEN // subproblem.QUANTUM + 1) + 1
        assert abs(bounds[0] - bounds[1]) <= slack
    assert seen > 5


def test_the_columns_are_pairs_that_may_be_first_ranks() -> None:
    seen = 0
    for seed in campaign(300):
        # an assignment knows no réservataire's order: what one forbids is the LP's business
        problem = tiny(seed, orders=0.0)
        layout = lay_out(problem)
        made = subproblem.subproblem_of(layout, EVERYWHERE)
        if made is None:
            continue
        cost = kind_costs(layout, (), asked(layout, np.random.default_rng(seed)))
        named = {
            (int(problem.klass[d]), int(a), int(k))
            for first in all_solutions(problem)
            for d, a, k in zip(first.dwelling, first.app, first.kind, strict=True)
        }
        for klass, app, kind, value in made.assign(cost).columns:
            assert not named or (klass, app, kind) in named
            seen += bool(named)
            entries = problem.entries_of(int(np.flatnonzero(problem.klass == klass)[0]))
            at = entries.start + int(np.flatnonzero(problem.entry_app[entries] == app)[0])
            assert value * MICRO_PER_HUNDREDTH == int(problem.values(np.array([at]))[0]) * MICRO_PER_HUNDREDTH
    assert seen > 10


def proven(problem, policy: SearchPolicy = DEFAULT) -> Solved:
    found = solve(problem, SolveOptions(backend="highs", policy=policy))
    assert found.stop == "proven"
    return found


@pytest.mark.parametrize("make", [tiny, lambda s: binding(s, 9, 14), lambda s: rare(s, 12, 16)])
@pytest.mark.long
def test_a_proof_by_assignments_ends_at_the_same_proposal(make) -> None:
    branched = 0
    for seed in campaign(200):
        problem = make(seed)
        plain = proven(problem)
        priced = proven(problem, EVERYWHERE)
        assert priced.objective == plain.objective
        assert [x.tolist() for x in (priced.first.dwelling, priced.first.app, priced.first.kind)] == [
            x.tolist() for x in (plain.first.dwelling, plain.first.app, plain.first.kind)
        ]
        branched += any(isinstance(node, Inner) for node in priced.certificate.nodes)
    assert branched or make is tiny


def begun(problem: Problem, policy: SearchPolicy) -> BranchAndBound:
    """A tree over a greedy proposal whose root is bounded."""
    layout = lay_out(problem)
    first = greedy(layout)
    start = Incumbent(layout, first, objective(layout, first))
    prover = Job(problem, layout, Formulation(layout, policy), start, Watch()).prover
    prover.run(1)
    return prover


def test_annealing_betters_a_proposal_near_the_root_and_says_the_same_twice() -> None:
    policy = EVERYWHERE.having(annealing__least=1, annealing__steps=500)
    better = 0
    for seed in range(4):
        problem = binding(seed, 16, 30)
        prover = begun(problem, policy)
        start = prover.incumbent
        layout = prover.layout
        root, held = prover.root, start.objective
        if root is None or prover.done:
            continue
        land = choices_near(layout, root.multipliers, root.priced, start.first, policy.annealing)
        made, again = (annealed(layout, land, start.first, seed, policy.annealing) for _ in "ab")
        assert [made.dwelling.tolist(), made.app.tolist()] == [again.dwelling.tolist(), again.app.tolist()]
        assert (
            objective(layout, made) >= held
        )  # raises on an order passed over or a dwelling left empty that must be filled
        better += objective(layout, made) > held
    assert better


def test_a_plunge_or_local_search_leaves_a_tree_that_still_proves() -> None:
    policy = EVERYWHERE.having(annealing__least=1, annealing__steps=200)
    better = {plunge: 0, anneal: 0}
    for seed in range(6):
        problem = binding(seed, 16, 30)
        prover = begun(problem, policy)
        start = prover.incumbent
        before = start.objective
        way = plunge if seed % 2 else anneal
        found = way(prover)
        better[way] += found
        assert start.objective > before if found else start.objective == before
        open_ones = [entry.node for entry in prover.tree]
        assert len(open_ones) == len(set(open_ones))
        prover.run(4_000)
        assert prover.done and start.objective == proven(problem).objective
    assert all(better.values())


def test_a_way_down_before_local_search_bounds_few_sides_forgets_its_trials_and_leaves_a_tree_that_still_proves() -> (
    None
):
    better, bounded = 0, {1e9: 0, -1e9: 0}
    for seed, doubt in product(range(3), bounded):
        policy = EVERYWHERE.having(
            annealing__least=1, annealing__steps=200, tree__plunged_first=(1, 100), tree__plunge_doubt=doubt
        )
        problem = binding(seed, 16, 30)
        prover = begun(problem, policy)
        start = prover.incumbent
        known, before = prover.brancher.pseudocosts.copy(), start.objective
        better += improve(prover)
        assert start.objective >= before and prover.brancher.pseudocosts == known
        bounded[doubt] += prover.solved
        prover.run(4_000)
        assert prover.done and start.objective == proven(problem).objective
    assert better and bounded[1e9] < bounded[-1e9], "one side of a division, or both"
