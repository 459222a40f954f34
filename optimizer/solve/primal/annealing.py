"""Local search on a proposal itself: simulated annealing with short ejection chains, compiled, in whole numbers.

A linear program gives counts in part, and whoever makes them whole one by one pays for the last ones. Here a proposal is
changed as it stands: a dwelling takes another choice; a household taken from another dwelling has that one choose again; and where
the change costs too much, a dwelling that can help a row that now lacks leases, or an order now passed over, chooses again, and
another: most times the one of several whose help costs least, else any one and whatever suits it best. What is gained or lost is
counted exactly over the rows touched, and kept by the rule of Metropolis while the temperature falls. Réservataires' orders have a price
meanwhile, and a proposal is taken only where all of them are kept.

The generator is of its own and temperatures are whole micropoints: the same numbers give the same proposal on every machine.

References
----------
S. Kirkpatrick, C. Gelatt, M. Vecchi, *Optimization by simulated annealing*, Science 220 (1983), 671-680. F. Glover, *Ejection chains,
reference structures and alternating path methods for traveling salesman problems*, Discrete Applied Mathematics 65 (1996), 223-253.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I32, I64, FirstRanks
from optimizer.solve.layout import Layout
from optimizer.solve.policy import AnnealingPolicy
from optimizer.solve.primal.landscape import Landscape, landscape
from optimizer.solve.primal.marks import Marks, charge, move
from optimizer.solve.proof.dual_bound import TEN, Multipliers, Priced

LEVELS = 1 << 12
"""Temperatures of a run, and entries of the table of -ln u."""
SHARE = 1 << 16
"""Unit of that table."""
FEW = 64
"""Rows that lack leases among which a helper is sought."""


class _Choices(NamedTuple):
    """What each dwelling may hold, as in `Landscape`.

    Attributes
    ----------
    group_ptr : (D + 1,)
        Groups of a dwelling.
    ptr : (groups + 1,)
        Choices of a group, best value first.
    app : (choices,)
        Household, -1 of none.
    value : (choices,)
        Micropoints.
    home : (groups,)
        Dwelling of a group.
    """

    group_ptr: I64
    ptr: I64
    app: I32
    value: I64
    home: I32


class _Helpers(NamedTuple):
    """Who can do something about a row.

    Attributes
    ----------
    can_ptr, can : (rows + 1,), (dwellings of rows,)
        Dwellings that can move a row.
    help_ptr, help : (rows + 1,), (groups of rows,)
        Groups that lower what a row lacks; those of a dwelling side by side.
    """

    can_ptr: I64
    can: I32
    help_ptr: I64
    help: I32


class _Proposal(NamedTuple):
    """A proposal as it stands.

    Attributes
    ----------
    group, choice : (D,)
        Group and choice of each dwelling.
    owner : (A,)
        Dwelling of each household, -1 of none.
    held : (rows,)
        What each row lacks, ten-thousandths of a lease; of the orders, which come last, first ranks out of order.
    """

    group: I64
    choice: I64
    owner: I32
    held: I64


class _Steps(NamedTuple):
    """How long, how warm (`schedule`), and the numbers of `AnnealingPolicy`.

    Attributes
    ----------
    steps : int
        Changes tried.
    fall : (LEVELS,)
        Temperatures, micropoints.
    chance : (LEVELS,)
        -ln u at even steps, in `SHARE`.
    number : int
        Of the run: where its draws begin.
    helpers : int
        Dwellings that may choose again after a change.
    taken : int
        Changes in a hundred that may take somebody else's household.
    scan : int
        Dwellings among which the cheapest help is sought.
    anybody : int
        Helps in a hundred that are any dwelling's instead.
    """

    steps: int
    fall: I64
    chance: I64
    number: int
    helpers: int
    taken: int
    scan: int
    anybody: int


class _Moved(NamedTuple):
    """Dwellings changed in one step, in turn, and what they held before.

    Attributes
    ----------
    dwelling, group, choice : (helpers + 2,)
        Dwelling; group and choice that it had.
    """

    dwelling: I64
    group: I64
    choice: I64


def choices_near(
    layout: Layout, m: Multipliers, priced: Priced, first: FirstRanks, policy: AnnealingPolicy
) -> Landscape:
    """What the runs from a proposal may choose from: pairs that lose little at some multipliers, and its own."""
    return landscape(
        layout, m, priced, first, loss=policy.loss * TEN, depth=policy.households, order=policy.order
    )


def annealed(
    layout: Layout, land: Landscape, first: FirstRanks, number: int, policy: AnnealingPolicy
) -> FirstRanks:
    """The best proposal met from ``first`` on, over the choices of `choices_near` it.

    ``number`` of the run: another one goes another way. What is returned keeps every order that ``first`` keeps.
    """
    group, choice = _placed(land, layout, first)
    owner = np.full(len(layout.problem.application_ids), -1, np.int32)
    held = land.app[choice]
    owner[held[held >= 0]] = np.flatnonzero(held >= 0)
    fall, chance = schedule(policy.hot, policy.cold)
    _anneal(
        _Choices(land.group_ptr, land.choice_ptr, land.app, land.value, land.home),
        Marks(land.mark_ptr, land.row, land.weight, land.price),
        _Helpers(land.can_ptr, land.can, land.help_ptr, land.help),
        _Proposal(group, choice, owner, land.held.copy()),
        land.n_priced,
        _Steps(
            policy.steps * len(choice), fall, chance, number, policy.helpers, policy.taken, policy.scan, policy.anybody,
        ),
    )  # fmt: skip
    dwelling = np.flatnonzero(land.kind[choice] >= 0)
    best = choice[dwelling]
    return FirstRanks(dwelling.astype(np.int32), land.app[best], land.kind[best])


def schedule(hot: float, cold: float) -> tuple[I64, I64]:
    """(temperatures of a run, micropoints; -ln u at even steps, in `SHARE`)."""
    chance = -np.log((np.arange(LEVELS) + 0.5) / LEVELS)
    fall = hot * (cold / hot) ** (np.arange(LEVELS) / LEVELS)
    return np.rint(fall).astype(np.int64), np.rint(chance * SHARE).astype(np.int64)


def _placed(land: Landscape, layout: Layout, first: FirstRanks) -> tuple[I64, I64]:
    """Group and choice of every dwelling in a proposal."""
    n = len(layout.problem.dwelling_ids)
    app, kind = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    app[first.dwelling], kind[first.dwelling] = first.app, first.kind
    group_of = np.repeat(np.arange(len(land.choice_ptr) - 1), np.diff(land.choice_ptr))
    home = np.searchsorted(land.group_ptr, group_of, side="right") - 1
    same = np.flatnonzero((land.app == app[home]) & (land.kind == kind[home]))
    choice = np.zeros(n, np.int64)
    choice[home[same]] = same
    return group_of[choice].astype(np.int64), choice


@njit(cache=True, nogil=True)
def draw(state, n):  # type: ignore[no-untyped-def]
    """A number below ``n`` (xorshift, Marsaglia 2003)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return np.int64(((x >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@njit(cache=True, nogil=True)
def _free(group, choices, owner, but):  # type: ignore[no-untyped-def]
    """Best choice of a group whose household nobody holds, save dwelling ``but``; -1: none."""
    ptr, app = choices.ptr, choices.app
    for c in range(ptr[group], ptr[group + 1]):
        a = app[c]
        if a < 0 or owner[a] < 0 or owner[a] == but:
            return c
    return -1


@njit(cache=True, nogil=True)
def _lacking(state, n, moved, marks, can_ptr, proposal, rows, sums):  # type: ignore[no-untyped-def]
    """A row that the ``n`` dwellings moved touch and that lacks leases, by what it lacks; -1: none. Scratch: ``rows``, ``sums``."""
    mark_ptr, row, _, price = marks
    group, _, _, held = proposal
    dwelling, old_group, _ = moved
    m, total = 0, 0.0
    for turn in range(2 * n):
        g = old_group[turn // 2] if turn % 2 else group[dwelling[turn // 2]]
        for i in range(mark_ptr[g], mark_ptr[g + 1]):
            r = row[i]
            if held[r] > 0 and can_ptr[r + 1] > can_ptr[r] and m < FEW:
                total += price[r] * min(held[r], 20_000)
                rows[m], sums[m] = r, total
                m += 1
    if m == 0:
        return -1
    wanted = total * draw(state, 1 << 30) / (1 << 30)
    i = 0
    while i < m - 1 and sums[i] < wanted:
        i += 1
    return rows[i]


@njit(cache=True, nogil=True)
def _met(moved, n, e):  # type: ignore[no-untyped-def]
    for i in range(n):
        if moved[i] == e:
            return True
    return False


@njit(cache=True, nogil=True)
def _best_help(r, start, scan, helpers, moved, n, choices, marks, proposal):  # type: ignore[no-untyped-def]
    """Choice that costs least among those that lower what row ``r`` lacks, of some of its dwellings; (choice, group), -1: none."""
    begin, end, help = helpers.help_ptr[r], helpers.help_ptr[r + 1], helpers.help
    _, _, app, value, home = choices
    group, choice, owner, held = proposal
    best, to, with_ = np.int64(1 << 60), np.int64(-1), np.int64(-1)
    at, seen, gone = np.int64(-1), 0, np.int64(0)
    for step in range(end - begin):
        i = start + step
        if i >= end:
            i -= end - begin
        g = help[i]
        e = home[g]
        if e != at:
            if at >= 0:
                move(group[at], 1, marks, held)
                if app[choice[at]] >= 0:
                    owner[app[choice[at]]] = at
                at = np.int64(-1)
            if _met(moved.dwelling, n, e):
                continue
            seen += 1
            if seen > scan:
                break
            at = np.int64(e)
            gone = value[choice[e]] + move(group[e], -1, marks, held)
            if app[choice[e]] >= 0:
                owner[app[choice[e]]] = -1
        if g == group[e]:
            continue
        x = _free(g, choices, owner, -1)
        if x < 0:
            continue
        lost = gone - value[x] + charge(g, marks, held)
        if lost < best:
            best, to, with_ = np.int64(lost), np.int64(g), np.int64(x)
    if at >= 0:
        move(group[at], 1, marks, held)
        if app[choice[at]] >= 0:
            owner[app[choice[at]]] = at
    return with_, to


@njit(cache=True, nogil=True)
def _in_order(held, n_priced):  # type: ignore[no-untyped-def]
    for r in range(n_priced, len(held)):
        if held[r] > 0:
            return False
    return True


@njit(cache=True, nogil=True)
def _anneal(choices, marks, helpers, proposal, n_priced, terms):  # type: ignore[no-untyped-def]
    """``proposal.choice`` becomes that of the best proposal met; ``n_priced``: rows before the orders."""
    group_ptr, choice_ptr, app, value, home = choices
    can_ptr, can, help_ptr, _ = helpers
    group, choice, owner, held = proposal
    steps, fall, chance, number, most, taken, scan, anybody = terms
    state = np.array([np.uint64(number + 1) * np.uint64(2654435761) + np.uint64(88172645463325252)])
    n_dwellings = len(group)
    for d in range(n_dwellings):
        move(group[d], 1, marks, held)
    now, best = 0, 0  # of the proposal begun with
    kept = choice.copy()
    rows, sums = np.empty(FEW, np.int64), np.empty(FEW, np.float64)
    size = most + 2
    moved = _Moved(np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64))
    changed, old_group, old_choice = moved
    for step in range(steps):
        allowed = fall[step * LEVELS // steps] * chance[draw(state, LEVELS)] // SHARE
        d = draw(state, n_dwellings)
        q = group_ptr[d] + draw(state, group_ptr[d + 1] - group_ptr[d])
        other = -1
        if draw(state, 100) < taken:
            c = choice_ptr[q] + draw(state, choice_ptr[q + 1] - choice_ptr[q])
            if app[c] >= 0 and owner[app[c]] != d:
                other = owner[app[c]]
        else:
            c = _free(q, choices, owner, d)
        if c < 0 or c == choice[d]:
            continue
        left, before = group[d], choice[d]
        changed[0], old_group[0], old_choice[0] = d, left, before
        n = 1
        lost = value[before] - value[c]
        if q != left:
            lost += move(left, -1, marks, held)
            lost += move(q, 1, marks, held)
        if app[before] >= 0:
            owner[app[before]] = -1
        if app[c] >= 0:
            owner[app[c]] = d
        group[d], choice[d] = q, c
        accepted = False
        for turn in range(most + 1):
            e = other
            if other < 0:
                if lost <= allowed:
                    accepted = True
                    break
                if turn == most:
                    break
                r = _lacking(state, n, moved, marks, can_ptr, proposal, rows, sums)
                if r < 0:
                    break
                helping = help_ptr[r + 1] - help_ptr[r]
                if helping > 0 and draw(state, 100) >= anybody:
                    start = help_ptr[r] + draw(state, helping)
                    x, p = _best_help(r, start, scan, helpers, moved, n, choices, marks, proposal)
                    if x < 0:
                        continue
                    e = home[p]
                    changed[n], old_group[n], old_choice[n] = e, group[e], choice[e]
                    n += 1
                    lost += value[choice[e]] - value[x]
                    lost += move(group[e], -1, marks, held)
                    lost += move(p, 1, marks, held)
                    if app[choice[e]] >= 0:
                        owner[app[choice[e]]] = -1
                    if app[x] >= 0:
                        owner[app[x]] = e
                    group[e], choice[e] = p, x
                    continue
                e = can[can_ptr[r] + draw(state, can_ptr[r + 1] - can_ptr[r])]
                if _met(moved.dwelling, n, e):
                    continue
            was, had = group[e], choice[e]
            gone = value[had] + move(was, -1, marks, held)
            if other < 0 and app[had] >= 0:
                owner[app[had]] = -1
            top, to, with_ = np.int64(-(1 << 60)), np.int64(-1), np.int64(-1)
            for p in range(group_ptr[e], group_ptr[e + 1]):
                x = _free(p, choices, owner, -1)
                if x >= 0:
                    worth = value[x] - charge(p, marks, held)
                    if worth > top:
                        top, to, with_ = np.int64(worth), np.int64(p), x
            changed[n], old_group[n], old_choice[n] = e, was, had
            n += 1
            if to < 0:  # a dwelling that must be filled is left without a household
                move(was, 1, marks, held)
                break
            move(to, 1, marks, held)
            if app[with_] >= 0:
                owner[app[with_]] = e
            lost += gone - top
            group[e], choice[e] = to, with_
            other = -1
        if accepted:
            now -= lost
            if now > best and _in_order(held, n_priced):
                best = now
                kept[:] = choice
            continue
        for i in range(n):
            a = app[choice[changed[i]]]
            if a >= 0 and owner[a] == changed[i]:
                owner[a] = -1
        for i in range(n - 1, -1, -1):
            e = changed[i]
            if group[e] != old_group[i]:
                move(group[e], -1, marks, held)
                move(old_group[i], 1, marks, held)
            group[e], choice[e] = old_group[i], old_choice[i]
        for i in range(n):
            a = app[choice[changed[i]]]
            if a >= 0:
                owner[a] = changed[i]
    choice[:] = kept
