"""Plain readings of a small problem, to hold the solver against: all solutions, one by one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np

from optimizer.problem import evaluate
from optimizer.problem.model import FirstRanks, Problem
from optimizer.solve.ties.stages import lines
from tests.campaign import seeds
from tests.strategies import all_solutions, random_problem

MOST = 5_000
"""Solutions of a problem that are listed one by one."""


def campaign(n: int, part: int = 20) -> range:
    """Seeds of a campaign of ``n``; at least one in ``part`` of them, since these take milliseconds."""
    return seeds(n, max(1, n // part))


@cache
def listed(n: int, part: int = 10) -> tuple[int, ...]:
    """Seeds of a campaign whose ``tiny(seed)`` has at most 5,000 solutions; a full campaign lists them all.

    Six seeds in two hundred hold nine tenths of the solutions.
    """
    seeds = campaign(n, part)
    if len(seeds) == n:
        return tuple(seeds)
    return tuple(s for s in seeds if sum(1 for _ in islice(all_solutions(tiny(s)), MOST + 1)) <= MOST)


def tiny(seed: int, **changes: object) -> Problem:
    """A problem of at most 5 dwellings and 7 applications, small enough to list its solutions."""
    shape: dict[str, object] = {"dwellings": seed % 6, "applications": (seed * 7) % 8}
    return random_problem(np.random.default_rng(seed), **{**shape, **changes})


def middle(seed: int, dwellings: int, applications: int, **changes: object) -> Problem:
    """A random commission: several menus, groups and rules, some of them contradictory."""
    return random_problem(
        np.random.default_rng(seed),
        dwellings=dwellings,
        applications=applications,
        menus=10,
        groups=6,
        types=8,
        rows=8,
        accounts=5,
        density=0.15,
        empty_menu=0.05,
        **changes,
    )


def binding(seed: int, dwellings: int, applications: int) -> Problem:
    """A commission whose rules all bind and round, without lists of nominees: its proof needs a real tree of counts."""
    plain = {"orders": 0.0, "plays": 0.0, "by_place": 0.0, "leans": 0.0}
    return _bound_by_rules(middle(seed, dwellings, applications, **plain))


def sharp(seed: int, **changes: object) -> Problem:
    """A tiny problem whose rules bind, round and find few households."""
    return _few(_bound_by_rules(tiny(seed, **changes)), seed)


def rare(seed: int, dwellings: int, applications: int) -> Problem:
    """A commission whose rules bind, round and find few households: its proof needs a tree even with cuts."""
    return _few(binding(seed, dwellings, applications), seed)


def _bound_by_rules(problem: Problem) -> Problem:
    rates = (2500, 3333, 6137, 1416)
    rows = tuple(replace(r, price=200_000, rate=rates[k % 4]) for k, r in enumerate(problem.rows))
    return replace(problem, rows=rows)


def _few(problem: Problem, seed: int) -> Problem:
    few = np.random.default_rng([seed, 9]).random(len(problem.kinds.num)) < 0.3
    return replace(problem, kinds=replace(problem.kinds, num=(problem.kinds.num * few).astype(np.int8)))


@cache
def known_best(seed: int) -> tuple[FirstRanks, int, int, int]:
    """The brute-force optimum of ``tiny(seed)``, computed once for all backends."""
    best = best_of_all(tiny(seed))
    assert best is not None
    return best


def best_of_all(problem: Problem) -> tuple[FirstRanks, int, int, int] | None:
    """The solution that value, seniority, lottery and list make unique, by brute force; None when there is none."""
    best = None
    for first in all_solutions(problem):
        found = evaluate(problem, first)
        key = (-found.objective, -found.seniority, -found.lottery, lines(problem, first))
        if best is None or key < best[0]:
            best = (key, first)
    if best is None:
        return None
    return best[1], -best[0][0], -best[0][1], -best[0][2]


def same(a: FirstRanks, b: FirstRanks) -> bool:
    return (
        a.dwelling.tolist() == b.dwelling.tolist()
        and a.app.tolist() == b.app.tolist()
        and a.kind.tolist() == b.kind.tolist()
    )
