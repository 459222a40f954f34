"""A better proposal from a known one: other first ranks for one dwelling or for two at once, counted exactly, as long as any gains.

After a decision most of a proposal still holds; what is left of it loses a few leases of some rows. Which other household or account
mends them for least is found by trying: for each dwelling the first ranks that would lose least alone, of each way of counting in the
rows the best household that is free and the best that another dwelling holds; then all pairs of such changes of two dwellings, where a
household that one gives up may go to the other.

References
----------
B. W. Kernighan, S. Lin, *An efficient heuristic procedure for partitioning graphs*, Bell System Technical Journal 49 (1970), 291-307:
pairs of changes, of which the first may lose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, B, FirstRanks
from optimizer.solve.layout import Layout

NOBODY = -1
PASSED_OVER = 10**14
"""Micropoints that passing over a nominee is charged: more than a whole proposal of a commission is worth."""
WAYS = 16
"""Other first ranks of a dwelling that are tried together with those of another."""
SWEEPS = 40
"""Changes at most."""


def exchanged(layout: Layout, first: FirstRanks) -> FirstRanks:
    """``first`` after every exchange that gains; itself where there is none."""
    problem = layout.problem
    n = len(problem.dwelling_ids)
    app, kind, value = np.full(n, NOBODY, np.int32), np.full(n, NOBODY, np.int32), np.zeros(n, np.int64)
    app[first.dwelling], kind[first.dwelling] = first.app, first.kind
    owner = np.full(len(problem.application_ids), NOBODY, np.int32)
    named = first.app >= 0
    owner[first.app[named]] = first.dwelling[named]
    if not _exchange(_choices(layout), _charges(layout), app, kind, value, owner):
        return first
    there = np.flatnonzero(kind >= 0).astype(np.int32)
    return FirstRanks(there, app[there].copy(), kind[there].copy())


class FirstRankChoices(NamedTuple):
    """What the first rank of each dwelling can be: the runs of its class, best values first, and its seats.

    Attributes
    ----------
    klass, bonus, must : (D,)
        Class; hundredths of a point for housing anybody; whether it must be filled.
    ptr : (K + 1,)
        Runs of a class.
    key, start : (runs,), (runs + 1,)
        Option list of a run; its households in ``entry``.
    entry : (households of runs,)
        Place in ``app`` and ``value``.
    app, value : (pairs,)
        Household; hundredths of a point.
    option_ptr, option_kind : (keys + 1,), (options,)
        Kinds of an option list.
    way, kind_value : (kinds,)
        How a kind counts in the rows; its own hundredths of a point.
    ways : int
        How many ways there are.
    seat_ptr, seat_kind, seat_value : (K + 1,), (seats,), (seats,)
        Seats of a class: kind, hundredths of a point.
    """

    klass: I32
    bonus: I64
    must: B
    ptr: I64
    key: I32
    start: I64
    entry: I32
    app: I32
    value: I64
    option_ptr: I64
    option_kind: I32
    way: I32
    ways: int
    kind_value: I64
    seat_ptr: I64
    seat_kind: I32
    seat_value: I64


class Charges(NamedTuple):
    """What kinds charge the rules.

    Attributes
    ----------
    ptr : (kinds + 1,)
        Rows that a kind enters.
    row, by : (marks,)
        Row, and by how much.
    ask, price : (rows,)
        What a row asks for by itself; what a unit above that costs.
    relief : (kinds,)
        The most that a kind's entering can take off what the rows cost.
    """

    ptr: I64
    row: I64
    by: I64
    ask: I64
    price: I64
    relief: I64


def _choices(layout: Layout) -> FirstRankChoices:
    problem, full, runs = layout.problem, layout.full, layout.runs
    return FirstRankChoices(
        klass=problem.klass,
        bonus=problem.bonus,
        must=problem.must_fill,
        ptr=runs.ptr,
        key=runs.key,
        start=runs.start,
        entry=runs.entry,
        app=full.app,
        value=full.value,
        option_ptr=layout.option_ptr,
        option_kind=layout.option_kind,
        way=layout.marking,
        ways=len(layout.marked),
        kind_value=problem.kinds.value,
        seat_ptr=layout.seat_ptr,
        seat_kind=problem.seats.kind[layout.seat],
        seat_value=problem.seats.value[layout.seat],
    )


def _charges(layout: Layout) -> Charges:
    """A row of a réservataire's order is one more, at a forbidding price."""
    problem, kinds = layout.problem, layout.problem.kinds
    rows, orders = len(problem.rows), len(problem.orders)
    marks, signs = np.diff(kinds.ptr), np.diff(kinds.order_ptr)
    ptr = np.concatenate([[0], np.cumsum(marks + signs)]).astype(np.int64)
    row, by = np.empty(int(ptr[-1]), np.int64), np.empty(int(ptr[-1]), np.int64)
    at = np.arange(len(kinds.row)) + np.repeat(ptr[:-1] - kinds.ptr[:-1], marks)
    row[at], by[at] = kinds.row, layout.mark_rate - RATE_UNIT * kinds.num.astype(np.int64)
    at = np.arange(len(kinds.order_row)) + np.repeat(ptr[:-1] + marks - kinds.order_ptr[:-1], signs)
    row[at], by[at] = rows + kinds.order_row, kinds.order_sign
    price = np.zeros(rows + orders, np.int64)
    price[layout.active] = layout.price[layout.active]
    price[rows:] = PASSED_OVER
    eased = np.concatenate([[0], np.cumsum(np.maximum(0, -by) * price[row])])
    relief = np.asarray(eased[ptr[1:]] - eased[ptr[:-1]], np.int64)
    return Charges(ptr, row, by, np.concatenate([layout.ask, np.zeros(orders, np.int64)]), price, relief)


