"""The optimisation problem: dwelling classes, applications, accounts and rules; pairs stay implicit.

What lives here. :func:`build` turns the facts, the scores and the rules in force into a :class:`Problem`; the rule files
of ``rules/`` (drop-in) say which leases count where; :func:`explicit` writes the columns out for small solvers,
:func:`evaluate` counts a solution again in integers, ``export`` writes the instance for any other solver.

What it may import: ``eligibility``, ``scoring``, ``policy`` and below. No solver library: a rule must be readable, and
testable against a lawyer's count, without one.

Why so. Everything is an integer (hundredths of a point, ten-thousandths of a lease), so the objective on the published
files equals the solved one to the last digit. A rule is written twice in its own file — the solver's view by dwelling
and account, and the measure from the facts of the leases — and the contract suite makes both agree on random proposals.

Rejected: a sparse matrix of pairs (billions of entries at national size); hard constraints for the rules (an objective
nobody can meet would hide every other answer; here it has a price and a named shortfall); floats with tolerances.
"""

from __future__ import annotations

from optimizer.problem.build import build
from optimizer.problem.columns import explicit
from optimizer.problem.evaluate import Evaluation, InvalidSolution, count, evaluate
from optimizer.problem.model import (
    Columns,
    FirstRanks,
    Kinds,
    Options,
    Orders,
    Problem,
    Row,
    Seats,
    lottery_number,
)
from optimizer.problem.registry import RuleShape, all_rules
from optimizer.problem.remembered import Remembered
from optimizer.problem.rulebook import RuleBook, book_of, measure, rule_book

__all__ = [
    "Columns",
    "Evaluation",
    "FirstRanks",
    "InvalidSolution",
    "Kinds",
    "Options",
    "Orders",
    "Problem",
    "Remembered",
    "Row",
    "RuleBook",
    "RuleShape",
    "Seats",
    "all_rules",
    "book_of",
    "build",
    "count",
    "evaluate",
    "explicit",
    "lottery_number",
    "measure",
    "rule_book",
]
