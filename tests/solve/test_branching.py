"""Divisions of the proof: the count that costs most, sides that start from their parent, a budget given back in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem.model import RATE_UNIT
from optimizer.solve import SolveOptions, solve
from optimizer.solve.driver import objective
from optimizer.solve.incumbent import Incumbent
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.proof.certificate import Inner, Split
from optimizer.solve.proof.dual_bound import nothing, price_out
from optimizer.solve.proof.node import Formulation, Step
from optimizer.solve.registry import Job
from optimizer.solve.relaxation.master import Master, NodeLP
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import Candidate, fractional_counts
from optimizer.solve.tree.pseudocosts import Pseudocosts, score
from optimizer.solve.watch import Watch
from tests.solve.oracle import binding, middle, rare
from tests.solve.test_cuts import department

TREE, BRANCHING = DEFAULT.tree, DEFAULT.branching


def prover_of(problem) -> BranchAndBound:
    layout = lay_out(problem)
    first = greedy(layout)
    start = Incumbent(layout, first, objective(layout, first))
    return Job(problem, layout, Formulation(layout), start, Watch()).prover


def root_of(prover: BranchAndBound):
    relaxed = prover.master.solve((), prover.watch)
    assert relaxed is not None and relaxed.settled
    return relaxed


def test_the_side_that_loses_less_decides() -> None:
    worth = [
        score(low, high, BRANCHING.dearer) for low, high in ((3.0, 4.0), (2.0, 9.0), (0.0, 15.0), (0.0, 8.0))
    ]
    assert worth == sorted(worth, reverse=True) and len(set(worth)) == 4


def test_what_trials_told_is_believed_after_a_few_and_scaled_by_distance() -> None:
    known: Pseudocosts[bool] = Pseudocosts(BRANCHING.reliable)
    assert known.expected(False, 0.25, 8.0) == 2.0 and not known.reliable((False, True))
    for _ in range(BRANCHING.reliable):
        known.learn(False, 0.25, 1.0)
        assert not known.reliable((False, True))
        known.learn(True, 0.75, 0.0)
    assert known.reliable((False, True))
    assert known.expected(False, 0.5, 8.0) == 2.0 and known.expected(True, 0.5, 8.0) == 0.0


def test_a_count_is_remembered_whatever_number_it_is_divided_at() -> None:
    one, other = (Candidate(Split("num", row=1, at=at), False, 0.5, 0.5, (8.0, 8.0)) for at in (2, 7))
    assert one.key(True) == other.key(True) != one.key(False)


def test_the_chosen_count_is_the_dearest_of_all_tried_to_the_end() -> None:
    checked = 0
    for seed in range(8):
        prover = prover_of(binding(seed, 14, 40))
        relaxed = root_of(prover)
        likely = list(fractional_counts(prover.master.formulation, (), relaxed))
        if not 1 < len(likely) <= 5:
            continue
        room = 10**15
        chosen = prover.brancher.choose((), relaxed, room)
        assert chosen is not None
        worth = {}
        for c in likely:
            sides = []
            for high in (False, True):
                value = prover.master.attempt((Step(-1, c.split, high),), relaxed.basis, 100_000)
                sides.append(max(0.0, value - relaxed.cost))
            worth[c.split] = score(*sides, BRANCHING.dearer)
        assert worth[chosen.candidate.split] >= max(worth.values()) - 1e-3
        checked += 1
    assert checked


def test_a_denominator_is_divided_on_once_and_rounds_each_row_that_has_it() -> None:
    layout = lay_out(department(0))
    formulation = Formulation(layout)
    cuts, none = formulation.cuts, np.zeros(len(layout.problem.rows))
    priced = price_out(layout, formulation, (), nothing(layout))
    half = NodeLP(nothing(layout), priced, np.zeros(0), none, none + 3.5, none, 0.0, True)
    likely = [c for c in fractional_counts(formulation, (), half) if c.split.on == "den"]
    names = [(c.rounds, *cuts.alike[c.split.row]) for c in likely]
    assert len(names) == len(set(names)) and any(len(name) > 2 for name in names)
    path = (Step(0, likely[0].split, True),)
    again = [c for c in fractional_counts(formulation, path, half) if c.rounds]
    assert likely[0].rounds and not {c.split.row for c in again} & set(cuts.alike[likely[0].split.row])
    held = 0
    for k in layout.active.tolist():
        for cut in cuts.rounded({k: 3}):
            (j,) = cut.rows
            assert j != k and j in cuts.alike[k]
            assert formulation.holds(cut, (Step(0, Split("den", row=k, at=2), True),))
            inside, outside = (int(cut.coef[(cuts.den[j] > 0) & (cuts.num[j] == n)][0]) for n in (1, 0))
            left = [
                max(0, int(layout.rate[j]) * d + int(layout.ask[j]) - RATE_UNIT * m)
                + inside * m
                + outside * (d - m)
                for d in range(3, 15)
                for m in range(d + 1)
            ]
            assert min(left) >= cut.constant
            held += min(left) == cut.constant
    assert held


def test_a_side_solved_from_its_parents_basis_has_the_same_bound() -> None:
    for seed in range(4):
        problem = binding(seed, 14, 40)
        prover = prover_of(problem)
        relaxed = root_of(prover)
        chosen = prover.brancher.choose((), relaxed, 10**15)
        if chosen is None:
            continue
        for high in (False, True):
            path = (Step(0, chosen.candidate.split, high),)
            warm = prover.master.solve(path, prover.watch, basis=relaxed.basis)
            layout = lay_out(problem)
            cold = Master(layout, Formulation(layout)).solve(path, prover.watch)
            assert abs(warm.priced.micropoints - cold.priced.micropoints) <= 1_000


@pytest.mark.long
def test_a_root_without_its_slack_rows_of_lists_has_the_same_solution_and_its_sides_the_same_bounds() -> None:
    policy = DEFAULT.having(relaxation__assigned_from=1)
    gone = came_back = 0
    for seed in range(6):
        problem = middle(seed, 30, 60, orders=6.0)
        layout = lay_out(problem)
        master = Master(layout, Formulation(layout, policy))
        relaxed = master.solve((), Watch())
        assert relaxed is not None and relaxed.settled
        counts = list(fractional_counts(master.formulation, (), relaxed))
        paths = [(Step(0, c.split, high),) for c in counts[:4] for high in (False, True)]
        # rows of counts, households, rounded rows and single dwellings stand behind those of lists, and must be found again
        master.explode(int(np.argmax([len(layout.members(k)) for k in range(len(problem.class_menu))])))
        for path in paths:
            master.solve(path, Watch(), basis=relaxed.basis)
        held = len(master.order_row)
        light = master.lighten(relaxed)
        gone += held - len(master.order_row)
        again = master.solve((), Watch(), basis=light.basis)
        assert again is not None and abs(again.cost - relaxed.cost) < 1e-6
        before = len(master.order_row)
        for path in paths:
            warm = master.solve(path, Watch(), basis=light.basis)
            cold = Master(layout, Formulation(layout, policy)).solve(path, Watch())
            assert abs(warm.priced.micropoints - cold.priced.micropoints) <= 1_000
        came_back += len(master.order_row) - before
    assert gone and came_back


def test_proofs_of_binding_rules_stay_small() -> None:
    sizes = []
    for seed in range(6):
        solved = solve(binding(seed, 20, 60))
        assert solved.stop == "proven"
        sizes.append(sum(isinstance(node, Inner) for node in solved.certificate.nodes))
    assert max(sizes) <= 30


def test_a_budget_is_given_back_only_when_the_pace_is_far_too_slow() -> None:
    prover = prover_of(binding(0, 12, 30))
    value = prover.incumbent.objective
    seen, margin = TREE.pace_from, int(TREE.pace_margin)
    n, budget = 2 * seen, 8 * seen  # two doublings left

    def pace(gap: int, gained: int) -> bool:
        prover.pace.seen = np.linspace(value + gap + 2 * gained, value + gap, n + 1).astype(np.int64).tolist()
        return prover.stalled(budget)

    assert pace(gap=2 * margin * 1_000 + 100, gained=1_000)
    assert not pace(gap=2 * margin * 1_000 - 100, gained=1_000)
    prover.pace.seen = [value + 10**9] * (seen - 1)
    assert not prover.stalled(budget)


def test_a_pace_is_judged_sooner_where_a_node_is_dear_and_a_budget_of_work_ends_a_tree() -> None:
    prover = prover_of(binding(0, 12, 30))
    value, pace = prover.incumbent.objective, prover.pace
    few = TREE.pace_from // 10
    for solved in range(few + 1):
        pace.note(solved, value + 10**9, 10**12 if solved <= 1 else 10**12 + TREE.pace_work - 1)
    assert not prover.stalled(10 * few)  # what the root took is not counted
    pace.note(few + 1, value + 10**9, 10**12 + TREE.pace_work)
    assert prover.stalled(10 * few)
    falling = np.linspace(value + 10**9, value + 10**7, few + 2).astype(np.int64).tolist()
    pace.seen = falling
    assert not prover.stalled(10 * few)
    pace.note(few + 2, value + 10**7, 10**12 + TREE.work - 1)
    assert not pace.spent
    pace.note(few + 3, value + 10**7, 10**12 + TREE.work)
    assert pace.spent and prover.given_up(10**9)


def test_a_tree_whose_work_is_spent_says_so_and_keeps_its_bound() -> None:
    short = SolveOptions(backend="scale", policy=DEFAULT.having(tree__work=1))
    solved = next(s for s in (solve(binding(k, 20, 60), short) for k in range(30)) if s.notes)
    assert any("budget of work is spent" in note for note in solved.notes)
    assert solved.stop == "gap" and solved.bound > solved.objective
    again = solve(binding(0, 20, 60), short)
    once = solve(binding(0, 20, 60), replace(short, threads=2))
    assert (again.bound, again.objective) == (once.bound, once.objective)


@pytest.mark.long
def test_a_tree_that_stalls_says_so_and_keeps_its_bound() -> None:
    hasty = SolveOptions(backend="scale", policy=DEFAULT.having(tree__pace_from=2, tree__pace_margin=0))
    solved = next(s for s in (solve(binding(k, 20, 60), hasty) for k in range(30)) if s.notes)
    assert any("at its pace" in note for note in solved.notes)
    assert solved.stop == "gap" and solved.bound > solved.objective


def test_what_the_best_proposal_closes_is_published_as_one_leaf() -> None:
    prover = prover_of(binding(0, 20, 60))
    prover.run(3_000)
    proof = prover.proof()
    assert prover.done and len(prover.nodes) > 10
    assert len(proof.nodes) == 1 and proof.bound == prover.incumbent.objective


@pytest.mark.long
def test_published_multipliers_bear_the_numbers_of_the_published_nodes() -> None:
    sizes = set()
    for seed in range(12):
        prover = prover_of(rare(seed, 16, 50))
        prover.run(3_000)
        proof = prover.proof()
        sizes.add(len(prover.nodes) - len(proof.nodes))
        waiting: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
        while waiting:
            i, above = waiting.pop()
            node = proof.nodes[i]
            if isinstance(node, Inner):
                waiting += [(side, above | {i}) for side in (node.low, node.high)]
            else:
                assert set(node.branch) <= above
    assert max(sizes) > 0


def test_cases_beyond_those_that_may_wait_are_divided_at_once() -> None:
    usual = solve(rare(10, 20, 60))
    held = solve(rare(10, 20, 60), SolveOptions(policy=DEFAULT.having(tree__waiting=2)))
    assert held.stop == usual.stop == "proven" and held.objective == usual.objective
    assert held.certificate.nodes != usual.certificate.nodes  # some cases did not wait
    assert held.first.app.tolist() == usual.first.app.tolist()
