"""What a rule costs: the optimum as its share moves, everything else fixed; and the published bound on such a price.

The bound
---------
*Hypotheses.* (1) Dwellings are in blocks M_1 … M_l and households in types N_1 … N_k: each in one. (2) A household takes one dwelling at most
and a dwelling one household. (3) A letting (i, d) is worth u(i, d) ≥ 0, whoever is let the others, and an allocation the sum of its
lettings. (4) Of block q at most λ_pq ≥ 1 dwellings, a whole number, go to type p, and nothing else is asked.

*Statement.* Let α_pq = min(1, λ_pq / |M_q|) and α = min α_pq. The optimum without caps is at most 1/α times the optimum with them.

*Proof.* Take an optimum x without caps, and let n_pq ≤ |M_q| be its lettings of block q to type p. Keep the min(n_pq, λ_pq) of largest
worth: if n_pq ≤ λ_pq they are all kept, else at least the part λ_pq / n_pq ≥ α_pq of their worth is. What is kept breaks no cap, gives
nobody two dwellings and no dwelling twice, and is worth at least α times x. ∎ (For the linear programs α·x itself keeps the caps.)

*Where it is tight.* One type that alone values a block: it may take λ of m dwellings, nobody wants the others, the price is m/λ = 1/α.

*Whole or linear.* With one block the caps of types contain the households' own and cross no dwelling's: the rows are a flow network,
so the linear program has a whole optimum and the price measured is the price of whole allocations.

*Not covered.* Caps on anything but type × block (a yearly rate, a numerator that two types share, a shortfall that is priced rather than
forbidden), or a worth below zero: a pair of negative worth is never let by either optimum and is counted as 0. A floor is no cap.

*Theirs and ours.* Benabbou et al. study this very setting (types, blocks, one cap per pair, the matching of largest weight) for Singapore's
ethnic quotas, show that the caps make the optimum hard to compute, give a ½-approximation, and two bounds on the
price of diversity "as functions of natural problem parameters": so the abstracts of both versions. Their theorems were not at hand, so
that one of the two is 1 / min α was not checked against their text. The hypotheses, the statement and the proof above are ours, and need nothing of theirs.

References
----------
Benabbou, N., Chakraborty, M., Ho, X.-V., Sliwinski, J. & Zick, Y. (2018), Diversity constraints in public housing allocation,
AAMAS 2018, 973–981. The same authors, The price of quota-based diversity in assignment problems, arXiv:1711.10241.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import AttrifluxError
from optimizer.fairness import messages as messages
from optimizer.fairness.market import Market
from optimizer.fairness.measures import gini
from optimizer.fairness.most_worth import MostWorth
from optimizer.pipeline import Prepared
from optimizer.problem import build, evaluate
from optimizer.problem.model import RATE_UNIT, Problem, Row
from optimizer.solve import SolveOptions, solve

FRONT = {
    "rule": "str", "scope": "str", "share": "float64", "required_rate": "float64", "value": "float64", "net": "float64",
    "lettings": "int64", "shortfall": "float64", "slope": "float64", "wait": "float64", "gini_p": "float64",
}  # fmt: skip
"""Columns of ``front.csv`` and what they hold."""
DIVERSITY = {"group": "str", "worth": "str", "price": "float64", "bound": "float64"}
"""Columns of ``diversity.csv`` and what they hold."""


def front(prepared: Prepared, market: Market, months: np.ndarray, rule: str, steps: int) -> pd.DataFrame:
    """One rule from 0 to the whole of its denominator, in ``steps`` steps; its own rate in force is one more.

    Parameters
    ----------
    rule : id of a rule with a priced row; its rows all move together (a ceiling's part of others is its complement). A waiting seat is worth
        what it is at the rates of each step: it pays for what the households known there may not bring.

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
    problem = prepared.problem
    mine = check_rule(problem, rule)
    place = {str(name): i for i, name in enumerate(market.application_ids)}
    lines = []
    for share in [None, *(Fraction(i, steps - 1) for i in range(steps))]:
        rate = None if share is None else int(share * RATE_UNIT)
        rows: tuple[Row, ...] = tuple(
            replace(row, rate=rate) if r in mine and rate is not None else row
            for r, row in enumerate(problem.rows)
        )
        moved = problem if rate is None else _under(prepared, rows)
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
    return pd.DataFrame(lines, columns=list(FRONT))


def _under(prepared: Prepared, rows: tuple[Row, ...]) -> Problem:
    """The problem under other rates: made again where waiting seats stand in it, as their value depends on them."""
    if not len(prepared.problem.seats.klass):
        return replace(prepared.problem, rows=rows)
    book = replace(prepared.book, rows=rows)
    return build(prepared.case, prepared.facts, prepared.scores, prepared.rules, book=book)


def check_rule(problem: Problem, rule: str) -> list[int]:
    """The priced rows of a rule.

    Raises
    ------
    AttrifluxError
        ``FAIRNESS_RULE``
    """
    mine = [r for r, row in enumerate(problem.rows) if row.rule == rule and row.price > 0]
    if not mine:
        known = ", ".join(dict.fromkeys(row.rule for row in problem.rows if row.price > 0))
        raise AttrifluxError("FAIRNESS_RULE", what=rule, known=known or "–")
    return mine


def diversity_lines(
    market: Market, groups: Mapping[str, tuple[str, ...]], margin: Fraction
) -> list[dict[str, Any]]:
    """Lines of ``diversity.csv``: the price of diversity of each group, all dwellings that somebody may be given being one block, beside its bound.

    Parameters
    ----------
    groups : name -> level of each household; the levels are the types.
    margin : share of the dwellings that a type may have beyond its part of the households.

    Returns
    -------
    list of dict
        Per group and way of counting (``utility``, 1 + fit/1000; ``points``, score and fit, without what filling a dwelling brings):
        ``price``, the optimum without the caps over the optimum with them (whole, see above); ``bound``, 1 / α.
    """
    size = int(market.to_let.sum())
    worths = {
        "utility": 1.0 + market.fit / 100_000.0,
        "points": np.maximum(0.0, (market.score + market.fit) / 100.0),
    }
    programs = {
        name: MostWorth(market.pair_app, market.pair_class, worth, len(market), market.capacity)
        for name, worth in worths.items()
    }
    lines = []
    for group, levels in groups.items():
        types = sorted(set(levels))
        kind = np.array([types.index(x) for x in levels], np.int64)
        people = np.bincount(kind, minlength=len(types)).tolist()
        caps = [max(1, int((Fraction(n, max(1, len(kind))) + margin) * size)) for n in people]
        alpha = min(1.0, min((c / size for c in caps), default=1.0)) if size else 1.0
        for name, program in programs.items():
            held = program.capped(kind, np.array(caps, np.float64))
            lines.append(
                {
                    "group": group,
                    "worth": name,
                    "price": program.free / held if held else float("nan"),
                    "bound": 1.0 / alpha if alpha else float("inf"),
                }
            )
    return lines
