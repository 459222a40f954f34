"""A proposal that keeps the orders of lists, made better one dwelling at a time: what naming nominees anew cost the rules is won back.

Whoever was named in place of a favourite counts elsewhere in the rules, and the other dwellings were let as if the favourite were
there. Here each dwelling in turn takes what is worth most with all others as they are: another household without a first rank, or
another account for its own. Worth is exact, the prices of the rules included, so that every step is a gain. No order is passed: the
nominees for whom somebody waits keep a first rank through a sweep, and behind them whoever is next on a list, or anybody where the list
ends, may be put on its account. So a dwelling may leave an account whose next nominee suits it ill, and another one take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, B, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import LAST, Asked, Offers, housed, needed, offers, waiting
from optimizer.solve.implicit import menu_entries
from optimizer.solve.primal.marks import Marks, charge, move

SWEEPS = 6
"""Times over all dwellings at most; a sweep without a gain ends it."""


class _Places(NamedTuple):
    """Dwellings.

    Attributes
    ----------
    klass, menu, group : (D,)
        Class, and its menu and rule profile.
    bonus : (D,)
        Hundredths of a point for housing anybody there.
    still : (D,)
        Whether a dwelling keeps what it holds.
    """

    klass: I32
    menu: I32
    group: I32
    bonus: I64
    still: B


class _Options(NamedTuple):
    """Kinds that each type may count as in each group.

    Attributes
    ----------
    begin : (groups + 1,)
        Cells of a group in ``key``.
    key : (cells,)
        group * ``n_types`` + type, ascending.
    n_types : int
        Types of households.
    ptr : (cells + 1,)
        Kinds of a cell in ``kind``.
    kind, first : (options,)
        Kind; whether it is open to a first rank.
    account, value : (kinds,)
        Account of a kind; its own hundredths of a point.
    """

    begin: I64
    key: I64
    n_types: int
    ptr: I64
    kind: I32
    first: B
    account: I32
    value: I64


class _Orders(NamedTuple):
    """What the réservataires' lists leave open (`_accounts`).

    Attributes
    ----------
    binds : (groups, accounts)
        Whether an account has a list in a group.
    ended_ptr, ended : (classes + 1,), (accounts of classes,)
        Accounts with a list on which anybody may be first in a class.
    turn_ptr, turn_entry, turn_kind : (classes + 1,), (turns,), (turns,)
        Nominees whose turn it is in a class: entry and kind.
    firm : (A,)
        Households for whom somebody waits: they keep a first rank.
    """

    binds: B
    ended_ptr: I64
    ended: I32
    turn_ptr: I64
    turn_entry: I64
    turn_kind: I32
    firm: B


class _Proposal(NamedTuple):
    """A proposal as it stands.

    Attributes
    ----------
    app, kind, entry : (D,)
        Household (-2: empty, -1: nobody yet), kind (-1: empty) and entry of each dwelling.
    value : (D,)
        What its first rank is worth, hundredths of a point, rules aside.
    used : (A,)
        Whether a household is housed.
    need : (rows,)
        What each row lacks, ten-thousandths of a lease.
    """

    app: I32
    kind: I32
    entry: I64
    value: I64
    used: B
    need: I64


class _Best(NamedTuple):
    """Scratch of `_net`.

    Attributes
    ----------
    stamp, cost : (kinds,)
        For which dwelling ``cost`` was worked out last; micropoints that a kind adds, what rules charge taken off.
    add, kind : (types,)
        What the best kind of a type adds, micropoints, and that kind, -1 for none.
    """

    stamp: I64
    cost: I64
    add: I64
    kind: I32


def improved(
    problem: Problem, lists: OwnLists, first: FirstRanks, parts: Sequence[I64] = (), threads: int = 1
) -> FirstRanks:
    """The proposal after sweeps of single changes, each of which is worth more.

    Parameters
    ----------
    first : first ranks that keep every order
    parts : classes of parts that share no household and no rule, swept side by side on ``threads``: the same changes
    """
    if not len(problem.entry_app):
        return first
    spans, shares = _spans(problem), _shares(problem, parts, threads)
    for _ in range(SWEEPS):
        found, gained = _swept(problem, lists, first, spans, shares)
        if not gained:
            break
        first = found
    return first


def _shares(problem: Problem, parts: Sequence[I64], threads: int) -> list[I64]:
    """Dwellings of each thread, ascending: whole parts, each to whoever has fewest so far."""
    if not parts or threads < 2:
        return [np.arange(len(problem.klass))]
    homes = np.bincount(problem.klass, minlength=len(problem.class_menu))
    many, owner = [0] * threads, np.full(len(homes), -1, np.int64)
    for classes in parts:
        thread = many.index(min(many))
        many[thread] += int(homes[classes].sum())
        owner[classes] = thread
    return [np.flatnonzero(owner[problem.klass] == thread) for thread in range(threads)]


class Spans(NamedTuple):
    """Where each type stands in each menu: of menu m, types ``[ptr[m]:ptr[m+1]]``, ascending; score and fit of the best household of
    each, and the place of its last one in the menu."""

    ptr: I64
    type: NDArray[np.integer]
    best: I32
    last: I32


def _spans(problem: Problem) -> Spans:
    """Every menu is read once. A sweep then asks what a lease adds for the types of a menu alone, where a country has thousands, and
    reads of the menu what may be worth more than what there is."""
    ptr = np.zeros(len(problem.menu_ptr), np.int64)
    nothing = Spans(ptr, problem.entry_type[:0], ptr[:0].astype(np.int32), ptr[:0].astype(np.int32))
    columns = (problem.menu_ptr, problem.entry_score, problem.entry_fit, problem.entry_type, problem.n_types)
    _span(*columns, ptr, nothing)
    np.cumsum(ptr, out=ptr)
    many = int(ptr[-1])
    found = Spans(
        ptr, np.empty(many, problem.entry_type.dtype), np.empty(many, np.int32), np.empty(many, np.int32)
    )
    _span(*columns, ptr, found)
    return found


@njit(cache=True, nogil=True)
def _span(menu_ptr, e_score, e_fit, e_type, n_types, ptr, out):  # type: ignore[no-untyped-def]
    """Types of each menu, counted into ``ptr`` one further on; written, ascending, where there is room for them."""
    place = np.full(n_types, -1, np.int64)
    met, best, last = np.empty(n_types, np.int64), np.empty(n_types, np.int64), np.empty(n_types, np.int64)
    for m in range(len(menu_ptr) - 1):
        n = 0
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            t = e_type[e]
            if place[t] < 0:
                place[t] = n
                met[n], best[n] = t, np.int64(e_score[e]) + np.int64(e_fit[e])
                n += 1
            last[place[t]] = e - menu_ptr[m]
        for i in range(n):
            place[met[i]] = -1
        if not len(out.type):
            ptr[m + 1] = n
            continue
        at = ptr[m]
        for i in np.argsort(met[:n]):
            out.type[at], out.best[at], out.last[at] = met[i], best[i], last[i]
            at += 1


def _swept(
    problem: Problem, lists: OwnLists, first: FirstRanks, spans: Spans, shares: Sequence[I64]
) -> tuple[FirstRanks, int]:
    """The proposal after one sweep, and the micropoints gained."""
    n = len(problem.dwelling_ids)
    app, kind, entry = np.full(n, -2, np.int32), np.full(n, -1, np.int32), np.full(n, -1, np.int64)
    value = np.zeros(n, np.int64)
    app[first.dwelling], kind[first.dwelling] = first.app, first.kind
    there = first.app >= 0
    entry[first.dwelling[there]] = entries_of_pairs(problem, first.dwelling[there], first.app[there])
    kinds = problem.kinds
    value[first.dwelling[there]] = (
        problem.values(entry[first.dwelling[there]]) + problem.bonus[first.dwelling[there]]
    )
    value[first.dwelling] += kinds.value[first.kind]
    value[first.dwelling[~there]] += _seated(problem, first.dwelling[~there], first.kind[~there])
    one, _ = needed(problem, first)
    firm = (one >= 0) & (lists.number >= 0)
    used = housed(problem, first)
    still = problem.must_fill[problem.klass]
    price = np.array([row.price for row in problem.rows], np.int64)
    rate = np.array([row.rate for row in problem.rows], np.int64)
    step = np.where(kinds.den > 0, rate[kinds.row] + kinds.more, 0) - RATE_UNIT * kinds.num.astype(np.int64)
    need = -np.array([row.play for row in problem.rows], np.int64)
    marks = Marks(kinds.ptr, kinds.row, step, price)
    _count(first.kind, marks, need)
    menu, group = problem.class_menu[problem.klass], problem.class_group[problem.klass]
    options = problem.options
    begin = np.searchsorted(options.key, np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types)
    (ended_ptr, ended), (turn_ptr, turn_entry, turn_kind) = _accounts(
        problem, lists, used & (firm | (lists.number < 0))
    )

    def sweep(share: I64) -> int:
        # a row that parts share asks nothing whatever they do; each thread counts it for itself
        proposal = _Proposal(app, kind, entry, value, used, need.copy())
        return int(_sweep(share, places, menus, spans, choices, orders, marks, proposal))

    places = _Places(problem.klass, menu, group, problem.bonus, still)
    menus = menu_entries(problem)
    choices = _Options(
        begin,
        options.key,
        problem.n_types,
        options.ptr,
        options.kind,
        options.first,
        kinds.account,
        kinds.value,
    )
    orders = _Orders(lists.binds, ended_ptr, ended, turn_ptr, turn_entry, turn_kind, firm)
    with ThreadPoolExecutor(len(shares)) as pool:
        gained = sum(pool.map(sweep, shares))
    at = np.flatnonzero(kind >= 0).astype(np.int32)
    return FirstRanks(at, np.maximum(app[at], -1).astype(np.int32), kind[at]), gained


def _seated(problem: Problem, dwelling: I32, kind: I32) -> I64:
    """What the seats of some dwellings are worth, their kind's own points aside."""
    seats = problem.seats
    width = max(1, len(problem.kinds))
    key = seats.klass.astype(np.int64) * width + seats.kind
    order = np.argsort(key, kind="stable")
    at = np.searchsorted(key[order], problem.klass[dwelling].astype(np.int64) * width + kind)
    return np.asarray(seats.value[order[at]] if len(dwelling) else np.zeros(0, np.int64), np.int64)


