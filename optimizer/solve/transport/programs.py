"""Linear and mixed-integer programs in HiGHS: a set of columns on cells, the label choice and the priced rows.

Every program of the engine has the same tail: one integer variable per label, one shortfall per row of the model.
Rows are divided by their largest coefficient and money by the scale, for the solver's tolerances only: what is
published is recomputed in integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.solve.policy import DEFAULT, PrimalPolicy
from optimizer.solve.transport.model import Floats, Ints
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure

INF = float("inf")
WHOLE = 1e-6
"""Distance from a whole number that is rounding."""


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
    seen: sp.csr_matrix
    constant: Ints
    rows: RowSystem | None = None

    @cached_property
    def counted(self) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Counts of leases that labels decide, (cells, counts) and (labels, counts).

        Of each priced row that a label may change: the leases that serve it most, and all that it counts. They are whole
        in every solution, which the rows do not say while labels are real numbers.
        """
        parts: tuple[list[sp.csc_matrix], list[sp.csc_matrix]] = ([], [])
        none = (self.fixed.shape[0], 0), (self.n_labels, 0)
        if self.rows is not None:
            sides = self.rows.fixed.tocsc(), self.rows.label.tocsc()
            decided = np.diff(sides[1].indptr)[: len(self.rows.price)] > 0
            for k in np.flatnonzero((self.rows.price > 0) & decided).tolist():
                columns = [side[:, [k]] for side in sides]
                low = min(int(column.data.min(initial=0)) for column in columns)
                for wanted in (low, None) if low < 0 else (None,):
                    for part, column in zip(parts, columns, strict=True):
                        part.append(_ones(column, wanted))
        cells, labels = (
            sp.hstack(part, format="csr") if part else sp.csr_matrix(shape, dtype=np.int64)
            for part, shape in zip(parts, none, strict=True)
        )
        return cells, labels

    @property
    def height(self) -> int:
        """Number of rows of the tail."""
        return self.n_pools + self.n_rows

    def body(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Coefficients of columns with these (columns, cells) counts on the tail's rows, (columns, height)."""
        return counts @ self.seen

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
    seen = sp.hstack([pool, rows.fixed @ sp.diags(-1.0 / largest)], format="csr")
    return Tail(
        cells.n_pools, n_labels, rows.n_rows, largest, money, cost, sp.hstack([labels, slack], format="csc"),
        pool, rows.fixed, seen, rows.constant, rows,
    )  # fmt: skip


def _ones(column: sp.csc_matrix, wanted: int | None) -> sp.csc_matrix:
    """1 where a column has the wanted value (None: any but 0)."""
    hit = column.copy()
    hit.data = (column.data != 0 if wanted is None else column.data == wanted).astype(np.int64)
    hit.eliminate_zeros()
    return hit


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
    whole_counts: bool = False,
    nodes: int = 200,
    absolute_gap: float = 0.5,
    time_limit_s: float | None = None,
    start: Floats | None = None,
    least: float = -INF,
    enough: float = INF,
    relaxed_only: bool = False,
    policy: PrimalPolicy = DEFAULT.primal,
) -> MipAnswer | None:
    """Choose integer columns (``cost`` in objective units, ``counts`` (columns, cells)) on top of ``base`` leases.

    ``packing`` (columns, extra rows) must stay within ``capacity``, and meet it where ``exact``. With ``whole_counts`` the
    counts that labels decide (`Tail.counted`) are whole though labels are not: then hardly a label has to change afterwards,
    and a shortfall that no label can avoid is seen. On a year of the full model that is 150 whole numbers; 766 whole labels
    take five times as long to the same answer. Stops at ``nodes`` nodes, so a run can be
    replayed, or with an answer worth ``enough``; None when no solution was found. ``relaxed_only``: only what the linear
    relaxation settles (`_relaxed`), None where it settles nothing.
    """
    n = len(cost)
    extra = 0 if packing is None else packing.shape[1]
    body = tail.body(counts)
    if packing is not None:
        body = sp.hstack([body, packing], format="csr")
    low, high = tail.bounds(base)
    free = n + tail.n_labels + np.flatnonzero(tail.cost[tail.n_labels :] == 0)
    m = tail.matrix
    matrix = sp.csc_matrix(
        (
            np.r_[body.data, m.data],
            np.r_[body.indices, m.indices],
            np.r_[body.indptr, body.indptr[-1] + m.indptr[1:]],
        ),
        shape=(tail.height + extra, n + m.shape[1]),
    )
    if capacity is not None:
        floor = np.full(extra, -INF) if exact is None else np.where(exact, capacity, -INF)
        low, high = np.r_[low, floor], np.r_[high, capacity]
    if len(free):  # a row whose shortfall costs nothing asks nothing
        asks = np.ones(matrix.shape[0], bool)
        asks[matrix[:, free].indices] = False
        matrix, low, high = matrix.tocsr()[asks].tocsc(), low[asks], high[asks]
    n_counts = tail.counted[0].shape[1] if whole_counts else 0
    if n_counts:
        counted, counted_labels = tail.counted
        rest = sp.csr_matrix((m.shape[1] - tail.n_labels, n_counts))
        said = sp.vstack([counts @ counted, counted_labels, rest], format="csr").T
        tied = sp.hstack([said, -sp.identity(n_counts)], format="csr")
        matrix = sp.hstack([matrix, sp.csc_matrix((matrix.shape[0], n_counts))], format="csr")
        matrix = sp.vstack([matrix, tied], format="csc")
        there = -(base @ counted).astype(float)
        low, high = np.r_[low, there], np.r_[high, there]
    h = new_solver()
    # few labels: exchanges are few and their packing rows distinct, presolve costs more than it saves. Many labels are mostly
    # told by their pools: presolve takes them away, and programs of 500 to 3,100 labels end in a third to a sixth of the time
    h.setOptionValue("presolve", "off" if tail.n_labels <= policy.labels_many else "on")
    # the zero solution is there from the start: jumping about for a first one took more than half the time
    h.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    h.setOptionValue("mip_max_nodes", nodes)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", absolute_gap)
    h.setOptionValue("mip_feasibility_tolerance", 1e-7)
    if time_limit_s is not None:
        h.setOptionValue("time_limit", max(0.1, time_limit_s))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.r_[np.asarray(cost) / tail.money, tail.cost, np.zeros(n_counts)]
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.r_[np.ones(n) if upper is None else upper, np.full(lp.num_col_ - n, INF)]
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    n_whole = n + (tail.n_labels if whole_labels else 0)
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole] * n_whole + [real] * (lp.num_col_ - n_whole - n_counts) + [whole] * n_counts
    if n_counts:
        h.setOptionValue("mip_allow_restart", False)
        h.setOptionValue("mip_pool_soft_limit", policy.solver_cuts)
    h.passModel(lp)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        h.setSolution(solution)
    if start is None:
        told = _relaxed(h, n_whole, n, tail.n_labels, n_counts, least, absolute_gap, policy)
        if told is not None or relaxed_only:
            return told
        h.setOptionValue("mip_max_nodes", nodes)
        h.setOptionValue("mip_abs_gap", absolute_gap)
    if enough < INF:
        h.setOptionValue("objective_target", enough)
    run_solver(h)
    info = h.getInfo()
    if info.primal_solution_status != 2:
        return None
    x = np.asarray(h.getSolution().col_value)
    done = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    taken = np.rint(x[: n + tail.n_labels]).astype(np.int64)
    return MipAnswer(
        taken[:n],
        taken[n:],
        info.objective_function_value,
        info.mip_dual_bound if n + tail.n_labels else 0.0,
        done,
    )


