"""Between a `Problem` and the scale kernel: the integer transport model there, first ranks and multipliers back.

Objective units are micropoints. A row's shortfall counts in ten-thousandths of a lease, so its price per unit is the price
in hundredths of a point. A class that must be filled (a pin) gets a premium on every pair, taken off again at the end: the
premium is larger than everything the rules could charge for one lease, so the kernel always fills it.

A country's menus hold 300 million entries. The kernel then gets the best of each menu and type only (`implicit.leading`):
what it returns is a proposal and multipliers, and the bound made of these is taken over every pair as always. Leaving
entries out can cost value, never truth: the gap says what it cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks, Problem
from optimizer.solve.bound import HUNDREDTH, TEN, Multipliers, best_options, kind_costs
from optimizer.solve.earlier import Start
from optimizer.solve.implicit import NEVER, best_named, held, household_prices, leading
from optimizer.solve.layout import Layout
from optimizer.solve.scale.model import Certificate, LabelledTransport, ScaleResult, WarmStart

I32 = np.int32
I64 = np.int64
MOST_ENTRIES = 40_000_000
"""Menu entries the kernel is given at most."""
_BLOCK = 4_000_000


@dataclass(frozen=True)
class Transport:
    """The kernel's model, with what leads back: the kind of each option and the classes' dwellings."""

    model: LabelledTransport
    option_kind: np.ndarray[tuple[int], np.dtype[np.int32]]
    seat: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Position in ``problem.seats`` of each seat of the model."""


def to_transport(problem: Problem) -> Transport:
    """The kernel's model of a problem; first-rank options only."""
    n_classes = len(problem.class_menu)
    capacity = np.bincount(problem.klass, minlength=n_classes).astype(I64)
    rate = np.array([row.rate for row in problem.rows], I64)
    kinds = problem.kinds
    coef = rate[kinds.row] * kinds.den.astype(I64) - RATE_UNIT * kinds.num.astype(I64)
    options = problem.options
    key = np.repeat(options.key, np.diff(options.ptr))[options.first]
    kind = options.kind[options.first]
    cells = problem.n_groups * problem.n_types
    start = np.zeros(cells + 1, I64)
    np.add.at(start, key + 1, 1)
    effect = _effects(problem, kind, coef)
    member = np.lexsort((np.arange(len(problem.klass)), -problem.bonus, problem.klass))
    seat = np.argsort(problem.seats.klass, kind="stable")
    seat_effect = _effects(problem, problem.seats.kind[seat], coef)
    premium = np.zeros(problem.n_groups, I64)
    premium[problem.class_group[problem.must_fill]] = _premium(problem)
    group_of_option = key // problem.n_types
    types = coarse_types(problem)
    kept = leading(problem.menu_ptr, types, problem.n_types, MOST_ENTRIES)
    part = slice(None) if kept is None else kept
    model = LabelledTransport(
        n_applicants=len(problem.application_ids),
        n_groups=problem.n_groups,
        n_types=problem.n_types,
        capacity=capacity,
        class_menu=problem.class_menu.astype(I32),
        class_group=problem.class_group.astype(I32),
        menu_start=problem.menu_ptr if kept is None else np.searchsorted(kept, problem.menu_ptr).astype(I64),
        entry_applicant=problem.entry_app[part],
        entry_value=problem.values(part) * MICRO_PER_HUNDREDTH,
        entry_type=types[part],
        option_start=np.cumsum(start),
        option_account=kinds.account[kind].astype(I32),
        option_value=premium[group_of_option],
        effect_start=effect[0],
        effect_row=effect[1],
        effect_coef=effect[2],
        row_constant=np.zeros(len(problem.rows), I64),
        row_price=np.array([row.price for row in problem.rows], I64),
        bonus_start=np.concatenate([[0], np.cumsum(capacity)]).astype(I64),
        bonus=problem.bonus[member] * MICRO_PER_HUNDREDTH,
        seat_start=np.searchsorted(problem.seats.klass[seat], np.arange(n_classes + 1)).astype(I64),
        seat_account=kinds.account[problem.seats.kind[seat]].astype(I32),
        seat_value=problem.seats.value[seat] * MICRO_PER_HUNDREDTH,
        seat_effect_start=seat_effect[0],
        seat_effect_row=seat_effect[1],
        seat_effect_coef=seat_effect[2],
        scale=1_000_000,
    )
    return Transport(model, kind.astype(I32), seat)


