"""Pins behind nominees, where the réservataires' orders are lists and not rows: the first ranks that let every pin hold.

A pinned household keeps the order of its list when everybody placed before it there is a first rank somewhere. Who that is, and who
must come before those in turn, is found as it is asked for: a small integer program over the pins and the nominees they wait for names
as few of them as it can; where one it names passes over somebody, that household joins and the program is solved again. Every
program leaves conditions out and adds none, so one without a solution proves that the pins cannot hold together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.errors import AttrifluxError
from optimizer.problem.model import I32, I64, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import asked_at, before, bound_lines
from optimizer.solve.highs_lp import INFINITY, add_columns, add_rows, new_model, run
from optimizer.solve.watch import Watch


class _Places(NamedTuple):
    """Where some households may be first: a class, the household, the kind, what that is worth (hundredths)."""

    klass: I64
    app: I32
    kind: I32
    value: I64

    def and_of(self, more: _Places) -> _Places:
        """These, then those of other households."""
        return _Places(
            np.concatenate([self.klass, more.klass]), np.concatenate([self.app, more.app]),
            np.concatenate([self.kind, more.kind]), np.concatenate([self.value, more.value]),
        )  # fmt: skip


def held_by_pins(problem: Problem, lists: OwnLists) -> FirstRanks:
    """First ranks of the pinned households and of the nominees they wait for, which keep every order among themselves.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``: the pins cannot hold together with the orders.
    """
    member = np.zeros(len(problem.class_menu), np.int64)
    member[problem.klass] = np.arange(len(problem.klass))
    pins = np.flatnonzero(problem.must_fill)
    known = _pinned(problem, pins)
    waits: dict[int, list[int]] = {}
    """Who comes before the household of each place looked at so far."""
    while True:
        chosen = _chosen(problem, known, pins, waits)
        fresh = [i for i in chosen.tolist() if i not in waits]
        if not fresh:
            return _on_dwellings(problem, known, chosen)
        first = FirstRanks(member[known.klass[fresh]].astype(np.int32), known.app[fresh], known.kind[fresh])
        at = np.flatnonzero(bound_lines(problem, lists, first))
        waits.update((i, []) for i in fresh)
        place, app = before(problem, lists, asked_at(problem, first, at))
        for p, a in zip(place.tolist(), app.tolist(), strict=True):
            waits[fresh[int(at[p])]].append(a)
        new = np.setdiff1d(app, known.app)
        if len(new):
            known = known.and_of(_open_to(problem, lists, new))


def _pinned(problem: Problem, pins: I64) -> _Places:
    """What the pinned classes may be let to."""
    menus = [np.arange(*problem.menu_ptr[m : m + 2]) for m in problem.class_menu[pins].tolist()]
    count = np.array([len(m) for m in menus], np.int64)
    entry = np.concatenate([np.zeros(0, np.int64), *menus])
    return _options(problem, np.repeat(pins, count), entry)


def _open_to(problem: Problem, lists: OwnLists, apps: I32) -> _Places:
    """Every place of some nominees, among the classes that no pin fills."""
    wanted = np.zeros(len(problem.application_ids), bool)
    wanted[apps] = True
    at = np.flatnonzero(wanted[problem.entry_app[lists.entry]])
    menu = np.searchsorted(lists.menu_ptr, at, side="right") - 1
    free = np.flatnonzero(~problem.must_fill)
    free = free[np.argsort(problem.class_menu[free], kind="stable")]
    low, high = (np.searchsorted(problem.class_menu[free], menu, side=side) for side in ("left", "right"))
    count = high - low
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return _options(problem, free[np.repeat(low, count) + step], np.repeat(lists.entry[at], count))


def _options(problem: Problem, klass: I64, entry: I64) -> _Places:
    """The first ranks that some entries may be of some classes."""
    options = problem.options
    key = problem.class_group[klass].astype(np.int64) * problem.n_types + problem.entry_type[entry]
    at = np.minimum(np.searchsorted(options.key, key), max(0, len(options.key) - 1))
    count = (
        np.where(options.key[at] == key, options.ptr[at + 1] - options.ptr[at], 0)
        if len(options.key)
        else 0 * at
    )
    option = np.repeat(options.ptr[at] if len(options.key) else at, count)
    option += np.arange(len(option)) - np.repeat(np.cumsum(count) - count, count)
    klass, entry = (
        np.repeat(klass, count)[options.first[option]],
        np.repeat(entry, count)[options.first[option]],
    )
    kind = options.kind[option[options.first[option]]].astype(np.int32)
    value = problem.values(entry) + problem.kinds.value[kind]
    return _Places(klass, problem.entry_app[entry].astype(np.int32), kind, value)


def _chosen(problem: Problem, known: _Places, pins: I64, waits: dict[int, list[int]]) -> I64:
    """The places of the program's solution: every pin, as few others as can be, and of those the ones worth most."""
    import highspy

    n = len(known.app)
    room = np.bincount(problem.klass, minlength=len(problem.class_menu)).astype(float)
    classes, of_class = np.unique(np.concatenate([pins, known.klass]), return_inverse=True)
    apps, of_app = np.unique(known.app, return_inverse=True)
    row_of_app = dict(zip(apps.tolist(), range(len(apps)), strict=True))
    of_class = of_class[len(pins) :]
    holders: list[list[int]] = [[] for _ in apps]
    for i, a in enumerate(of_app.tolist()):
        holders[a].append(i)
    rows = [
        [(i, 1.0), *((j, -1.0) for j in (holders[row_of_app[b]] if b in row_of_app else ()))]
        for i, some in sorted(waits.items())
        for b in some
    ]
    model = new_model()
    must = problem.must_fill[classes]
    add_rows(model, np.where(must, 1.0, -INFINITY), np.where(must, 1.0, room[classes]), [()] * len(classes))
    add_rows(model, np.full(len(apps), -INFINITY), np.ones(len(apps)), [()] * len(apps))
    entries = [
        [(k, 1.0), (len(classes) + a, 1.0)] for k, a in zip(of_class.tolist(), of_app.tolist(), strict=True)
    ]
    dear = 2.0 * float(np.abs(known.value).max(initial=0)) + 1.0
    add_columns(model, 1.0 - known.value.astype(np.float64) / dear, np.zeros(n), np.ones(n), entries)
    add_rows(model, np.full(len(rows), -INFINITY), np.zeros(len(rows)), rows)
    if n:
        whole = np.full(n, int(highspy.HighsVarType.kInteger.value), np.uint8)
        model.changeColsIntegrality(n, np.arange(n, dtype=np.int32), whole)
    answer = run(model, Watch())
    if not answer.usable or answer.status == "infeasible":
        raise AttrifluxError("NO_SOLUTION")
    return np.flatnonzero(answer.x[:n] > 0.5)


def _on_dwellings(problem: Problem, known: _Places, chosen: I64) -> FirstRanks:
    """The places as first ranks: of a class, the dwellings with the least bonus, as their choice is nobody's here."""
    klass = known.klass[chosen]
    order = np.lexsort((known.app[chosen], klass))
    chosen, klass = chosen[order], klass[order]
    homes = np.lexsort((np.arange(len(problem.klass)), problem.bonus, problem.klass))
    start = np.searchsorted(problem.klass[homes], klass)
    turn = np.arange(len(klass)) - np.searchsorted(klass, klass)
    dwelling = homes[start + turn]
    by = np.argsort(dwelling, kind="stable")
    return FirstRanks(*(x[by].astype(np.int32) for x in (dwelling, known.app[chosen], known.kind[chosen])))