def _accounts(problem: Problem, lists: OwnLists, sure: B) -> tuple[tuple[I64, I32], tuple[I64, I64, I32]]:
    """Whom the accounts with a list may take when the nominees ``sure`` to be housed come before.

    Returns
    -------
    accounts of each class on which anybody may be first, as everybody named there is sure: ``[ptr[k]:ptr[k+1]]`` of the second;
    on the others, the nominees whose turn it is: of class k, entry and kind ``[ptr[k]:ptr[k+1]]`` of the last two
    """
    group = problem.class_group.astype(np.int64)
    of_group, bound = np.nonzero(lists.binds)
    low, high = (np.searchsorted(of_group, group, side=side) for side in ("left", "right"))
    count = high - low
    klass = np.repeat(np.arange(len(group)), count)
    account = bound[np.repeat(low - np.cumsum(count) + count, count) + np.arange(len(klass))].astype(np.int32)
    member = np.zeros(len(group), np.int32)
    member[problem.klass] = np.arange(len(problem.klass), dtype=np.int32)
    places = Asked(member[klass], account, np.full(len(klass), -1, np.int32))
    free, _ = waiting(problem, lists, places, sure)
    over, waits = np.flatnonzero(free == LAST), np.flatnonzero(free < LAST)
    ended = np.searchsorted(klass[over], np.arange(len(group) + 1)).astype(np.int64), account[over]
    some = Asked(*(column[waits] for column in places))
    return ended, _by_class(offers(problem, lists, some, sure, free[waits]), klass[waits], len(group))


