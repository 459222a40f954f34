"""Proposals near a bound as flat arrays: what each dwelling may hold, and which rows each choice moves (`annealing`).

Multipliers and household prices with a good bound say what every pair loses, and a proposal near the bound uses pairs that lose
little. Of each dwelling and kind the few best households are kept, for two of one kind differ by their values alone. Most choices of
a dwelling count alike in most rows, in all denominators of its landlord for example: what most of them say of a row is said once
for the dwelling, and a choice lists where it differs, a quarter of its marks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks, Problem
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import HUNDREDTH, TEN, Multipliers, Priced

NOBODY = -1


@dataclass(frozen=True)
class Landscape:
    """Choices of each dwelling, by groups of one kind.

    Attributes
    ----------
    group_ptr : (D+1,)      groups of dwelling d: ``group_ptr[d]:group_ptr[d+1]``
    choice_ptr : (G+1,)     choices of a group, best value first
    app, kind, value : of each choice; household or -1, kind or -1 (left empty), micropoints
    mark_ptr : (G+1,), row, weight : where a group differs from its dwelling's usual, in ten-thousandths of a lease lacking
    held : (rows,)          what each row lacks when every dwelling says its usual
    price : (rows,)         micropoints per ten-thousandth; of the orders, which come last, per first rank out of order
    n_priced : rows before the orders
    can_ptr, can : dwellings that can move a row
    help_ptr, help : groups that lower what a row lacks, against their dwelling's usual; those of a dwelling side by side
    home : (G,)             dwelling of each group
    """

    group_ptr: I64
    choice_ptr: I64
    app: I32
    kind: I32
    value: I64
    mark_ptr: I64
    row: I32
    weight: I64
    held: I64
    price: I64
    n_priced: int
    can_ptr: I64
    can: I32
    help_ptr: I64
    help: I32
    home: I32


def landscape(
    layout: Layout, m: Multipliers, priced: Priced, first: FirstRanks, *, loss: int, depth: int, order: int
) -> Landscape:
    """Choices that lose little at a bound, and those of a proposal.

    Parameters
    ----------
    m, priced : multipliers of a node and what they price
    first : proposal whose choices are all kept
    loss : 1e-10 point that a choice may lose
    depth : households kept of each dwelling and kind
    order : micropoints a first rank out of order costs
    """
    dwelling, app, kind, value = _choices(layout, m, priced, first, loss, depth)
    new = np.append(True, (np.diff(dwelling) != 0) | (np.diff(kind) != 0))
    start = np.flatnonzero(new)
    n_dwellings = len(layout.problem.dwelling_ids)
    group_dwelling, group_kind = dwelling[start], kind[start]
    group_ptr = np.searchsorted(group_dwelling, np.arange(n_dwellings + 1)).astype(np.int64)
    row, group, weight, n_rows = _marks(layout, group_kind)
    marks, held, own = _differing(group_dwelling, group_ptr, row, group, weight, n_rows)
    active = layout.active
    held[: len(active)] += layout.ask[active]
    price = np.full(n_rows, order, np.int64)
    price[: len(active)] = layout.price[active]
    helping = marks[marks[:, 2] < 0]
    helping = helping[np.lexsort((helping[:, 0], helping[:, 1]))]
    can_ptr = np.searchsorted(own[:, 0], np.arange(n_rows + 1)).astype(np.int64)
    return Landscape(
        group_ptr=group_ptr,
        choice_ptr=np.append(start, len(app)).astype(np.int64),
        app=app.astype(np.int32),
        kind=kind.astype(np.int32),
        value=value * MICRO_PER_HUNDREDTH,
        mark_ptr=np.searchsorted(marks[:, 0], np.arange(len(start) + 1)).astype(np.int64),
        row=marks[:, 1].astype(np.int32),
        weight=np.ascontiguousarray(marks[:, 2]),
        held=held,
        price=price,
        n_priced=len(active),
        can_ptr=can_ptr,
        can=own[:, 1].astype(np.int32),
        help_ptr=np.searchsorted(helping[:, 1], np.arange(n_rows + 1)).astype(np.int64),
        help=helping[:, 0].astype(np.int32),
        home=group_dwelling.astype(np.int32),
    )


def _choices(
    layout: Layout, m: Multipliers, priced: Priced, first: FirstRanks, loss: int, depth: int
) -> tuple[I64, I64, I64, I64]:
    """(dwelling, household, kind, value in hundredths), sorted by dwelling and kind, best value first, each once."""
    problem = layout.problem
    must = problem.must_fill[problem.klass]
    term = np.where(must, priced.dwelling, np.maximum(0, priced.dwelling))
    parts = [_of_proposal(problem, first)]
    for klass in range(len(problem.class_menu)):
        for d in layout.members(klass).tolist():
            found = _of_dwelling(layout, m, priced, d, int(term[d]) - loss)
            parts.append(_best_of_kinds(found, depth))
    empty = np.flatnonzero(~must)
    parts.append(np.stack([empty, np.full_like(empty, -1), np.full_like(empty, -1), 0 * empty], axis=1))
    every = np.unique(np.concatenate(parts), axis=0)
    by = np.lexsort((every[:, 1], -every[:, 3], every[:, 2], every[:, 0]))
    dwelling, app, kind, value = every[by].T
    return dwelling.copy(), app.copy(), kind.copy(), value.copy()


def _of_proposal(problem: Problem, first: FirstRanks) -> I64:
    """Choices of a proposal as lines of (dwelling, household, kind, value)."""
    value = np.zeros(len(first), np.int64)
    named = np.flatnonzero(first.app >= 0)
    entry = entries_of_pairs(problem, first.dwelling[named], first.app[named])
    value[named] = problem.values(entry) + problem.bonus[first.dwelling[named]]
    value[named] += problem.kinds.value[first.kind[named]]
    seats = problem.seats
    for i in np.flatnonzero(first.app < 0).tolist():
        own = (seats.klass == problem.klass[first.dwelling[i]]) & (seats.kind == first.kind[i])
        value[i] = seats.value[np.flatnonzero(own)[0]]
    columns = (first.dwelling, first.app, first.kind, value)
    return np.stack([column.astype(np.int64) for column in columns], axis=1)


def _of_dwelling(layout: Layout, m: Multipliers, priced: Priced, dwelling: int, floor: int) -> I64:
    """Lines of one dwelling with a reduced value of at least ``floor``, 1e-10 point."""
    problem, entries = layout.problem, layout.full
    klass = int(problem.klass[dwelling])
    a, b = int(entries.ptr[klass]), int(entries.ptr[klass + 1])
    bonus = int(problem.bonus[dwelling])
    worth = (entries.value[a:b] + bonus) * HUNDREDTH - m.prices[entries.app[a:b]] * TEN
    cheapest = int(priced.kind_cost.min(initial=0))
    some = np.flatnonzero(worth >= floor + cheapest)
    key = entries.key[a + some]
    length = layout.option_ptr[key + 1] - layout.option_ptr[key]
    inside = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    kind = layout.option_kind[np.repeat(layout.option_ptr[key], length) + inside]
    at = np.repeat(some, length)
    keep = worth[at] - priced.kind_cost[kind] >= floor
    at, kind = at[keep], kind[keep]
    value = entries.value[a + at] + bonus + problem.kinds.value[kind]
    seats = layout.seats(klass)
    seated = problem.seats.value[seats] * HUNDREDTH - priced.kind_cost[problem.seats.kind[seats]] >= floor
    seats = seats[seated]
    app = np.concatenate([entries.app[a + at], np.full(len(seats), NOBODY)])
    kinds = np.concatenate([kind, problem.seats.kind[seats]])
    values = np.concatenate([value, problem.seats.value[seats]])
    columns = (np.full(len(app), dwelling), app, kinds, values)
    return np.stack([column.astype(np.int64) for column in columns], axis=1)


def _best_of_kinds(lines: I64, depth: int) -> I64:
    by = np.lexsort((lines[:, 1], -lines[:, 3], lines[:, 2]))
    lines = lines[by]
    if not len(lines):
        return lines
    start = np.flatnonzero(np.append(True, np.diff(lines[:, 2]) != 0))
    place = np.arange(len(lines)) - np.repeat(start, np.diff(np.append(start, len(lines))))
    return np.asarray(lines[place < depth], np.int64)


def _marks(layout: Layout, group_kind: I64) -> tuple[I64, I64, I64, int]:
    """Row, group and weight of everything a group says, and the number of rows.

    Of the orders only the rows that some choice could pass over.
    """
    kinds, active = layout.problem.kinds, layout.active
    number = np.full(len(layout.problem.rows), -1, np.int64)
    number[active] = np.arange(len(active))
    some = np.flatnonzero(group_kind >= 0)
    at, group = _spread(kinds.ptr, group_kind[some], some)
    row = number[kinds.row[at]]
    weight = layout.mark_rate[at] - RATE_UNIT * kinds.num[at].astype(np.int64)
    fine = row >= 0
    order_at, order_group = _spread(kinds.order_ptr, group_kind[some], some)
    passed = np.unique(kinds.order_row[order_at][kinds.order_sign[order_at] > 0])
    place = np.full(len(layout.problem.orders), -1, np.int64)
    place[passed] = len(active) + np.arange(len(passed))
    order_row = place[kinds.order_row[order_at]]
    held = order_row >= 0
    return (
        np.concatenate([row[fine], order_row[held]]),
        np.concatenate([group[fine], order_group[held]]),
        np.concatenate([weight[fine], kinds.order_sign[order_at][held].astype(np.int64)]),
        len(active) + len(passed),
    )


def _spread(ptr: I64, kind: I64, group: I64) -> tuple[I64, I64]:
    """Positions of the marks of some kinds end to end, and the group of each."""
    length = ptr[kind + 1] - ptr[kind]
    inside = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(ptr[kind], length) + inside, np.repeat(group, length)


def _differing(
    group_dwelling: I64, group_ptr: I64, row: I64, group: I64, weight: I64, n_rows: int
) -> tuple[I64, I64, I64]:
    """Lines (group, row, weight) where groups differ from their dwelling's usual, the sum of the usual by row, and which
    (row, dwelling) differ anywhere; both sorted."""
    # one number for a dwelling, a row and a weight, in their order: sorting lines of three takes six times as long
    amounts, of_amount = np.unique(weight, return_inverse=True)
    said = (group_dwelling[group] * n_rows + row) * len(amounts) + of_amount
    distinct, times = np.unique(said, return_counts=True)
    of, amount_of = distinct // max(1, len(amounts)), amounts[distinct % max(1, len(amounts))]
    places, back = np.unique(of, return_inverse=True)
    silent = np.diff(group_ptr)[places // n_rows] - np.bincount(back, times, len(places)).astype(np.int64)
    by = np.lexsort((amount_of, -times, back))
    top = by[np.append(True, np.diff(back[by]) != 0)] if len(by) else by
    usual = np.where(times[top] > silent, amount_of[top], 0)
    held = np.zeros(n_rows, np.int64)
    np.add.at(held, places % n_rows, usual)
    # every group takes its dwelling's usual off, and says what it says itself
    common = np.flatnonzero(usual)
    home, count = places[common] // n_rows, np.diff(group_ptr)[places[common] // n_rows]
    inside = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    off_group = np.repeat(group_ptr[home], count) + inside
    off_row = np.repeat(places[common] % n_rows, count)
    key = np.concatenate([group * n_rows + row, off_group * n_rows + off_row])
    amount = np.concatenate([weight, -np.repeat(usual[common], count)])
    keys, where = np.unique(key, return_inverse=True)
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, where, amount)
    keys, total = keys[total != 0], total[total != 0]
    marks = np.stack([keys // n_rows, keys % n_rows, total], axis=1)
    homes = int(group_dwelling.max(initial=0)) + 1
    own = np.unique(marks[:, 1] * homes + group_dwelling[marks[:, 0]])
    return marks, held, np.stack([own // homes, own % homes], axis=1)
