"""Chains solved: against a flow without rules, against everything tried with rules, longer never worse, zero as before."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from optimizer import pipeline
from optimizer.chains import UNBOUNDED
from optimizer.problem import InvalidSolution, evaluate, explicit
from optimizer.problem.model import FirstRanks
from optimizer.solve import SolveOptions, solve
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.certificate import Inner
from optimizer.solve.proof.dual_bound import HUNDREDTH
from optimizer.solve.proof.node import Formulation
from optimizer.solve.relaxation.chain_auction import clear
from optimizer.solve.relaxation.first_pairs import cheapest_kinds
from optimizer.solve.relaxation.master import Master
from optimizer.solve.ties.columns import columns_of_leaf, view
from optimizer.solve.watch import Watch
from tests.chains.towns import FREE, WILLING, read, town
from tests.chains.trying import everything


def problem_of(folder: Path, chains: int, changes: dict[str, object]) -> pipeline.Prepared:
    return pipeline.prepare(read(folder, changes), chains=chains)


def circulation(prepared: pipeline.Prepared) -> int:
    """Most value, in hundredths, of a flow in which a tenant who moves opens its own dwelling: an oracle without rows."""
    problem, home = prepared.problem, prepared.facts.dwellings
    columns = explicit(problem)
    best: dict[tuple[int, int], int] = {}
    for d, a, value in zip(
        columns.dwelling.tolist(), columns.app.tolist(), columns.value.tolist(), strict=True
    ):
        best[d, a] = max(value, best.get((d, a), value))
    graph = nx.DiGraph()
    for d in range(len(problem.dwelling_ids)):
        tenant = int(home.tenant[d])
        # a vacant dwelling comes from the source, a freed one from the household that leaves it
        graph.add_edge("source" if tenant < 0 else f"gone {tenant}", f"d{d}", capacity=1, weight=0)
    for (d, a), value in best.items():
        graph.add_edge(f"d{d}", f"a{a}", capacity=1, weight=-value)
        graph.add_edge(f"a{a}", f"gone {a}", capacity=1, weight=0)
        graph.add_edge(f"gone {a}", "sink", capacity=1, weight=0)
    graph.add_edge("sink", "source", capacity=len(problem.dwelling_ids), weight=0)
    flow = nx.min_cost_flow(nx.DiGraph(graph))
    return -int(nx.cost_of_flow(graph, flow))


@pytest.mark.parametrize("seed", range(3))
def test_without_rules_chains_of_any_length_are_a_circulation(tmp_path: Path, seed: int):
    folder = town(tmp_path / "case", seed, vacant=2, tenants=5, newcomers=5)
    prepared = problem_of(folder, UNBOUNDED, {**FREE, **WILLING})
    assert prepared.facts.dwellings.freed.sum() == 5
    found = solve(prepared.problem, SolveOptions(backend="highs"))
    assert found.stop == "proven" and found.objective == circulation(prepared) * 10_000


@pytest.mark.parametrize(("seed", "chains"), [(2, 2), (3, UNBOUNDED)])
def test_with_rules_nothing_tried_is_better(tmp_path: Path, seed: int, chains: int):
    folder = town(tmp_path / "case", seed, tenants=2, newcomers=2)
    problem = problem_of(folder, chains, WILLING).problem
    found = solve(problem, SolveOptions(backend="highs"))
    assert found.stop == "proven" and found.objective == found.bound == everything(problem)


@pytest.mark.parametrize("backend", ["cpsat", "pulp"])
def test_the_other_exact_backends_end_with_the_same_first_ranks(tmp_path: Path, backend: str):
    problem = problem_of(town(tmp_path / "case", 7, tenants=4), 1, {**FREE, **WILLING}).problem
    one, other = (solve(problem, SolveOptions(backend=name)) for name in ("highs", backend))
    assert one.objective == other.objective and other.stop == "proven"
    assert all(
        np.array_equal(a, b)
        for a, b in zip(vars(one.first).values(), vars(other.first).values(), strict=True)
    )


@pytest.mark.parametrize(("seed", "chains", "rules"), [(2, 1, FREE), (16, 2, {})])
def test_a_proof_divided_on_who_leaves_ends_where_another_solver_does(
    tmp_path: Path, seed: int, chains: int, rules: dict[str, object]
):
    folder = town(tmp_path / "case", seed, vacant=3, tenants=6, newcomers=3)
    problem = problem_of(folder, chains, {**rules, **WILLING}).problem
    found, other = (solve(problem, SolveOptions(backend=name)) for name in ("highs", "pulp"))
    nodes = found.certificate.nodes
    assert any(isinstance(node, Inner) and node.split.on == "departure" for node in nodes)
    assert found.stop == "proven" and found.objective == other.objective
    # who is in an optimum is left by both reasons for which a column is gone
    layout, first = lay_out(problem), found.first
    formulation = Formulation(layout)
    relaxed = Master(layout, formulation).solve((), Watch())
    assert relaxed is not None
    root = view(layout, formulation, (), relaxed.multipliers, found.objective)
    assert root is not None and root.other is not None and root.other.priced.total == root.priced.total
    left = columns_of_leaf(layout, root)
    assert left is not None
    columns = set(zip(left.dwelling.tolist(), left.app.tolist(), left.kind.tolist(), strict=True))
    assert columns.issuperset(
        zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
    )


@pytest.mark.parametrize(("chains", "tenants"), [(2, 6), (UNBOUNDED, 5), (1, 0)])
def test_an_auction_of_chains_holds_their_links_and_without_any_is_an_assignment(
    tmp_path: Path, chains: int, tenants: int
):
    folder = town(tmp_path / "case", 2, vacant=3, tenants=tenants, newcomers=6 - tenants // 2)
    problem = problem_of(folder, chains, {**FREE, **WILLING}).problem
    layout = lay_out(problem)
    cost = -problem.kinds.value * HUNDREDTH
    cleared = clear(layout, cost, 1, 10_000)
    full, held = layout.full, cleared.held
    kind = cheapest_kinds(full.key[held], layout.option_ptr, layout.option_kind, cost)
    klass = np.searchsorted(full.ptr, held, side="right") - 1
    taken = [layout.members(k)[: (klass == k).sum()] for k in np.unique(klass).tolist()]
    order = np.argsort(np.concatenate(taken))
    dwelling, app = np.concatenate(taken)[order], full.app[np.sort(held)][order]
    found = evaluate(problem, FirstRanks(dwelling, app, kind[np.argsort(held)][order]))
    best = solve(problem, SolveOptions(backend="highs")).objective
    assert found.objective <= best
    # a step of a hundredth for each dwelling is what an auction may lose; tenants who leave make it a guess
    assert found.objective >= (best - 3 * 10_000 if not tenants else best // 2)


@pytest.mark.long
def test_longer_chains_are_never_worse_and_some_are_better(tmp_path: Path):
    folder = town(tmp_path / "case", 1)
    values = [
        solve(
            problem_of(folder, chains, {**FREE, **WILLING}).problem, SolveOptions(backend="highs")
        ).objective
        for chains in (0, 1, 2, UNBOUNDED)
    ]
    assert values == sorted(values) and values[-1] > values[0]


def test_a_freed_dwelling_is_let_only_if_its_tenant_goes(tmp_path: Path):
    prepared = problem_of(town(tmp_path / "case", 3), 1, {**FREE, **WILLING})
    problem, home = prepared.problem, prepared.facts.dwellings
    columns = explicit(problem)
    freed = int(np.flatnonzero(home.freed)[0])
    j = int(np.flatnonzero((columns.dwelling == freed) & (columns.app != home.tenant[freed]))[0])
    alone = FirstRanks(columns.dwelling[[j]], columns.app[[j]], columns.kind[[j]])
    with pytest.raises(InvalidSolution):
        evaluate(problem, alone)
