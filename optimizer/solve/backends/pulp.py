"""PuLP: the reference MIP written as in a textbook, solved by CBC, or by HiGHS where CBC is not there."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.answer import RawSolution
from optimizer.solve.backends.explicit import one_each, order_signs, proposal_of, refuse_beyond, row_weight
from optimizer.solve.options import SolveOptions
from optimizer.solve.registry import Job, backend
from optimizer.solve.watch import Watch

LIMIT = 1_000_000


def available() -> str | None:
    return None if find_spec("pulp") else "pulp"


@backend("pulp", features=("exact", "threads"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """Maximise ``Σ value·x − Σ price·s`` in points, ``s_k ≥ rate·den − num − play`` in leases."""
    import pulp

    columns, layout = job.columns, job.layout
    refuse_beyond(job, "pulp", LIMIT)
    model = pulp.LpProblem("attriflux", pulp.LpMaximize)
    x = [pulp.LpVariable(f"x{j}", cat="Binary") for j in range(len(columns))]
    short = {k: pulp.LpVariable(f"s{k}", lowBound=0) for k in layout.active.tolist()}
    gain = [(x[j], v / 100.0) for j, v in enumerate(columns.value.tolist())]
    model += pulp.LpAffineExpression([*gain, *((s, -int(layout.price[k]) / 100.0) for k, s in short.items())])
    for group in one_each(job):
        total = pulp.LpAffineExpression([(x[j], 1) for j in group.columns])
        model += (total == 1) if group.exactly else (total <= 1)
    for k, s in short.items():
        weight = row_weight(job, k)
        used = np.flatnonzero(weight)
        row = pulp.LpAffineExpression([(s, 1), *((x[j], weight[j] / RATE_UNIT) for j in used.tolist())])
        model += row >= int(layout.ask[k]) / RATE_UNIT
    for sign in order_signs(job):
        used = np.flatnonzero(sign)
        if len(used):
            model += pulp.LpAffineExpression([(x[j], int(sign[j])) for j in used.tolist()]) <= 0
    if not x and not short:
        return RawSolution(job.incumbent.first, True, "proven", "empty")
    solver = _solver(pulp, options, watch)
    status = model.solve(solver)
    word = str(pulp.LpStatus[status])
    if any(v.value() is None for v in x):
        return RawSolution(None, False, watch.stopped() or "gap", word)
    chosen = np.array([v.value() > 0.5 for v in x], bool)
    first = proposal_of(job, chosen)
    proven = (
        status == pulp.LpStatusOptimal and model.sol_status == pulp.LpSolutionOptimal and not watch.stopped()
    )
    return RawSolution(first, proven, "proven" if proven else watch.stopped() or "gap", word)


def _solver(pulp: Any, options: SolveOptions, watch: Watch) -> Any:
    limit = None if watch.time_limit is None else max(0.1, watch.left())
    cbc = pulp.PULP_CBC_CMD(msg=False, timeLimit=limit, gapRel=0.0, gapAbs=1e-6, threads=options.threads)
    if cbc.available():
        return cbc
    return pulp.HiGHS(msg=False, timeLimit=limit, gapRel=0.0, threads=options.threads)
