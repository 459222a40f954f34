"""From the kernel's answers, one per part, back to first ranks and multipliers; and an earlier run made ready for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.problem.model import I64, MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks, Problem
from optimizer.solve.implicit import NEVER, best_named, held, household_prices
from optimizer.solve.layout import Layout
from optimizer.solve.parts.carving import Placed
from optimizer.solve.parts.components import Part
from optimizer.solve.proof.dual_bound import HUNDREDTH, TEN, Multipliers, best_options, kind_costs
from optimizer.solve.transport.model import DualSolution, ScaleResult, WarmStart
from optimizer.solve.warm_start import Start

Answer = tuple[Placed, ScaleResult]


def first_ranks(problem: Problem, answers: list[Answer]) -> FirstRanks:
    """The kernel's assignments as first ranks.

    Inside a class the dwellings with the largest bonus are housed first; households in the order of their value there,
    seats after them. The tie stages of a proven run choose again among equals.
    """
    n = len(problem.application_ids)
    assigned, account = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    seats = np.zeros(len(problem.seats.klass), np.int64)
    for placed, found in answers:
        part = placed.part
        housed = np.flatnonzero(found.assigned_class >= 0)
        assigned[part.applications[housed]] = part.classes[found.assigned_class[housed]]
        account[part.applications[housed]] = found.account[housed]
        seats[placed.seat] = found.seats
    order = np.lexsort((np.arange(len(problem.klass)), -problem.bonus, problem.klass))
    start = np.searchsorted(problem.klass[order], np.arange(len(problem.class_menu) + 1))
    menu_of = np.where(assigned >= 0, problem.class_menu[np.maximum(0, assigned)], -1).astype(np.int64)
    people = np.flatnonzero(assigned >= 0)
    entry = held(problem, menu_of)[people]
    by = np.lexsort((people, -problem.values(entry), assigned[people]))
    people, entry = people[by], entry[by]
    klass = assigned[people]
    used = np.bincount(klass, minlength=len(problem.class_menu))
    first = np.cumsum(used) - used
    dwelling = order[start[klass] + np.arange(len(people)) - first[klass]]
    kind = _kinds(problem, klass, problem.entry_type[entry].astype(np.int64), account[people])
    lines = []
    # in the order of the seats' classes, so that the largest bonus goes to the first seat of a class
    for s in np.argsort(problem.seats.klass, kind="stable").tolist():
        k = int(problem.seats.klass[s])
        for _ in range(int(seats[s])):
            lines.append((int(order[start[k] + used[k]]), -1, int(problem.seats.kind[s])))
            used[k] += 1
    empty = np.array(lines, np.int64).reshape(-1, 3)
    dwelling = np.concatenate([dwelling, empty[:, 0]])
    by = np.argsort(dwelling, kind="stable")
    return FirstRanks(
        dwelling[by].astype(np.int32),
        np.concatenate([people, empty[:, 1]])[by].astype(np.int32),
        np.concatenate([kind, empty[:, 2]])[by].astype(np.int32),
    )


def _kinds(problem: Problem, klass: I64, type_: I64, account: I64) -> I64:
    """Kind of each lease: the first-rank option of its group and type on its account, which is one."""
    options = problem.options
    key = np.repeat(options.key, np.diff(options.ptr))[options.first]
    kind = options.kind[options.first].astype(np.int64)
    n = len(problem.accounts)
    known = key * n + problem.kinds.account[kind]
    order = np.argsort(known, kind="stable")
    wanted = (problem.class_group[klass].astype(np.int64) * problem.n_types + type_) * n + account
    return kind[order[np.searchsorted(known[order], wanted)]]


def warm_start(layout: Layout, start: Start) -> WarmStart:
    """Multipliers, class prices and households of an earlier run for the kernel, which labels and seats them itself."""
    problem = layout.problem
    nothing = np.zeros(0, np.int64)
    asked = Multipliers(start.rows, {}, {}, start.prices)
    costs = best_options(layout, kind_costs(layout, (), asked))
    price = best_named(problem, layout.lists, costs, start.prices)
    # a row of the kernel counts ten-thousandths of a lease, and 1e-10 point is a ten-thousandth of its unit
    rows = np.append(start.rows, np.zeros(len(problem.orders), np.int64))
    known = DualSolution(RATE_UNIT, rows, (), nothing, np.where(price > NEVER, price, 0))
    housed = start.first.app >= 0
    assigned = np.full(len(problem.application_ids), -1, np.int32)
    assigned[start.first.app[housed]] = problem.klass[start.first.dwelling[housed]]
    return WarmStart(known, (), assigned)


def warm_part(problem: Problem, warm: WarmStart, part: Part) -> WarmStart:
    """What of a warm start is of one part, in its numbers."""
    assert warm.certificate is not None and warm.assigned_class is not None
    new = np.full(len(problem.class_menu) + 1, -1, np.int32)
    new[part.classes] = np.arange(len(part.classes), dtype=np.int32)
    known = warm.certificate
    prices = known.class_price[part.classes]
    return WarmStart(
        DualSolution(known.quantum, known.multipliers[part.rows], (), known.cut_multipliers, prices),
        (),
        new[warm.assigned_class[part.applications]],
    )


def multipliers(layout: Layout, answers: list[Answer]) -> Multipliers:
    """Multipliers and household prices of the kernel's certificates, rounded so that the bound stays valid.

    The kernel prices classes; a household's price here is what its best pair is worth above the price of that class, which
    gives the same bound (weak duality), now in the terms of the published certificate.
    """
    problem = layout.problem
    rows: I64 = np.zeros(len(problem.rows), np.int64)
    price: I64 = np.zeros(len(problem.class_menu), np.int64)
    orders: dict[int, int] = {}
    for placed, found in answers:
        part, proof = placed.part, found.certificate
        rows[part.rows] = proof.multipliers[: len(part.rows)] * RATE_UNIT // proof.quantum
        if part.whole:
            ordered = proof.multipliers[len(part.rows) : len(part.rows) + len(problem.orders)]
            orders = {p: int(v) * RATE_UNIT // proof.quantum for p, v in enumerate(ordered.tolist()) if v}
        price[part.classes] = proof.class_price.astype(np.int64) * TEN // proof.quantum
    rows = np.where((layout.rate > 0) | ~layout.uniform, np.minimum(rows, layout.price * TEN), 0).astype(
        np.int64
    )
    nobody = np.zeros(len(problem.application_ids), np.int64)
    start = Multipliers(rows, {}, {}, nobody, orders=orders)
    costs = best_options(layout, kind_costs(layout, (), start))
    assert HUNDREDTH == MICRO_PER_HUNDREDTH * TEN
    return replace(start, prices=household_prices(problem, layout.lists, costs, price))
