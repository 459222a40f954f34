"""GCG, the generic branch-price-and-cut solver on SCIP, where its Python package is installed (``attriflux[bench]``).

With the decomposition a specialist would name: the rules in the master problem, one block per connected component of dwellings
and applicants; or with the one that GCG detects by itself.
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from scipy.sparse.csgraph import connected_components

from benchmarks.peers.capped import Said, spent
from benchmarks.peers.program import Program
from benchmarks.peers.scip import optimised, read


def available() -> bool:
    """Whether the package is installed."""
    return find_spec("pygcgopt") is not None


def rules_in_master(program: Program, cap_s: float) -> Said:
    """Dantzig and Wolfe on the rules, to a gap of zero."""
    return _run(program, cap_s, named=True)


def detected(program: Program, cap_s: float) -> Said:
    """The decomposition that GCG finds, to a gap of zero."""
    return _run(program, cap_s, named=False)


def block_of_row(program: Program) -> np.ndarray:
    """Component of each dwelling and applicant, (places,); -1 where no column is."""
    places = program.matrix[: program.n_places, : program.n]
    _, label = connected_components(places @ places.T, directed=False)
    empty = np.diff(places.indptr) == 0
    return np.where(empty, -1, label)


def _run(program: Program, cap_s: float, *, named: bool) -> Said:
    from pygcgopt import Model

    began = spent()
    model = Model()
    read(model, program, cap_s)
    if named:
        rows = {c.name: c for c in model.getConss()}
        blocks: dict[int, list[object]] = {}
        for i, block in enumerate(block_of_row(program).tolist()):
            if block >= 0 and f"r{i}" in rows:
                blocks.setdefault(block, []).append(rows[f"r{i}"])
        rules = range(program.n_places, program.n_places + program.n_rules)
        model.addDecompositionFromConss([rows[f"r{i}"] for i in rules if f"r{i}" in rows], *blocks.values())
    return optimised(model, program, began, f"PyGCGOpt {version('pygcgopt')} on SCIP {model.version():.2f}")