def _by_class(found: Offers, klass: I64, n: int) -> tuple[I64, I64, I32]:
    of = klass[found.place]
    order = np.lexsort((found.kind, found.entry, of))
    return np.searchsorted(of[order], np.arange(n + 1)), found.entry[order], found.kind[order]


@njit(cache=True, nogil=True)
def _count(kinds, marks, need):  # type: ignore[no-untyped-def]
    for c in kinds:
        move(c, 1, marks, need)


@njit(cache=True, nogil=True)
def _in(wanted, values, low, high):  # type: ignore[no-untyped-def]
    for i in range(low, high):
        if values[i] == wanted:
            return True
    return False


@njit(cache=True, nogil=True)
def _net(g, k, m, when, spans, options, orders, marks, need, out):  # type: ignore[no-untyped-def]
    """Of each type of a menu in a group: what its best kind adds (micropoints) and that kind, -1 for none; the largest of all."""
    begin, key, n_types, o_ptr, o_kind, o_first, account, k_value = options
    binds, ended_ptr, ended = orders.binds, orders.ended_ptr, orders.ended
    stamp, cost, best, best_kind = out
    top = -(1 << 60)
    i, end = begin[g], begin[g + 1]
    for s in range(spans.ptr[m], spans.ptr[m + 1]):
        t = np.int64(spans.type[s])
        best[t], best_kind[t] = -(1 << 60), -1
        wanted, high = g * n_types + t, end
        while i < high:  # types ascend: the next one is not before
            middle = (i + high) // 2
            if key[middle] < wanted:
                i = middle + 1
            else:
                high = middle
        if i == end or key[i] != wanted:
            continue
        for o in range(o_ptr[i], o_ptr[i + 1]):
            c = o_kind[o]
            if not o_first[o] or (
                binds[g, account[c]] and not _in(account[c], ended, ended_ptr[k], ended_ptr[k + 1])
            ):
                continue
            if stamp[c] != when:
                stamp[c] = when
                cost[c] = k_value[c] * MICRO_PER_HUNDREDTH - charge(c, marks, need)
            if cost[c] > best[t]:
                best[t], best_kind[t] = cost[c], c
        top = max(top, best[t])
    return top


