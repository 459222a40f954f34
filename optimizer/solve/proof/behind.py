"""The bound of a case whose orders are lists, with rows on two households of them.

A case by lists writes no row of an order (`problem.own_lists`), and its bound leaves the orders out. Rows on two households
(`solve.precedence`) can be had all the same, for they touch nominees alone::

    Σ first ranks of c where a list names it after b  ≤  Σ first ranks of b

With multipliers τ ≥ 0 of them and P_a = π_a − Σ_c τ_ac, what a nominee c costs at a class on an account whose list names it is
P_c + Σ_b τ_bc over those before it, and P_c anywhere else. So only the households of such rows have to be looked at class by class
and account by account; everybody else has one price, as without them. For given τ the least prices at which no class is worth more than it
was are a maximum over the places of each nominee (`prices_with`), and what the bound gains is what Σ π falls by.

The best τ at fixed class prices are the multipliers of a linear program over the places of nominees::

    max Σ r_j x_j    Σ_{j of a} x_j ≤ 1 (π_a),   Σ_{j of c, b before} x_j − Σ_{j of b} x_j ≤ 0 (τ_bc)

where r_j is by how much a place is worth more than its class without the nominee's price; rows enter as a solution misses them
(`rows_behind`). What that is worth: `benchmarks/results/orders-in-the-bound-2026-12-01.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.model import I64, OwnLists, Problem
from optimizer.problem.own_lists import Asked, everybody
from optimizer.solve.highs_lp import INFINITY, new_model, run
from optimizer.solve.implicit import HUNDREDTH, NEVER, TEN
from optimizer.solve.precedence import Two

FAR = 10**13
"""Price of whoever is looked at apart, micropoints: no pair of theirs is worth anything to the plain pass."""
AT_ONCE = 20_000
"""Classes whose lists are read at once."""
UNIT, MICRO = 1e10, 1e6


class _Standing(NamedTuple):
    """The lists of some classes, of two nominees or more.

    Attributes
    ----------
    klass, account : (lists,)
        Of which class and account each is.
    ptr : (lists + 1,)
        Nominees of a list.
    number, rank : (nominees of all lists,)
        Nominee; its rank there, ascending in a list.
    """

    klass: I64
    account: I64
    ptr: I64
    number: I64
    rank: I64


class _Held(NamedTuple):
    """Rows on two households by the second of them.

    Attributes
    ----------
    ptr : (nominees + 1,)
        Rows that hold a nominee back.
    first, tau : (rows,)
        Nominee that it stands behind; multiplier, micropoints.
    """

    ptr: I64
    first: I64
    tau: I64


class _Places(NamedTuple):
    """Places of nominees.

    Attributes
    ----------
    klass, kind, number : (places,)
        Class, kind of first rank, nominee.
    above : (places,)
        What it is worth above its class without the nominee's price, 1e-10 point.
    """

    klass: I64
    kind: I64
    number: I64
    above: I64


def freed_prices(problem: Problem, prices: I64, after: dict[Two, int]) -> I64:
    """(A,) micropoints that a household costs where nothing holds it back: its price, less what others pay for standing behind it.

    A nominee whom nobody would house for its own sake costs less than nothing: others are housed behind it.
    """
    found = prices.copy()
    for (first, _), tau in after.items():
        found[first] -= tau
    return found


def held_apart(problem: Problem, prices: I64, after: dict[Two, int]) -> I64:
    """The same prices, beyond all for the households of these rows: they are looked at by `best_behind`."""
    found = prices.copy()
    found[list({app for two in after for app in two})] = FAR
    return found


def best_behind(problem: Problem, cost: I64, prices: I64, after: dict[Two, int], named: I64) -> None:
    """Raise ``named`` (K,), the best reduced value of each class in 1e-10 point, to what the households of these rows are worth.

    Parameters
    ----------
    cost : (n_kinds,) 1e-10 point; prices : (A,) of `freed_prices`, micropoints
    """
    lists = _own(problem)
    held = _held(lists, after)
    apart = list({app for two in after for app in two})
    price, nothing = np.full(len(lists.ptr) - 1, FAR * TEN), np.zeros(len(problem.class_menu), np.int64)
    price[lists.number[apart]] = prices[apart] * TEN
    for classes, less in _losses(problem, lists, held, np.arange(len(problem.class_menu), dtype=np.int64)):
        _best(_arrays(problem, classes, cost), _listed(problem, lists), less, nothing, price, True, named)


def prices_with(problem: Problem, cost: I64, worth: I64, prices: I64, after: dict[Two, int]) -> I64:
    """(A,) micropoints: prices at which no nominee is worth more than a class, with rows on two households.

    Parameters
    ----------
    worth : (K,) 1e-10 point that a class is worth without them; prices : of the others, micropoints
    """
    lists = _own(problem)
    held, nothing = _held(lists, after), np.zeros(len(lists.ptr) - 1, np.int64)
    above = np.full(len(nothing), NEVER, np.int64)
    for classes, less in _losses(problem, lists, held, np.arange(len(problem.class_menu), dtype=np.int64)):
        _best(_arrays(problem, classes, cost), _listed(problem, lists), less, worth, nothing, False, above)
    found = prices.copy()
    nominees = np.flatnonzero(lists.number >= 0)
    found[nominees] = np.maximum(-FAR, -(-above[lists.number[nominees]] // TEN))
    for (first, _), tau in after.items():
        found[first] += tau
    return np.maximum(0, found)


def rows_behind(
    problem: Problem, cost: I64, worth: I64, classes: I64, stopped: Callable[[], bool]
) -> dict[Two, int]:
    """Multipliers of rows on two households, micropoints, for nominees of some classes: no other class may house them.

    ``cost`` and ``worth`` as in `prices_with`.
    """
    lists = _own(problem)
    standing = _standing(problem, lists, classes)
    arrays, listed = _arrays(problem, classes, cost), _listed(problem, lists)
    nothing = np.zeros(len(lists.ptr) - 1, np.int64)
    alone = np.full(len(nothing), NEVER, np.int64)
    barred = np.where(_first_of_rank(standing) > np.repeat(standing.ptr[:-1], np.diff(standing.ptr)), FAR, 0)
    _best(arrays, listed, _less(problem, lists, classes, standing, barred), worth, nothing, False, alone)
    # where nobody is before it, a nominee has one place that matters; another one does only where it is worth more
    empty = np.zeros(0, np.int64)
    many = _place(arrays, listed, worth, alone, _Places(empty, empty, empty, empty), False)
    places = _Places(*(np.empty(many, np.int64) for _ in range(4)))
    _place(arrays, listed, worth, alone, places, True)
    program = _Program(problem, lists, places, alone, standing)
    return program.told(lists) if program.solve(stopped) else {}


def _own(problem: Problem) -> OwnLists:
    if problem.own_lists is None:
        raise ValueError("a case whose orders are rows")
    return problem.own_lists


def _held(lists: OwnLists, after: dict[Two, int]) -> _Held:
    rows = np.array(
        sorted((lists.number[c], lists.number[b], tau) for (b, c), tau in after.items()), np.int64
    )
    rows = rows.reshape(-1, 3)
    ptr = np.searchsorted(rows[:, 0], np.arange(len(lists.ptr))).astype(np.int64)
    return _Held(ptr, rows[:, 1].copy(), rows[:, 2].copy())


def _standing(problem: Problem, lists: OwnLists, classes: I64) -> _Standing:
    """Lists of some classes; a class has the same nominees at each of its dwellings."""
    member = np.full(len(problem.class_menu), -1, np.int64)
    member[problem.klass] = np.arange(len(problem.klass))
    classes = classes[member[classes] >= 0]
    at, account = np.nonzero(lists.binds[problem.class_group[classes]])
    klass = classes[at]
    asked = Asked(member[klass].astype(np.int32), account.astype(np.int32), np.full(len(klass), -1, np.int32))
    found = everybody(problem, lists, asked)
    number = lists.number[problem.entry_app[found.entry]].astype(np.int64)
    by = np.lexsort((number, found.rank, found.place))
    place, number, rank = found.place[by], number[by], found.rank[by]
    many = np.bincount(place, minlength=len(klass))
    kept = (many > 1)[place]
    some = np.flatnonzero(many > 1)
    ptr = np.append(0, np.cumsum(many[some])).astype(np.int64)
    return _Standing(klass[some], account[some].astype(np.int64), ptr, number[kept], rank[kept])


class _Less(NamedTuple):
    """What nominees lose by standing behind others.

    Attributes
    ----------
    ptr : (classes looked at + 1,)
        Losses in a class.
    key : (losses,)
        Account and nominee as one number, ascending in a class.
    lost : (losses,)
        1e-10 point.
    """

    ptr: I64
    key: I64
    lost: I64


def _losses(problem: Problem, lists: OwnLists, held: _Held, classes: I64) -> Iterator[tuple[I64, _Less]]:
    for start in range(0, len(classes), AT_ONCE):
        some = classes[start : start + AT_ONCE]
        standing = _standing(problem, lists, some)
        lost = np.zeros(len(standing.number), np.int64)
        _lose(standing.ptr, standing.number, standing.rank, held.ptr, held.first, held.tau, lost)
        yield some, _less(problem, lists, some, standing, lost)


def _less(problem: Problem, lists: OwnLists, classes: I64, standing: _Standing, lost: I64) -> _Less:
    """``lost`` of each nominee of each list, micropoints, by class."""
    place = np.repeat(np.arange(len(standing.klass)), np.diff(standing.ptr))
    key = standing.account[place] * (len(lists.ptr) - 1) + standing.number
    kept = np.flatnonzero(lost)
    kept = kept[np.lexsort((key[kept], standing.klass[place[kept]]))]
    ptr = np.searchsorted(standing.klass[place[kept]], np.append(classes, len(problem.class_menu)))
    return _Less(ptr.astype(np.int64), key[kept], lost[kept] * TEN)


def _first_of_rank(standing: _Standing) -> I64:
    """The first nominee of the rank of each on its list: nobody of them is before another."""
    of = np.repeat(np.arange(len(standing.klass)), np.diff(standing.ptr))
    if not len(of):
        return of.astype(np.int64)
    new = np.append(True, (np.diff(of) != 0) | (np.diff(standing.rank) != 0))
    return np.maximum.accumulate(np.where(new, np.arange(len(of)), 0)).astype(np.int64)


def _arrays(problem: Problem, classes: I64, cost: I64) -> tuple[NDArray[Any] | int, ...]:
    options = problem.options
    begin = np.searchsorted(options.key, np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types)
    return (
        classes, problem.class_menu, problem.class_group, problem.entry_app, problem.entry_score, problem.entry_fit, problem.entry_type,
        problem.fill_value, begin, options.key, options.ptr, options.kind, options.first, problem.n_types, cost,
    )  # fmt: skip


def _listed(problem: Problem, lists: OwnLists) -> tuple[NDArray[Any], ...]:
    return lists.menu_ptr, lists.entry, lists.number, problem.kinds.account


class _Program:
    """The linear program over places, grown row by row."""

    def __init__(
        self, problem: Problem, lists: OwnLists, places: _Places, alone: I64, standing: _Standing
    ) -> None:
        """``alone``: what each nominee is worth where nobody is before it, 1e-10 point."""
        self.nominees = len(lists.ptr) - 1
        one = np.flatnonzero(alone > -FAR * TEN // 2)
        self.held = np.union1d(places.number, one)
        number = np.concatenate([places.number, one])
        by = np.argsort(number, kind="stable")
        self.number = number[by]
        self.ptr = np.searchsorted(self.number, np.arange(self.nominees + 1)).astype(np.int64)
        start, before = self._on_lists(problem, places, standing)
        none = np.zeros(len(one), np.int64)
        self.list, self.before = np.append(start, none)[by], np.append(before, none)[by]
        self.listed = standing.number
        self.two: I64 = np.zeros(0, np.int64)
        self.dual = np.zeros(0)
        self.model = new_model()
        n, m = len(self.number), len(self.held)
        if not n:
            return
        above = np.append(places.above, alone[one])[by]
        self.model.addVars(n, np.zeros(n), np.full(n, INFINITY))
        self.model.changeColsCost(n, np.arange(n, dtype=np.int32), -above / UNIT)
        begin = self.ptr[self.held].astype(np.int32)
        self.model.addRows(
            m, np.full(m, -INFINITY), np.ones(m), n, begin, np.arange(n, dtype=np.int32), np.ones(n)
        )

    def _on_lists(self, problem: Problem, places: _Places, standing: _Standing) -> tuple[I64, I64]:
        """(where the list of each place begins, how many stand before its nominee there)."""
        wide, size = max(1, len(problem.accounts)), self.nominees + 1
        of = np.repeat(np.arange(len(standing.klass)), np.diff(standing.ptr))
        key = (standing.klass * wide + standing.account)[of] * size + standing.number
        by = np.argsort(key, kind="stable")
        wanted = (places.klass * wide + problem.kinds.account[places.kind]) * size + places.number
        at = by[np.searchsorted(key[by], wanted)]
        begin = standing.ptr[of[at]]
        return begin, _first_of_rank(standing)[at] - begin

    def solve(self, stopped: Callable[[], bool]) -> bool:
        """Solve it, with the rows that its solutions miss; False without an answer."""
        while len(self.number):
            answer = run(self.model)
            if stopped() or not answer.usable:
                return False
            self.dual = answer.row_dual
            housed = np.bincount(self.number, answer.x, self.nominees)
            some = np.flatnonzero((answer.x > MISSED) & (self.before > 0))
            two, much = self._behind(some, answer.x[some])
            new = np.setdiff1d(two[much > housed[two // self.nominees] + MISSED], self.two)
            if not len(new):
                return True
            self.add(new)
        return False

    def add(self, two: I64) -> None:
        """Add rows, each a nominee and who stands behind it as one number."""
        if not len(two):
            return
        # by the household behind, whose places each row is about
        two = two[np.lexsort((two // self.nominees, two % self.nominees))]
        first, other = two // self.nominees, two % self.nominees
        ptr = np.searchsorted(other, np.arange(self.nominees + 1)).astype(np.int64)
        arrays = (self.ptr, self.list, self.before, self.listed, ptr, first)
        mark = np.full(self.nominees, -1, np.int64)
        empty = np.zeros(0, np.int64)
        many = _columns(arrays, mark, empty, empty)
        row, column = np.empty(many, np.int64), np.empty(many, np.int64)
        _columns(arrays, mark, row, column)
        length = self.ptr[first + 1] - self.ptr[first]
        own = np.arange(int(length.sum())) + np.repeat(self.ptr[first] - np.cumsum(length) + length, length)
        row = np.concatenate([row, np.repeat(np.arange(len(two)), length)])
        value = np.concatenate([np.ones(many), -np.ones(len(own))])
        column = np.concatenate([column, own])
        by = np.lexsort((column, row))
        start = np.searchsorted(row[by], np.arange(len(two))).astype(np.int32)
        self.model.addRows(
            len(two), np.full(len(two), -INFINITY), np.zeros(len(two)), len(by), start, column[by].astype(np.int32),
            value[by],
        )  # fmt: skip
        self.two = np.concatenate([self.two, two])

    def _behind(self, some: I64, x: NDArray[np.float64]) -> tuple[I64, NDArray[np.float64]]:
        """(nominee and who stands behind it as one number, by how much) over some places of a solution."""
        length = self.before[some]
        of = np.repeat(np.arange(len(some)), length)
        at = np.arange(len(of)) + np.repeat(self.list[some] - np.cumsum(length) + length, length)
        key, which = np.unique(self.listed[at] * self.nominees + self.number[some][of], return_inverse=True)
        much: NDArray[np.float64] = np.bincount(which.reshape(-1), x[of], len(key)).astype(np.float64)
        return key, much

    def told(self, lists: OwnLists) -> dict[Two, int]:
        """Multipliers of the rows by application, micropoints."""
        app = np.full(self.nominees, -1, np.int64)
        named = np.flatnonzero(lists.number >= 0)
        app[lists.number[named]] = named
        tau = np.floor(-self.dual[len(self.held) :] * MICRO).astype(np.int64)
        kept = np.flatnonzero(tau > 0)
        first, other = app[self.two[kept] // self.nominees], app[self.two[kept] % self.nominees]
        return {(b, c): t for b, c, t in zip(first.tolist(), other.tolist(), tau[kept].tolist(), strict=True)}


MISSED = 1e-2
"""First ranks by which a solution must miss a row for it to be wanted."""


@njit(cache=True, nogil=True)
def _lose(ptr, number, rank, held, first, tau, lost):  # type: ignore[no-untyped-def]
    """What each nominee of each list loses by those before it, micropoints."""
    where = np.full(len(held) - 1, -1, np.int64)
    for p in range(len(ptr) - 1):
        for i in range(ptr[p], ptr[p + 1]):
            where[number[i]] = i
        for i in range(ptr[p], ptr[p + 1]):
            for k in range(held[number[i]], held[number[i] + 1]):
                at = where[first[k]]
                if at >= ptr[p] and at < ptr[p + 1] and rank[at] < rank[i]:
                    lost[i] += tau[k]


@njit(cache=True, nogil=True)
def _lost(low, high, key, lost, wanted):  # type: ignore[no-untyped-def]
    """What is lost under a key among some, 0 where it is not there."""
    end = high
    while low < high:
        half = (low + high) // 2
        if key[half] < wanted:
            low = half + 1
        else:
            high = half
    return lost[low] if low < end and key[low] == wanted else np.int64(0)


@njit(cache=True, nogil=True)
def _best(arrays, listed, less, of_class, of_nominee, by_class, best):  # type: ignore[no-untyped-def]
    """``best`` of each class, or of each nominee, raised to what places are worth less ``of_class`` and ``of_nominee``, 1e-10 point."""
    (
        classes, class_menu, class_group, e_app, e_score, e_fit, e_type, fill, begin, key, ptr, kind, first, n_types, cost,
    ) = arrays  # fmt: skip
    menu_ptr, entry, number, account = listed
    option = np.full(n_types, -1, np.int64)
    for i in range(len(classes)):
        k = classes[i]
        g = class_group[k]
        for o in range(begin[g], begin[g + 1]):
            option[key[o] % n_types] = o
        for at in range(menu_ptr[class_menu[k]], menu_ptr[class_menu[k] + 1]):
            e = entry[at]
            o, c = option[e_type[e]], number[e_app[e]]
            if o < 0:
                continue
            plain = (
                (np.int64(fill) + np.int64(e_score[e]) + np.int64(e_fit[e])) * HUNDREDTH
                - of_class[k]
                - of_nominee[c]
            )
            to = k if by_class else c
            for j in range(ptr[o], ptr[o + 1]):
                net = plain - cost[kind[j]]
                if first[j] and net > best[to]:
                    wanted = account[kind[j]] * len(of_nominee) + c
                    net -= _lost(less.ptr[i], less.ptr[i + 1], less.key, less.lost, wanted)
                    best[to] = max(best[to], net)
        for o in range(begin[g], begin[g + 1]):
            option[key[o] % n_types] = -1


@njit(cache=True, nogil=True)
def _place(arrays, listed, worth, least, out, write):  # type: ignore[no-untyped-def]
    """How many places of nominees are worth more above their class than ``least`` of the nominee; written where they are wanted."""
    (
        classes, class_menu, class_group, e_app, e_score, e_fit, e_type, fill, begin, key, ptr, kind, first, n_types, cost,
    ) = arrays  # fmt: skip
    menu_ptr, entry, number, _ = listed
    option = np.full(n_types, -1, np.int64)
    n = 0
    for k in classes:
        g = class_group[k]
        for o in range(begin[g], begin[g + 1]):
            option[key[o] % n_types] = o
        for at in range(menu_ptr[class_menu[k]], menu_ptr[class_menu[k] + 1]):
            e = entry[at]
            o, c = option[e_type[e]], number[e_app[e]]
            if o < 0:
                continue
            plain = (np.int64(fill) + np.int64(e_score[e]) + np.int64(e_fit[e])) * HUNDREDTH - worth[k]
            for j in range(ptr[o], ptr[o + 1]):
                net = plain - cost[kind[j]]
                if first[j] and net > least[c]:
                    if write:
                        out.klass[n], out.kind[n], out.number[n], out.above[n] = k, kind[j], c, net
                    n += 1
        for o in range(begin[g], begin[g + 1]):
            option[key[o] % n_types] = -1
    return n


@njit(cache=True, nogil=True)
def _columns(arrays, mark, row, column):  # type: ignore[no-untyped-def]
    """How many places stand behind the nominee of each row; row and place where they are wanted. ``mark`` (nominees,) is -1, and is again."""
    ptr, start, before, listed, rows, first = arrays
    n = 0
    for c in range(len(ptr) - 1):
        if rows[c] == rows[c + 1]:
            continue
        for r in range(rows[c], rows[c + 1]):
            mark[first[r]] = r
        for j in range(ptr[c], ptr[c + 1]):
            for i in range(start[j], start[j] + before[j]):
                r = mark[listed[i]]
                if r >= 0:
                    if len(row):
                        row[n], column[n] = r, j
                    n += 1
        for r in range(rows[c], rows[c + 1]):
            mark[first[r]] = -1
    return n
