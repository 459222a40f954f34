"""The plain way: one binary column per (dwelling, application, account), the whole MIP in HiGHS, nothing reduced.

No decomposition, no reduction, no certificate of ours and no tie stage: the bound is the solver's word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from optimizer.problem import evaluate, explicit
from optimizer.problem.model import RATE_UNIT, Columns, FirstRanks, Problem
from optimizer.solve.highs_lp import new_model


@dataclass(frozen=True)
class Whole:
    """Objective recounted in micropoints, the solver's own bound (None: none), its last word, number of columns."""

    objective: int | None
    bound: int | None
    status: str
    columns: int


def solve(problem: Problem, *, limit_s: float, threads: int = 1) -> Whole:
    """Maximise ``sum value x - sum price s`` in points under ``s_k >= rate den - num - play`` and the réservataires' orders."""
    columns = explicit(problem, reduced=False)
    solver = new_model()
    if threads > 1:
        solver.resetGlobalScheduler(True)
    solver.setOptionValue("threads", threads)
    solver.setOptionValue("time_limit", float(limit_s))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(_program(problem, columns))
    solver.run()
    info = solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    bound = info.mip_dual_bound
    objective = None
    if info.primal_solution_status == 2:
        x = np.array(solver.getSolution().col_value)[: len(columns)] > 0.5
        first = FirstRanks(columns.dwelling[x].copy(), columns.app[x].copy(), columns.kind[x].copy())
        objective = evaluate(problem, first).objective
    return Whole(objective, round(bound * 1e6) if math.isfinite(bound) else None, status, len(columns))


def _program(problem: Problem, columns: Columns) -> highspy.HighsLp:
    """Rows: dwellings, applications, rules, orders of nominees; columns: pairs, then one shortfall per rule row."""
    n, rows, flats = len(columns), len(problem.rows), len(problem.dwelling_ids)
    at, one = np.arange(n), np.ones(n)
    named = columns.app >= 0
    by_flat = sp.csr_matrix((one, (columns.dwelling, at)), shape=(flats, n + rows))
    by_app = sp.csr_matrix(
        (one[named], (columns.app[named], at[named])), shape=(len(problem.application_ids), n + rows)
    )
    kinds = problem.kinds
    rate = np.array([r.rate for r in problem.rows], float)[kinds.row]
    weight = sp.csr_matrix(
        (kinds.num - (rate * kinds.den + kinds.more) / RATE_UNIT, kinds.row, kinds.ptr),
        shape=(len(kinds), rows),
    )
    orders = len(problem.orders)
    signs = sp.csr_matrix((kinds.order_sign, kinds.order_row, kinds.order_ptr), shape=(len(kinds), orders))
    by_order = sp.hstack([signs[columns.kind].T, sp.csr_matrix((orders, rows))])
    by_row = sp.hstack([weight[columns.kind].T, sp.identity(rows)])
    matrix = sp.vstack([by_flat, by_app, by_row, by_order], format="csr")
    price = np.array([r.price for r in problem.rows], float) / 100
    must = problem.must_fill[problem.klass].astype(float)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + rows, matrix.shape[0]
    lp.sense_, lp.col_cost_ = highspy.ObjSense.kMaximize, np.r_[columns.value / 100, -price]
    lp.col_lower_, lp.col_upper_ = np.zeros(n + rows), np.r_[one, np.full(rows, np.inf)]
    play = np.array([r.play for r in problem.rows], float) / RATE_UNIT
    at_least = (np.where(must > 0, 1.0, -np.inf), np.full(by_app.shape[0], -np.inf), -play)
    lp.row_lower_ = np.r_[(*at_least, np.full(orders, -np.inf))]
    lp.row_upper_ = np.r_[np.ones(flats + by_app.shape[0]), np.full(rows, np.inf), np.zeros(orders)]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    kind = highspy.HighsVarType
    lp.integrality_ = [kind.kInteger] * n + [kind.kContinuous] * rows
    return lp