@njit(cache=True, nogil=True)
def _sweep(share, places, menus, spans, options, orders, marks, proposal):  # type: ignore[no-untyped-def]
    """Have each dwelling of ``share`` take what is worth most with all others as they are; micropoints gained."""
    klass, menu, group, bonus, still = places
    menu_ptr, e_app, e_type, e_score, e_fit, fill = menus
    n_types, account, k_value = options.n_types, options.account, options.value
    _, _, _, turn_ptr, turn_entry, turn_kind, firm = orders
    app, kind, entry, value, used, need = proposal
    wanted = np.zeros(n_types, np.bool_)
    best, best_kind = np.full(n_types, -(1 << 60), np.int64), np.full(n_types, -1, np.int32)
    scratch = _Best(np.zeros(len(account), np.int64), np.zeros(len(account), np.int64), best, best_kind)
    gained, when = np.int64(0), 0
    for d in share:
        if still[d]:
            continue
        g, k, old = group[d], klass[d], kind[d]
        now = np.int64(0)
        if old >= 0:
            move(old, -1, marks, need)
            now = value[d] * MICRO_PER_HUNDREDTH - charge(old, marks, need)
        when += 1
        top = _net(np.int64(g), k, menu[d], when, spans, options, orders, marks, need, scratch)
        found, most, taken = np.int64(-1), now, np.int32(-1)
        bound_to = app[d] >= 0 and firm[app[d]]
        low, reach, left = menu_ptr[menu[d]], -1, 0
        base = np.int64(fill) + bonus[d]
        for s in range(spans.ptr[menu[d]], spans.ptr[menu[d] + 1]):
            # a type whose best household is not worth more, none of it is; the others end with the first that is free
            t = spans.type[s]
            if best_kind[t] >= 0 and (base + spans.best[s]) * MICRO_PER_HUNDREDTH + best[t] > most:
                wanted[t] = True
                left += 1
                reach = max(reach, spans.last[s])
        high = low + reach + 1
        if bound_to:
            low, high = entry[d], entry[d] + 1
        for e in range(low, high):
            t = e_type[e]
            if not wanted[t]:
                continue
            a = e_app[e]
            if used[a] and a != app[d]:
                continue
            plain = (
                np.int64(fill) + np.int64(e_score[e]) + np.int64(e_fit[e]) + bonus[d]
            ) * MICRO_PER_HUNDREDTH
            if plain + top <= most:
                break
            if plain + best[t] > most:
                found, most, taken = np.int64(e), plain + best[t], best_kind[t]
            wanted[t] = False
            left -= 1
            if left == 0:
                break
        for s in range(spans.ptr[menu[d]], spans.ptr[menu[d] + 1]):
            wanted[spans.type[s]] = False
        for i in range(turn_ptr[k], turn_ptr[k + 1]):
            next_, on = turn_entry[i], turn_kind[i]
            who = e_app[next_]
            if (used[who] or bound_to) and who != app[d]:
                continue
            plain = (
                np.int64(fill) + np.int64(e_score[next_]) + np.int64(e_fit[next_]) + bonus[d] + k_value[on]
            )
            worth = plain * MICRO_PER_HUNDREDTH - charge(on, marks, need)
            if worth > most:
                found, most, taken = next_, worth, on
        if found >= 0:
            if app[d] >= 0:
                used[app[d]] = False
            gained += most - now
            app[d], kind[d], entry[d] = e_app[found], taken, found
            plain = np.int64(fill) + np.int64(e_score[found]) + np.int64(e_fit[found])
            value[d] = plain + bonus[d] + k_value[taken]
            used[app[d]] = True
        if kind[d] >= 0:
            move(kind[d], 1, marks, need)
    return gained
