"""The réservataires' own orders of a large case, without a row for each dwelling and nominee.

The rows of `orders` are as many as (dwelling, account, eligible nominee): five thousand on 500 dwellings of the Doubs, eighteen
thousand on 1,000, tens of millions in a country, and whoever comes after some of a list enters all of their rows: ten million places on
1,000 dwellings, more than a desk has memory for on the year of 3,224. Each nominee would be a type and each dwelling a class of its own.
Beyond `PLACES`, or `WRITTEN` dwellings, none is written. The orders hold all the same: what a
list asks is looked up where it is needed, for the first ranks of a proposal, in one compiled pass over the nominees of their menus
(`waiting`). The bound leaves the orders of single dwellings out, which makes it weaker and never wrong; what rows on two households of the
lists take off it is `solve.proof.behind`.

The list of a dwelling and an account (design §3): the nominations that name the dwelling if one of these nominees is eligible
there on the account, else those at large. ``waiting`` of a list is the best rank of those on it that hold no first rank: a first rank
there keeps the order when its own rank is not beyond that, the seat and whoever is on no list coming after all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.naming import accounts_of
from optimizer.problem.model import I32, I64, B, FirstRanks, Orders, OwnLists, Problem
from optimizer.problem.nominees import Nominees
from optimizer.problem.orders import MOST

WRITTEN = 20_000
"""Dwellings up to which rows of the orders are written out, where they are few enough."""
PLACES = 4_000_000
"""Rows of the orders times dwellings up to which they are few enough: about as many places do they take. With more, the linear programs
of a tree end in minutes, and nothing is proven by them (135 dwellings and 8,638 rows come near a proof, 1,000 and 17,968 do not)."""
MANY = 1_000
"""Rows of the orders from which their lists are kept beside them."""
LAST = np.iinfo(np.int64).max
"""Rank of a seat and of whoever is on no list; what waits where nobody does."""


def unwritten(nominees: Nominees) -> bool:
    """Whether the orders of a case are kept by lists and not by rows. Chains keep their rows: few dwellings are let by them."""
    facts = nominees.facts
    if not len(facts.nominations) or bool(facts.dwellings.freed.any()):
        return False
    dwellings = len(facts.dwellings.ids)
    return dwellings > WRITTEN or _more_rows(nominees, min(MOST, PLACES // max(1, dwellings)))


def _more_rows(nominees: Nominees, limit: int) -> bool:
    """Whether there would be more rows than so many: as many as eligible nominees of each dwelling and account that follows a list."""
    facts, rows = nominees.facts, 0
    for dwelling in nominees.reached():
        accounts, lines = accounts_of(facts, dwelling)
        for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
            if facts.mode_of(account, line) != "delegated":
                rows += len(nominees.listed(dwelling, account, line))
        if rows > limit:
            return True
    return False


def by_lists(problem: Problem) -> Problem | None:
    """The same problem, kinds and all, with its orders kept by lists; None where no lists stand beside its rows."""
    if problem.order_lists is None:
        return None
    none = np.zeros(len(problem.kinds) + 1, np.int64)
    kinds = replace(
        problem.kinds, order_ptr=none, order_row=np.zeros(0, np.int32), order_sign=np.zeros(0, np.int8)
    )
    return replace(problem, kinds=kinds, orders=Orders(), own_lists=problem.order_lists, order_lists=None)


def own_lists(facts: Facts, member: I64, menu_ptr: I64, entry_app: I32) -> OwnLists:
    """The lists of a case.

    Parameters
    ----------
    member : one dwelling of each group
    menu_ptr, entry_app : as of `Problem`, without its last menu, which holds nobody
    """
    best: dict[tuple[int, int, int], int] = {}
    for line in facts.nominations:
        key = line.application, line.account, line.dwelling
        best[key] = min(line.rank, best.get(key, line.rank))
    lines = np.array(sorted((*key, rank) for key, rank in best.items()), np.int64).reshape(-1, 4)
    apps, start = np.unique(lines[:, 0], return_index=True)
    number = np.full(len(facts.applications.ids), -1, np.int32)
    number[apps] = np.arange(len(apps), dtype=np.int32)
    binds = np.zeros((max(1, len(member)), len(facts.accounts)), bool)
    for group, dwelling in enumerate(member.tolist()):
        accounts, conventions = accounts_of(facts, dwelling)
        for account, line in zip(accounts.tolist(), conventions.tolist(), strict=True):
            binds[group, account] = facts.mode_of(account, line) != "delegated"
    many = np.zeros(len(menu_ptr) - 1, np.int64)
    _count(menu_ptr, entry_app, number, many)
    ptr = np.concatenate([[0], np.cumsum(many), [int(many.sum())]]).astype(np.int64)
    entry = np.empty(int(many.sum()), np.int64)
    _place(menu_ptr, entry_app, number, entry)
    return OwnLists(
        number,
        np.append(start, len(lines)).astype(np.int64),
        lines[:, 1].astype(np.int32),
        lines[:, 2].astype(np.int32),
        lines[:, 3].copy(),
        ptr,
        entry,
        binds,
    )


class Asked(NamedTuple):
    """Places that are asked about.

    Attributes
    ----------
    dwelling, account : (places,)
        Dwelling and account of a place.
    app : (places,)
        Household, -1: the seat, or nobody.
    """

    dwelling: I32
    account: I32
    app: I32


def bound_lines(problem: Problem, lists: OwnLists, first: FirstRanks) -> B:
    """(n,) which first ranks are on an account that follows a list."""
    group = problem.class_group[problem.klass[first.dwelling]]
    return np.asarray(lists.binds[group, problem.kinds.account[first.kind]], bool)


def waiting(problem: Problem, lists: OwnLists, asked: Asked, housed: B) -> tuple[I64, I64]:
    """(best rank of a nominee of the list without a first rank, rank of the household asked about) at each place.

    Parameters
    ----------
    housed : (A,) who holds a first rank
    """
    free, rank = np.full(len(asked.dwelling), LAST), np.full(len(asked.dwelling), LAST)
    _walk(problem, lists, asked, housed, free, rank, _NOBODY, _NO)
    return free, rank


def passes(problem: Problem, first: FirstRanks) -> B:
    """(n,) which first ranks pass over a nominee of their list who holds none; nobody where the orders are written as rows."""
    found = np.zeros(len(first), bool)
    if problem.own_lists is None or not len(first):
        return found
    at = np.flatnonzero(bound_lines(problem, problem.own_lists, first))
    free, rank = waiting(problem, problem.own_lists, asked_at(problem, first, at), housed(problem, first))
    found[at] = rank > free
    return found


def needed(problem: Problem, first: FirstRanks) -> tuple[I64, B]:
    """(A,) a dwelling whose first rank is placed after each household on a list (-1: none), and whether there are two such."""
    one, more = (
        np.full(len(problem.application_ids), -1, np.int64),
        np.zeros(len(problem.application_ids), bool),
    )
    if problem.own_lists is not None and len(first):
        at = np.flatnonzero(bound_lines(problem, problem.own_lists, first))
        free, rank = np.full(len(at), LAST), np.full(len(at), LAST)
        everybody = housed(problem, first)
        _walk(problem, problem.own_lists, asked_at(problem, first, at), everybody, free, rank, one, more)
    return one, more


def asked_at(problem: Problem, first: FirstRanks, at: I64) -> Asked:
    """The places of some first ranks."""
    account = problem.kinds.account[first.kind[at]].astype(np.int32)
    return Asked(first.dwelling[at].astype(np.int32), account, first.app[at].astype(np.int32))


def housed(problem: Problem, first: FirstRanks) -> B:
    """(A,) who holds a first rank."""
    found = np.zeros(len(problem.application_ids), bool)
    found[first.app[first.app >= 0]] = True
    return found


class Offers(NamedTuple):
    """Who of a list may be first where: the place asked about, the entry, the kind, the rank on the list."""

    place: I64
    entry: I64
    kind: I32
    rank: I64


def offers(problem: Problem, lists: OwnLists, asked: Asked, placed: B, most: I64 | None = None) -> Offers:
    """The nominees without a first rank who may be first at each place, in no order; ``most``: the last rank wanted at each."""
    most = np.full(len(asked.dwelling), LAST) if most is None else most
    return _offers(problem, lists, asked, placed, most, eligible=False)


def before(problem: Problem, lists: OwnLists, asked: Asked) -> tuple[I64, I32]:
    """(place, nominee) for each nominee better placed on the list of a place than the household asked about, first or not."""
    nobody = np.zeros(len(problem.application_ids), bool)
    _, rank = waiting(problem, lists, asked, nobody)
    found = _offers(problem, lists, asked, nobody, rank - 1, eligible=True)
    return found.place, problem.entry_app[found.entry].astype(np.int32)


def everybody(problem: Problem, lists: OwnLists, asked: Asked) -> Offers:
    """The nominees of the list of each place, first or not, in no order."""
    nobody = np.zeros(len(problem.application_ids), bool)
    return _offers(problem, lists, asked, nobody, np.full(len(asked.dwelling), LAST), eligible=True)


def _offers(
    problem: Problem, lists: OwnLists, asked: Asked, placed: B, most: I64, *, eligible: bool
) -> Offers:
    """``eligible``: those too who may not be first there."""
    empty = np.zeros(0, np.int64)
    arrays = _arrays(problem, lists, asked)
    many = _offer(arrays, placed, most, eligible, Offers(empty, empty, empty.astype(np.int32), empty))
    whole = [np.empty(many, np.int64) for _ in range(3)]
    found = Offers(whole[0], whole[1], np.empty(many, np.int32), whole[2])
    _offer(arrays, placed, most, eligible, found)
    return found


_NOBODY = np.zeros(0, np.int64)
_NO = np.zeros(0, bool)


def _walk(
    problem: Problem, lists: OwnLists, asked: Asked, placed: B, free: I64, rank: I64, one: I64, more: B
) -> None:  # fmt: skip
    """Fill ``free`` and ``rank`` (and ``one``, ``more`` where they are not empty), place by place."""
    _read(_arrays(problem, lists, asked), asked.app, placed, free, rank, one, more)


def _arrays(problem: Problem, lists: OwnLists, asked: Asked) -> tuple[NDArray[Any] | int, ...]:
    """What the compiled passes read; groups and accounts come together."""
    klass = problem.klass[asked.dwelling]
    group, menu = problem.class_group[klass].astype(np.int64), problem.class_menu[klass].astype(np.int64)
    order = np.lexsort((asked.account, group))
    options = problem.options
    begin = np.searchsorted(options.key, np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types)
    return (
        order, asked.dwelling, asked.account, menu, group, begin, options.key, options.ptr, options.kind, options.first,
        problem.kinds.account, problem.n_types, problem.entry_app, problem.entry_type, lists.number, lists.ptr, lists.account,
        lists.dwelling, lists.rank, lists.menu_ptr, lists.entry,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _count(menu_ptr, entry_app, number, many):  # type: ignore[no-untyped-def]
    """Nominees of each menu."""
    for m in range(len(many)):
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            many[m] += number[entry_app[e]] >= 0


@njit(cache=True, nogil=True)
def _place(menu_ptr, entry_app, number, entry):  # type: ignore[no-untyped-def]
    """Their entries, menu by menu."""
    n = 0
    for m in range(len(menu_ptr) - 1):
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            if number[entry_app[e]] >= 0:
                entry[n] = e
                n += 1


@njit(cache=True, nogil=True)
def _rank_of(nominee, ptr, account, dwelling, rank, wanted, place):  # type: ignore[no-untyped-def]
    """(whether the account names the nominee there, by what rank)."""
    for k in range(ptr[nominee], ptr[nominee + 1]):
        if account[k] == wanted and dwelling[k] == place:
            return True, rank[k]
    return False, 0


@njit(cache=True, nogil=True)
def _kinds(g, r, begin, key, ptr, kind, first, kind_account, n_types, kind_of, may_first):  # type: ignore[no-untyped-def]
    """Kind of each type of a group on an account, -1 for none: filled, and emptied again with an account of -1."""
    for k in range(begin[g], begin[g + 1]):
        t = key[k] % n_types
        kind_of[t] = -1
        for o in range(ptr[k], ptr[k + 1]):
            if kind_account[kind[o]] == r:
                kind_of[t], may_first[t] = kind[o], first[o]


@njit(cache=True, nogil=True)
def _turned(here, now, begin, key, ptr, kind, first, kind_account, n_types, kind_of, may):  # type: ignore[no-untyped-def]
    """The group and account at hand, their kinds filled in place of those of the ones before."""
    if now != here:
        if here[0] >= 0:
            _kinds(here[0], -1, begin, key, ptr, kind, first, kind_account, n_types, kind_of, may)
        _kinds(now[0], now[1], begin, key, ptr, kind, first, kind_account, n_types, kind_of, may)
    return now


@njit(cache=True, nogil=True)
def _place_of(  # type: ignore[no-untyped-def]
    d, r, low, high, entry, entry_app, entry_type, kind_of, number, n_ptr, n_account, n_dwelling, n_rank
):  # fmt: skip
    """The dwelling when a nominee of this very dwelling may be named there, else -1: the list at large."""
    for at in range(low, high):
        if kind_of[entry_type[entry[at]]] >= 0:
            named, _ = _rank_of(number[entry_app[entry[at]]], n_ptr, n_account, n_dwelling, n_rank, r, d)
            if named:
                return d
    return -1


@njit(cache=True, nogil=True)
def _read(arrays, at_app, placed, free, rank, one, more):  # type: ignore[no-untyped-def]
    (
        order, at_dwelling, at_account, menu, group, begin, key, ptr, kind, first, kind_account, n_types, entry_app, entry_type,
        number, n_ptr, n_account, n_dwelling, n_rank, menu_ptr, entry,
    ) = arrays  # fmt: skip
    kind_of, may = np.full(n_types, -1, np.int32), np.zeros(n_types, np.bool_)
    here = (np.int64(-1), np.int32(-1))
    for i in order:
        g, r, d, app = group[i], at_account[i], at_dwelling[i], at_app[i]
        here = _turned(here, (g, r), begin, key, ptr, kind, first, kind_account, n_types, kind_of, may)
        low, high = menu_ptr[menu[i]], menu_ptr[menu[i] + 1]
        place = _place_of(
            d, r, low, high, entry, entry_app, entry_type, kind_of, number, n_ptr, n_account, n_dwelling, n_rank
        )  # fmt: skip
        for at in range(low, high):
            if kind_of[entry_type[entry[at]]] < 0:
                continue
            a = entry_app[entry[at]]
            named, its = _rank_of(number[a], n_ptr, n_account, n_dwelling, n_rank, r, place)
            if named:
                if a == app:
                    rank[i] = its
                if not placed[a] and its < free[i]:
                    free[i] = its
        if len(one) == 0:
            continue
        for at in range(low, high):
            if kind_of[entry_type[entry[at]]] < 0:
                continue
            a = entry_app[entry[at]]
            named, its = _rank_of(number[a], n_ptr, n_account, n_dwelling, n_rank, r, place)
            if named and its < rank[i]:
                if one[a] < 0:
                    one[a] = d
                elif one[a] != d:
                    more[a] = True


@njit(cache=True, nogil=True)
def _offer(arrays, placed, most, eligible, out):  # type: ignore[no-untyped-def]
    """How many offers there are; written where there is room for them."""
    (
        order, at_dwelling, at_account, menu, group, begin, key, ptr, kind, first, kind_account, n_types, entry_app, entry_type,
        number, n_ptr, n_account, n_dwelling, n_rank, menu_ptr, entry,
    ) = arrays  # fmt: skip
    kind_of, may = np.full(n_types, -1, np.int32), np.zeros(n_types, np.bool_)
    here = (np.int64(-1), np.int32(-1))
    n = 0
    for i in order:
        g, r, d = group[i], at_account[i], at_dwelling[i]
        here = _turned(here, (g, r), begin, key, ptr, kind, first, kind_account, n_types, kind_of, may)
        low, high = menu_ptr[menu[i]], menu_ptr[menu[i] + 1]
        place = _place_of(
            d, r, low, high, entry, entry_app, entry_type, kind_of, number, n_ptr, n_account, n_dwelling, n_rank
        )  # fmt: skip
        for at in range(low, high):
            e = entry[at]
            t = entry_type[e]
            if kind_of[t] < 0 or placed[entry_app[e]] or not (eligible or may[t]):
                continue
            named, its = _rank_of(number[entry_app[e]], n_ptr, n_account, n_dwelling, n_rank, r, place)
            if named and its <= most[i]:
                if len(out.place):
                    out.place[n], out.entry[n], out.kind[n], out.rank[n] = i, e, kind_of[t], its
                n += 1
    return n
