"""Passes over every eligible pair of a problem that list none of them: one menu and one group at a time, compiled.

A country has 300 million menu entries and 800 million (class, household) pairs. What is asked of them all — the best
reduced value of each class, the least prices that go with class prices, a first proposal — is a maximum or a scan, so the
memory is that of the answer. Each pass reads an entry's type, looks up what the group says of it, and goes on.

Values are summed in 64 bits whatever the width of the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.model import I32, I64, B, Problem

NEVER = -(2**61)
HUNDREDTH = 100_000_000
"""1e-10 point in a hundredth of a point."""
TEN = 10_000
"""1e-10 point in a micropoint."""
NONE = -1


@dataclass(frozen=True)
class OptionLists:
    """First-rank option lists of each group: group g names the types ``type[ptr[g]:ptr[g+1]]`` by ``list`` (aligned).

    ``menu_ptr``, ``menu``, ``group``, ``of_class``: the distinct (menu, group) of the classes, and that of each class.
    """

    ptr: I64
    type: I32
    list: I32
    menu: I32
    group: I32
    of_class: I32
    n_types: int


def read_lists(problem: Problem, number: I32) -> OptionLists:
    """``number`` (keys of ``problem.options``): number of the first-rank list of each key, -1 for none."""
    some = np.flatnonzero(number >= 0)
    key = problem.options.key[some]
    bounds = np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types
    both = problem.class_menu.astype(np.int64) * max(1, problem.n_groups) + problem.class_group
    pairs, of_class = np.unique(both, return_inverse=True)
    return OptionLists(
        ptr=np.searchsorted(key, bounds).astype(np.int64),
        type=(key % problem.n_types).astype(np.int32),
        list=number[some].astype(np.int32),
        menu=(pairs // max(1, problem.n_groups)).astype(np.int32),
        group=(pairs % max(1, problem.n_groups)).astype(np.int32),
        of_class=of_class.reshape(-1).astype(np.int32),
        n_types=problem.n_types,
    )


def best_named(problem: Problem, lists: OptionLists, list_cost: I64, prices: I64) -> I64:
    """(K,) best reduced value of each class over its households, 1e-10 point, without the dwelling's bonus.

    Parameters
    ----------
    list_cost : cost of the cheapest kind of each option list, 1e-10 point
    prices : (A,) micropoints
    """
    best = np.full(len(lists.menu), NEVER, np.int64)
    _best(menu_entries(problem), _places(lists), list_cost, prices, best)
    return best[lists.of_class]


def household_prices(problem: Problem, lists: OptionLists, list_cost: I64, class_price: I64) -> I64:
    """(A,) micropoints: the least price at which no pair of a household is worth more than the price of its class.

    ``class_price`` (K,), 1e-10 point.
    """
    least = np.full(len(lists.menu), -NEVER, np.int64)
    np.minimum.at(least, lists.of_class, class_price)
    prices = np.zeros(len(problem.application_ids), np.int64)
    _prices(menu_entries(problem), _places(lists), list_cost, least, prices)
    return prices


def first_free(problem: Problem, lists: OptionLists, dwellings: I64, used: B) -> tuple[I64, I32]:
    """For each dwelling in the order given, its best household not yet taken by one before it.

    Parameters
    ----------
    used : (A,) bool        households that are taken; those given a dwelling are added

    Returns
    -------
    entry : (n,) int64      position in ``problem.entry_*``, -1 for nobody
    list : (n,) int32       its option list

    A household whose best pair is worth nothing is left, except to a dwelling that must be filled.
    """
    entry = np.full(len(dwellings), -1, np.int64)
    chosen = np.full(len(dwellings), -1, np.int32)
    klass = problem.klass[dwellings]
    _greedy(
        menu_entries(problem), _places(lists), lists.of_class[klass], problem.bonus[dwellings], problem.must_fill[klass], used,
        entry, chosen,
    )  # fmt: skip
    return entry, chosen


def steps(problem: Problem, lists: OptionLists) -> tuple[I64, I64]:
    """Of each class: the value of its best pair without bonus, and the gcd of the differences to it (-1: no pair)."""
    first = np.zeros(len(lists.menu), np.int64)
    step = np.full(len(lists.menu), -1, np.int64)
    _steps(menu_entries(problem), _places(lists), first, step)
    return first[lists.of_class], step[lists.of_class]


class MenuEntries(NamedTuple):
    """Households of each menu, best first (`Problem.entry_app` and what follows).

    Attributes
    ----------
    ptr : (menus + 1,)
        Entries of a menu.
    app, type : (entries,)
        Household; its type.
    score, fit : (entries,)
        Hundredths of a point.
    fill : int
        Hundredths of a point for housing anybody anywhere.
    """

    ptr: I64
    app: I32
    type: NDArray[np.integer]
    score: NDArray[np.integer]
    fit: NDArray[np.integer]
    fill: int


class _Places(NamedTuple):
    """The distinct (menu, group) of the classes, and the option lists of the groups, as in `OptionLists`.

    Attributes
    ----------
    menu, group : (places,)
        Menu and group of a place.
    ptr : (groups + 1,)
        Types that a group names.
    type, list : (types of groups,)
        Type; its option list.
    n_types : int
        Types of households.
    """

    menu: I32
    group: I32
    ptr: I64
    type: I32
    list: I32
    n_types: int


def menu_entries(problem: Problem) -> MenuEntries:
    columns = (problem.entry_app, problem.entry_type, problem.entry_score, problem.entry_fit)
    return MenuEntries(problem.menu_ptr, *columns, problem.fill_value)


def _places(lists: OptionLists) -> _Places:
    return _Places(lists.menu, lists.group, lists.ptr, lists.type, lists.list, lists.n_types)


@njit(cache=True, nogil=True)
def _open(p, places, table):  # type: ignore[no-untyped-def]
    """Write into ``table`` the option list of each type at a place."""
    _, of, ptr, types, lists, _ = places
    group = of[p]
    for i in range(ptr[group], ptr[group + 1]):
        table[types[i]] = lists[i]


@njit(cache=True, nogil=True)
def _shut(p, places, table):  # type: ignore[no-untyped-def]
    """Make ``table`` clean again."""
    _, of, ptr, types, _, _ = places
    group = of[p]
    for i in range(ptr[group], ptr[group + 1]):
        table[types[i]] = NONE


@njit(cache=True, nogil=True)
def _best(entries, places, cost, prices, best):  # type: ignore[no-untyped-def]
    menu_ptr, app, type_, score, fit, fill = entries
    menu = places.menu
    table = np.full(places.n_types, NONE, np.int32)
    for p in range(len(menu)):
        _open(p, places, table)
        top = best[p]
        for e in range(menu_ptr[menu[p]], menu_ptr[menu[p] + 1]):
            here = table[type_[e]]
            if here >= 0:
                value = (np.int64(fill) + np.int64(score[e]) + np.int64(fit[e])) * HUNDREDTH - cost[here]
                if value > top:
                    value -= prices[app[e]] * TEN
                    if value > top:
                        top = value
        best[p] = top
        _shut(p, places, table)


@njit(cache=True, nogil=True)
def _prices(entries, places, cost, least, prices):  # type: ignore[no-untyped-def]
    menu_ptr, app, type_, score, fit, fill = entries
    menu = places.menu
    table = np.full(places.n_types, NONE, np.int32)
    for p in range(len(menu)):
        _open(p, places, table)
        for e in range(menu_ptr[menu[p]], menu_ptr[menu[p] + 1]):
            here = table[type_[e]]
            if here >= 0:
                value = (np.int64(fill) + np.int64(score[e]) + np.int64(fit[e])) * HUNDREDTH - cost[here]
                over = value - least[p]
                if over > 0:
                    price = (over + TEN - 1) // TEN
                    if price > prices[app[e]]:
                        prices[app[e]] = price
        _shut(p, places, table)


@njit(cache=True, nogil=True)
def _greedy(entries, places, of_dwelling, bonus, must, used, entry, chosen):  # type: ignore[no-untyped-def]
    menu_ptr, app, type_, score, fit, fill = entries
    menu = places.menu
    table = np.full(places.n_types, NONE, np.int32)
    for i in range(len(of_dwelling)):
        p = of_dwelling[i]
        _open(p, places, table)
        for e in range(menu_ptr[menu[p]], menu_ptr[menu[p] + 1]):
            here = table[type_[e]]
            if here < 0 or used[app[e]]:
                continue
            value = np.int64(fill) + np.int64(score[e]) + np.int64(fit[e]) + bonus[i]
            if must[i] or value > 0:
                used[app[e]] = True
                entry[i] = e
                chosen[i] = here
            break
        _shut(p, places, table)


@njit(cache=True, nogil=True)
def _steps(entries, places, first, step):  # type: ignore[no-untyped-def]
    menu_ptr, _, type_, score, fit, fill = entries
    menu = places.menu
    table = np.full(places.n_types, NONE, np.int32)
    for p in range(len(menu)):
        _open(p, places, table)
        for e in range(menu_ptr[menu[p]], menu_ptr[menu[p] + 1]):
            if table[type_[e]] < 0:
                continue
            value = np.int64(fill) + np.int64(score[e]) + np.int64(fit[e])
            if step[p] < 0:
                first[p], step[p] = value, 0
            elif step[p] != 1:
                a, b = step[p], abs(value - first[p])
                while b:
                    a, b = b, a % b
                step[p] = a
        _shut(p, places, table)


def held(problem: Problem, menu_of: I64) -> I64:
    """(A,) entry of each household in the menu ``menu_of`` gives it (-1: none), -1 where it is not on it."""
    entry = np.full(len(menu_of), -1, np.int64)
    _held(problem.entry_app, problem.menu_ptr, menu_of, entry)
    return entry


@njit(cache=True, nogil=True)
def _held(app, menu_ptr, menu_of, entry):  # type: ignore[no-untyped-def]
    for m in range(len(menu_ptr) - 1):
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            if menu_of[app[e]] == m:
                entry[app[e]] = e


class Depth(NamedTuple):
    """How many entries of each type of a menu a kernel is given: the more of both.

    Attributes
    ----------
    least : int
        As many of each.
    a_dwelling : int
        As many for each dwelling that a type would get, were those of the menu shared out evenly among the types on it.
    """

    least: int
    a_dwelling: int


def leading(menu_ptr: I64, types: NDArray[np.integer], n_types: int, most: int) -> I64 | None:
    """Positions of the entries that a kernel is given when it cannot take all: the first of each type of each menu.

    Menus are sorted by value, so these are the best. As many per (menu, type) as keep the total within ``most``; None when
    all of them do.
    """
    if len(types) <= most:
        return None
    homes = np.zeros(len(menu_ptr) - 1, np.int64)
    least = 1
    while _leading(menu_ptr, types, n_types, Depth(2 * least, 0), homes, np.zeros(0, np.int64)) <= most:
        least *= 2
    return first_of_type(menu_ptr, types, n_types, Depth(least, 0), homes)


def first_of_type(menu_ptr: I64, types: NDArray[np.integer], n_types: int, depth: Depth, homes: I64) -> I64:
    """Positions of the first entries of each type of each menu, ascending.

    ``depth``: how many of each; ``homes`` (menus,): dwellings that a menu is for.
    """
    at = np.empty(_leading(menu_ptr, types, n_types, depth, homes, np.zeros(0, np.int64)), np.int64)
    _leading(menu_ptr, types, n_types, depth, homes, at)
    return at


@njit(cache=True, nogil=True)
def _leading(menu_ptr, types, n_types, depth, homes, at):  # type: ignore[no-untyped-def]
    """How many entries are among the first of their type, as `first_of_type` counts them; their positions when ``at`` has room."""
    seen = np.zeros(n_types, np.int32)
    n = 0
    for m in range(len(menu_ptr) - 1):
        most = np.int64(depth.least)
        if depth.a_dwelling * homes[m] > most:
            here = 0
            for e in range(menu_ptr[m], menu_ptr[m + 1]):
                here += seen[types[e]] == 0
                seen[types[e]] = 1
            for e in range(menu_ptr[m], menu_ptr[m + 1]):
                seen[types[e]] = 0
            most = max(most, -(-depth.a_dwelling * homes[m] // max(1, here)))
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            if seen[types[e]] < most:
                seen[types[e]] += 1
                if len(at):
                    at[n] = e
                n += 1
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            seen[types[e]] = 0
    return n
