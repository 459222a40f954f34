"""Prices of the dwellings from the proof's multipliers: what the orientation sheet compares accounts with.

With the multipliers λ of the rules and the prices π of the households, a class has the price
``max(0, best(value − λ·marks − π))``; an account whose best reduced value is lower costs at least the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Prices:
    """Reduced values in micropoints.

    Attributes
    ----------
    kind_cost : (n_kinds,) int64     Σ_k λ_k (rate·den − num): what a lease of that kind costs in rules
    application : (A,) int64         π_a ≥ 0
    klass : (K,) int64               best reduced value of a class without its dwellings' own bonus
    """

    kind_cost: I64
    application: I64
    klass: I64


def kind_costs(problem: Problem, multipliers: I64) -> I64:
    """Cost in micropoints of each kind under multipliers (micropoints per lease of shortfall).

    ``Σ_k λ_k (rate_k·den − num)`` with the rate in ten-thousandths: rounded up, so that a price is never flattered.
    """
    kinds = problem.kinds
    rate = np.array([row.rate for row in problem.rows], np.int64)
    cost = np.zeros(len(kinds), np.int64)
    for c in range(len(kinds)):
        a, b = int(kinds.ptr[c]), int(kinds.ptr[c + 1])
        rows = kinds.row[a:b]
        whole = multipliers[rows] * (rate[rows] * kinds.den[a:b] - 10_000 * kinds.num[a:b].astype(np.int64))
        cost[c] = -int((-whole.sum()) // 10_000) if b > a else 0
    return cost


def reduced_entries(problem: Problem, klass: int, cost: I64) -> tuple[I64, I32]:
    """Best ``value − kind cost`` of every entry of a class (micropoints) over first-rank options, and that kind.

    Entries without a first-rank option get the smallest integer and kind -1.
    """
    menu = int(problem.class_menu[klass])
    group = int(problem.class_group[klass])
    entries = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
    types = problem.entry_type[entries]
    best = np.full(problem.n_types, np.iinfo(np.int64).min // 4, np.int64)
    kind_of = np.full(problem.n_types, -1, np.int32)
    for t in np.unique(types).tolist():
        kinds, first = problem.options_of(group, t)
        for c in kinds[first].tolist():
            if -int(cost[c]) > best[t]:
                best[t], kind_of[t] = -int(cost[c]), c
    value = (
        problem.fill_value + problem.entry_score[entries] + problem.entry_fit[entries]
    ) * MICRO_PER_HUNDREDTH
    return value + best[types], kind_of[types]


def price_classes(problem: Problem, multipliers: I64, application: I64) -> Prices:
    """Prices of the classes from multipliers and household prices (all in micropoints)."""
    cost = kind_costs(problem, multipliers)
    klass = np.zeros(len(problem.class_menu), np.int64)
    for k in range(len(klass)):
        menu = int(problem.class_menu[k])
        if menu < 0:
            continue
        entries = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        if entries.stop > entries.start:
            value, _ = reduced_entries(problem, k, cost)
            klass[k] = max(0, int((value - application[problem.entry_app[entries]]).max()))
    for i in range(len(problem.seats.klass)):
        k = int(problem.seats.klass[i])
        seat = int(problem.seats.value[i]) * MICRO_PER_HUNDREDTH - int(cost[problem.seats.kind[i]])
        klass[k] = max(int(klass[k]), seat)
    return Prices(cost, application, klass)
