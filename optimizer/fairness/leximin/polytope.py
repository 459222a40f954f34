"""What a whole allocation of types must satisfy: columns with their type, capacities of types, rows with bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64
from optimizer.solve.highs_lp import INFINITY, new_model

F = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Polytope:
    """Integer points y ≥ 0 with Σ of a type's columns ≤ its people, and ``low ≤ rows · y ≤ high``.

    Attributes
    ----------
    owner : (N,) int32           type of each column
    people : (T,) int64          people of each type, ≥ 1
    rows : (R, N) sparse matrix, whole numbers
    low, high : (R,) float64     infinite where a side is open
    value : (N,) float64         worth of one person there, used to choose among equals
    cell : (N,) int32            columns of one cell have the same coefficients in every row
    klass : (N,) int32           class of each column, which the row of that number holds to its capacity
    classes : so many first rows are those of classes; 0: the polytope knows of none
    """

    owner: I32
    people: I64
    rows: sp.csr_matrix
    low: F
    high: F
    value: F = field(default_factory=lambda: np.zeros(0))
    cell: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    klass: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    classes: int = 0

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def types(self) -> int:
        return len(self.people)

    def chances(self, y: F) -> F:
        """(T,) people of each type who are served, as a share of the type."""
        return np.asarray(np.bincount(self.owner, y, self.types) / self.people, np.float64)

    def holds(self, y: NDArray[Any], slack: float = 1e-6) -> bool:
        """Whether a point satisfies every row and capacity."""
        at = self.rows @ np.asarray(y, np.float64)
        inside = bool((at >= self.low - slack).all() and (at <= self.high + slack).all())
        return inside and bool((np.bincount(self.owner, y, self.types) <= self.people + slack).all())


def passed(
    matrix: sp.csc_matrix,
    low: F,
    high: F,
    cost: F,
    lower: F,
    upper: F,
    *,
    whole: int = 0,
    maximise: bool = True,
) -> Any:
    """A HiGHS model of ``low ≤ matrix · x ≤ high``; its first ``whole`` columns are integers."""
    import highspy

    model = new_model()
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    lp.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    if whole:
        kind = highspy.HighsVarType
        lp.integrality_ = [kind.kInteger] * whole + [kind.kContinuous] * (lp.num_col_ - whole)
    model.passModel(lp)
    return model


def owners(polytope: Polytope) -> sp.csr_matrix:
    """(T, N) which columns are whose."""
    n = len(polytope)
    return sp.csr_matrix((np.ones(n), (polytope.owner, np.arange(n))), shape=(polytope.types, n))


def whole_point(
    polytope: Polytope, weight: F, *, gap: float = 0.0, time_limit: float = INFINITY
) -> tuple[NDArray[np.int64] | None, float]:
    """The integer point of largest ``weight · y``, and a bound on that value; None when there is none."""
    matrix = sp.vstack([polytope.rows, owners(polytope)]).tocsc()
    n = len(polytope)
    model = passed(
        matrix,
        np.concatenate([polytope.low, np.full(polytope.types, -INFINITY)]),
        np.concatenate([polytope.high, polytope.people.astype(np.float64)]),
        weight,
        np.zeros(n),
        polytope.people[polytope.owner].astype(np.float64),
        whole=n,
    )
    model.setOptionValue("mip_rel_gap", gap)
    model.setOptionValue("mip_abs_gap", 1e-9)
    if time_limit < INFINITY:
        model.setOptionValue("time_limit", time_limit)
    model.run()
    info = model.getInfo()
    if info.primal_solution_status != 2:
        return None, -INFINITY
    return np.rint(np.array(model.getSolution().col_value)).astype(np.int64), float(info.mip_dual_bound)
