"""Proposals near the root's bound, by local search (`primal.annealing`), and the best that they make together (`recombination`).

The root's multipliers say which pairs a good proposal is made of; nothing else of the tree is used or changed, so that what it
proves does not depend on what is found here, only how soon.
"""

from __future__ import annotations

from optimizer.solve.primal.annealing import annealed, choices_near
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.recombination import recombined


def asked(prover: BranchAndBound) -> bool:
    """Whether local search is to be asked: not where its proposal is near, nor after a few times, nor after one in vain."""
    policy, root, incumbent = prover.master.formulation.policy.annealing, prover.root, prover.incumbent
    size = prover.layout.vacant
    near = (prover.upper() - incumbent.objective) * policy.near <= abs(incumbent.objective)
    # with chains a dive, one count after the other, ends far from the root at any size
    few = size < policy.least and not prover.layout.link_of
    if root is None or root.priced.total is None or near or few or size > policy.most:
        return False
    return not (prover.in_vain or prover.annealed >= policy.runs or prover.watch.stopped())


def anneal(prover: BranchAndBound) -> bool:
    """A few runs from the proposal that the first of them began with, and what they give together; True when a better one was found.

    Only where it is `asked`. What runs give together is looked for the first time, and again where one of them is the best so far.
    """
    policy, root, incumbent = prover.master.formulation.policy.annealing, prover.root, prover.incumbent
    assert root is not None
    size = prover.layout.vacant
    if prover.begun is None:
        prover.begun = incumbent.first
    found = False
    land = choices_near(prover.layout, root.multipliers, root.priced, prover.begun, policy)
    for _ in range(policy.starts):
        number = len(prover.proposals)
        first = annealed(prover.layout, land, prover.begun, number, policy)
        prover.proposals.append(first)
        found |= incumbent.offer(first)
    if size <= prover.policy.recombined_to and (found or not prover.annealed):
        found |= incumbent.offer(recombined(prover, [*prover.proposals, incumbent.first]))
    prover.annealed += 1
    prover.in_vain = not found
    # what was divided with it in sight need not be divided again
    prover.near |= not prover.far_from(prover.upper())
    prover.watch.say("proof", incumbent.objective, prover.upper(), prover.solved)
    return found
