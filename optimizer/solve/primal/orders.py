"""Proposals that keep the réservataires' orders (`Orders`): what a heuristic passes over is taken back, then filled again.

A first rank placed after a nominee who has none is given up, and with it, if it was a nominee's, those that rested on it;
what is left empty goes to the best household that passes over nobody. Pins cannot be given up: where one rests on a nominee
without a first rank, a small integer program over those who are on lists finds first ranks, or says that the pins contradict the orders.
"""

from __future__ import annotations

import numpy as np

from optimizer.errors import AttrifluxError
from optimizer.problem import explicit
from optimizer.problem.evaluate import orders_kept
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I64, B, FirstRanks, Problem
from optimizer.solve.highs_lp import INFINITY, add_columns, add_rows, new_model, run
from optimizer.solve.primal.own_lists import served
from optimizer.solve.relaxation.entering import ranges
from optimizer.solve.watch import Watch

Line = tuple[int, int, int]


def obeying(problem: Problem, first: FirstRanks) -> FirstRanks:
    """The proposal where it keeps every order, else what is left of it, filled again.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``: the pins cannot hold together with the orders.
    """
    if problem.own_lists is not None:
        return served(problem, problem.own_lists, first)
    if not len(problem.orders):
        return first
    must = problem.must_fill[problem.klass]
    kept = first
    moved: set[int] = set()
    """Pins that were put on another account since the last first rank was given up."""
    while True:
        over = orders_kept(problem, kept) > 0
        if not over.any():
            break
        after = _after(problem, kept, over)
        pinned = np.flatnonzero(after & must[kept.dwelling])
        if len(pinned):
            other = None if moved & set(pinned.tolist()) else _on_other_accounts(problem, kept, pinned)
            if other is None:
                return _filled(problem, _whole(problem))
            kept = other
            moved |= set(pinned.tolist())
            continue
        kept, moved = FirstRanks(kept.dwelling[~after], kept.app[~after], kept.kind[~after]), set()
    return kept if len(kept) == len(first) else _filled(problem, kept)


def _after(problem: Problem, first: FirstRanks, over: B) -> B:
    """Which first ranks are placed after a nominee of the rows ``over``."""
    kinds = problem.kinds
    column, at = ranges(kinds.order_ptr, first.kind.astype(np.int64))
    passing = (kinds.order_sign[at] > 0) & over[kinds.order_row[at]]
    return np.asarray(np.bincount(column[passing], minlength=len(first)) > 0, bool)


def _on_other_accounts(problem: Problem, first: FirstRanks, pins: I64) -> FirstRanks | None:
    """The same with some pins on accounts where they pass over nobody; None when one has no such account."""
    state = orders_kept(problem, first)
    kind = first.kind.copy()
    entry = entries_of_pairs(problem, first.dwelling[pins], first.app[pins])
    for i, e in zip(pins.tolist(), entry.tolist(), strict=True):
        state = state - _signs(problem, int(kind[i]))
        group = int(problem.class_group[problem.klass[first.dwelling[i]]])
        kinds, may = problem.options_of(group, int(problem.entry_type[e]))
        fine = [k for k in kinds[may].tolist() if _fits(problem, k, state)]
        if not fine:
            return None
        kind[i] = max(fine, key=lambda k: int(problem.kinds.value[k]))
        state = state + _signs(problem, int(kind[i]))
    return FirstRanks(first.dwelling, first.app, kind)


def _filled(problem: Problem, first: FirstRanks) -> FirstRanks:
    """Dwellings left empty, in order: the best household, then the best seat, that no order holds back."""
    used = np.zeros(len(problem.application_ids), bool)
    used[first.app[first.app >= 0]] = True
    empty = np.setdiff1d(np.arange(len(problem.dwelling_ids)), first.dwelling)
    state = orders_kept(problem, first)
    lines: list[Line] = list(
        zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
    )
    links = problem.orders.account < 0
    link_of = dict(zip(problem.orders.dwelling[links].tolist(), np.flatnonzero(links).tolist(), strict=True))
    for d in empty.tolist():
        if d in link_of and state[link_of[d]] >= 0:  # its tenant stays
            continue
        line = _best(problem, d, used, state)
        if line is not None:
            lines.append(line)
            if line[1] >= 0:
                used[line[1]] = True
            state += _signs(problem, line[2])
    part = np.array(sorted(lines), np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())


