"""HiGHS on the whole program, as a MIP or as its linear relaxation."""

from __future__ import annotations

import highspy
import numpy as np

from benchmarks.peers.capped import CAPPED, PROVEN, RELAXED, Said, spent, stopped_by
from benchmarks.peers.program import Program, as_highs
from optimizer.solve.highs_lp import new_model


def mip(program: Program, cap_s: float) -> Said:
    """To a gap of zero."""
    return _run(program, cap_s, integer=True)


def lp(program: Program, cap_s: float) -> Said:
    """The relaxation alone: a bound, no proposal."""
    return _run(program, cap_s, integer=False)


def _run(program: Program, cap_s: float, *, integer: bool) -> Said:
    began = spent()
    solver = new_model()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.HandleUserInterrupt = True
    solver.passModel(as_highs(program, integer=integer))
    handed = spent()
    with stopped_by(solver.cancelSolve, cap_s):
        solver.solve()
    solved = spent()
    info = solver.getInfo()
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    taken, bound = None, None
    if integer:
        bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            taken = np.array(solver.getSolution().col_value)[: program.n] > 0.5
    elif optimal:
        bound = float(info.objective_function_value)
    stop = (PROVEN if integer else RELAXED) if optimal else CAPPED
    return Said(stop, bound, taken, handed - began, solved - handed, f"HiGHS {solver.version()}")
