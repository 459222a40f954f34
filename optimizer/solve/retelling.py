"""A proof that was just made, told by names for the next one: what `runs.earlier` reads from a certificate, without writing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.problem.model import Problem
from optimizer.solve.answer import Solved
from optimizer.solve.cuts.envelopes import Envelope
from optimizer.solve.cuts.mir import Cut, Inequality
from optimizer.solve.proof.certificate import Inner, Leaf, Node
from optimizer.solve.search.branching import CountKey
from optimizer.solve.tree.pseudocosts import Pseudocosts
from optimizer.solve.warm_start import Closed, Division, Earlier, Pseudocost, ToldCut, ToldEnvelope


def retold(problem: Problem, solved: Solved) -> Earlier:
    """What an answer offers to the proof of a case much like its own; it has neither a name nor a digest."""
    certificate = solved.certificate
    rows = tuple((row.rule, row.scope) for row in certificate.rows)
    leaves = [node for node in certificate.nodes if isinstance(node, Leaf) and not node.empty]
    multipliers, prices = dict.fromkeys(rows, 0), {}
    if leaves:
        # the closest to the root
        widest = max(leaves, key=lambda leaf: leaf.bound)
        for k, worth in _worths(widest).items():
            multipliers[rows[k]] = worth
        prices = _by_name(problem, widest.prices)
    first = solved.first
    lines = zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
    return Earlier(
        name="",
        digest="",
        multipliers=multipliers,
        prices=prices,
        first=tuple(
            (
                str(problem.dwelling_ids[d]),
                str(problem.application_ids[a]) if a >= 0 else "",
                problem.accounts[int(problem.kinds.account[c])],
            )
            for d, a, c in lines
        ),
        rows=rows,
        tree=tuple(_told(problem, node) for node in certificate.nodes),
        pseudocosts=tuple(_lost(problem, solved.pseudocosts)) if solved.pseudocosts is not None else (),
    )


def _lost(problem: Problem, pseudocosts: Pseudocosts[CountKey]) -> Iterator[Pseudocost]:
    for key, total in pseudocosts.total.items():
        on, place, rounds, high = key
        if on == "departure":  # an earlier run's divisions on them are not followed either
            continue
        name = str(problem.application_ids[place]) if on == "household" else ""
        yield Pseudocost(on, -1 if name else place, name, rounds, high, total, pseudocosts.trials[key])


def _worths(leaf: Leaf) -> dict[int, int]:
    """Micropoints that a lease in num of each row is worth to a node, its cuts included."""
    found: dict[int, int] = {}
    for part in (leaf.rows, leaf.mir):
        for k, value in part.items():
            found[k] = found.get(k, 0) + value
    for cut, nu in leaf.cuts:
        for k, worth in cut.pulls(nu):
            found[k] = found.get(k, 0) + worth
    return found


def _by_name(problem: Problem, prices: Mapping[int, int]) -> dict[str, int]:
    return {str(problem.application_ids[a]): value for a, value in prices.items()}


def _told(problem: Problem, node: Node) -> Division | Closed:
    if isinstance(node, Inner):
        split = node.split
        if split.on in ("num", "den"):
            return Division("num" if split.on == "num" else "den", split.row, split.at, node.low, node.high)
        if split.on == "household":
            name = str(problem.application_ids[split.application])
            return Division("household", -1, 0, node.low, node.high, name)
        return Division("num", -1, 0, node.low, node.high)
    orders = problem.orders
    return Closed(
        node.rows,
        node.mir,
        node.branch,
        _by_name(problem, node.prices),
        tuple(_cut(cut, nu) for cut, nu in node.cuts),
        {
            (
                str(problem.dwelling_ids[orders.dwelling[p]]),
                problem.accounts[int(orders.account[p])] if orders.account[p] >= 0 else "",
                str(problem.application_ids[orders.app[p]]),
            ): sigma
            for p, sigma in node.orders.items()
        },
    )


def _cut(cut: Inequality, nu: int) -> ToldCut | ToldEnvelope:
    if isinstance(cut, Envelope):
        return ToldEnvelope(cut.rows, cut.prices, cut.counts, cut.slope, nu)
    assert isinstance(cut, Cut)
    shape = cut.shape
    return ToldCut(shape.rows, shape.weights, shape.base, shape.times, shape.unit, cut.at, cut.low, nu)