@njit(cache=True, nogil=True)
def _enter(c, sign, charges, state):  # type: ignore[no-untyped-def]
    """What the rows cost more when a first rank of a kind enters (1) or leaves (-1) them."""
    more = 0
    if c >= 0:
        for i in range(charges.ptr[c], charges.ptr[c + 1]):
            k = charges.row[i]
            before = max(0, state[k])
            state[k] += sign * charges.by[i]
            more += charges.price[k] * (max(0, state[k]) - before)
    return more


@njit(cache=True, nogil=True)
def _would(c, charges, state):  # type: ignore[no-untyped-def]
    """What the rows would cost more if a first rank of a kind entered them; a kind enters a row once."""
    more = 0
    if c >= 0:
        for i in range(charges.ptr[c], charges.ptr[c + 1]):
            k = charges.row[i]
            before = state[k]
            after = before + charges.by[i]
            if before > 0 or after > 0:
                more += charges.price[k] * (max(0, after) - max(0, before))
    return more


@njit(cache=True, nogil=True)
def _note(c, a, left, way, held, gain, who, what, known):  # type: ignore[no-untyped-def]
    """Of each way of counting keep the best first rank, and the best of a household that another dwelling holds."""
    side = np.int64(held)
    if not known[way, side] or left > gain[way, side]:
        known[way, side], gain[way, side], who[way, side], what[way, side] = True, left, a, c


