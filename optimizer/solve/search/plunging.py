"""A proposal from the tree of the proof itself: divide the widest node, go on with its better side, down to whole counts.

Every node on the way is one of the tree, so nothing is solved for the proposal alone. The counts that cost most are
decided first, as always (`branching`), which is also what a good proposal needs: decided last, they cost what all the
others have already spent.
"""

from __future__ import annotations

from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import waited_for


def plunge(prover: BranchAndBound) -> bool:
    """Go down from the widest node until a side is closed or leaves nothing to divide; True when a better proposal was found."""
    improved = prover.incumbent.improved
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
    """Divide a node and bound both sides; the better one while it is open."""
    node = prover.nodes[number]
    prover.tree.take(number)
    if node.relaxed is None:
        # first seen, or to be seen again: the tree has it back, unless it is closed
        return number if prover.work(number) and node.relaxed is not None else None
    prover.divide(number)
    if node.split is None:
        return None
    best: int | None = None
    for side in node.split[1:]:
        if prover.nodes[side].empty:
            continue
        prover.tree.take(side)
        if not prover.work(side):
            return None
        node = prover.nodes[side]
        # a side far below its parent was left unfinished: it is gone down when the other fell even farther
        alive = not node.empty and not prover.closed(node.bound)
        if alive and (best is None or node.bound > prover.nodes[best].bound):
            best = side
    return best
