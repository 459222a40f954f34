"""From a `Problem` to the best proposal, its proof and the choice among equals.

What lives here. :func:`solve` runs a backend (``backends/``, drop-in), counts its proposal again in integers, proves it with
our own branch and bound (``tree``, over the LP of ``master`` and the integer ``bound``), and breaks ties (``ties``) so that
the first ranks are unique. ``certificate`` is what is published. ``scale/`` is the kernel for whole territories, ``parts``,
``transport`` and ``answers`` the way there and back, ``part_tasks`` who
solves the parts of a country.

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
from optimizer.solve.proof.certificate import Certificate, CertificateRow, Inner, Leaf, Split, points
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
    "points",
    "retold",
    "solve",
]
