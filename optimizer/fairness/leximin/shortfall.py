"""The least priced shortfall among the allocations with most lettings: what every allocation of a lottery is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.polytope import F, Polytope, owners, passed
from optimizer.fairness.market import Market
from optimizer.problem import evaluate
from optimizer.problem.model import I32, RATE_UNIT, Orders, Problem, Seats
from optimizer.solve import SolveOptions, solve
from optimizer.solve.highs_lp import INFINITY
from optimizer.solve.policy import DEFAULT

CLOSE = 1e-6
"""What the rounding of an integer program may leave of a priced sum, in the dearest lease."""
MANY = 8_000
"""Columns from which the least shortfall need not be proven to the last point: `NEAR` of a lease at the mean price is near enough."""
NEAR = 0.2
UNTIED = replace(DEFAULT, ties=replace(DEFAULT.ties, columns_listed=0))
"""Nobody is worth more than another here: nearly every allocation is equal, and telling them apart would cost more than the rest."""


@dataclass(frozen=True)
class Least:
    """The least priced shortfall found.

    Attributes
    ----------
    missing : (R,) int64   shortfall of each row, ten-thousandths of a lease; 0 where it has no price
    point : (N,) int64     an allocation that misses no more
    gap : float            points that an allocation might still miss less
    """

    missing: NDArray[np.int64]
    point: NDArray[np.int64]
    gap: float = 0.0


def unvalued(problem: Problem) -> Problem:
    """The problem whose optimum houses most people, then misses the rules least: nobody is worth more than another.

    Waiting seats and the réservataires' orders are left out: a lottery gives dwellings to households.
    """
    none = np.zeros(0, np.int32)
    kinds = replace(
        problem.kinds,
        value=np.zeros_like(problem.kinds.value),
        keep=np.zeros_like(problem.kinds.keep),
        order_ptr=np.zeros(len(problem.kinds) + 1, np.int64),
        order_row=none,
        order_sign=np.zeros(0, np.int8),
    )
    return replace(
        problem,
        entry_score=np.zeros_like(problem.entry_score),
        entry_fit=np.zeros_like(problem.entry_fit),
        entry_burden=np.zeros_like(problem.entry_burden),
        bonus=np.zeros_like(problem.bonus),
        kinds=kinds,
        seats=Seats(none, none, np.zeros(0, np.int64), none),
        orders=Orders(),
        # one letting moves a row by a lease at most
        fill_value=1 + 2 * sum(row.price for row in problem.rows),
    )


def solved_missing(
    market: Market, types: I32, columns: Sequence[tuple[int, int, int]], lettings: int
) -> Least | None:
    """The least priced allocation and its columns, as `propose` solves; None where that finds fewer lettings.

    Parameters
    ----------
    columns : (type, class, kind) of each column; kinds with the same marks are one.
    """
    if market.problem is None:
        return None
    problem = unvalued(market.problem)
    prices = [row.price for row in problem.rows if row.price > 0]
    options = SolveOptions()
    if len(columns) > MANY:
        gap = NEAR * sum(prices) / len(prices) / (problem.fill_value * max(1, lettings))
        options = SolveOptions(gap=gap, policy=UNTIED)
    answer = solve(problem, options)
    solved = answer.first
    named = np.flatnonzero(solved.app >= 0)
    if len(named) != lettings:
        return None
    place = {str(name): i for i, name in enumerate(market.application_ids)}
    column = {(t, c, int(market.signature[k])): j for j, (t, c, k) in enumerate(columns)}
    point = np.zeros(len(columns), np.int64)
    for i in named.tolist():
        who = place[str(problem.application_ids[solved.app[i]])]
        klass = int(problem.klass[solved.dwelling[i]])
        point[column[int(types[who]), klass, int(market.signature[solved.kind[i]])]] += 1
    missing = np.asarray(evaluate(problem, solved).shortfall, np.int64)
    priced = np.where([row.price > 0 for row in market.rows], missing, 0)
    return Least(priced, point, (answer.bound - answer.objective) / 1e6)


def least_missing(
    polytope: Polytope,
    total: sp.csr_matrix,
    lettings: int,
    asked: sp.csr_matrix,
    play: NDArray[np.int64],
    price: F,
) -> Least:
    """The least priced allocation; equal prices: the first rows miss least."""
    n, t = len(polytope), polytope.types
    rows = np.flatnonzero(price > 0)
    missing = np.zeros(len(price), np.int64)
    point = np.zeros(n, np.int64)
    if not len(rows) or not n:
        return Least(missing, point)
    r = len(rows)
    scale = 1.0 / RATE_UNIT
    matrix = sp.bmat(
        [
            [sp.vstack([polytope.rows, owners(polytope), total]), None],
            [asked[rows] * scale, -sp.identity(r)],
            [None, sp.csr_matrix(price[rows][None, :] / price[rows].max())],
        ]
    ).tocsc()
    low = np.concatenate(
        [polytope.low, np.full(t, -INFINITY), [lettings], np.full(r, -INFINITY), [-INFINITY]]
    )
    high = np.concatenate([polytope.high, polytope.people, [lettings], play[rows] * scale, [INFINITY]])
    cost = np.concatenate([np.zeros(n), price[rows] / price[rows].max()])
    upper = np.concatenate([polytope.people[polytope.owner].astype(np.float64), np.full(r, INFINITY)])
    model = passed(matrix, low, high, cost, np.zeros(n + r), upper, whole=n, maximise=False)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 1e-7)

    def answer() -> F:
        nonlocal point
        model.run()
        if model.getInfo().primal_solution_status != 2:
            raise AttrifluxError("LEXIMIN_STUCK", status=model.modelStatusToString(model.getModelStatus()))
        y = np.rint(np.array(model.getSolution().col_value)[:n])
        point = y.astype(np.int64)
        return np.asarray(np.maximum(0.0, np.rint(asked[rows] @ y) - play[rows]))

    last = matrix.shape[0] - 1
    index = np.arange(n + r, dtype=np.int32)
    found = answer()
    least = float((found * scale) @ (price[rows] / price[rows].max()))
    model.changeRowBounds(last, -INFINITY, least + CLOSE)
    for i in np.flatnonzero(found > 0).tolist():
        cost = np.zeros(n + r)
        cost[n + i] = 1.0
        model.changeColsCost(n + r, index, cost)
        found = answer()
        model.changeColBounds(n + i, 0.0, float(found[i]) * scale + 1e-7)
    missing[rows] = found.astype(np.int64)
    return Least(missing, point)