def coarse_types(problem: Problem) -> np.ndarray[tuple[int], np.dtype[np.integer]]:
    """Entry types with those merged that no group of the menu tells apart (the smallest stands for them).

    A type says all that any group of the problem may ask of an application; the dwellings of one menu ask much less.
    The kernel collapses the arcs of equal types, so merging is what makes a landlord's year fast.
    """
    options = problem.options
    lists: dict[tuple[int, ...], int] = {}
    number = np.zeros(len(options.key), np.int64)
    for i in range(len(options.key)):
        a, b = int(options.ptr[i]), int(options.ptr[i + 1])
        named = tuple(options.kind[a:b][options.first[a:b]].tolist())
        number[i] = lists.setdefault(named, len(lists)) if named else -1
    merged = problem.entry_type.copy()
    menus = np.unique(np.stack([problem.class_menu, problem.class_group], axis=1), axis=0)
    start = np.searchsorted(menus[:, 0], np.arange(len(problem.menu_ptr)))
    seen = np.zeros(problem.n_types, bool)
    stands = np.zeros(problem.n_types, merged.dtype)
    for menu in range(len(problem.menu_ptr) - 1):
        entries = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        groups = menus[start[menu] : start[menu + 1], 1].astype(np.int64)
        if entries.stop == entries.start or not len(groups):
            continue
        types = problem.entry_type[entries]
        seen[types] = True
        present = np.flatnonzero(seen)
        seen[present] = False
        same = np.zeros(len(present), np.int64)
        for group in groups.tolist():
            # types told apart so far, told apart further by the lists of one more group
            wanted = group * problem.n_types + present
            at = np.minimum(np.searchsorted(options.key, wanted), max(0, len(options.key) - 1))
            found = np.where(options.key[at] == wanted, number[at], -1) if len(options.key) else same - 1
            _, same = np.unique(same * (len(lists) + 1) + found + 1, return_inverse=True)
        _, first = np.unique(same, return_index=True)
        stands[present] = present[first[same]]
        merged[entries] = stands[types]
    return merged


def _effects(problem: Problem, kind, coef):  # type: ignore[no-untyped-def]
    length = np.diff(problem.kinds.ptr)[kind]
    start = np.concatenate([[0], np.cumsum(length)]).astype(I64)
    at = (
        np.repeat(problem.kinds.ptr[:-1][kind], length)
        + np.arange(int(length.sum()))
        - np.repeat(start[:-1], length)
    )
    return start, problem.kinds.row[at].astype(I32), coef[at].astype(I64)


def _premium(problem: Problem) -> int:
    """Micropoints no set of rules can charge for one lease, nor values differ by: twice the sum of both."""
    prices = sum(row.price * RATE_UNIT for row in problem.rows)
    spread = 0
    for start in range(0, len(problem.entry_app), _BLOCK):
        spread = max(spread, int(np.abs(problem.values(slice(start, start + _BLOCK))).max()))
    return 2 * (prices + spread * MICRO_PER_HUNDREDTH) + 1


def share_of_points(problem: Problem, objective: int) -> float:
    """Part of the kernel's objective that is points and not premium, so that a relative gap keeps its meaning."""
    premium = _premium(problem) * int(problem.must_fill[problem.klass].sum())
    worth = max(1, abs(objective))
    return worth / (worth + premium)


