"""What the engine is compared with, on the same model: floors without rules, and general solvers with them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
import pulp
import scipy.sparse as sp
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from optimizer.solve.transport import LabelledTransport


@dataclass(frozen=True)
class Measured:
    """Outcome of one peer: value or bound reached (None: nothing), whether it finished, solve seconds."""

    value: float | None
    finished: bool
    seconds: float


def explicit_pairs(model: LabelledTransport) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(dwelling, applicant, value, cell) of every eligible pair, dwellings numbered through the classes."""
    parts = []
    first = np.r_[0, np.cumsum(model.capacity)]
    for k in range(model.n_classes):
        span = slice(*model.menu_start[model.class_menu[k] : model.class_menu[k] + 2])
        who = model.entry_applicant[span].astype(np.int64)
        cell = model.class_group[k].astype(np.int64) * model.n_types + model.entry_type[span]
        for d in range(int(first[k]), int(first[k + 1])):
            parts.append((np.full(len(who), d), who, model.entry_value[span].astype(np.int64), cell))
    return tuple(np.concatenate([p[i] for p in parts]) for i in range(4))  # type: ignore[return-value]


def scipy_floor(model: LabelledTransport) -> Measured:
    """SciPy's sparse assignment without any rule; the matrix is built before the clock starts.

    One dummy applicant of value 1 per dwelling makes a full matching exist.
    """
    dwelling, who, value, _ = explicit_pairs(model)
    n = int(model.capacity.sum())
    dummy = np.arange(n)
    rows, cols = np.r_[dwelling, dummy], np.r_[who, model.n_applicants + dummy]
    weights = np.r_[value + 1, np.ones(n, np.int64)].astype(float)
    matrix = sp.csr_matrix((weights, (rows, cols)), shape=(n, model.n_applicants + n))
    began = time.perf_counter()
    row, col = min_weight_full_bipartite_matching(matrix, maximize=True)
    seconds = time.perf_counter() - began
    return Measured(float(matrix[row, col].sum() - n), True, seconds)


def explicit_program(
    model: LabelledTransport,
) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray, np.ndarray, int]:
    """Rows (dwellings, applicants, rules), bounds and costs of the program with one column per pair and account."""
    dwelling, who, value, cell = explicit_pairs(model)
    per_cell = np.diff(model.option_start)
    size = per_cell[cell]
    pair = np.repeat(np.arange(len(cell)), size)
    option = model.option_start[cell[pair]] + np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    n, rows = len(pair), model.n_rows
    effects = sp.csr_matrix(
        (model.effect_coef.astype(float), model.effect_row, model.effect_start),
        shape=(len(per_cell) and len(model.option_account), rows),
    )
    one, at = np.ones(n), np.arange(n)
    d = int(model.capacity.sum())
    rule = sp.hstack([-effects[option].T, sp.identity(rows)])
    placed = sp.vstack(
        [
            sp.csr_matrix((one, (dwelling[pair], at)), shape=(d, n + rows)),
            sp.csr_matrix((one, (who[pair], at)), shape=(model.n_applicants, n + rows)),
        ]
    )
    matrix = sp.vstack([placed, rule], format="csr")
    low = np.r_[np.full(d + model.n_applicants, -np.inf), model.row_constant]
    high = np.r_[np.ones(d + model.n_applicants), np.full(rows, np.inf)]
    cost = np.r_[value[pair] + model.option_value[option], -model.row_price].astype(float)
    return matrix, low, high, cost, n


def highs(model: LabelledTransport, *, integer: bool, limit_s: float) -> Measured:
    """HiGHS on the explicit program, LP relaxation or MIP (relative gap 1e-6)."""
    matrix, low, high, cost, n = explicit_program(model)
    h = highspy.Highs()  # type: ignore[no-untyped-call]
    h.setOptionValue("output_flag", False)
    h.setOptionValue("time_limit", limit_s)
    h.setOptionValue("mip_rel_gap", 1e-6)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_, lp.sense_ = cost, highspy.ObjSense.kMaximize
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.r_[np.ones(n), np.full(lp.num_col_ - n, np.inf)]
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if integer:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger] * n + [kinds.kContinuous] * (lp.num_col_ - n)
    began = time.perf_counter()
    h.passModel(lp)
    h.run()
    seconds = time.perf_counter() - began
    done = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    value = h.getInfo().objective_function_value
    return Measured(value if np.isfinite(value) else None, done, seconds)


def cbc(model: LabelledTransport, limit_s: float) -> Measured:
    """PuLP with its CBC on the explicit program; building the PuLP model is part of the time, as a user pays it."""
    began = time.perf_counter()
    matrix, low, high, cost, n = explicit_program(model)
    columns = [pulp.LpVariable(f"x{j}", 0, 1, "Integer") for j in range(n)]
    columns += [pulp.LpVariable(f"s{j}", 0) for j in range(matrix.shape[1] - n)]
    problem = pulp.LpProblem("pairs", pulp.LpMaximize)
    problem += pulp.LpAffineExpression(zip(columns, cost.tolist(), strict=True))
    for i in range(matrix.shape[0]):
        span = slice(matrix.indptr[i], matrix.indptr[i + 1])
        pairs = [
            (columns[j], v) for j, v in zip(matrix.indices[span], matrix.data[span].tolist(), strict=True)
        ]
        if pairs:
            expression = pulp.LpAffineExpression(pairs)
            problem += expression >= float(low[i]) if np.isfinite(low[i]) else expression <= float(high[i])
    status = problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit_s, gapRel=1e-6))
    seconds = time.perf_counter() - began
    value = pulp.value(problem.objective)
    return Measured(value, status == 1 and seconds < limit_s, seconds)
