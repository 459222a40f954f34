"""From a `Problem` to the best proposal, its proof and the choice among equals.

What lives here. :func:`solve` runs a backend (``backends/``, drop-in), counts its proposal again in integers, proves it and
breaks ties, so that the first ranks are unique. The rooms, each with its own record of decisions, from the ground up::

    transport     the kernel for whole territories: column generation over assignments, from arrays to arrays
    parts         what shares nothing with the rest, as transport models; workers solve parts of a country
    cuts          mixed-integer rounding, envelopes, separation
    proof         node, dual bound in integers, certificate
    tree          the branch and bound that search, transport and ties grow; the branching rule and its pseudocosts
    relaxation    restricted master, pricing, Lagrangian subproblem
    primal        greedy, restricted MIP, orders of réservataires
    search        the published proof: its nodes, branching, diving, plunging, replay
    ties          the optimum that the tie stages single out
    backends      highs (the prover), scale (the kernel), pulp and cpsat (references on explicit pairs)

Beside them: ``layout``, ``implicit``, ``listed`` (passes over eligible pairs that list none), ``grid``, ``incumbent``, ``highs_lp``
(the few calls of HiGHS), ``warm_start``, ``retelling``, ``again``, ``from_transport``, ``start_heuristic``, and ``driver``, one solve
from beginning to end.

What it may import: ``problem`` and below. It is the only place that knows a solver library, and each library is loaded
inside the function that calls it.

Why so. A solver's word "optimal" is not evidence: open bugs of each library certify wrong optima. Our bound is one pass of
integers over all eligible pairs, valid for any multipliers whatever produced them; LP duals only make it tight. Ties are a
question of fairness, not of technique, so they are broken by published numbers in one place and every backend ends with
the same bytes.

Rejected: the solver's own bound or gap on screen (not checkable); weights that mix value, seniority and lottery in one
objective (beyond the precision of doubles); budgets in seconds inside the proof (a slower machine would print another
tree).
"""

from __future__ import annotations

from optimizer.solve.again import Again
from optimizer.solve.answer import RawSolution, Solved, Stages
from optimizer.solve.driver import solve
from optimizer.solve.options import BackendTooLarge, SolveOptions
from optimizer.solve.proof.certificate import Certificate, CertificateRow, Inner, Leaf, Split, exact_points
from optimizer.solve.registry import Backend, Job, all_backends, backend
from optimizer.solve.retelling import retold
from optimizer.solve.warm_start import Earlier
from optimizer.solve.watch import Progress, Watch

__all__ = [
    "Again",
    "Backend",
    "BackendTooLarge",
    "Certificate",
    "CertificateRow",
    "Earlier",
    "Inner",
    "Job",
    "Leaf",
    "Progress",
    "RawSolution",
    "SolveOptions",
    "Solved",
    "Split",
    "Stages",
    "Watch",
    "all_backends",
    "backend",
    "exact_points",
    "retold",
    "solve",
]
