"""One case of the distinction: what its pricings may leave out, and where they begin."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from benchmarks.scale.again import again, new_week, pinned
from benchmarks.scale.raw_instances import RawTerritory, draw
from benchmarks.scale.simplified import build
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import ScaleOptions, ScaleResult, solve_transport
from optimizer.solve.transport.branch_and_bound import AssignmentTree
from optimizer.solve.transport.lagrangian import Lagrangian, LagrangianSolution
from optimizer.solve.transport.leases import cell_counts
from optimizer.solve.transport.node import AssignmentNode, NodeRelaxation

ONE = ScaleOptions(threads=1)


@cache
def year() -> tuple[RawTerritory, ScaleResult]:
    raw = draw(500, 1_600, tight=True)
    return raw, solve_transport(build(raw), ONE)


@pytest.mark.long
def test_only_what_will_be_divided_is_left_before_its_pricings_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The master, which never promises too much, says that the case stays open; priced to the end it does."""
    raw, earlier = year()
    left: list[bool] = []
    usual = NodeRelaxation.converge

    def converge(
        self: NodeRelaxation, node: AssignmentNode, *words: object, **named: bool
    ) -> LagrangianSolution | None:
        best = usual(self, node, *words, **named)  # type: ignore[arg-type]
        rough = self.roughly
        left.append(rough)
        if rough and best is not None:
            told = AssignmentNode(node.branches, best.multipliers, best.multipliers, best.price, own=True)
            end = usual(self, told, *words, to_the_end=True)  # type: ignore[arg-type]
            assert end is not None and not self.roughly
            assert end.bound <= best.bound and not self.closes(end)
        return best

    monkeypatch.setattr(NodeRelaxation, "converge", converge)
    for seed in (1, 2, 7):
        week, start = new_week(raw, earlier, seed)
        found = solve_transport(week, ONE, warm=start)
        assert found.stop_reason == "proven"
    assert any(left) and not all(left)


@pytest.mark.long
def test_a_new_case_begins_where_the_master_says_and_an_earlier_one_where_it_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = draw(3_224, 9_864, tight=True)
    earlier = solve_transport(build(raw), ONE)
    began: list[tuple[AssignmentNode, bool]] = []
    usual_case, usual_price = NodeRelaxation.converge, Lagrangian.solve
    waiting: list[AssignmentNode] = []

    def converge(
        self: NodeRelaxation, node: AssignmentNode, *words: object, **named: bool
    ) -> LagrangianSolution | None:
        waiting[:] = [node]
        return usual_case(self, node, *words, **named)  # type: ignore[arg-type]

    def price(self: Lagrangian, y, *words: int) -> LagrangianSolution:  # type: ignore[no-untyped-def]
        if waiting and len(y) == len(waiting[0].start):
            node = waiting.pop()
            began.append((node, bool((y == self.rows.clip(node.start / self.quantum, self.quantum)).all())))
        return usual_price(self, y, *words)

    monkeypatch.setattr(NodeRelaxation, "converge", converge)
    monkeypatch.setattr(Lagrangian, "solve", price)
    for name, model, start in again(raw, build(raw), earlier):
        assert solve_transport(model, ONE, warm=start).stop_reason == "proven", name
    assert any(node.own for node, _ in began), "cases of the earlier run"
    for node, same in began:
        assert same or (node.branches and not node.own)
    assert not all(same for _, same in began)


@pytest.mark.parametrize("seed", range(4))
def test_a_proof_that_prices_everything_to_the_end_says_the_same(
    seed: int,
) -> None:
    model = build(draw(300, 900 + 40 * seed, seed, tight=True))
    found = solve_transport(model, ONE)
    to_the_end = DEFAULT.having(nodes__sure=0.0, generation__promised=0.0)
    end = solve_transport(model, replace(ONE, policy=to_the_end))
    assert found.stop_reason == end.stop_reason == "proven" and found.objective == end.objective


@pytest.mark.long
def test_the_case_that_the_earlier_proposal_lies_in_is_treated_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order in which they were closed; a pin changes few counts."""
    raw = draw(3_224, 9_864, tight=True)
    earlier = solve_transport(build(raw), ONE)
    model, start = pinned(build(raw), earlier, 0.1)
    seen: list[list[int]] = []
    usual = AssignmentTree.explore

    def explore(tree: AssignmentTree) -> bool:
        held = tree.run.incumbent
        assert held is not None
        counts = tree.watched(cell_counts(tree.structure, held.leases), held.labels)
        order = [entry.node for entry in tree.tree]
        seen.append([tree.missed(one, counts) for one in order])
        return usual(tree)

    monkeypatch.setattr(AssignmentTree, "explore", explore)
    ends = []
    for leaves in (start.leaves, start.leaves[::-1]):
        found = solve_transport(model, ONE, warm=replace(start, leaves=leaves))
        assert found.stop_reason == "proven"
        ends.append(found.objective)
    assert len(seen) == 2 and ends[0] == ends[1]
    for counts in seen:
        assert counts == sorted(counts) and counts[0] < counts[-1]
