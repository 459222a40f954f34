"""The few calls of HiGHS we use, with their pitfalls answered once: empty models, statuses, interrupts, time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.watch import Watch

F = NDArray[np.float64]
B = NDArray[np.bool_]
INFINITY = float("inf")
DEVEX = 1
"""HiGHS's word for Devex among its ``simplex_dual_edge_weight_strategy``."""


_STARTED: list[bool] = []
"""Whether the scheduler was reset: HiGHS keeps one per process and refuses to run with another number of threads until then."""


@dataclass(frozen=True)
class Answer:
    """Columns and rows of a finished HiGHS run. ``status``: optimal, infeasible, stopped, failed."""

    status: str
    objective: float
    x: F
    row_dual: F
    usable: bool


def new_model() -> Any:
    """A silent HiGHS instance with fixed seed and one thread.

    With two, it lets two methods race for the first LP of a MIP and goes on from the vertex of the faster one: the same
    node would be divided differently from run to run.
    """
    model = _silent_class()()
    if not _STARTED:
        # another part of the process may have run HiGHS with other threads before
        model.resetGlobalScheduler(True)
        _STARTED.append(True)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    return model


@cache
def _silent_class() -> Any:
    """HiGHS prints its banner when callbacks are enabled, which its constructor does: be silent just before."""
    import highspy

    class Silent(highspy.Highs):  # type: ignore[misc, unused-ignore]
        interruptible = False

        def enableCallbacks(self) -> Any:
            self.setOptionValue("output_flag", False)
            return super().enableCallbacks()  # type: ignore[no-untyped-call, unused-ignore]

    return Silent


def add_columns(
    model: Any, cost: F, lower: F, upper: F, columns: Sequence[Sequence[tuple[int, float]]]
) -> None:
    """Columns with their (row, coefficient) lists."""
    if not len(cost):
        return
    size = [len(c) for c in columns]
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int32)
    index = np.array([r for c in columns for r, _ in c], np.int32)
    value = np.array([v for c in columns for _, v in c], np.float64)
    model.addCols(len(cost), cost, lower, upper, len(index), start, index, value)


def add_rows(model: Any, lower: F, upper: F, rows: Sequence[Sequence[tuple[int, float]]]) -> None:
    """Rows with their (column, coefficient) lists."""
    if not len(lower):
        return
    size = [len(r) for r in rows]
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int32)
    index = np.array([c for r in rows for c, _ in r], np.int32)
    value = np.array([v for r in rows for _, v in r], np.float64)
    model.addRows(len(lower), lower, upper, len(index), start, index, value)


def run(model: Any, watch: Watch | None = None) -> Answer:
    """Run HiGHS; an empty model is an optimal one of value 0, which HiGHS calls ``kModelEmpty``."""
    import highspy

    if watch is not None:
        left = watch.left()
        model.setOptionValue(
            "time_limit", max(0.0, model.getRunTime() + left) if left != INFINITY else INFINITY
        )
        if watch.event is not None and not model.interruptible:
            _let_interrupt(model, watch.event.is_set)
            model.interruptible = True
    model.run()
    status = highspy.HighsModelStatus
    if model.getModelStatus() == status.kNotset:
        # HiGHS refuses silently when the process last ran it with another number of threads
        model.resetGlobalScheduler(True)
        model.run()
    _try_other_ways(model)
    state = model.getModelStatus()
    word = {
        status.kOptimal: "optimal",
        status.kModelEmpty: "optimal",
        status.kInfeasible: "infeasible",
        status.kUnboundedOrInfeasible: "infeasible",
        status.kTimeLimit: "stopped",
        status.kInterrupt: "stopped",
        status.kIterationLimit: "stopped",
        status.kSolutionLimit: "stopped",
    }.get(state, "failed")
    solution = model.getSolution()
    info = model.getInfo()
    usable = word == "optimal" or info.primal_solution_status == 2
    return Answer(
        status=word,
        objective=float(info.objective_function_value),
        x=np.array(solution.col_value, np.float64),
        row_dual=np.array(solution.row_dual, np.float64),
        usable=bool(usable and solution.value_valid),
    )


