"""A proposal near the root's bound, by local search on the best one so far (`primal.annealing`).

The root's multipliers say which pairs a good proposal is made of; nothing else of the tree is used or changed, so that what it
proves does not depend on what is found here, only how soon.
"""

from __future__ import annotations

from optimizer.solve.primal.annealing import annealed
from optimizer.solve.search.branch_and_bound import BranchAndBound


def anneal(prover: BranchAndBound) -> bool:
    """One run from the best proposal; True when a better one was found. Nothing is done once that is near, or after a few runs."""
    policy, root, incumbent = prover.master.formulation.policy.annealing, prover.root, prover.incumbent
    size = len(prover.layout.problem.dwelling_ids)
    near = (prover.upper() - incumbent.objective) * policy.near <= abs(incumbent.objective)
    if root is None or root.priced.total is None or near or not policy.least <= size <= policy.most:
        return False
    if prover.annealed >= policy.runs or prover.watch.stopped():
        return False
    first = annealed(prover.layout, root.multipliers, root.priced, incumbent.first, prover.annealed, policy)
    prover.annealed += 1
    found = incumbent.offer(first)
    # what was divided with it in sight need not be divided again
    prover.near |= not prover.far_from(prover.upper())
    prover.watch.say("proof", incumbent.objective, prover.upper(), prover.solved)
    return found
