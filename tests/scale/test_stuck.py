"""The kernel's tree keeps what it has proven: sides that are priced worse, and nodes that leave nothing to divide."""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.scale.raw_instances import draw
from benchmarks.scale.simplified import build
from optimizer.solve.transport import LabelledTransport, ScaleOptions, solve_transport
from optimizer.solve.transport.branch_and_bound import AssignmentTree, Stuck
from optimizer.solve.transport.lagrangian import LagrangianSolution
from optimizer.solve.transport.model import Branch
from optimizer.solve.transport.node import AssignmentNode
from optimizer.solve.transport.primal_schedule import NodeHeuristics
from optimizer.solve.tree.best_first import HeapEntry


@cache
def year(dwellings: int, seed: int) -> LabelledTransport:
    return build(draw(dwellings, 5 * dwellings // 2, seed, tight=True))


def test_a_side_proves_no_less_than_what_it_is_a_side_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node begins where the master says and may end above its parent; what is published must not."""
    seen: dict[tuple[Branch, ...], int] = {}
    told: list[int] = []
    worse: list[bool] = []
    usual_treat, usual_told = AssignmentTree.treat, AssignmentNode.told

    def treat(self: AssignmentTree, entry: HeapEntry[AssignmentNode, int]) -> bool:
        branches = entry.node.branches
        assert all(seen[branches[:n]] >= entry.bound for n in range(len(branches)))
        seen[branches] = entry.bound
        done = usual_treat(self, entry)
        told.append(self.bound)
        return done

    def known(self: AssignmentNode, best: LagrangianSolution) -> AssignmentNode:
        worse.append(best.bound > self.bound)
        return usual_told(self, best)

    monkeypatch.setattr(AssignmentTree, "treat", treat)
    monkeypatch.setattr(AssignmentNode, "told", known)
    for most in (3, 9, 20):
        seen.clear()
        told.clear()
        found = solve_transport(year(40, 11), ScaleOptions(threads=1, max_leaves=most))
        assert told == sorted(told, reverse=True) and found.bound == told[-1]
    assert found.stop_reason == "proven" and any(worse)


def test_a_node_that_leaves_nothing_to_divide_stays_in_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are treated all the same."""
    usual, treated = AssignmentTree.divide, []
    best = solve_transport(year(40, 11), ScaleOptions(threads=1))

    def divide(
        self: AssignmentTree, node: AssignmentNode, best: LagrangianSolution, *, cells_too: bool
    ) -> bool:
        treated.append(node.branches)
        side = node.branches[-1:]
        return not (len(side) == 1 == len(node.branches) and side[0].at_least) and usual(
            self, node, best, cells_too=cells_too
        )

    monkeypatch.setattr(AssignmentTree, "divide", divide)
    monkeypatch.setattr(AssignmentTree, "search_near", lambda *_, **__: False)
    monkeypatch.setattr(NodeHeuristics, "shake", lambda *_: None)
    found = solve_transport(year(40, 11), ScaleOptions(threads=1))
    assert found.stop_reason == "iteration_limit" and found.objective <= best.objective < found.bound
    assert len(found.leaves) > 2 and any(len(branches) > 1 for branches in treated)


def test_such_a_node_is_looked_at_again_once_another_has_brought_a_better_proposal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual, order = AssignmentTree.treat_node, []

    def treat(self: AssignmentTree, node: AssignmentNode) -> bool:
        order.append(node.branches)
        if len(order) != 2:
            return usual(self, node)
        assert self.run.incumbent is not None
        self.stuck.append(Stuck(node, self.run.incumbent.objective - 1))
        return True

    monkeypatch.setattr(AssignmentTree, "treat_node", treat)
    found = solve_transport(year(40, 11), ScaleOptions(threads=1))
    assert found.stop_reason == "proven" and len(order) > 3
    assert order.count(order[1]) == 2 and order.index(order[2]) < len(order) - order[::-1].index(order[1])


@pytest.mark.parametrize(
    ("dwellings", "seed", "best"),
    [(40, 5, 45_656), (40, 29, 46_816), (40, 38, 44_231), (100, 2, 115_860)],
)
def test_where_everything_is_whole_a_wider_search_ends_the_proof(
    dwellings: int, seed: int, best: int
) -> None:
    """Nothing was left to divide in these years, up to 37 points from their bound, and the proof was given up after a tenth of a second."""
    found = solve_transport(build(draw(dwellings, 5 * dwellings, seed, tight=True)), ScaleOptions(threads=1))
    assert found.stop_reason == "proven" and found.bound == found.objective == best


def test_rounded_multipliers_leave_no_gap_of_their_own() -> None:
    """With 256 steps in a point the bound stood .8 above its linear program, and a tree of 44 nodes did not end in half a minute."""
    found = solve_transport(build(draw(500, 5_000, 44, tight=True)), ScaleOptions(threads=1))
    assert found.stop_reason == "proven" and found.objective == 628_022 and len(found.leaves) < 10
