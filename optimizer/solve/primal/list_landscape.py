"""Proposals near a bound as flat arrays, where the réservataires' orders are lists (`list_annealing`).

Multipliers and household prices with a good bound say what every first rank loses (its loss: what its dwelling is worth at these,
less what it brings), and a proposal near the bound loses little. Of each class and kind the few households are kept that lose least,
in one compiled pass that leaves a menu where nothing below it can be worth it. Who is named in the order of a list loses more than the
favourites whom the bound was made with, whatever is done; so of each nominee the best place is kept whatever it loses, among accounts
with a list and among the others, and with it all that lose little.

A place on an account that follows a list comes after somebody: the nominees of the list, in the order of their ranks, are written once
for each class and account, and a choice says how many of them stand before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import Asked, everybody, waiting
from optimizer.solve.implicit import HUNDREDTH, TEN, best_named
from optimizer.solve.layout import Layout
from optimizer.solve.policy import ListsPolicy
from optimizer.solve.proof.dual_bound import Multipliers, best_options, kind_costs

NOBODY = -1
FAR = 1 << 60


@dataclass(frozen=True)
class ListLandscape:
    """Choices of each class, by groups of one kind.

    Attributes
    ----------
    group_ptr : (K+1,)      groups of class k: ``group_ptr[k]:group_ptr[k+1]``
    choice_ptr, kind : of each group; its choices, best value first
    app, value, loss, before : of each choice; household or -1 (the seat), micropoints without the dwelling's bonus, micropoints lost at
        the bound's multipliers, how many of the list of its group stand before it
    list_of : (G,) where the list of each group begins in ``nominee``; nominees in the order of their ranks
    place_ptr, place : choices of each nominee (by number): where it may live
    """

    group_ptr: I64
    choice_ptr: I64
    kind: I32
    app: I32
    value: I64
    loss: I64
    before: I32
    list_of: I64
    nominee: I32
    place_ptr: I64
    place: I64

    @property
    def klass(self) -> I32:
        """Class of each group."""
        return np.repeat(np.arange(len(self.group_ptr) - 1, dtype=np.int32), np.diff(self.group_ptr))


class _Choices(NamedTuple):
    """First ranks that classes may have: ``klass``, ``entry`` (-1 for a seat) and ``kind`` of each. A region has ten million: 32 bits each."""

    klass: I32
    entry: I32
    kind: I32

    def and_of(self, *more: _Choices) -> _Choices:
        """These, then others."""
        return _Choices(*(np.concatenate(columns) for columns in zip(self, *more, strict=True)))

    def of(self, at: I64) -> _Choices:
        """Those at some places."""
        return _Choices(*(column[at] for column in self))


@dataclass(frozen=True)
class Losses:
    """What first ranks lose at some multipliers, 1e-10 point: ``cost`` of each kind, ``worth`` of each class, ``price`` of each household."""

    cost: I64
    worth: I64
    price: I64


def losses(layout: Layout, m: Multipliers) -> Losses:
    """The losses at multipliers and household prices: every menu is read once."""
    cost = kind_costs(layout, (), m)
    worth = best_named(layout.problem, layout.lists, best_options(layout, cost), m.prices)
    return Losses(cost, np.maximum(0, worth), m.prices * TEN)


def list_landscape(
    problem: Problem, lists: OwnLists, lost: Losses, classes: I64, first: FirstRanks, policy: ListsPolicy
) -> ListLandscape:
    """Choices of some classes that lose little at a bound, and those of a proposal.

    Parameters
    ----------
    classes : ascending
    first : proposal for dwellings of these classes, whose choices are all kept
    policy : how much a choice may lose, and how many are kept
    """
    choices = _apart(problem, _found(problem, lists, lost, classes, policy), first)
    app, value = _told(problem, choices)
    by = np.lexsort((app, -value, choices.kind, choices.klass))
    choices, app, value = choices.of(by), app[by], value[by]
    del by
    loss = lost.worth[choices.klass]
    loss += lost.cost[choices.kind]
    loss -= value * HUNDREDTH
    loss += np.where(app >= 0, lost.price[np.maximum(app, 0)], 0)
    loss //= TEN
    fresh = np.append(True, (np.diff(choices.klass) != 0) | (np.diff(choices.kind) != 0))[: len(app)]
    start = np.flatnonzero(fresh)
    group = (np.cumsum(fresh) - 1).astype(np.int32)
    klass, kind = choices.klass[start].astype(np.int64), choices.kind[start].astype(np.int64)
    value += np.where(app >= 0, problem.kinds.value[choices.kind], 0)
    value *= MICRO_PER_HUNDREDTH
    del choices, fresh
    standing, list_of, nominee = before_each(problem, lists, klass, kind, group, app)
    number = np.where(app >= 0, lists.number[np.maximum(app, 0)], -1)
    named = np.flatnonzero(number >= 0)
    named = named[np.argsort(number[named], kind="stable")]
    return ListLandscape(
        group_ptr=np.searchsorted(klass, np.arange(len(problem.class_menu) + 1)).astype(np.int64),
        choice_ptr=np.append(start, len(app)).astype(np.int64),
        kind=kind.astype(np.int32),
        app=app,
        value=value,
        loss=loss,
        before=standing,
        list_of=list_of,
        nominee=nominee,
        place_ptr=np.searchsorted(number[named], np.arange(len(lists.ptr))).astype(np.int64),
        place=named.astype(np.int64),
    )


def _found(problem: Problem, lists: OwnLists, lost: Losses, classes: I64, policy: ListsPolicy) -> _Choices:
    options = problem.options
    begin = np.searchsorted(options.key, np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types)
    arrays = (
        classes, problem.class_menu, problem.class_group, lost.worth, problem.menu_ptr, problem.entry_app, problem.entry_score,
        problem.entry_fit, problem.entry_type, problem.fill_value, begin, options.key, options.ptr, options.kind,
        options.first, problem.n_types, lost.cost, lost.price,
    )  # fmt: skip
    most = policy.loss * TEN
    many = _least(arrays, policy.households, most, _room(0), False)
    others = _room(many)
    _least(arrays, policy.households, most, others, True)
    best = np.full((2, max(1, len(lists.ptr) - 1)), FAR, np.int64)
    where = (lists.menu_ptr, lists.entry, lists.number, lists.binds, problem.kinds.account)
    _of_nominees(arrays, where, best, most, _room(0), 0)
    many = _of_nominees(arrays, where, best, most, _room(0), 1)
    nominees = _room(many)
    _of_nominees(arrays, where, best, most, nominees, 2)
    seats = problem.seats
    wanted = np.zeros(len(problem.class_menu), bool)
    wanted[classes] = True
    loss = lost.worth[seats.klass] - (seats.value * HUNDREDTH - lost.cost[seats.kind])
    some = np.flatnonzero((loss <= most) & wanted[seats.klass])
    seated = _Choices(seats.klass[some], np.full(len(some), NOBODY, np.int32), seats.kind[some])
    return others.and_of(nominees, seated)


def _room(many: int) -> _Choices:
    return _Choices(*(np.empty(many, np.int32) for _ in range(3)))


def _apart(problem: Problem, found: _Choices, first: FirstRanks) -> _Choices:
    """Every choice once, those of the proposal among them."""
    entry = np.full(len(first), NOBODY, np.int32)
    there = np.flatnonzero(first.app >= 0)
    entry[there] = entries_of_pairs(problem, first.dwelling[there], first.app[there])
    every = found.and_of(_Choices(problem.klass[first.dwelling], entry, first.kind))
    del found  # of a region they weigh hundreds of megabytes
    every = every.of(np.lexsort((every.entry, every.kind, every.klass)))
    new = np.append(
        True,
        (np.diff(every.klass) != 0) | (np.diff(every.kind) != 0) | (np.diff(every.entry) != 0),
    )
    return every.of(np.flatnonzero(new[: len(every.klass)]))


def _told(problem: Problem, choices: _Choices) -> tuple[I32, I64]:
    """(household or -1, hundredths without the kind's) of each choice."""
    seated = choices.entry < 0
    entry = np.where(seated, np.int32(0), choices.entry)
    app = np.where(seated, np.int32(NOBODY), problem.entry_app[entry]).astype(np.int32)
    value = problem.values(entry)
    if seated.any():
        seats = problem.seats
        width = max(1, len(problem.kinds))
        key = seats.klass.astype(np.int64) * width + seats.kind
        order = np.argsort(key, kind="stable")
        asked = choices.klass[seated].astype(np.int64) * width + choices.kind[seated]
        at = order[np.searchsorted(key[order], asked)]
        value[seated] = seats.value[at]
    return app, value


def before_each(
    problem: Problem, lists: OwnLists, klass: I64, kind: I64, group: I32, app: I32
) -> tuple[I32, I64, I32]:
    """(how many stand before each choice, where the list of each group begins, nominees of all lists in order).

    Parameters
    ----------
    klass, kind : (groups,)
    group, app : (choices,) group of a choice; its household, -1 of the seat
    """
    account = problem.kinds.account[kind]
    bound = np.flatnonzero(lists.binds[problem.class_group[klass], account])
    wide = max(1, len(problem.accounts))
    places, of = np.unique(klass[bound] * wide + account[bound], return_inverse=True)
    member = np.zeros(len(problem.class_menu), np.int32)
    member[problem.klass] = np.arange(len(problem.klass), dtype=np.int32)
    dwelling, on = member[places // wide], (places % wide).astype(np.int32)
    listed = everybody(problem, lists, Asked(dwelling, on, np.full(len(places), NOBODY, np.int32)))
    nominee = problem.entry_app[listed.entry].astype(np.int32)
    by = np.lexsort((nominee, listed.rank, listed.place))
    place, rank, nominee = listed.place[by], listed.rank[by], nominee[by]
    ptr = np.searchsorted(place, np.arange(len(places) + 1)).astype(np.int64)
    where = np.full(len(klass), -1, np.int64)
    where[bound] = of.reshape(-1)
    at = np.flatnonzero(where[group] >= 0)
    spot = where[group[at]]
    asked = Asked(dwelling[spot], on[spot], app[at])
    _, own = waiting(problem, lists, asked, np.zeros(len(problem.application_ids), bool))
    # ranks in few numbers, so that a place and a rank are one number
    known = np.unique(rank)
    width = len(known) + 1
    key = place * width + np.searchsorted(known, rank)
    found = np.zeros(len(app), np.int32)
    found[at] = np.searchsorted(key, spot * width + np.searchsorted(known, own)) - ptr[spot]
    return found, np.where(where >= 0, ptr[np.maximum(where, 0)], 0).astype(np.int64), nominee


@njit(cache=True, nogil=True)
def _least(arrays, depth, most, out, write):  # type: ignore[no-untyped-def]
    """How many choices there are that lose at most ``most``, ``depth`` of each class and kind; written where they are wanted."""
    (
        classes, class_menu, class_group, worth, menu_ptr, e_app, e_score, e_fit, e_type, fill, begin, key, ptr, kind, first, n_types, cost,
        prices,
    ) = arrays  # fmt: skip
    slot_of = np.full(len(cost), -1, np.int64)
    option = np.full(n_types, -1, np.int64)
    cheapest = np.zeros(n_types, np.int64)
    n = 0
    for k in classes:
        g = class_group[k]
        # kinds of the group, and the best that any type may have
        low = np.int64(1 << 60)
        many = 0
        for i in range(begin[g], begin[g + 1]):
            t = key[i] % n_types
            option[t] = i
            cheapest[t] = 1 << 60
            for o in range(ptr[i], ptr[i + 1]):
                if first[o]:
                    c = kind[o]
                    cheapest[t] = min(cheapest[t], cost[c])
                    if slot_of[c] < 0:
                        slot_of[c] = many
                        many += 1
            low = min(low, cheapest[t])
        slots = np.empty(many, np.int64)
        filled = np.zeros(many, np.int64)
        entry, loss = np.empty((many, depth), np.int64), np.empty((many, depth), np.int64)
        for i in range(begin[g], begin[g + 1]):
            for o in range(ptr[i], ptr[i + 1]):
                if first[o]:
                    slots[slot_of[kind[o]]] = kind[o]
        for e in range(menu_ptr[class_menu[k]], menu_ptr[class_menu[k] + 1]):
            plain = (np.int64(fill) + np.int64(e_score[e]) + np.int64(e_fit[e])) * HUNDREDTH
            if worth[k] - (plain - low) > most:
                break  # the menu goes down from here
            t, a = e_type[e], e_app[e]
            if option[t] < 0:
                continue
            base = worth[k] - plain + prices[a]
            if base + cheapest[t] > most:
                continue
            for o in range(ptr[option[t]], ptr[option[t] + 1]):
                c = kind[o]
                lost = base + cost[c]
                if not first[o] or lost > most:
                    continue
                s = slot_of[c]
                j = filled[s]
                if j == depth:
                    if lost >= loss[s, depth - 1]:
                        continue
                    j -= 1
                else:
                    filled[s] += 1
                while j > 0 and loss[s, j - 1] > lost:
                    loss[s, j], entry[s, j] = loss[s, j - 1], entry[s, j - 1]
                    j -= 1
                loss[s, j], entry[s, j] = lost, e
        for s in range(many):
            if write:
                for j in range(filled[s]):
                    out.klass[n + j], out.entry[n + j], out.kind[n + j] = k, entry[s, j], slots[s]
            n += filled[s]
            slot_of[slots[s]] = -1
        for i in range(begin[g], begin[g + 1]):
            option[key[i] % n_types] = -1
    return n


@njit(cache=True, nogil=True)
def _of_nominees(arrays, where, best, most, out, step):  # type: ignore[no-untyped-def]
    """Choices of nominees. Step 0: what each loses at least, on accounts with a list and on others; 1: how many choices lose no more than
    that, or than ``most``; 2: these are written."""
    (
        classes, class_menu, class_group, worth, _, e_app, e_score, e_fit, e_type, fill, begin, key, ptr, kind, first, n_types, cost, prices,
    ) = arrays  # fmt: skip
    list_menu, list_entry, number, binds, account = where
    option = np.full(n_types, -1, np.int64)
    n = 0
    for k in classes:
        g = class_group[k]
        for i in range(begin[g], begin[g + 1]):
            option[key[i] % n_types] = i
        for at in range(list_menu[class_menu[k]], list_menu[class_menu[k] + 1]):
            e = list_entry[at]
            t, a = e_type[e], e_app[e]
            if option[t] < 0:
                continue
            plain = (np.int64(fill) + np.int64(e_score[e]) + np.int64(e_fit[e])) * HUNDREDTH
            base = worth[k] - plain + prices[a]
            for o in range(ptr[option[t]], ptr[option[t] + 1]):
                if not first[o]:
                    continue
                c = kind[o]
                lost = base + cost[c]
                on = 1 if binds[g, account[c]] else 0
                if step == 0:
                    best[on, number[a]] = min(best[on, number[a]], lost)
                elif lost <= most or lost == best[on, number[a]]:
                    if step == 2:
                        out.klass[n], out.entry[n], out.kind[n] = k, e, c
                    n += 1
        for i in range(begin[g], begin[g + 1]):
            option[key[i] % n_types] = -1
    return n
