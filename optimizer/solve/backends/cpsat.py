"""OR-Tools CP-SAT on the explicit columns: every number an integer, divided by the grid."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import Any

import numpy as np

from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT
from optimizer.solve.answer import RawSolution
from optimizer.solve.backends.explicit import (
    known,
    one_each,
    order_signs,
    proposal_of,
    refuse_beyond,
    row_weight,
)
from optimizer.solve.options import SolveOptions
from optimizer.solve.registry import Job, backend
from optimizer.solve.watch import Watch

LIMIT = 2_000_000


def available() -> str | None:
    return None if find_spec("ortools") else "ortools"


@backend("cpsat", features=("exact", "threads", "interrupt", "warm_start"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """Maximise ``Σ value·x − Σ price·s`` with ``s_k ≥ Σ rate + ask − 10_000·num`` in ten-thousandths of a lease."""
    from ortools.sat.python import cp_model

    columns, layout = job.columns, job.layout
    refuse_beyond(job, "cpsat", LIMIT)
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(len(columns))]
    for group in one_each(job):
        literals = [x[j] for j in group.columns]
        (model.add_exactly_one if group.exactly else model.add_at_most_one)(literals)
    objective = cp_model.LinearExpr.weighted_sum(
        x, (columns.value * MICRO_PER_HUNDREDTH // job.step).tolist()
    )
    for k in layout.active.tolist():
        weight = row_weight(job, k)
        used = np.flatnonzero(weight)
        most = RATE_UNIT * (len(job.problem.dwelling_ids) + 1) + max(0, int(layout.ask[k]))
        rest = model.new_int_var(0, most, "")
        terms = cp_model.LinearExpr.weighted_sum([x[j] for j in used.tolist()], weight[used].tolist())
        model.add(rest + terms >= int(layout.ask[k]))
        price, step = int(layout.price[k]), job.step
        objective = objective - _scaled(model, rest, price, step)
    for sign in order_signs(job):
        used = np.flatnonzero(sign)
        model.add(cp_model.LinearExpr.weighted_sum([x[j] for j in used.tolist()], sign[used].tolist()) <= 0)
    model.maximize(objective)
    if job.start is not None:
        for literal, taken in zip(x, known(job), strict=True):
            model.add_hint(literal, taken)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = options.threads
    solver.parameters.random_seed = 0
    if watch.time_limit is not None:
        solver.parameters.max_time_in_seconds = max(0.0, watch.left())
    status = solver.solve(model, _stopper(watch))
    word = solver.status_name(status)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return RawSolution(None, False, watch.stopped() or "gap", word)
    chosen = np.array([solver.boolean_value(v) for v in x], bool)
    first = proposal_of(job, chosen)
    proven = status == cp_model.OPTIMAL
    return RawSolution(first, proven, "proven" if proven else watch.stopped() or "gap", word)


def _scaled(model: Any, rest: Any, price: int, step: int) -> Any:
    """``price·s`` in grid steps. A single s may miss the grid; the smallest admissible s never does.

    At the optimum s is 0 or ``rate·den + ask − 10_000·num``, and price times each of these terms is a multiple of the step by
    the definition of the grid: so s is a multiple of ``unit`` and is replaced by ``unit·t``.
    """
    unit = step // math.gcd(price, step)
    part = model.new_int_var(0, 2**40, "")
    model.add(unit * part >= rest)
    return (price * unit // step) * part


def _stopper(watch: Watch) -> Any:
    from ortools.sat.python import cp_model

    class Stopper(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            if watch.stopped():
                self.stop_search()

    return Stopper()
