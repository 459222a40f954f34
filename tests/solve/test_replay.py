"""The tree of an earlier run taken over: its cases are closed again without solving any, and one of no use is let go."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer import pipeline, synth
from optimizer.errors import AttrifluxError
from optimizer.problem.model import Problem
from optimizer.runs.earlier import read_earlier
from optimizer.solve import Earlier, Solved, SolveOptions, solve
from optimizer.solve.driver import start_of
from optimizer.solve.layout import lay_out
from optimizer.solve.proof.certificate import Inner, Leaf, Node
from optimizer.solve.proof.node import Formulation
from optimizer.solve.registry import Job
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.replay import replay
from optimizer.solve.warm_start import Closed, Division, place
from optimizer.solve.watch import Watch


@cache
def commission(dwellings: int, applications: int, seed: int) -> tuple[Problem, Solved]:
    case = synth.synthesize("doubs", dwellings=dwellings, applications=applications, seed=seed)
    problem = pipeline.prepare(case, accept_assumed=True).problem
    return problem, solve(problem, SolveOptions(backend="highs"))


CASES = ((60, 500, 3), (120, 600, 1), (200, 700, 1))


def published(problem: Problem, solved: Solved, folder: Path) -> Earlier:
    """The run as a later one reads it from its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "certificate.json").write_text(json.dumps(solved.certificate.as_dict()), encoding="utf-8")
    first = solved.first
    lines = ["dwelling_id,account,rank,application_id"]
    for d, a, c in zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True):
        app = problem.application_ids[a] if a >= 0 else ""
        account = problem.accounts[problem.kinds.account[c]]
        lines.append(f"{problem.dwelling_ids[d]},{account},1,{app}")
    (folder / "proposals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_earlier(folder)


def fresh(problem: Problem, earlier: Earlier) -> BranchAndBound:
    """A tree nobody has divided yet, which knows the proposal of the earlier run."""
    layout = lay_out(problem)
    watch = Watch()
    options = SolveOptions(backend="highs", earlier=earlier)
    return Job(
        problem, layout, Formulation(layout), start_of(layout, options, place(layout, earlier)), watch
    ).prover


def divisions(nodes: tuple[Node, ...]) -> list[tuple[str, int, int]]:
    """What a tree divides on, whatever the numbers of its cases."""
    return sorted((n.split.on, n.split.row, n.split.at) for n in nodes if isinstance(n, Inner))


@pytest.mark.parametrize("size", CASES)
@pytest.mark.soak
def test_every_case_is_bounded_as_well_as_it_was_and_nothing_is_solved_again(size, tmp_path):
    problem, solved = commission(*size)
    earlier = published(problem, solved, tmp_path)
    prover = fresh(problem, earlier)
    leaves = [node for node in solved.certificate.nodes if isinstance(node, Leaf)]
    assert len(leaves) > 1 and any(leaf.cuts for leaf in leaves), "a tree with cuts is what this is about"
    assert replay(prover, earlier) == len(leaves)
    assert prover.done and prover.solved == 0
    again = prover.proof()
    assert again.bound == solved.bound
    assert divisions(again.nodes) == divisions(solved.certificate.nodes)
    # an envelope is written for what its case allows, not for the case above where it was found: never a weaker one
    bounds = sorted(n.bound for n in again.nodes if isinstance(n, Leaf))
    for new, old in zip(bounds, sorted(leaf.bound for leaf in leaves), strict=True):
        # a case that no proposal fits may be closed by other multipliers, as long as it stays closed
        assert old - old // 10**6 <= new <= max(old, solved.objective)


@pytest.mark.soak
def test_an_envelope_is_among_the_cuts_taken_over(tmp_path):
    found = [
        cut
        for size in CASES
        for node in commission(*size)[1].certificate.nodes
        if isinstance(node, Leaf)
        for cut, _ in node.cuts
    ]
    assert any("counts" in cut.lines() for cut in found) and any("cap" in cut.lines() for cut in found)


@pytest.mark.soak
def test_a_pin_is_proven_from_the_earlier_cases_to_the_same_proposal(tmp_path):
    problem, solved = commission(30, 200, 1)
    earlier = published(problem, solved, tmp_path)
    d = int(solved.first.dwelling[len(solved.first) // 2])
    entries = problem.entries_of(d)
    loser = int(np.setdiff1d(problem.entry_app[entries], solved.first.app)[0])
    case = synth.synthesize("doubs", dwellings=120, applications=600, seed=1)
    known = case.table("decisions")
    line = {"dwelling_id": problem.dwelling_ids[d], "application_id": problem.application_ids[loser],
            "decision": "pin", "reason": "commission_decision", "author": "essai"}  # fmt: skip
    pin = known.iloc[:0].reindex(range(1))
    for name, value in line.items():
        pin[name] = value
    pinned = replace(case, tables={**case.tables, "decisions": pin.astype(known.dtypes)})
    changed = pipeline.prepare(pinned, accept_assumed=True).problem
    cold = solve(changed, SolveOptions(backend="highs"))
    warm = solve(changed, SolveOptions(backend="highs", earlier=earlier))
    assert cold.stop == warm.stop == "proven" and cold.objective < solved.objective
    for name in ("dwelling", "app", "kind"):
        assert np.array_equal(getattr(cold.first, name), getattr(warm.first, name))
    assert np.array_equal(cold.multipliers, warm.multipliers) and cold.stages == warm.stages


@pytest.mark.soak
def test_a_tree_of_another_problem_is_let_go_and_leaves_no_trace(tmp_path):
    problem, _ = commission(120, 600, 1)
    foreign = published(*commission(60, 500, 3), tmp_path)
    prover = fresh(problem, foreign)
    assert replay(prover, foreign) == 0
    assert len(prover.nodes) == 1 and prover.nodes[0].split is None and not prover.near
    prover.run(1)
    assert prover.solved == 1 and prover.root is not None


@pytest.mark.long
def test_multipliers_of_any_size_are_made_admissible(tmp_path):
    """A bound is only one for multipliers that no price exceeds: a case that claims more proves nothing false."""
    problem, solved = commission(30, 200, 1)
    told = published(problem, solved, tmp_path)
    most = 10**18 - 1
    inner = [i for i, n in enumerate(told.tree) if isinstance(n, Division)]
    huge = tuple(
        replace(
            n,
            rows=dict.fromkeys(range(len(told.rows)), most),
            branch=dict.fromkeys(inner, most),
            prices=dict.fromkeys(list(n.prices)[::2], most),
            cuts=tuple(replace(c, nu=most) for c in n.cuts[::2]) + n.cuts[1::2],
        )
        if isinstance(n, Closed)
        else n
        for n in told.tree
    )
    prover = fresh(problem, replace(told, tree=huge, first=()))
    replay(prover, replace(told, tree=huge))
    assert prover.upper() >= solved.objective
    warm = solve(problem, SolveOptions(backend="highs", earlier=replace(told, tree=huge)))
    assert warm.stop == "proven" and warm.objective == solved.objective


@pytest.mark.parametrize(
    "damage",
    [
        "loop",
        "twice",
        "far",
        "row",
        "on",
        "cut without rows",
        "unit",
        "slope",
        "weight",
        "no table",
        "negative",
    ],
)
def test_a_tree_that_is_none_is_refused(damage, tmp_path):
    problem, solved = commission(30, 200, 1)
    published(problem, solved, tmp_path)
    path = tmp_path / "certificate.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    nodes = content["nodes"]
    inner = next(n for n in nodes if "split" in n)
    leaf = next(n["leaf"] for n in nodes if n.get("leaf", {}).get("cuts"))
    if damage == "loop":
        inner["low"] = 0
    elif damage == "twice":
        inner["high"] = inner["low"]
    elif damage == "far":
        inner["high"] = len(nodes)
    elif damage == "row":
        inner["split"]["row"] = len(content["rows"])
    elif damage == "on":
        inner["split"]["on"] = ["num"]
    elif damage == "cut without rows":
        leaf["cuts"][0]["rows"] = {}
    elif damage == "unit":
        leaf["cuts"][0] = {"rows": {"0": 1}, "base": [0], "times": 1, "cap": 3, "unit": 7, "nu": "1.000000"}
    elif damage == "weight":
        leaf["cuts"][0] = {"rows": {"0": 10**11}, "counts": {"0": 1}, "slope": 0, "nu": "0.000001"}
    elif damage == "no table":
        leaf["branch"] = 1e308
    elif damage == "slope":
        leaf["cuts"][0] = {"rows": {"0": 1}, "counts": {"0": 1}, "slope": 0.5, "nu": "1.000000"}
    else:
        leaf["rows"] = {"0": "-1.000000"}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(AttrifluxError) as error:
        read_earlier(tmp_path)
    assert error.value.code == "WARM_START_UNREADABLE"


def test_the_tree_is_read_in_full(tmp_path):
    problem, solved = commission(30, 200, 1)
    told = published(problem, solved, tmp_path)
    assert len(told.tree) == len(solved.certificate.nodes)
    for ours, node in zip(told.tree, solved.certificate.nodes, strict=True):
        assert isinstance(ours, Division) == isinstance(node, Inner)
    assert told.rows == tuple((r.rule, r.scope) for r in solved.certificate.rows)
