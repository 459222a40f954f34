"""The published tree: it covers every case, its leaves hold for every solution, its JSON is what the contract says."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from optimizer.problem import evaluate
from optimizer.solve import Inner, Leaf, SolveOptions, exact_points, solve
from optimizer.solve.proof.certificate import decimal
from tests.solve.oracle import campaign, middle, rare, sharp
from tests.strategies import all_solutions


def lines_of(problem, first):
    return {
        str(problem.dwelling_ids[d]): (
            str(problem.application_ids[a]) if a >= 0 else "",
            problem.accounts[int(problem.kinds.account[c])],
        )
        for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)
    }


def leaf_of(document: dict, problem, first, found) -> dict:
    """Walk a solution, and what was evaluated of it, down the published tree."""
    lines = lines_of(problem, first)
    node = document["nodes"][0]
    while "leaf" not in node:
        s = node["split"]
        if s["on"] in ("num", "den"):
            high = int((found.num_run if s["on"] == "num" else found.den_run)[s["row"]]) > s["at"]
        elif s["on"] == "pair":
            high = lines.get(s["dwelling"]) == (s["application"], s["account"])
        else:
            high = s["dwelling"] in lines and lines[s["dwelling"]][1] == s["account"]
        node = document["nodes"][node["high" if high else "low"]]
    return node["leaf"]


def test_every_solution_lies_under_the_bound_of_its_leaf() -> None:
    splits = cuts = 0
    for seed in campaign(600):
        problem = sharp(seed, dwellings=seed % 5)
        document = json.loads(json.dumps(solve(problem).certificate.as_dict()))
        splits += len(document["nodes"]) > 1
        for first in all_solutions(problem):
            found = evaluate(problem, first)
            leaf = leaf_of(document, problem, first, found)
            assert "empty" not in leaf
            cuts += len(leaf["cuts"])
            assert Fraction(found.objective, 10**6) <= Fraction(leaf["bound"])
    assert splits > 0 and cuts > 0


def test_document_matches_the_contract() -> None:
    problem = middle(1, 12, 60)
    solved = solve(problem)
    document = json.loads(json.dumps(solved.certificate.as_dict()))
    assert list(document) == [
        "format", "objective", "bound", "gap", "grid", "status", "stopped", "stages", "rows", "nodes",
    ]  # fmt: skip
    assert document["format"] == "attriflux-certificate/2"
    assert document["objective"] == exact_points(solved.objective) == document["bound"]
    assert document["gap"] == "0.000000" and document["status"] == "certified_optimal"
    assert document["stages"] == {
        "seniority_days": solved.stages.seniority_days,
        "lottery": solved.stages.lottery,
        "unique": True,
    }
    assert [(r["rule"], r["scope"]) for r in document["rows"]] == [(r.rule, r.scope) for r in problem.rows]
    assert [Fraction(r["rate"]) for r in document["rows"]] == [Fraction(r.rate, 10_000) for r in problem.rows]


def test_tree_reaches_every_node_once_and_multipliers_stay_below_their_price() -> None:
    for seed in range(12):
        problem = middle(seed, 14, 70)
        certificate = solve(problem).certificate
        seen: list[int] = []
        waiting = [0]
        while waiting:
            i = waiting.pop()
            seen.append(i)
            node = certificate.nodes[i]
            if isinstance(node, Inner):
                waiting += [node.low, node.high]
        assert sorted(seen) == list(range(len(certificate.nodes)))
        for node in certificate.nodes:
            if isinstance(node, Leaf):
                for k in set(node.rows) | set(node.mir):
                    assert 0 <= node.rows.get(k, 0) + node.mir.get(k, 0) <= problem.rows[k].price * 10_000
                nus = [nu for _, nu in node.cuts]
                assert all(v > 0 for v in [*node.prices.values(), *node.branch.values(), *nus])


@pytest.mark.long
def test_what_the_tree_closed_stays_closed_when_recomputed() -> None:
    """Multipliers inherited across a higher floor of den once gave a closed tree with a leaf above the objective."""
    sizes = []
    for seed in campaign(120, 20):
        problem = rare(seed, 20, 60)
        solved = solve(problem)
        sizes.append(len(solved.certificate.nodes))
        assert solved.stop == "proven"
        assert solved.certificate.status == "certified_optimal"
        assert solved.bound == solved.objective
    assert max(sizes) > 20


def test_most_random_commissions_are_certified_optimal() -> None:
    done = total = 0
    for seed in campaign(200):
        problem = middle(1_000 + seed, 10 + seed % 51, 40 + 7 * (seed % 51))
        solved = solve(problem, SolveOptions(nodes=1_500))
        total += 1
        done += solved.certificate.status == "certified_optimal"
    assert done >= 0.95 * total


def test_decimal_strings_are_exact() -> None:
    assert exact_points(1) == "0.000001"
    assert exact_points(-12_345_678) == "-12.345678"
    assert decimal(2500, 4) == "0.2500"