def _relaxed(
    h: highspy.Highs,
    n_whole: int,
    n: int,
    n_labels: int,
    n_counts: int,
    least: float,
    absolute_gap: float,
    policy: PrimalPolicy,
) -> MipAnswer | None:
    """What the linear relaxation settles: not worth ``least``, whole already, or nearly so; None when nothing of it.

    A basis leaves no more columns fractional than there are rows that bind, a few dozen among thousands of exchanges: where
    there are many, those that are whole are kept, the program over the others is solved in hundredths of a second, and
    the relaxation says whether its answer is within the gap.
    """
    h.setOptionValue("solve_relaxation", True)
    run_solver(h)
    h.setOptionValue("solve_relaxation", False)
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    value = h.getInfo().objective_function_value
    every = np.asarray(h.getSolution().col_value)
    x, number = every[: n + n_labels], every[len(every) - n_counts :]
    whole = np.rint(x).astype(np.int64)
    if value < least:
        return MipAnswer(np.zeros(n, np.int64), np.zeros(n_labels, np.int64), -INF, value, True)
    off = np.abs(x[:n_whole] - whole[:n_whole]) > WHOLE
    if not off.any() and bool((np.abs(number - np.rint(number)) <= WHOLE).all()):
        return MipAnswer(whole[:n], whole[n:], value, value, True)
    if n < policy.kept_from:
        return None
    kept = np.flatnonzero(~off).astype(np.int32)
    upper = np.asarray(h.getLp().col_upper_)[kept]
    h.changeColsBounds(len(kept), kept, whole[kept].astype(float), whole[kept].astype(float))
    h.setOptionValue("mip_max_nodes", policy.kept_nodes)
    h.setOptionValue("mip_abs_gap", absolute_gap / 4)
    run_solver(h)
    info = h.getInfo()
    if info.primal_solution_status == 2 and value - info.objective_function_value <= absolute_gap:
        found = np.asarray(h.getSolution().col_value)[: n + n_labels]
        taken: Ints = np.rint(found).astype(np.int64)
        return MipAnswer(taken[:n], taken[n:], info.objective_function_value, value, True)
    h.changeColsBounds(len(kept), kept, np.zeros(len(kept)), upper)
    return None
