"""Rules that stay short: how many leases, what exists to fill them, and the smallest relaxation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.problem import evaluate
from optimizer.problem.model import I32, I64, RATE_UNIT, Problem
from optimizer.solve import Solved

COLUMNS = (
    "rule",
    "scope",
    "missing_leases",
    "missing_whole",
    "eligible_pairs",
    "eligible_dwellings",
    "eligible_applications",
    "most_possible",
    "rate_that_holds",
    "reason_fr",
    "reason_en",
)


@dataclass(frozen=True)
class Supply:
    """First ranks that would count in the num of a row. ``most``: how many at once (None: too many to match)."""

    pairs: int
    dwellings: int
    applications: int
    most: int | None


def unmet(problem: Problem, solved: Solved) -> pd.DataFrame:
    """One line per priced row with a shortfall, in the order of the rules.

    ``missing_leases`` has four decimals, ``missing_whole`` is what screens show. ``most_possible`` is the largest number of
    first ranks that could count at once, whatever the other rules; ``rate_that_holds`` the largest required rate these
    proposals meet (the smallest relaxation that makes the row hold as it is).
    """
    found = evaluate(problem, solved.first)
    lines: list[dict[str, Any]] = []
    for k, row in enumerate(problem.rows):
        short = int(found.shortfall[k])
        if not short or not row.price:
            continue
        supply = supply_of(problem, k)
        num, den = int(found.num_run[k]), int(found.den_run[k])
        rate = num * RATE_UNIT // den if den else RATE_UNIT
        fr, en = _why(supply, num)
        lines.append(
            {
                "rule": row.rule,
                "scope": row.scope,
                "missing_leases": short / RATE_UNIT,
                "missing_whole": -(-short // RATE_UNIT),
                "eligible_pairs": supply.pairs,
                "eligible_dwellings": supply.dwellings,
                "eligible_applications": supply.applications,
                "most_possible": supply.most,
                "rate_that_holds": rate / RATE_UNIT,
                "reason_fr": fr,
                "reason_en": en,
            }
        )
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _why(supply: Supply, num: int) -> tuple[str, str]:
    if not supply.pairs:
        return (
            "aucun couple recevable ne compterait pour cet objectif",
            "no eligible pair would count for this target",
        )
    if supply.most is not None and supply.most <= num:
        return (
            f"tout ce qui existe est déjà proposé : {supply.most} au plus "
            f"({supply.applications} demandes recevables, {supply.dwellings} logements)",
            f"all there is has been proposed: {supply.most} at most "
            f"({supply.applications} eligible applications, {supply.dwellings} dwellings)",
        )
    return (
        f"{supply.applications} demandes recevables pour {supply.dwellings} logements, mais les proposer coûterait plus "
        "à d'autres objectifs ou à la cotation que le prix de cette règle",
        f"{supply.applications} eligible applications for {supply.dwellings} dwellings, but proposing them would cost "
        "other targets or the cotation more than this rule's price",
    )


MATCHED = 400_000
"""Pairs up to which the largest possible number is computed by matching."""


def supply_of(problem: Problem, k: int) -> Supply:
    """Eligible first ranks that count in the num of row k, and the largest number of them together."""
    kinds = problem.kinds
    counting = np.zeros(len(kinds), bool)
    here = np.flatnonzero((kinds.row == k) & (kinds.num > 0))
    owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.ptr))
    counting[owner[here]] = True
    size = np.bincount(problem.klass, minlength=len(problem.class_menu))
    cells = _counting_cells(problem, counting)
    seated = np.bincount(problem.seats.klass[counting[problem.seats.kind]], minlength=len(size)) > 0
    apps: list[I32] = []
    pairs = dwellings = 0
    edges: list[tuple[int, I32]] = []
    for klass in range(len(size)):
        found = _counting_apps(problem, klass, cells)
        if size[klass] and (len(found) or seated[klass]):
            dwellings += int(size[klass])
            pairs += int(size[klass]) * (len(found) + int(seated[klass]))
            apps.append(found)
            edges.append((klass, found))
    every = np.unique(np.concatenate([np.zeros(0, np.int32), *apps]))
    most = _largest(problem, edges, seated, every) if pairs <= MATCHED else None
    return Supply(pairs, dwellings, len(every), most)


def _counting_apps(problem: Problem, klass: int, counting: NDArray[np.bool_]) -> I32:
    menu, group = int(problem.class_menu[klass]), int(problem.class_group[klass])
    a, b = int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])
    return problem.entry_app[a:b][counting[group * problem.n_types + problem.entry_type[a:b]]]


def _counting_cells(problem: Problem, counting: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether some first-rank option of each (group, type) counts; (groups × types,)."""
    options = problem.options
    hit = counting[options.kind] & options.first
    owner = np.repeat(options.key, np.diff(options.ptr))
    cells = np.zeros(problem.n_groups * problem.n_types, np.bool_)
    cells[owner[hit]] = True
    return cells


def _largest(problem: Problem, edges: list[tuple[int, I32]], seated: NDArray[np.bool_], apps: I32) -> int:
    """Maximum matching of dwellings and applications; a dwelling with a counting seat needs no application."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    free = 0
    start, index = [0], []
    for klass, found in edges:
        n = int((problem.klass == klass).sum())
        if seated[klass]:
            free += n
            continue
        column: I64 = np.searchsorted(apps, found)
        for _ in range(n):
            index.append(column)
            start.append(start[-1] + len(column))
    if len(start) == 1 or not len(apps):
        return free
    flat = np.concatenate(index)
    graph = csr_matrix((np.ones(len(flat), np.int8), flat, np.array(start)), (len(start) - 1, len(apps)))
    return free + int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
