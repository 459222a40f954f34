"""Where a household stands by its score among those eligible for a dwelling on an account, and whom a free dwelling reaches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import FirstRanks, Problem
from optimizer.shortlist.lookup import Pools

I64 = NDArray[np.int64]
B = NDArray[np.bool_]


def accounts_at(problem: Problem, pools: Pools, klass: int) -> Iterator[tuple[int, I64]]:
    """Each account that may name households of a class, with the entries of those it may name."""
    menu = int(problem.class_menu[klass])
    if menu < 0:
        return
    group = int(problem.class_group[klass])
    start, stop = int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])
    types = problem.entry_type[start:stop]
    for account in np.unique(pools.option_account[pools.options_of(group)]).tolist():
        kind_of, _ = pools.kinds_by_type(group, account)
        entries = np.flatnonzero(kind_of[types] >= 0) + start
        if len(entries):
            yield account, entries


def places_of(score: I64, of: I64) -> I64:
    """Place of each score ``of`` among the scores (1 + how many are higher)."""
    ordered = np.sort(score)
    return np.asarray(len(ordered) - np.searchsorted(ordered, of, side="right") + 1, np.int64)


def account_by_dwelling(problem: Problem, first: FirstRanks) -> I64:
    """(D,) the account each dwelling goes to in a proposal, -1 where it has no line."""
    found = np.full(len(problem.dwelling_ids), -1, np.int64)
    found[first.dwelling] = problem.kinds.account[first.kind]
    return found


def positions(
    problem: Problem, apps: NDArray[np.integer], dwellings: NDArray[np.integer], account: I64
) -> tuple[I64, I64, B]:
    """Place and number of households on the account that each household's dwelling goes to, as its list counts them.

    Where that account may not name the household, the account where it stands best (of accounts where the place is the same,
    the one with fewer households), and the last array is true; 0, 0 and false where the dwelling is -1 or nobody may name the
    household there.

    Parameters
    ----------
    account : (D,) int64
        From :func:`account_by_dwelling`.
    """
    pools = Pools(problem)
    place, size = np.zeros(len(apps), np.int64), np.zeros(len(apps), np.int64)
    settled = np.zeros(len(apps), np.bool_)
    known = np.flatnonzero(dwellings >= 0)
    klass = problem.klass[dwellings[known]]
    order = known[np.argsort(klass, kind="stable")]
    bounds = np.flatnonzero(np.diff(np.sort(klass), prepend=-1)).tolist()
    where = np.full(len(problem.application_ids), -1, np.int64)
    for a, b in pairwise([*bounds, len(order)]):
        here = order[a:b]
        where[apps[here]] = here
        for number, entries in accounts_at(problem, pools, int(problem.klass[dwellings[here[0]]])):
            at = where[problem.entry_app[entries]]
            score = problem.entry_score[entries].astype(np.int64)
            mine = at >= 0
            at, found = at[mine], places_of(score, score[mine])
            here_is = account[dwellings[at]] == number
            better = here_is | ~settled[at] & (
                (size[at] == 0) | (found < place[at]) | ((found == place[at]) & (len(entries) < size[at]))
            )
            settled[at[here_is]] = True
            place[at[better]], size[at[better]] = found[better], len(entries)
        where[apps[here]] = -1
    elsewhere = (size > 0) & ~settled
    elsewhere[known] &= account[dwellings[known]] >= 0
    return place, size, elsewhere


def reached(problem: Problem) -> B:
    """(A,) whether some account may name the household for a dwelling that is free in this run."""
    pools = Pools(problem)
    found = np.zeros(len(problem.application_ids), np.bool_)
    used = np.unique(problem.klass[problem.klass >= 0])
    seen: set[tuple[int, int]] = set()
    for klass in used.tolist():
        place = (int(problem.class_menu[klass]), int(problem.class_group[klass]))
        if place in seen or place[0] < 0:
            continue
        seen.add(place)
        named = np.zeros(problem.n_types, np.bool_)
        named[pools.option_type[pools.options_of(place[1])]] = True
        entries = slice(int(problem.menu_ptr[place[0]]), int(problem.menu_ptr[place[0] + 1]))
        found[problem.entry_app[entries][named[problem.entry_type[entries]]]] = True
    return found
