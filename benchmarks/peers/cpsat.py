"""OR-Tools CP-SAT: shortfalls are integers, for every constant and coefficient is one."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.capped import CAPPED, PROVEN, Said, spent, stopped_by
from benchmarks.peers.program import Program


def solve(program: Program, cap_s: float) -> Said:
    """One worker, to a gap of zero."""
    began = spent()
    n, matrix = program.n, program.matrix
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(n)]
    most = np.abs(program.matrix[program.n_places :, :n]).sum(axis=1).A1 + np.abs(program.constant)
    s = [model.new_int_var(0, int(top), "") for top in most]
    columns = [*x, *s]
    for i in range(matrix.shape[0]):
        span = slice(matrix.indptr[i], matrix.indptr[i + 1])
        used = [columns[j] for j in matrix.indices[span].tolist()]
        k = i - program.n_places
        if k < 0:
            model.add_at_most_one(used)
        else:
            terms = cp_model.LinearExpr.weighted_sum(used, matrix.data[span].tolist())
            model.add(terms >= int(program.constant[k]))
    model.maximize(cp_model.LinearExpr.weighted_sum(columns, program.cost.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    handed = spent()
    with stopped_by(solver.stop_search, cap_s):
        status = solver.solve(model)
    solved = spent()
    taken = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        taken = np.array([solver.boolean_value(v) for v in x], bool)
    stop = PROVEN if status == cp_model.OPTIMAL else CAPPED
    bound = solver.best_objective_bound if status != cp_model.UNKNOWN else None
    return Said(stop, bound, taken, handed - began, solved - handed, f"CP-SAT {version('ortools')}")
