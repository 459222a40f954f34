"""A proposal from one node of the tree: round its counts one by one, re-solving the LP after each.

With the counts of the priced rows whole, what is left is an assignment; its LP is nearly always integral, and a small MIP
next to it settles the rest. The steps taken here are not part of the proof.
"""

from __future__ import annotations

import numpy as np

from optimizer.solve.primal.restricted_mip import mip_near
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.node import Path, Step
from optimizer.solve.relaxation.master import NodeLP
from optimizer.solve.search.annealing import anneal, asked
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import dearest_mir, fractional_counts, nearly_settled, waited_for
from optimizer.solve.search.plunging import plunge, plunged_first
from optimizer.solve.tree.pseudocosts import EPS


def dive(prover: BranchAndBound, path: Path) -> bool:
    """Look for a better proposal below a node; True when one was found."""
    master, incumbent = prover.master, prover.incumbent
    for depth in range(prover.policy.dive_steps):
        relaxed = master.solve(path, prover.watch, incumbent.objective + prover.step - 1)
        if (
            relaxed is None
            or not relaxed.settled
            or relaxed.elastic > EPS
            or prover.closed(relaxed.priced.micropoints)
        ):
            return False
        first = master.first_ranks(relaxed.x)
        if incumbent.offer(first):
            return True
        waiting = nearly_settled(master, relaxed)
        if waiting:
            first_id = -prover.policy.dive_steps - 1 - len(path)
            path = (*path, *(Step(first_id - i, *one) for i, one in enumerate(waiting)))
            continue
        split = dearest_mir(master.formulation, path, relaxed)
        if split is not None:
            path = (*path, Step(-1 - depth, split, True))
            continue
        step = _nearest(prover, relaxed, depth)
        if step is None:
            return first is None and _settle(prover, path, relaxed)
        path = (*path, step)
    return False


def _nearest(prover: BranchAndBound, relaxed: NodeLP, depth: int) -> Step | None:
    """The fractional count nearest to a whole number, of the dearest row among equals."""
    best: tuple[float, int, Step] | None = None
    for k in prover.layout.active.tolist():
        for on, count in (("den", float(relaxed.den[k])), ("num", float(relaxed.num[k]))):
            low = int(np.floor(count + EPS))
            part = count - low
            if part <= EPS:
                continue
            split = Split("den" if on == "den" else "num", row=k, at=low)
            rank = (round(min(part, 1 - part), 9), -int(prover.layout.price[k]))
            if best is None or rank < best[:2]:
                best = (*rank, Step(-1 - depth, split, part >= 0.5))
    return best[2] if best is not None else None


def _settle(prover: BranchAndBound, path: Path, relaxed: NodeLP) -> bool:
    """Counts are whole, pairs are not: a small MIP over the columns that cost next to nothing."""
    if relaxed.priced.total is None:
        return False
    least = prover.incumbent.objective + prover.step
    return prover.incumbent.offer(
        mip_near(prover.master, path, relaxed, prover.watch, step=prover.step, least=least)
    )


def _nearly_whole(prover: BranchAndBound) -> bool:
    """Look for a better proposal next to the LP solution of the widest open node, where that is nearly whole; True when one was found."""
    first, known = prover.tree.widest, prover.incumbent.improved
    node = None if first is None else prover.nodes[first.node]
    if first is None or node is None or node.relaxed is None:
        return False
    counts = fractional_counts(prover.master.formulation, node.path, node.relaxed)
    in_part = sum(c.matters for c in counts) + sum(1 for _ in waited_for(prover.master, node.relaxed))
    if in_part <= prover.policy.nearly_whole:
        prover.mip_near(first.node)
    return prover.incumbent.improved > known


def improve(prover: BranchAndBound) -> bool:
    """Look for a better proposal below the widest open node; True when one was found."""
    node = prover.widest()
    if node is None:
        return False
    if prover.master.subproblem is None:
        if prover.layout.link_of and asked(prover):
            # where hardly a rule weighs, whole first ranks stand next to the LP solution
            found = _nearly_whole(prover)
            if asked(prover):
                found |= anneal(prover)
            if found or prover.near:
                return found
        if not prover.layout.link_of or prover.layout.vacant < prover.policy.plunged_first[0]:
            return dive(prover, node.path)
        return plunge(prover)
    if plunged_first(prover):
        found = plunge(prover)
        far = (prover.upper() - prover.incumbent.objective) * prover.policy.plunged_far > abs(prover.upper())
        if far and asked(prover) and anneal(prover):
            # the way down was a quick one: its divisions are no beginning of a proof
            prover.again()
            return True
        return found
    if asked(prover):
        found = anneal(prover)
        prover.lighten()
        if found or prover.near:
            # one look at a time: from a near proposal the way down is long and finds little
            return found
    return plunge(prover)


def close(prover: BranchAndBound, budget: int, gap: float) -> bool:
    """Run the tree; False when nodes of its budget are left: its work is spent, or its pace said that they would be for nothing.

    A gap can also be wide because a proposal is missing: before giving up, one is looked for.
    """
    while True:
        prover.run(budget, gap)
        if prover.done or prover.within_gap(gap) or prover.watch.stopped() or not prover.given_up(budget):
            return True
        if prover.pace.spent or prover.solved >= budget or not improve(prover):
            return prover.solved >= budget
