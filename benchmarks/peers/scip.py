"""SCIP through PySCIPOpt, where that package is installed (``attriflux[bench]``): the one Python way to its clock of the processor.

OR-Tools ships a SCIP too, but sets a limit of the wall there, which on a busy machine would be another cap.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.capped import CAPPED, PROVEN, Said, spent
from benchmarks.peers.program import Program, as_highs
from optimizer.solve.highs_lp import new_model


def available() -> bool:
    """Whether the package is installed."""
    return find_spec("pyscipopt") is not None


def solve(program: Program, cap_s: float) -> Said:
    """To a gap of zero."""
    from pyscipopt import Model

    began = spent()
    model = Model()
    read(model, program, cap_s)
    return optimised(model, program, began, f"PySCIPOpt {version('pyscipopt')}, SCIP {model.version():.2f}")


def read(model: Any, program: Program, cap_s: float) -> None:
    """Hand the program to SCIP, or to GCG on it: as a file, columns ``c0`` on and rows ``r0`` on; cap on the processor's clock."""
    model.hideOutput()
    with tempfile.TemporaryDirectory(prefix="attriflux-peers-") as folder:
        file = Path(folder) / "pairs.mps"
        writer = new_model()
        writer.passModel(as_highs(program, integer=True))
        writer.writeModel(str(file))
        model.readProblem(str(file))
    model.setParam("timing/clocktype", 1)
    model.setParam("limits/time", cap_s)
    model.setParam("limits/gap", 0.0)


def optimised(model: Any, program: Program, began: float, name: str) -> Said:
    """Solve and say what was found."""
    columns = {v.name: v for v in model.getVars()}
    handed = spent()
    model.optimize()
    solved = spent()
    taken = None
    if model.getNSols():
        best = model.getBestSol()
        taken = np.array([model.getSolVal(best, columns[f"c{j}"]) > 0.5 for j in range(program.n)])
    bound = float(model.getDualbound())
    return Said(
        PROVEN if model.getStatus() == "optimal" else CAPPED, bound if abs(bound) < 1e19 else None, taken,
        handed - began, solved - handed, name,
    )  # fmt: skip
