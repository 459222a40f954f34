"""The published tree of a problem, divided again where its rows ask for more: its multipliers bound what they still do.

A bound holds whatever the multipliers are (`bound`), so those of one problem bound another of the same columns, rows and
divisions. The cuts are written again for what is asked now. `replay` does the same by names, for another problem.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.solve.proof.certificate import Inner, Leaf, Node
from optimizer.solve.proof.dual_bound import NEVER, Multipliers, price_out
from optimizer.solve.search.branch_and_bound import BranchAndBound


def take_over(prover: BranchAndBound, tree: Sequence[Node]) -> None:
    """Divide a fresh tree as ``tree`` is divided; an empty one changes nothing."""
    if not tree:
        return
    number = {0: 0}
    for old, node in enumerate(tree):
        if isinstance(node, Inner):
            number[node.low], number[node.high] = prover.split(number[old], node.split)
            continue
        kept = prover.nodes[number[old]]
        m = _multipliers(prover, node, number)
        bound = price_out(prover.layout, prover.master.formulation, kept.path, m).micropoints
        if bound < kept.bound:
            kept.multipliers, kept.bound, kept.empty = m, bound, bound == NEVER
            kept.priced = True
    prover.gather()


def _multipliers(prover: BranchAndBound, leaf: Leaf, number: dict[int, int]) -> Multipliers:
    problem = prover.layout.problem
    rows = np.zeros(len(problem.rows), np.int64)
    prices = np.zeros(len(problem.application_ids), np.int64)
    for at, values in ((rows, leaf.rows), (prices, leaf.prices)):
        at[list(values)] = list(values.values())
    return Multipliers(
        rows,
        leaf.mir,
        {number[old]: mu for old, mu in leaf.branch.items()},
        prices,
        {prover.master.formulation.written(cut): nu for cut, nu in leaf.cuts},
        leaf.orders,
        leaf.after,
    )