@njit(cache=True, nogil=True)
def _exchange(choices, charges, app, kind, value, owner):  # type: ignore[no-untyped-def]
    n, ways, must = len(choices.klass), choices.ways, choices.must
    klass, bonus, run_ptr, key, start, entry = (
        choices.klass,
        choices.bonus,
        choices.ptr,
        choices.key,
        choices.start,
        choices.entry,
    )
    option_ptr, option_kind = choices.option_ptr, choices.option_kind
    state = charges.ask.copy()
    for d in range(n):
        _enter(kind[d], 1, charges, state)
        value[d] = _worth(d, choices, app[d], kind[d])
    gain, known = np.empty((ways + 1, 2), np.int64), np.empty((ways + 1, 2), np.bool_)
    who, what = np.empty((ways + 1, 2), np.int32), np.empty((ways + 1, 2), np.int32)
    alone, their, how = (
        np.empty((n, WAYS), np.int64),
        np.empty((n, WAYS), np.int32),
        np.empty((n, WAYS), np.int32),
    )
    worth, size = np.empty((n, WAYS), np.int64), np.zeros(n, np.int64)
    move = np.full((2, 3), -1, np.int64)  # of one dwelling or two: which, its household and its kind
    steps = 0
    while steps < SWEEPS:
        top, found = 0, False
        for d in range(n):
            k = klass[d]
            known[:] = False
            left = _enter(kind[d], -1, charges, state)
            for i in range(run_ptr[k], run_ptr[k + 1]):
                for j in range(start[i], start[i + 1]):
                    e = entry[j]
                    a = choices.app[e]
                    held = owner[a] >= 0 and owner[a] != d
                    for m in range(option_ptr[key[i]], option_ptr[key[i] + 1]):
                        c = option_kind[m]
                        if a == app[d] and c == kind[d]:
                            continue
                        v = (choices.value[e] + bonus[d] + choices.kind_value[c]) * MICRO_PER_HUNDREDTH
                        more = _would(c, charges, state)
                        _note(c, a, v - more, choices.way[c], held, gain, who, what, known)
                    if owner[a] < 0:  # those after it are worth less in every way
                        break
            for j in range(choices.seat_ptr[k], choices.seat_ptr[k + 1]):
                c = choices.seat_kind[j]
                if app[d] >= 0 or c != kind[d]:
                    more = _would(c, charges, state)
                    worth_of_seat = choices.seat_value[j] * MICRO_PER_HUNDREDTH - more
                    _note(c, np.int32(-1), worth_of_seat, choices.way[c], False, gain, who, what, known)
            if kind[d] >= 0 and not must[k]:
                _note(np.int32(-1), np.int32(-1), np.int64(0), ways, False, gain, who, what, known)
            _enter(kind[d], 1, charges, state)
            size[d] = 0
            for way in range(ways + 1):
                for x in range(2):
                    if not known[way, x]:
                        continue
                    g = gain[way, x] - value[d] - left
                    if x == 0 and g > top:
                        top, found = g, True
                        move[0, 0], move[0, 1], move[0, 2], move[1, 0] = d, who[way, x], what[way, x], -1
                    if size[d] == WAYS and g <= alone[d, WAYS - 1]:
                        continue
                    at = min(size[d], WAYS - 1)
                    size[d] = min(size[d] + 1, WAYS)
                    while at > 0 and alone[d, at - 1] < g:
                        alone[d, at], their[d, at], how[d, at] = (
                            alone[d, at - 1],
                            their[d, at - 1],
                            how[d, at - 1],
                        )
                        at -= 1
                    alone[d, at], their[d, at], how[d, at] = g, who[way, x], what[way, x]
            for x in range(size[d]):
                worth[d, x] = _worth(d, choices, their[d, x], how[d, x])
        if not found:
            for d in range(n):
                for x in range(size[d]):
                    a = their[d, x]
                    o = owner[a] if a >= 0 else -1
                    if o == d:
                        o = -1
                    # this dwelling changes first, and may lose; then the one that held its household, or any other
                    more = worth[d, x] - value[d] - _enter(kind[d], -1, charges, state)
                    more -= _enter(how[d, x], 1, charges, state)
                    low, high = (o, o + 1) if o >= 0 else (d + 1, n)
                    for f in range(low, high):
                        left = _enter(kind[f], -1, charges, state)
                        for y in range(size[f]):
                            b = their[f, y]
                            if b >= 0 and (b == a or (owner[b] >= 0 and owner[b] != d and owner[b] != f)):
                                continue
                            g = more - left + worth[f, y] - value[f]
                            if g + (charges.relief[how[f, y]] if how[f, y] >= 0 else 0) <= top:
                                continue
                            g -= _would(how[f, y], charges, state)
                            if g > top:
                                top, found = g, True
                                move[0, 0], move[0, 1], move[0, 2] = d, a, how[d, x]
                                move[1, 0], move[1, 1], move[1, 2] = f, b, how[f, y]
                        _enter(kind[f], 1, charges, state)
                    _enter(how[d, x], -1, charges, state)
                    _enter(kind[d], 1, charges, state)
        if not found:
            break
        steps += 1
        for q in range(2):
            d = move[q, 0]
            if d >= 0:
                _enter(kind[d], -1, charges, state)
                if app[d] >= 0:
                    owner[app[d]] = -1
        for q in range(2):
            d = move[q, 0]
            if d >= 0:
                app[d], kind[d] = move[q, 1], move[q, 2]
                _enter(kind[d], 1, charges, state)
                value[d] = _worth(d, choices, app[d], kind[d])
                if app[d] >= 0:
                    owner[app[d]] = d
    return steps


@njit(cache=True, nogil=True)
def _worth(d, choices, a, c):  # type: ignore[no-untyped-def]
    """Micropoints of a first rank before the rows."""
    k = choices.klass[d]
    key, start, entry = choices.key, choices.start, choices.entry
    if c < 0:
        return 0
    if a < 0:
        best = np.int64(-(1 << 60))
        for j in range(choices.seat_ptr[k], choices.seat_ptr[k + 1]):
            if choices.seat_kind[j] == c:
                best = max(best, choices.seat_value[j])
        return best * MICRO_PER_HUNDREDTH
    for i in range(choices.ptr[k], choices.ptr[k + 1]):
        for m in range(choices.option_ptr[key[i]], choices.option_ptr[key[i] + 1]):
            if choices.option_kind[m] == c:
                for j in range(start[i], start[i + 1]):
                    if choices.app[entry[j]] == a:
                        return (
                            choices.value[entry[j]] + choices.bonus[d] + choices.kind_value[c]
                        ) * MICRO_PER_HUNDREDTH
    return 0
