"""What a rule costs: the optimum as its share moves, everything else fixed; and the published bound on such a price.

References
----------
Benabbou, N., Chakraborty, M., Ho, X.-V., Sliwinski, J. & Zick, Y. (2018), Diversity constraints in public housing allocation,
AAMAS 2018: with caps of λ_pq flats for type p in block q and α_pq = λ_pq / |block q|, the price of diversity (optimum without caps over
optimum with them) is at most 1 / min α.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import scipy.sparse as sp

from optimizer.errors import AttrifluxError
from optimizer.fairness import messages as messages
from optimizer.fairness.leximin.polytope import passed
from optimizer.fairness.market import Market
from optimizer.fairness.measures import gini
from optimizer.problem import evaluate
from optimizer.problem.model import RATE_UNIT, Problem, Row
from optimizer.solve import SolveOptions, solve
from optimizer.solve.highs_model import INFINITY

COLUMNS = [
    "rule",
    "scope",
    "share",
    "required_rate",
    "value",
    "net",
    "lettings",
    "shortfall",
    "slope",
    "wait",
    "gini_p",
]


def front(problem: Problem, market: Market, months: np.ndarray, rule: str, steps: int) -> pd.DataFrame:
    """One rule from 0 to the whole of its denominator, in ``steps`` steps; its own rate in force is one more.

    Parameters
    ----------
    rule : id of a rule with a priced row; its rows all move together (a ceiling's part of others is its complement).

    Returns
    -------
    DataFrame
        ``value``: points of first ranks; ``net``: less every priced shortfall; ``slope``: points the optimum loses per point of
        share at that step (multipliers × denominators; the lower bound of a kink).

    Raises
    ------
    AttrifluxError
        ``FAIRNESS_RULE``
    """
    mine = [r for r, row in enumerate(problem.rows) if row.rule == rule and row.price > 0]
    if not mine:
        known = ", ".join(dict.fromkeys(row.rule for row in problem.rows if row.price > 0))
        raise AttrifluxError("FAIRNESS_RULE", what=rule, known=known or "–")
    place = {str(name): i for i, name in enumerate(market.application_ids)}
    lines = []
    for share in [None, *(Fraction(i, steps - 1) for i in range(steps))]:
        rate = None if share is None else int(share * RATE_UNIT)
        rows: tuple[Row, ...] = tuple(
            replace(row, rate=rate) if r in mine and rate is not None else row
            for r, row in enumerate(problem.rows)
        )
        moved = replace(problem, rows=rows)
        solved = solve(moved, SolveOptions())
        counted = evaluate(moved, solved.first)
        named = solved.first.app[solved.first.app >= 0]
        housed = np.array([place[str(problem.application_ids[a])] for a in named.tolist()], np.int64)
        chance = np.zeros(len(market))
        chance[housed] = 1.0
        slope = -sum(int(solved.multipliers[r]) * int(counted.den_run[r]) for r in mine) / 1e6 / 100
        priced = [r for r, row in enumerate(rows) if row.price > 0]
        lines.append(
            (
                rule,
                "in force" if share is None else "",
                float("nan") if share is None else float(share),
                float(np.mean([rows[r].rate for r in mine])) / RATE_UNIT,
                counted.value / 100,
                counted.objective / 1e6,
                len(named),
                float(counted.shortfall[priced].sum()) / RATE_UNIT,
                slope,
                float(months[housed].mean()) if len(housed) else float("nan"),
                gini(chance),
            )
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def diversity_price(
    market: Market, levels: tuple[str, ...], margin: Fraction = Fraction(1, 10)
) -> dict[str, float]:
    """The price of diversity of a group's levels as types and classes of dwellings gathered in blocks, beside its bound.

    Blocks are the dwellings of like eligible supply: all of them together, where classes are single dwellings. A type may have its
    part of the households plus ``margin`` of a block; the utility of a letting is ``1 + fit/1000``.

    Returns
    -------
    dict
        ``price``: optimum without the caps over the optimum with them, both of the linear program, ``bound``: 1 / min α.
    """
    types = sorted(set(levels))
    kind = np.array([types.index(x) for x in levels])
    size = int(market.capacity.sum())
    caps = [
        max(1, int((Fraction(int((kind == t).sum()), max(1, len(kind))) + margin) * size))
        for t in range(len(types))
    ]
    alpha = min(1.0, min((c / size for c in caps), default=1.0)) if size else 1.0
    utility = 1.0 + market.fit / 100_000.0
    pairs = len(utility)
    ones = np.ones(pairs)
    index = np.arange(pairs)
    rows = [
        sp.csr_matrix((ones, (market.pair_app, index)), shape=(len(market), pairs)),
        sp.csr_matrix((ones, (market.pair_class, index)), shape=(market.n_classes, pairs)),
    ]
    free = _linear(rows, [np.ones(len(market)), market.capacity.astype(float)], utility)
    rows.append(sp.csr_matrix((ones, (kind[market.pair_app], index)), shape=(len(types), pairs)))
    held = _linear(
        rows, [np.ones(len(market)), market.capacity.astype(float), np.array(caps, float)], utility
    )
    return {"price": free / held if held else float("nan"), "bound": 1.0 / alpha if alpha else float("inf")}


def _linear(rows: list[sp.csr_matrix], high: list[np.ndarray], cost: np.ndarray) -> float:
    matrix, right = sp.vstack(rows).tocsc(), np.concatenate(high)
    if not matrix.shape[1]:
        return 0.0
    model = passed(
        matrix, np.full(len(right), -INFINITY), right, cost, np.zeros(len(cost)), np.ones(len(cost)),
    )  # fmt: skip
    model.run()
    return float(model.getInfo().objective_function_value)
