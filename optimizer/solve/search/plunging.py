"""A proposal from the tree of the proof itself: divide the widest node, go on with its better side, down to whole counts.

The counts that cost most are decided first, as always (`branching`), which is also what a good proposal needs: decided last, they
cost what all the others have already spent.

As long as no proposal is near, the tree is begun again with the one found here. So on that way down few counts are tried before a
node is divided, a side is bounded alone while it loses what was expected, and what trials told is forgotten afterwards: of nodes
where dozens of counts are settled it is true, and at the top it is not. Once a proposal is near every node on the way is one of
the tree, so nothing is solved for the proposal alone.
"""

from __future__ import annotations

from optimizer.solve.relaxation.master import MICRO
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import waited_for
from optimizer.solve.search.open_nodes import OpenNode
from optimizer.solve.tree.pseudocosts import BranchingEffort


def plunged_first(prover: BranchAndBound) -> bool:
    """Whether the first better proposal is looked for on the way down, and local search asked only afterwards."""
    least, most = prover.policy.plunged_first
    size = prover.layout.vacant
    return not prover.near and prover.begun is None and least <= size <= most


def plunge(prover: BranchAndBound) -> bool:
    """Go down from the widest node until a side is closed or leaves nothing to divide; True when a better proposal was found."""
    improved = prover.incumbent.improved
    known = prover.brancher.pseudocosts.copy()
    if prover.begun is None:
        prover.begun = prover.incumbent.first
    first = prover.tree.widest
    number = None if first is None else first.node
    idle = 0
    for _ in range(prover.policy.plunge_depth):
        if number is None or prover.closed(prover.nodes[number].bound) or prover.watch.stopped():
            break
        above, number = number, _step(prover, number)
        idle = idle + 1 if number is not None and _lost_nothing(prover, above, number) else 0
        if number is not None and idle and idle % prover.policy.plunge_idle == 0 and _told(prover, number):
            prover.mip_near(number)
        prover.watch.say("proof", prover.incumbent.objective, prover.upper(), prover.solved)
        if prover.incumbent.improved > improved and not prover.near:
            break
    if not prover.near:
        prover.brancher.pseudocosts = known
    if prover.incumbent.improved == improved:
        return False
    if not prover.near:
        prover.again()
    return True


def _told(prover: BranchAndBound, number: int) -> bool:
    """Whether all that first ranks wait for is settled in a node: next to a solution that houses nominees in part a program finds nothing."""
    relaxed = prover.nodes[number].relaxed
    return relaxed is not None and not any(True for _ in waited_for(prover.master, relaxed))


def _lost_nothing(prover: BranchAndBound, parent: int, side: int) -> bool:
    """Whether a division cost its better side nothing: the counts that are left may be whole for nothing too."""
    return prover.nodes[parent].bound - prover.nodes[side].bound < prover.step


def _step(prover: BranchAndBound, number: int) -> int | None:
    """Divide a node and bound its sides; the better one while it is open."""
    node, policy = prover.nodes[number], prover.policy
    prover.tree.take(number)
    if node.relaxed is None:
        # first seen, or to be seen again: the tree has it back, unless it is closed
        return number if prover.work(number) and node.relaxed is not None else None
    branching = prover.brancher.branching
    quick = BranchingEffort(policy.plunge_trials, policy.plunge_patience, branching.dearer)
    prover.divide(number, None if prover.near else quick)
    if node.split is None:
        return None
    best: int | None = None
    for side, other in _in_order(node, prover.near):
        if prover.nodes[side].empty:
            continue
        if best is not None and not prover.near:
            lost = node.bound - prover.nodes[best].bound
            if lost <= (other + policy.plunge_doubt) * MICRO:
                break
        prover.tree.take(side)
        if not prover.work(side):
            return None
        found = prover.nodes[side]
        # a side far below its parent was left unfinished: it is gone down when the other fell even farther
        alive = not found.empty and not prover.closed(found.bound)
        if alive and (best is None or found.bound > prover.nodes[best].bound):
            best = side
    return best


def _in_order(node: OpenNode, near: bool) -> list[tuple[int, float]]:
    """The sides of a divided node with the points that each is thought to lose, on the way to a first proposal the cheaper first."""
    assert node.split is not None
    low, high = node.split[1:]
    if node.choice is None:
        return [(low, 0.0), (high, 0.0)]
    (low_lost, high_lost), count = node.choice.lost, node.choice.candidate
    sides = [(low, low_lost), (high, high_lost)]
    return sides[::-1] if not near and (high_lost, count.high) < (low_lost, count.low) else sides
