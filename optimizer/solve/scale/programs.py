"""Linear and mixed-integer programs in HiGHS: a set of columns on cells, the label choice and the priced rows.

Every program of the engine has the same tail: one integer variable per label, one shortfall per row of the model.
Rows are divided by their largest coefficient and money by the scale, for the solver's tolerances only: what is
published is recomputed in integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.solve.scale.model import Ints
from optimizer.solve.scale.rows import RowSystem
from optimizer.solve.scale.structure import Structure

Floats = NDArray[np.float64]
INF = float("inf")


class _Quiet(highspy.Highs):
    """HiGHS without the callback set-up of its Python class, which writes a banner before any option is read."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


def new_solver() -> highspy.Highs:
    """A silent, single-threaded, replayable HiGHS that maximises."""
    h = _Quiet()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("random_seed", 1)
    h.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return h


def run_solver(h: highspy.Highs) -> None:
    """Run HiGHS; its worker threads are global, so another caller's thread count may have to be dropped first."""
    if h.run() == highspy.HighsStatus.kError:
        highspy.Highs.resetGlobalScheduler(True)
        h.run()


@dataclass(frozen=True)
class Tail:
    """Label and shortfall columns on [pool rows | priced rows]; see the module."""

    n_pools: int
    n_labels: int
    n_rows: int
    norm: Floats
    money: float
    cost: Floats
    matrix: sp.csc_matrix
    pool: sp.csr_matrix
    fixed: sp.csr_matrix
    constant: Ints

    @property
    def height(self) -> int:
        """Number of rows of the tail."""
        return self.n_pools + self.n_rows

    def body(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Coefficients of columns with these (columns, cells) counts on the tail's rows, (columns, height)."""
        scale = sp.diags(-1.0 / self.norm)
        return sp.hstack([counts @ self.pool, (counts @ self.fixed) @ scale], format="csr")

    def bounds(self, base: Ints | None = None) -> tuple[Floats, Floats]:
        """Row bounds when ``base`` (cells,) leases are already there."""
        pools = np.zeros(self.n_pools) if base is None else -(base @ self.pool).astype(float)
        need = self.constant if base is None else self.constant + base @ self.fixed
        return np.r_[pools, need / self.norm], np.r_[pools, np.full(self.n_rows, INF)]


def build_tail(structure: Structure, rows: RowSystem, pool: sp.csr_matrix) -> Tail:
    """Tail of a row system (cuts included)."""
    cells = structure.cells
    n_labels = len(cells.label_value)
    largest = np.ones(rows.n_rows)
    for matrix in (rows.fixed, rows.label):
        if matrix.nnz:
            largest = np.maximum(largest, abs(matrix).max(axis=0).toarray().ravel())
    money = float(structure.model.scale)
    of_label = np.repeat(np.arange(cells.n_pools), np.diff(cells.label_start))
    labels = sp.vstack(
        [
            sp.csr_matrix(
                (-np.ones(n_labels), (of_label, np.arange(n_labels))), shape=(cells.n_pools, n_labels)
            ),
            sp.diags(-1.0 / largest) @ rows.label.T,
        ]
    )
    n_model = len(rows.price)
    stretch = sp.diags(1.0 / largest) @ rows.share @ sp.diags(largest[:n_model])
    slack = sp.vstack([sp.csr_matrix((cells.n_pools, n_model)), stretch])
    cost = np.r_[cells.label_value / money, -(rows.price * largest[:n_model]) / money]
    return Tail(
        cells.n_pools, n_labels, rows.n_rows, largest, money, cost, sp.hstack([labels, slack], format="csc"),
        pool, rows.fixed, rows.constant,
    )  # fmt: skip


MANY = 500
"""Integer columns from which the whole values of the relaxation are first kept as they are."""
NEARLY, FEW = 1e-6, 200
"""How far from whole a value may be that is kept, and nodes of the program over the others."""


def _near_relaxation(
    lp: highspy.HighsLp, n_whole: int, absolute_gap: float, time_limit_s: float | None
) -> tuple[Floats, float, float] | None:
    """A solution that keeps what the relaxation has whole, its value and the relaxation's; None when further than the gap.

    A basis leaves no more columns fractional than there are rows that bind, a few dozen among thousands of pieces: the
    program over them alone is solved in hundredths of a second, and the relaxation says what the others can still give.
    """
    kinds = lp.integrality_
    h = new_solver()
    if time_limit_s is not None:
        h.setOptionValue("time_limit", max(0.1, time_limit_s))
    lp.integrality_ = []
    h.passModel(lp)
    lp.integrality_ = kinds
    run_solver(h)
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    bound = h.getInfo().objective_function_value
    x = np.asarray(h.getSolution().col_value)[:n_whole]
    near = np.rint(x)
    kept = np.flatnonzero(np.abs(x - near) <= NEARLY).astype(np.int32)
    h.changeColsBounds(len(kept), kept, near[kept], near[kept])
    left = np.setdiff1d(np.arange(n_whole, dtype=np.int32), kept)
    for j in left.tolist():
        h.changeColIntegrality(j, highspy.HighsVarType.kInteger)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", absolute_gap / 4)
    h.setOptionValue("mip_max_nodes", FEW)
    run_solver(h)
    info = h.getInfo()
    if info.primal_solution_status != 2 or bound - info.objective_function_value > absolute_gap:
        return None
    return np.asarray(h.getSolution().col_value), info.objective_function_value, bound


@dataclass(frozen=True)
class MipAnswer:
    """Columns chosen, labels taken, HiGHS's own objective and bound (points) and whether it finished."""

    columns: Ints
    labels: Ints
    value: float
    bound: float
    finished: bool


def solve_mip(
    tail: Tail,
    cost: Floats,
    counts: sp.csr_matrix,
    base: Ints,
    packing: sp.csr_matrix | None = None,
    capacity: Floats | None = None,
    upper: Floats | None = None,
    exact: NDArray[np.bool_] | None = None,
    *,
    whole_labels: bool = True,
    nodes: int = 200,
    absolute_gap: float = 0.5,
    time_limit_s: float | None = None,
    start: Floats | None = None,
) -> MipAnswer | None:
    """Choose integer columns (``cost`` in objective units, ``counts`` (columns, cells)) on top of ``base`` leases.

    ``packing`` (columns, extra rows) must stay within ``capacity``, and meet it where ``exact``. Stops at ``nodes`` nodes, so a run can be
    replayed; None when no solution was found.
    """
    n = len(cost)
    extra = 0 if packing is None else packing.shape[1]
    body = tail.body(counts)
    if packing is not None:
        body = sp.hstack([body, packing], format="csr")
    below = sp.csr_matrix((extra, tail.matrix.shape[1]))
    matrix = sp.hstack([body.T, sp.vstack([tail.matrix, below])], format="csc")
    low, high = tail.bounds(base)
    if capacity is not None:
        floor = np.full(extra, -INF) if exact is None else np.where(exact, capacity, -INF)
        low, high = np.r_[low, floor], np.r_[high, capacity]
    free = n + tail.n_labels + np.flatnonzero(tail.cost[tail.n_labels :] == 0)
    asks = np.diff(matrix[:, free].tocsr().indptr) == 0  # a row whose shortfall costs nothing asks nothing
    matrix, low, high = matrix.tocsr()[asks].tocsc(), low[asks], high[asks]
    h = new_solver()
    h.setOptionValue(
        "presolve", "off"
    )  # pieces are few and their packing rows distinct: presolve cost more than it saved
    h.setOptionValue("mip_max_nodes", nodes)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", absolute_gap)
    h.setOptionValue("mip_feasibility_tolerance", 1e-7)
    if time_limit_s is not None:
        h.setOptionValue("time_limit", max(0.1, time_limit_s))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.r_[np.asarray(cost) / tail.money, tail.cost]
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.r_[np.ones(n) if upper is None else upper, np.full(lp.num_col_ - n, INF)]
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    n_whole = n + (tail.n_labels if whole_labels else 0)
    kinds = [highspy.HighsVarType.kInteger] * n_whole
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (lp.num_col_ - n_whole)
    if n >= MANY and start is None:
        quick = _near_relaxation(lp, n_whole, absolute_gap, time_limit_s)
        if quick is not None:
            x, value, bound = quick
            whole = np.rint(x[: n + tail.n_labels]).astype(np.int64)
            return MipAnswer(whole[:n], whole[n:], value, bound, True)
    h.passModel(lp)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        h.setSolution(solution)
    run_solver(h)
    info = h.getInfo()
    if info.primal_solution_status != 2:
        return None
    x = np.asarray(h.getSolution().col_value)
    done = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    whole = np.rint(x[: n + tail.n_labels]).astype(np.int64)
    return MipAnswer(
        whole[:n],
        whole[n:],
        info.objective_function_value,
        info.mip_dual_bound if n + tail.n_labels else 0.0,
        done,
    )
