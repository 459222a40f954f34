"""The table of the rules: what was asked, what the proposals give, what one more lease would cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.problem import Evaluation, evaluate
from optimizer.problem.model import RATE_UNIT, Problem
from optimizer.solve import Again, Solved

MICRO = 1_000_000
CASES, PER_CASE, MOST_CASES = 400, 3, 200
"""Cases of the tree for all marginal points together: so many, and so many for each case of the proof; most for one row."""
SMALL = 25
"""Dwellings up to which one more lease is priced by solving again; above, by the multipliers."""

COLUMNS = (
    "rule",
    "scope",
    "share",
    "tolerance",
    "num_before",
    "den_before",
    "den_remaining",
    "rate_required",
    "allowance",
    "num_run",
    "den_run",
    "shortfall",
    "price",
    "marginal_points",
)


def rules_table(problem: Problem, solved: Solved) -> pd.DataFrame:
    """Columns of ``rules.csv`` but ``expected_num``, one line per row of the problem, in its order.

    ``share, tolerance, rate_required, allowance, shortfall`` and ``den_remaining`` have four decimals (leases and shares of
    leases), ``price`` two and ``marginal_points`` six (points). A row that limits (`Row.ceiling`) has an ``allowance`` and
    neither a forecast nor a required rate; its ``num`` are the leases that count against it.
    """
    found = evaluate(problem, solved.first)
    rows = problem.rows
    limits = np.array([r.ceiling for r in rows], bool)
    remaining = _numbers([_half_up(r.remaining_num, r.remaining_den) for r in rows])
    rate = _numbers([r.rate / RATE_UNIT for r in rows])
    allowance = _numbers([r.play / RATE_UNIT for r in rows])
    values: dict[str, object] = {
        "rule": [r.rule for r in rows],
        "scope": [r.scope for r in rows],
        "share": _numbers([r.share / RATE_UNIT for r in rows]),
        "tolerance": _numbers([r.tolerance / RATE_UNIT for r in rows]),
        "num_before": np.array([r.num_before for r in rows], np.int64),
        "den_before": np.array([r.den_before for r in rows], np.int64),
        "den_remaining": np.where(limits, np.nan, remaining),
        "rate_required": np.where(limits, np.nan, rate),
        "allowance": np.where(limits, allowance, np.nan),
        "num_run": np.where(limits, found.den_run - found.num_run, found.num_run),
        "den_run": found.den_run,
        "shortfall": _numbers([int(s) / RATE_UNIT for s in found.shortfall]),
        "price": _numbers([r.price / 100 for r in rows]),
        "marginal_points": _numbers([m / MICRO for m in marginal_points(problem, solved, found)]),
    }
    return pd.DataFrame({name: values[name] for name in COLUMNS})


def marginal_points(problem: Problem, solved: Solved, found: Evaluation | None = None) -> list[int]:
    """Change of the optimum, in micropoints (≤ 0), when each row in turn asks for one more lease.

    Zero where the row has no price or a whole lease to spare: the same proposals stay optimal. Otherwise solved again on
    small proven cases, else minus the row's multiplier, or what the proposal itself then loses where that is less. Solving
    again takes no more cases of the tree than a few times those of the proof itself: the rows come in their order, and those
    left over take the multiplier.
    """
    counted = found or evaluate(problem, solved.first)
    again: Again | None = None
    exact = solved.certificate.status == "certified_optimal" and len(problem.dwelling_ids) <= SMALL
    out: list[int] = []
    left = CASES + PER_CASE * len(solved.certificate.nodes)
    for k, row in enumerate(problem.rows):
        spare = RATE_UNIT * int(counted.num_run[k]) + row.play - int(counted.asked[k])
        if row.price == 0 or spare >= RATE_UNIT:
            out.append(0)
            continue
        value = None
        if exact and left > 0:
            ask = np.zeros(len(problem.rows), np.int64)
            ask[k] = RATE_UNIT
            again = again or Again(problem, solved.first, solved.certificate.nodes)
            answer = again.value(ask, max(2, min(MOST_CASES, left)))
            value, left = answer.value, left - answer.nodes
        # the proposal stays possible: the optimum falls by no more than it does
        lost = row.price * (RATE_UNIT - max(0, spare)) * (MICRO // (100 * RATE_UNIT))
        out.append(value - solved.objective if value is not None else -min(lost, int(solved.multipliers[k])))
    return out


def _numbers(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64)


def _half_up(num: int, den: int) -> float:
    """A fraction of leases to four decimals, halves up."""
    return (2 * num * RATE_UNIT + den) // (2 * den) / RATE_UNIT
