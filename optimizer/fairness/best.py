"""The optimum of a market: the proven first ranks of its problem, or an integer program where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.polytope import passed
from optimizer.fairness.lottery import Allocation, allocation
from optimizer.fairness.market import Market
from optimizer.problem import evaluate
from optimizer.problem.model import RATE_UNIT
from optimizer.solve import SolveOptions, solve
from optimizer.solve.highs_lp import INFINITY


def best_allocation(market: Market) -> tuple[Allocation, dict[str, Any]]:
    """The allocation of largest value less priced shortfalls, with what proves it.

    A market made from a problem is solved as `propose` solves it, waiting seats and réservataires' orders included; dwellings given
    to a seat have no household. The proof joins the certificate and (dwelling, household or nobody, account) of every first rank.
    """
    if market.problem is None:
        return _small(market), {"kind": "optimum"}
    problem = market.problem
    solved = solve(problem, SolveOptions())
    place = {str(name): i for i, name in enumerate(market.application_ids)}
    found: list[tuple[int, int, int]] = []
    seats: list[int] = []
    seat_kinds: list[int] = []
    firsts: list[tuple[str, str, str]] = []
    for d, a, k in zip(
        solved.first.dwelling.tolist(), solved.first.app.tolist(), solved.first.kind.tolist(), strict=True
    ):
        who = str(problem.application_ids[a]) if a >= 0 else ""
        firsts.append((str(problem.dwelling_ids[d]), who, market.accounts[int(problem.kinds.account[k])]))
        if a < 0:
            seats.append(int(problem.klass[d]))
            seat_kinds.append(k)
        else:
            found.append((place[str(problem.application_ids[a])], int(problem.klass[d]), k))
    proof = {
        "kind": "optimum",
        "objective": solved.objective / 1e6,
        "bound": solved.bound / 1e6,
        "stop": solved.stop,
        "seats": len(seats),
        "seat_classes": seats,
        "seat_kinds": seat_kinds,
        "first_ranks": sorted(firsts),
        "certificate": solved.certificate.as_dict(),
        "shortfall": evaluate(problem, solved.first).shortfall.tolist(),
    }
    return allocation(found), proof


def _small(market: Market) -> Allocation:
    """The optimum of a market without a problem, by an integer program over its options."""
    options = len(market.option_kind)
    if not options:
        return allocation([])
    pair = np.repeat(np.arange(len(market.pair_class)), np.diff(market.option_ptr))
    app, klass = market.pair_app[pair], market.pair_class[pair]
    n, k = len(market), market.n_classes
    priced = [r for r, row in enumerate(market.rows) if row.price > 0]
    at, column, value = [], [], []
    for j, kind in enumerate(market.option_kind.tolist()):
        row, num, den, more = market.marks(kind)
        for r, x, d, m in zip(row.tolist(), num.tolist(), den.tolist(), more.tolist(), strict=True):
            if r in priced:
                at.append(priced.index(r))
                column.append(j)
                value.append((market.rows[r].rate * d + m - RATE_UNIT * x) / RATE_UNIT)
    ones = np.ones(options)
    matrix = sp.bmat(
        [
            [sp.csr_matrix((ones, (app, np.arange(options))), shape=(n, options)), None],
            [sp.csr_matrix((ones, (klass, np.arange(options))), shape=(k, options)), None],
            [sp.csr_matrix((value, (at, column)), shape=(len(priced), options)), -sp.identity(len(priced))],
        ]
        if priced
        else [
            [sp.csr_matrix((ones, (app, np.arange(options))), shape=(n, options))],
            [sp.csr_matrix((ones, (klass, np.arange(options))), shape=(k, options))],
        ]
    ).tocsc()
    high = np.concatenate([np.ones(n), market.capacity, [market.rows[r].play / RATE_UNIT for r in priced]])
    cost = np.concatenate([market.option_value / 100.0, [-market.rows[r].price / 100.0 for r in priced]])
    columns = options + len(priced)
    model = passed(
        matrix,
        np.full(len(high), -INFINITY),
        high,
        cost,
        np.zeros(columns),
        np.concatenate([ones, np.full(len(priced), INFINITY)]),
        whole=options,
    )
    model.setOptionValue("mip_rel_gap", 0.0)
    model.run()
    if model.getInfo().primal_solution_status != 2:
        raise AttrifluxError("LEXIMIN_STUCK", status="optimum")
    x = np.array(model.getSolution().col_value)[:options] > 0.5
    return allocation(
        list(zip(app[x].tolist(), klass[x].tolist(), market.option_kind[x].tolist(), strict=True))
    )