def _best(problem: Problem, d: int, used: B, state: I64) -> Line | None:
    klass = int(problem.klass[d])
    group = int(problem.class_group[klass])
    part = problem.entries_of(d)
    known: dict[int, list[int]] = {}
    for e in range(part.start, part.stop):
        app, type_ = int(problem.entry_app[e]), int(problem.entry_type[e])
        if used[app]:
            continue
        if type_ not in known:
            kinds, first = problem.options_of(group, type_)
            fine = [k for k in kinds[first].tolist() if _fits(problem, k, state)]
            known[type_] = sorted(fine, key=lambda k: -int(problem.kinds.value[k]))
        if known[type_]:
            kind = known[type_][0]
            gained = int(problem.values(slice(e, e + 1))[0]) + int(
                problem.bonus[d] + problem.kinds.value[kind]
            )
            return (d, app, kind) if gained > 0 or problem.must_fill[klass] else None
    seats = np.flatnonzero(problem.seats.klass == klass)
    for s in seats[np.argsort(-problem.seats.value[seats], kind="stable")].tolist():
        if problem.seats.value[s] > 0 and _fits(problem, int(problem.seats.kind[s]), state):
            return d, -1, int(problem.seats.kind[s])
    return None


def _signs(problem: Problem, kind: int) -> I64:
    kinds = problem.kinds
    part = slice(int(kinds.order_ptr[kind]), int(kinds.order_ptr[kind + 1]))
    found = np.bincount(kinds.order_row[part], kinds.order_sign[part], len(problem.orders))
    return np.asarray(found, np.int64)


def _fits(problem: Problem, kind: int, state: I64) -> bool:
    """Whether one more first rank of the kind passes nobody over; a kind enters each of its rows once."""
    kinds = problem.kinds
    marks = range(int(kinds.order_ptr[kind]), int(kinds.order_ptr[kind + 1]))
    return all(state[kinds.order_row[at]] + kinds.order_sign[at] <= 0 for at in marks)


def _whole(problem: Problem) -> FirstRanks:
    """The best first ranks of the households on lists and of the dwellings that must be filled, rules aside.

    Nobody else is needed: a household on no list helps no order to hold.
    """
    import highspy

    columns = explicit(problem, reduced=True)
    must = problem.must_fill[problem.klass]
    listed = np.unique(problem.orders.app)
    some = np.flatnonzero(must[columns.dwelling] | np.isin(columns.app, listed))
    dwelling, app, kind = columns.dwelling[some], columns.app[some], columns.kind[some]
    n = len(some)
    dwellings, apps, orders = len(must), len(problem.application_ids), len(problem.orders)
    model = new_model()
    low = np.where(must, 1.0, -INFINITY)
    add_rows(model, low, np.ones(dwellings), [()] * dwellings)
    add_rows(model, np.full(apps, -INFINITY), np.ones(apps), [()] * apps)
    add_rows(model, np.full(orders, -INFINITY), np.zeros(orders), [()] * orders)
    kinds = problem.kinds
    entries = []
    for d, a, k in zip(dwelling.tolist(), app.tolist(), kind.tolist(), strict=True):
        found = [(d, 1.0), *([(dwellings + a, 1.0)] if a >= 0 else [])]
        part = slice(int(kinds.order_ptr[k]), int(kinds.order_ptr[k + 1]))
        signs = zip(kinds.order_row[part].tolist(), kinds.order_sign[part].tolist(), strict=True)
        entries.append([*found, *((dwellings + apps + p, float(sign)) for p, sign in signs)])
    add_columns(model, -columns.value[some] / 100.0, np.zeros(n), np.ones(n), entries)
    whole = np.full(n, int(highspy.HighsVarType.kInteger.value), np.uint8)
    if n:
        model.changeColsIntegrality(n, np.arange(n, dtype=np.int32), whole)
    answer = run(model, Watch())
    if not answer.usable or answer.status == "infeasible":
        raise AttrifluxError("NO_SOLUTION")
    chosen = answer.x[:n] > 0.5
    return FirstRanks(dwelling[chosen].copy(), app[chosen].copy(), kind[chosen].copy())
