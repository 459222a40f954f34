"""Why a rule is missed: the eligible pairs that exist, and the smallest relaxation that would do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.problem import evaluate
from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem


def shortages(problem: Problem, first: FirstRanks) -> pd.DataFrame:
    """One line per priced row with a shortfall.

    Returns
    -------
    DataFrame
        ``rule, scope, missing`` (whole leases, rounded up), ``dwellings`` and ``applications`` of which at least one pair
        could give the row its num, and ``relaxed_rate``: the largest required rate (four decimals) that these first ranks
        meet.
    """
    found = evaluate(problem, first)
    givers = _givers(problem)
    out = []
    for k, row in enumerate(problem.rows):
        short = int(found.shortfall[k])
        if short == 0 or row.price == 0:
            continue
        dwellings, applications = givers.get(k, (0, 0))
        den, num = int(found.den_run[k]), int(found.num_run[k])
        out.append(
            {
                "rule": row.rule,
                "scope": row.scope,
                "missing": -(-short // RATE_UNIT),
                "dwellings": dwellings,
                "applications": applications,
                "relaxed_rate": (num * RATE_UNIT // den) / RATE_UNIT if den else 0.0,
            }
        )
    columns = ["rule", "scope", "missing", "dwellings", "applications", "relaxed_rate"]
    return pd.DataFrame(out, columns=columns)


def _givers(problem: Problem) -> dict[int, tuple[int, int]]:
    """Row -> (dwellings, applications) with at least one eligible first rank that counts in its num."""
    kinds = problem.kinds
    gives: list[list[int]] = [
        [int(kinds.row[j]) for j in range(int(kinds.ptr[c]), int(kinds.ptr[c + 1])) if kinds.num[j]]
        for c in range(len(kinds))
    ]
    size = np.bincount(problem.klass[problem.klass >= 0], minlength=len(problem.class_menu))
    dwellings: dict[int, int] = {}
    people: dict[int, set[int]] = {}
    for k in range(len(problem.class_menu)):
        menu = int(problem.class_menu[k])
        if menu < 0:
            continue
        entries = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        types = problem.entry_type[entries]
        apps = problem.entry_app[entries]
        here: set[int] = set()
        for t in np.unique(types).tolist():
            options, first = problem.options_of(int(problem.class_group[k]), t)
            rows = {row for c in options[first].tolist() for row in gives[c]}
            for row in rows:
                people.setdefault(row, set()).update(apps[types == t].tolist())
            here |= rows
        for row in here:
            dwellings[row] = dwellings.get(row, 0) + int(size[k])
    return {row: (dwellings.get(row, 0), len(apps)) for row, apps in people.items()}
