"""CBC through PuLP: what a first page on integer programming in Python shows."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pulp

from benchmarks.peers.capped import CAPPED, PROVEN, Said, spent
from benchmarks.peers.program import Program


def solve(program: Program, cap_s: float) -> Said:
    """To a gap of zero. Writing the file that CBC reads is part of PuLP's call and so of its seconds; stating the model is not."""
    began = spent()
    n, matrix = program.n, program.matrix
    columns = [pulp.LpVariable(f"x{j}", 0, 1, pulp.LpInteger) for j in range(n)]
    columns += [pulp.LpVariable(f"s{k}", 0) for k in range(program.n_rules)]
    problem = pulp.LpProblem("pairs", pulp.LpMaximize)
    problem += pulp.LpAffineExpression(zip(columns, program.cost.tolist(), strict=True))
    for i in range(matrix.shape[0]):
        span = slice(matrix.indptr[i], matrix.indptr[i + 1])
        used = [columns[j] for j in matrix.indices[span].tolist()]
        if used:
            terms = pulp.LpAffineExpression(zip(used, matrix.data[span].tolist(), strict=True))
            k = i - program.n_places
            problem += terms <= 1 if k < 0 else terms >= int(program.constant[k])
    handed = spent()
    problem.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=cap_s, timeMode="cpu", gapRel=0.0))
    solved = spent()
    found = problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    value = np.array([c.varValue or 0.0 for c in columns[:n]]) if found else None
    proven = problem.sol_status == pulp.LpSolutionOptimal
    taken = None if value is None else value > 0.5
    return Said(
        PROVEN if proven else CAPPED,
        None,
        taken,
        handed - began,
        solved - handed,
        f"PuLP {version('pulp')}, its CBC",
    )