def work_of(model: Any) -> int:
    """Simplex steps of the last run, each times the entries of the model: what it took, in no clock's words (some 4 10**8 a second)."""
    return max(0, int(model.getInfo().simplex_iteration_count)) * int(model.getNumNz())


def cost_after(model: Any, steps: int, *, devex: bool = False) -> float | None:
    """Objective after at most so many simplex steps; None when HiGHS has none to tell.

    Of a dual simplex stopped on its way it bounds the optimum from below. ``devex``: its steps are chosen by Devex, since exact
    steepest-edge weights of a basis that was put in cost a solve for every row first: of thousands, more than a few steps themselves.
    """
    import highspy

    usual = model.getOptionValue("simplex_iteration_limit")[1]
    weights = model.getOptionValue("simplex_dual_edge_weight_strategy")[1]
    model.setOptionValue("simplex_iteration_limit", steps)
    if devex:
        model.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
    model.run()
    model.setOptionValue("simplex_iteration_limit", usual)
    model.setOptionValue("simplex_dual_edge_weight_strategy", weights)
    status = highspy.HighsModelStatus
    if model.getModelStatus() not in (status.kOptimal, status.kIterationLimit):
        return None
    return float(model.getInfo().objective_function_value)


@dataclass
class Basis:
    """Basis of a solved model with so many columns and rows, as HiGHS holds it: putting it into lists takes longer than a simplex step."""

    held: Any
    columns: int
    rows: int
    grown: tuple[int, int, Any] | None = None
    """The same for a model that has grown to so many columns and rows since; made when it is first asked for."""


def basis_of(model: Any) -> Basis:
    """The basis HiGHS ended with."""
    return Basis(model.getBasis(), model.getNumCol(), model.getNumRow())


def slack_rows(basis: Basis) -> B:
    """(rows,) True where a row of the basis holds nothing back."""
    import highspy

    basic = highspy.HighsBasisStatus.kBasic
    return np.array([status == basic for status in basis.held.row_status], bool)


def without_rows(basis: Basis, place: NDArray[np.int64]) -> Basis:
    """A basis after rows that hold nothing back were taken out of its model; ``place``: where each row stands now, -1 for those."""
    import highspy

    whole = highspy.HighsBasis()
    whole.col_status = list(basis.held.col_status)
    whole.row_status = [s for s, at in zip(basis.held.row_status, place.tolist(), strict=False) if at >= 0]
    whole.valid = True
    return Basis(whole, basis.columns, len(whole.row_status))


def restart(model: Any, basis: Basis) -> None:
    """Continue from a basis of the same model that may have had fewer columns and rows."""
    size = model.getNumCol(), model.getNumRow()
    if size == (basis.columns, basis.rows):
        model.setBasis(basis.held)
        return
    if basis.grown is None or basis.grown[:2] != size:
        basis.grown = (*size, _grown(basis, *size))
    model.setBasis(basis.grown[2])


def _grown(basis: Basis, columns: int, rows: int) -> Any:
    """New columns are at zero, new rows are not at a bound."""
    import highspy

    status, whole = highspy.HighsBasisStatus, highspy.HighsBasis()
    whole.col_status = [*basis.held.col_status, *[status.kLower] * (columns - basis.columns)]
    whole.row_status = [*basis.held.row_status, *[status.kBasic] * (rows - basis.rows)]
    whole.valid = True
    return whole


def _try_other_ways(model: Any) -> None:
    """Run again, first without presolve, then by interior points, a model that HiGHS gave up without an answer.

    Its dual simplex gives up on some badly scaled models after presolve ("excessive dual values") and says nothing but
    ``kNotset``; whoever asked recomputes what the answer is worth in exact numbers, so any way to one is a good one.
    """
    import highspy

    status = highspy.HighsModelStatus
    for name, value in (("presolve", "off"), ("solver", "ipm")):
        if model.getModelStatus() not in (status.kNotset, status.kSolveError, status.kUnknown):
            return
        usual = model.getOptionValue(name)[1]
        model.setOptionValue(name, value)
        model.clearSolver()
        model.run()
        model.setOptionValue(name, usual)


def _let_interrupt(model: Any, asked: Callable[[], bool]) -> None:
    def stop(event: Any) -> None:
        if asked():
            event.interrupt()

    model.cbSimplexInterrupt += stop
    model.cbMipInterrupt += stop
