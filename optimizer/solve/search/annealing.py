"""Proposals near the root's bound, by local search (`primal.annealing`), and the best that they make together (`recombination`).

The root's multipliers say which pairs a good proposal is made of; nothing else of the tree is used or changed, so that what it
proves does not depend on what is found here, only how soon.
"""

from __future__ import annotations

from optimizer.solve.primal.annealing import annealed
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.recombination import recombined


def anneal(prover: BranchAndBound) -> bool:
    """A few runs from the proposal that the first of them began with, and what they give together; True when a better one was found. Nothing is done once that is near, or after a few runs."""
    policy, root, incumbent = prover.master.formulation.policy.annealing, prover.root, prover.incumbent
    size = len(prover.layout.problem.dwelling_ids)
    near = (prover.upper() - incumbent.objective) * policy.near <= abs(incumbent.objective)
    if root is None or root.priced.total is None or near or not policy.least <= size <= policy.most:
        return False
    if prover.annealed >= policy.runs or prover.watch.stopped():
        return False
    if prover.begun is None:
        prover.begun = incumbent.first
    found = False
    for _ in range(policy.starts):
        number = len(prover.proposals)
        first = annealed(prover.layout, root.multipliers, root.priced, prover.begun, number, policy)
        prover.proposals.append(first)
        found |= incumbent.offer(first)
    prover.annealed += 1
    if size <= prover.policy.recombined_to:
        found |= incumbent.offer(recombined(prover, prover.proposals))
    # what was divided with it in sight need not be divided again
    prover.near |= not prover.far_from(prover.upper())
    prover.watch.say("proof", incumbent.objective, prover.upper(), prover.solved)
    return found
