"""A proposal from several: the best one made of what any of them gives a dwelling, or the root's linear program does in part.

Runs of local search end apart: at a hundred dwellings two of them differ in some sixty, and each has settled some landlords well and
others badly. What they and the linear program hold together is a few choices of each dwelling, which a small integer program with the
cuts of the root combines.

References
----------
E. Rothberg, *An evolutionary algorithm for polishing mixed integer programming solutions*, INFORMS Journal on Computing 19 (2007),
534-541.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import FirstRanks, Problem
from optimizer.solve.primal.restricted_mip import solve_restricted
from optimizer.solve.search.branch_and_bound import BranchAndBound


def recombined(prover: BranchAndBound, proposals: Sequence[FirstRanks]) -> FirstRanks | None:
    """A proposal better than the best so far from these and the root's linear program; None when none was found."""
    master, root, policy = prover.master, prover.root, prover.policy
    assert root is not None
    lines = dict.fromkeys(line for first in proposals for line in _columns(prover.layout.problem, first))
    master.add(list(lines))
    wanted = {line[:3] for line in lines}
    keep = np.array(
        [
            (master.units[u].klass, app, kind) in wanted
            for u, app, kind in zip(master.unit, master.app, master.kind, strict=True)
        ],
        bool,
    )
    keep[np.flatnonzero(root.x > 1e-9)] = True
    found = solve_restricted(
        master,
        prover.watch,
        step=prover.step,
        keep=keep,
        relative_gap=policy.recombined_gap,
        nodes=policy.recombined_nodes,
        least=prover.incumbent.objective + prover.step,
    )
    return found.first


def _columns(problem: Problem, first: FirstRanks) -> list[tuple[int, int, int, int]]:
    """(class, application, kind, value without bonus) of every first rank."""
    value = np.zeros(len(first), np.int64)
    named = np.flatnonzero(first.app >= 0)
    value[named] = problem.values(entries_of_pairs(problem, first.dwelling[named], first.app[named]))
    klass, seats = problem.klass[first.dwelling], problem.seats
    for i in np.flatnonzero(first.app < 0).tolist():
        own = np.flatnonzero((seats.klass == klass[i]) & (seats.kind == first.kind[i]))
        value[i] = seats.value[own[0]]
    columns = (klass, first.app, first.kind, value)
    return list(zip(*(column.tolist() for column in columns), strict=True))
