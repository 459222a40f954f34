"""A proposal from one node of a large case: make its counts whole over the columns at hand, price them, then a small MIP.

A plunge (`plunging`) prices all pairs at every step, as its nodes are the tree's. Here nothing is proven, so the LP keeps the columns
it has and a step is a few simplex steps. The count whose branching is worth most goes first, to the side that costs less: decided
last, it would cost what the others have spent. Counts of rows with room to spare follow, several at once. Pairs are priced for the
counts chosen, which may leave others in part, and so on a few times; a MIP over the columns that lose next to nothing where pairs
are in part makes the assignment whole.

References
----------
T. Berthold, *Primal heuristics for mixed integer programs*, thesis, Technische Universität Berlin (2006).
"""

from __future__ import annotations

from optimizer.solve.primal.restricted_mip import around, solve_restricted
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import TEN
from optimizer.solve.proof.node import Path, Step
from optimizer.solve.relaxation.master import AtHand, NodeLP
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import Candidate, candidates
from optimizer.solve.tree.pseudocosts import EPS, score


def quick_dive(prover: BranchAndBound, path: Path) -> bool:
    """Look for a better proposal below a node; True when one was found."""
    master, incumbent = prover.master, prover.incumbent
    least = incumbent.objective + prover.step
    relaxed: NodeLP | None = None
    for _ in range(prover.policy.quick_prices):
        whole = _whole_counts(prover, path)
        relaxed = None if whole is None else master.solve(whole, prover.watch, least - 1)
        if (
            whole is None
            or relaxed is None
            or relaxed.elastic > EPS
            or prover.closed(relaxed.priced.micropoints)
        ):
            return False
        path = whole
        if not any(c.matters for c in candidates(prover.layout, path, relaxed, prover.policy)):
            break  # pairs that came with the prices left the counts whole
    assert relaxed is not None
    found = incumbent.offer(master.first_ranks(relaxed.x)) or _settle(prover, path, relaxed, least)
    # what was divided with it in sight need not be divided again
    prover.near |= not prover.far_from(prover.upper())
    prover.watch.say("proof", incumbent.objective, prover.upper(), prover.solved)
    return found


def _settle(prover: BranchAndBound, path: Path, relaxed: NodeLP, least: int) -> bool:
    """Counts are whole, pairs are not: a MIP over the columns that lose next to nothing where pairs are in part."""
    policy = prover.policy
    keep = around(prover.master, path, relaxed, policy.quick_rounding * TEN)
    found = solve_restricted(
        prover.master,
        prover.watch,
        step=prover.step,
        path=path,
        keep=keep,
        relative_gap=policy.quick_gap,
        nodes=policy.rounding_nodes,
        least=least,
    )
    return prover.incumbent.offer(found.first)


def _whole_counts(prover: BranchAndBound, path: Path) -> Path | None:
    """A node below one, all of whose counts are whole over the columns at hand; None when there is none on the way down."""
    policy, layout = prover.policy, prover.layout
    here = prover.master.at_hand(path, prover.watch)
    deepest = len(path) + 2 * len(layout.active) + policy.plunge_depth
    while here is not None and here.elastic < EPS and len(path) <= deepest:
        found = list(candidates(layout, path, here, policy))
        if not found:
            return path
        dear = [c for c in found if c.matters]
        near = sorted(found, key=lambda c: min(c.low, c.high))[: policy.quick_together]
        near = [c for c in near if not c.rounds and min(c.low, c.high) < policy.quick_near]
        if not dear and len(near) > 1:
            there = _taken(path, [(c.split, c.low >= 0.5) for c in near])
            after = prover.master.at_hand(there, prover.watch)
            if after is not None and after.elastic < EPS and after.cost - here.cost < policy.quick_loss:
                path, here = there, after
                continue
        chosen = max(dear or found, key=lambda c: _worth(prover, c))
        path, here = _cheaper(prover, path, chosen)
    return None


def _worth(prover: BranchAndBound, c: Candidate) -> float:
    """What a branching on a count is thought to be worth to the tree: the dearest is decided first, while others can still give way."""
    low, high = prover.brancher.expected(c, False), prover.brancher.expected(c, True)
    return score(low, high, prover.brancher.branching.dearer)


def _cheaper(prover: BranchAndBound, path: Path, c: Candidate) -> tuple[Path, AtHand | None]:
    """The side of a count that costs less over the columns at hand.

    What the sides lose is no pseudocost: remembered for the tree, it misled the branchings of nodes higher up.
    """
    best: tuple[Path, AtHand | None] = path, None
    for high in (False, True):
        there = _taken(path, [(c.split, high)])
        after = prover.master.at_hand(there, prover.watch)
        if after is None or after.elastic > EPS:
            continue
        if best[1] is None or after.cost < best[1].cost:
            best = there, after
    return best


def _taken(path: Path, some: list[tuple[Split, bool]]) -> Path:
    """A path with some counts rounded; its steps are of no node of the tree."""
    return (*path, *(Step(-1 - len(path) - i, split, high) for i, (split, high) in enumerate(some)))