def first_ranks(problem: Problem, transport: Transport, found: ScaleResult) -> FirstRanks:
    """The kernel's assignment as first ranks.

    Inside a class the dwellings with the largest bonus are housed first; households in the order of their value there,
    seats after them. The tie stages of a proven run choose again among equals.
    """
    order = np.lexsort((np.arange(len(problem.klass)), -problem.bonus, problem.klass))
    start = np.searchsorted(problem.klass[order], np.arange(len(problem.class_menu) + 1))
    used = np.zeros(len(problem.class_menu), I64)
    dwelling, app, kind = [], [], []
    value, type_of = _values(problem, found)
    people = np.flatnonzero(found.assigned_class >= 0)
    people = people[np.lexsort((people, -value[people], found.assigned_class[people]))]
    for a in people.tolist():
        k = int(found.assigned_class[a])
        dwelling.append(int(order[start[k] + used[k]]))
        used[k] += 1
        app.append(a)
        kind.append(_kind(problem, transport, k, int(type_of[a]), int(found.account[a])))
    for s in np.flatnonzero(found.seats).tolist():
        seat = int(transport.seat[s])
        k = int(problem.seats.klass[seat])
        for _ in range(int(found.seats[s])):
            dwelling.append(int(order[start[k] + used[k]]))
            used[k] += 1
            app.append(-1)
            kind.append(int(problem.seats.kind[seat]))
    by = np.argsort(np.array(dwelling, I64), kind="stable")
    return FirstRanks(
        np.array(dwelling, I32)[by].astype(I32),
        np.array(app, I32)[by].astype(I32),
        np.array(kind, I32)[by].astype(I32),
    )


def warm_start(layout: Layout, start: Start) -> WarmStart:
    """Multipliers, class prices and households of an earlier run for the kernel, which labels and seats them itself."""
    problem = layout.problem
    nothing = np.zeros(0, I64)
    asked = Multipliers(start.rows, {}, {}, start.prices)
    costs = best_options(layout, kind_costs(layout, (), asked))
    price = best_named(problem, layout.lists, costs, start.prices)
    # a row of the kernel counts ten-thousandths of a lease, and 1e-10 point is a ten-thousandth of its unit
    known = Certificate(RATE_UNIT, start.rows, (), nothing, np.where(price > NEVER, price, 0))
    housed = start.first.app >= 0
    assigned = np.full(len(problem.application_ids), -1, I32)
    assigned[start.first.app[housed]] = problem.klass[start.first.dwelling[housed]]
    return WarmStart(known, (), assigned)


def _values(problem: Problem, found: ScaleResult):  # type: ignore[no-untyped-def]
    """Value and type of each assigned application in the menu of its class."""
    n = len(problem.application_ids)
    value, type_of = np.zeros(n, I64), np.zeros(n, I64)
    menu_of = np.full(n, -1, I64)
    people = np.flatnonzero(found.assigned_class >= 0)
    menu_of[people] = problem.class_menu[found.assigned_class[people]]
    at = held(problem, menu_of)[people]
    value[people] = problem.values(at)
    type_of[people] = problem.entry_type[at]
    return value, type_of


def _kind(problem: Problem, transport: Transport, klass: int, type_: int, account: int) -> int:
    model = transport.model
    cell = int(problem.class_group[klass]) * problem.n_types + type_
    a, b = int(model.option_start[cell]), int(model.option_start[cell + 1])
    hit = np.flatnonzero(model.option_account[a:b] == account)
    return int(transport.option_kind[a + int(hit[0])])


def multipliers(layout: Layout, found: ScaleResult) -> Multipliers:
    """Multipliers and household prices of the kernel's certificate, rounded so that the bound stays valid.

    The kernel prices classes; a household's price here is what its best pair is worth above the price of that class, which
    gives the same bound (weak duality), now in the terms of the published certificate.
    """
    problem, proof = layout.problem, found.certificate
    rows = np.minimum(proof.multipliers[: len(problem.rows)] * RATE_UNIT // proof.quantum, layout.price * TEN)
    rows = np.where(layout.rate > 0, rows, 0).astype(I64)
    start = Multipliers(rows, {}, {}, np.zeros(len(problem.application_ids), I64))
    costs = best_options(layout, kind_costs(layout, (), start))
    price = proof.class_price.astype(I64) * TEN // proof.quantum
    assert HUNDREDTH == MICRO_PER_HUNDREDTH * TEN
    return Multipliers(rows, {}, {}, household_prices(problem, layout.lists, costs, price))
