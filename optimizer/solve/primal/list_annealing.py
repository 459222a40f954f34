"""Local search on a proposal whose réservataires' orders are lists: simulated annealing with ejection chains that know the lists.

The kernel lets dwellings as if favourites could be named; named in their order, others are, and which dwellings go to which
account is no longer the best choice: one where few of a list are eligible is soon open to everybody, one where many are brings the next of
them. Changing that takes several dwellings at once: one leaves the account and a rule lacks a lease, another one joins and somebody
stands before, who is to be housed somewhere. So a step here is a chain. A dwelling takes another choice; a household taken from another
dwelling has that one choose again; and while the change costs too much, a dwelling chooses again that can help a rule which now lacks
leases, or that can house a nominee who is now passed over. What is gained or lost is counted exactly, and kept by the rule of
Metropolis while the temperature falls. Passing over a nominee has a price meanwhile, and a proposal is taken only where nobody is.

Of each nominee is known how many first ranks come after (``blocking``): passed over are those of a nominee without a first rank, so that
neither side of an order is ever searched for.

A part of tens of thousands of dwellings is gone through piece by piece, neighbours together: the other pieces keep what they have, and
what rules lack and who is housed is known of the whole part. What a step reads of a piece stays at hand in the processor, where that of
a region takes three times as long for each step and gigabytes.

The generator is of its own and temperatures are whole micropoints: the same numbers give the same proposal on every machine.

References
----------
As of `annealing`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.domain.memory import give_back
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks, OwnLists, Problem
from optimizer.solve.layout import Layout
from optimizer.solve.policy import ListsPolicy
from optimizer.solve.primal.annealing import LEVELS, SHARE, draw, schedule
from optimizer.solve.primal.list_landscape import ListLandscape, Losses, before_each, list_landscape, losses
from optimizer.solve.primal.marks import Marks, charge, move
from optimizer.solve.proof.dual_bound import Multipliers

COLUMNS = ("dwelling", "app", "kind")
MANY = 1_000
"""First ranks of a part from which its freed memory is given back."""
FEW = 64
"""Rows and nominees in want among which a helper is sought."""


class _Places(NamedTuple):
    """Who may choose what.

    Attributes
    ----------
    klass, still : (D,)
        Class of a dwelling; whether it keeps what it has (it must be filled, or is of another piece).
    member_ptr, member : (K + 1,), (D,)
        Dwellings of a class.
    group_ptr : (K + 1,)
        Groups of a class.
    choice_ptr, group_class : (groups + 1,), (groups,)
        Choices of a group, and its class.
    moving : (dwellings with a choice to make,)
        These dwellings.
    number : (A,)
        Number of a nominee, -1 of nobody's.
    place_ptr, place : (nominees + 1,), (places,)
        Choices of a nominee.
    can_ptr, can : (rows + 1,), (classes of rows,)
        Classes that can help a row.
    """

    klass: I32
    still: NDArray[np.bool_]
    member_ptr: NDArray[np.integer]
    member: NDArray[np.integer]
    group_ptr: I64
    choice_ptr: I64
    group_class: I32
    moving: I32
    number: I32
    place_ptr: I64
    place: I64
    can_ptr: I64
    can: I32


class _Worth(NamedTuple):
    """What choices are worth, as in `ListLandscape`.

    Attributes
    ----------
    bonus : (D,)
        Micropoints for housing anybody in a dwelling.
    kind, list_of : (groups,)
        Kind of a group; where its list begins in ``nominee``.
    app, value, loss : (choices,)
        Household, -1 of the seat; micropoints without the bonus; micropoints lost at the bound's multipliers.
    before, group_of : (choices,)
        How many of the list of its group stand before it; its group.
    nominee : (nominees of lists,)
        Households in the order of their ranks.
    """

    bonus: I64
    kind: I32
    app: I32
    value: I64
    loss: I64
    before: I32
    group_of: I32
    list_of: I64
    nominee: I32


class _State(NamedTuple):
    """A proposal as it stands.

    Attributes
    ----------
    choice : (D,)
        Choice of a dwelling, -1: empty.
    owner, blocking : (A,)
        Dwelling of a household, -1 of none; how many first ranks come after it in an order.
    need : (rows,)
        What a row lacks, ten-thousandths of a lease.
    """

    choice: I64
    owner: I32
    blocking: I32
    need: I64


class _Standing(NamedTuple):
    """What all pieces of a part share of a `_State`: ``owner``, ``blocking``, ``need``."""

    owner: I32
    blocking: I32
    need: I64


class _Terms(NamedTuple):
    """How long, how warm, and the numbers of `ListsPolicy`.

    Attributes
    ----------
    steps : int
        Changes tried.
    fall, chance : (LEVELS,)
        Temperatures, micropoints, and -ln u at even steps (`annealing.schedule`).
    helpers, taken, order, again, small : int
        As `ListsPolicy` has them.
    """

    steps: int
    fall: I64
    chance: I64
    helpers: int
    taken: int
    order: int
    again: int
    small: int


def annealed_on_lists(
    layout: Layout,
    lists: OwnLists,
    m: Multipliers,
    first: FirstRanks,
    parts: list[I64],
    policy: ListsPolicy,
    threads: int = 1,
    stopped: Callable[[], bool] = lambda: False,
) -> FirstRanks:
    """The best proposal met from ``first`` on, over first ranks that lose little at some multipliers.

    Parameters
    ----------
    m : multipliers and household prices with a good bound
    first : keeps every order, and so does what is returned
    parts : classes of parts that share no household and no rule, one after the other or side by side on ``threads``
    stopped : asked before each part and piece; those that are left stay as they are
    """
    problem = layout.problem
    lost, marks = losses(layout, m), _marks(layout)
    of = np.full(len(problem.class_menu), -1, np.int32)
    for i, classes in enumerate(parts):
        of[classes] = i
    part = of[problem.klass[first.dwelling]]
    order = np.argsort(part, kind="stable")
    start = np.searchsorted(part[order], np.arange(-1, len(parts) + 1))

    def better(i: int) -> FirstRanks:
        at = np.sort(order[start[i + 1] : start[i + 2]])
        own = FirstRanks(first.dwelling[at], first.app[at], first.kind[at])
        found = _annealed(layout, lists, lost, marks, own, parts[i], policy, stopped)
        if len(own) >= MANY:
            give_back()  # a region's choices weigh gigabytes, and are freed in pieces
        return found

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(better, range(len(parts))))
    rest = order[: start[1]]
    found.append(FirstRanks(first.dwelling[rest], first.app[rest], first.kind[rest]))
    dwelling, app, kind = (np.concatenate([getattr(x, name) for x in found]) for name in COLUMNS)
    by = np.argsort(dwelling, kind="stable")
    return FirstRanks(dwelling[by], app[by], kind[by])


def _annealed(
    layout: Layout,
    lists: OwnLists,
    lost: Losses,
    marks: Marks,
    first: FirstRanks,
    classes: I64,
    policy: ListsPolicy,
    stopped: Callable[[], bool],
) -> FirstRanks:
    """One part, piece by piece; one where nobody is first stays as it is."""
    problem = layout.problem
    if not len(first) or stopped():
        return first
    klass = problem.klass[first.dwelling]
    owner = np.full(len(problem.application_ids), -1, np.int32)
    there = np.flatnonzero(first.app >= 0)
    owner[first.app[there]] = first.dwelling[there]
    standing = _Standing(owner, np.zeros(len(owner), np.int32), layout.ask.copy())
    each = np.arange(len(first), dtype=np.int32)
    orders = before_each(problem, lists, klass.astype(np.int64), first.kind.astype(np.int64), each, first.app)
    _count(first.kind, *orders, marks, standing)
    del orders
    found = []
    for piece in pieces(np.diff(layout.member_ptr)[classes], policy.piece):
        own = np.zeros(len(problem.class_menu), np.bool_)
        own[classes[piece]] = True
        at = np.flatnonzero(own[klass])
        part = FirstRanks(first.dwelling[at], first.app[at], first.kind[at])
        if not stopped():
            part = _piece(layout, lists, lost, marks, standing, part, classes[piece], policy)
        found.append(part)
    return FirstRanks(*(np.concatenate([getattr(x, name) for x in found]) for name in COLUMNS))


def pieces(dwellings: NDArray[np.integer], size: int) -> list[slice]:
    """Slices of the classes of a part, which follow one another from place to place: about ``size`` dwellings each, more where a class
    has more."""
    many = max(1, round(int(dwellings.sum()) / size))
    ends = np.searchsorted(np.cumsum(dwellings), np.arange(1, many) * (int(dwellings.sum()) / many))
    bounds = [0, *ends.tolist(), len(dwellings)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]


def _piece(
    layout: Layout,
    lists: OwnLists,
    lost: Losses,
    marks: Marks,
    standing: _Standing,
    first: FirstRanks,
    classes: I64,
    policy: ListsPolicy,
) -> FirstRanks:
    """First ranks of the dwellings of some classes, all others as they are; ``standing`` is kept up to date."""
    problem = layout.problem
    land = list_landscape(problem, lists, lost, classes, first, policy)
    still = problem.must_fill[problem.klass] | (np.diff(land.group_ptr)[problem.klass] == 0)
    moving = np.flatnonzero(~still).astype(np.int32)
    if not len(moving):
        return first
    choice = _placed(land, problem, first)
    can_ptr, can = _movers(land, marks, len(layout.ask))
    fall, chance = schedule(policy.hot, policy.cold)
    group_of = np.repeat(np.arange(len(land.kind)), np.diff(land.choice_ptr)).astype(np.int32)
    _anneal(
        _Places(
            problem.klass, still, layout.member_ptr, layout.member, land.group_ptr, land.choice_ptr, land.klass, moving, lists.number,
            land.place_ptr, land.place, can_ptr, can,
        ),
        _Worth(
            problem.bonus * MICRO_PER_HUNDREDTH, land.kind, land.app, land.value, land.loss, land.before, group_of, land.list_of,
            land.nominee,
        ),
        marks,
        _State(choice, *standing),
        _Terms(
            policy.steps * len(moving), fall, chance, policy.helpers, policy.taken, policy.order, policy.again, policy.small,
        ),
    )  # fmt: skip
    at = np.flatnonzero(choice >= 0)
    best = choice[at]
    return FirstRanks(at.astype(np.int32), land.app[best], land.kind[group_of[best]])


def _placed(land: ListLandscape, problem: Problem, first: FirstRanks) -> I64:
    """Choice of every dwelling in a proposal, -1 of an empty one."""
    kinds, apps = max(1, len(problem.kinds)), len(problem.application_ids) + 1
    group = np.repeat(np.arange(len(land.kind)), np.diff(land.choice_ptr))
    spot = land.klass.astype(np.int64) * kinds + land.kind
    key = group * apps + land.app + 1
    order = np.argsort(key, kind="stable")
    wanted = np.searchsorted(spot, problem.klass[first.dwelling].astype(np.int64) * kinds + first.kind)
    found = np.full(len(problem.dwelling_ids), -1, np.int64)
    found[first.dwelling] = order[np.searchsorted(key[order], wanted * apps + first.app + 1)]
    return found


def _marks(layout: Layout) -> Marks:
    """The marks of all kinds."""
    kinds = layout.problem.kinds
    step = layout.mark_rate - RATE_UNIT * kinds.num.astype(np.int64)
    keep = (layout.price[kinds.row] > 0) & (step != 0)
    ptr = np.concatenate([[0], np.cumsum(keep)])[kinds.ptr]
    return Marks(ptr.astype(np.int64), kinds.row[keep].astype(np.int32), step[keep], layout.price)


def _movers(land: ListLandscape, marks: Marks, rows: int) -> tuple[I64, I32]:
    """Classes that can help each row: some of their groups add less to its need than others."""
    ptr, row, step, _ = marks
    length = np.diff(ptr)[land.kind]
    at = np.repeat(ptr[land.kind] - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
    klass = np.repeat(land.klass.astype(np.int64), length)
    by = np.lexsort((step[at], row[at], klass))
    key = (klass * rows + row[at])[by]
    start = np.flatnonzero(np.append(True, np.diff(key) != 0)) if len(key) else np.zeros(0, np.int64)
    end = np.append(start[1:], len(key))[: len(start)]
    groups = np.diff(land.group_ptr)[key[start] // rows]
    low, high = step[at][by][start], step[at][by][end - 1]
    helps = (low != high) | (end - start < groups)
    rows_of, classes = key[start][helps] % rows, key[start][helps] // rows
    order = np.lexsort((classes, rows_of))
    return np.searchsorted(rows_of[order], np.arange(rows + 1)).astype(np.int64), classes[order].astype(
        np.int32
    )


@njit(cache=True, nogil=True)
def _count(kind, before, list_of, nominee, marks, standing):  # type: ignore[no-untyped-def]
    """Count the first ranks of a proposal in ``blocking`` and ``need``: kind of each, who stands before it (`list_landscape.before_each`)."""
    _, blocking, need = standing
    for i in range(len(kind)):
        move(kind[i], 1, marks, need)
        for j in range(list_of[i], list_of[i] + before[i]):
            blocking[nominee[j]] += 1


@njit(cache=True, nogil=True)
def _lift(d, worth, marks, state):  # type: ignore[no-untyped-def]
    """Empty a dwelling: what that gains in points, what the rules charge more (micropoints), and orders passed over more."""
    bonus, kind, app, value, _, before, group_of, list_of, nominee = worth
    choice, owner, blocking, need = state
    c = choice[d]
    if c < 0:
        return 0, 0, 0
    q, a, over = group_of[c], app[c], 0
    gained = -value[c]
    charged = move(kind[q], -1, marks, need)
    if a >= 0:
        gained -= bonus[d]
        owner[a] = -1
        over += blocking[a]
    for j in range(list_of[q], list_of[q] + before[c]):
        b = nominee[j]
        blocking[b] -= 1
        over -= owner[b] < 0
    choice[d] = -1
    return gained, charged, over


@njit(cache=True, nogil=True)
def _let(d, c, worth, marks, state):  # type: ignore[no-untyped-def]
    """Let an empty dwelling: what that gains in points, what the rules charge more (micropoints), and orders passed over more."""
    bonus, kind, app, value, _, before, group_of, list_of, nominee = worth
    choice, owner, blocking, need = state
    if c < 0:
        return 0, 0, 0
    q, a, over = group_of[c], app[c], 0
    gained = value[c]
    charged = move(kind[q], 1, marks, need)
    if a >= 0:
        gained += bonus[d]
        owner[a] = d
        over -= blocking[a]
    for j in range(list_of[q], list_of[q] + before[c]):
        b = nominee[j]
        blocking[b] += 1
        over += owner[b] < 0
    choice[d] = c
    return gained, charged, over


@njit(cache=True, nogil=True)
def _best(d, k, places, worth, marks, state, order, passed):  # type: ignore[no-untyped-def]
    """The best choice of an empty dwelling of class k with all others as they are, of which ``passed`` pass over somebody; -1: to leave it
    empty."""
    bonus, kind, app, value, _, before, _, list_of, nominee = worth
    group_ptr, choice_ptr = places.group_ptr, places.choice_ptr
    _, owner, blocking, need = state
    top, found = 0, np.int64(-1)
    for q in range(group_ptr[k], group_ptr[k + 1]):
        cost, known = 0, False
        for c in range(choice_ptr[q], choice_ptr[q + 1]):
            a = app[c]
            gain = value[c]
            if a >= 0:
                if owner[a] >= 0:
                    continue
                gain += bonus[d] + order * blocking[a]
            if gain <= top:
                if passed == 0:
                    break  # nobody below is waited for
                continue
            if not known:
                cost, known = charge(kind[q], marks, need), True
            gain -= cost
            if gain <= top:
                if passed == 0:
                    break
                continue
            for j in range(list_of[q], list_of[q] + before[c]):
                gain -= order * (owner[nominee[j]] < 0)
            if gain > top:
                top, found = gain, np.int64(c)
    return found


@njit(cache=True, nogil=True)
def _in_want(c, unhoused, worth, marks, state, order, what, sums, n, total):  # type: ignore[no-untyped-def]
    """Add to ``what`` the rows (as they are) and nominees (-1 - household) in want around a choice that was taken or left."""
    _, kind, app, _, _, before, group_of, list_of, nominee = worth
    ptr, row, _, price = marks
    _, owner, blocking, need = state
    if c < 0:
        return n, total
    q = group_of[c]
    for m in range(ptr[kind[q]], ptr[kind[q] + 1]):
        r = row[m]
        if need[r] > 0 and n < FEW:
            total += price[r] * min(need[r], 20_000)
            what[n], sums[n] = r, total
            n += 1
    if unhoused:
        a = app[c]
        if a >= 0 and owner[a] < 0 and blocking[a] > 0 and n < FEW:
            total += order * 2.0
            what[n], sums[n] = -1 - a, total
            n += 1
    else:
        for j in range(list_of[q], list_of[q] + before[c]):
            if owner[nominee[j]] < 0 and n < FEW:
                total += order * 2.0
                what[n], sums[n] = -1 - nominee[j], total
                n += 1
    return n, total


@njit(cache=True, nogil=True)
def _anneal(places, worth, marks, state, terms):  # type: ignore[no-untyped-def]
    """``state.choice`` becomes that of the best proposal met."""
    (
        klass,
        still,
        member_ptr,
        member,
        group_ptr,
        choice_ptr,
        group_class,
        moving,
        number,
        place_ptr,
        place,
        can_ptr,
        can,
    ) = places
    _, kind, app, _, loss, before, group_of, list_of, nominee = worth
    choice, owner, blocking, need = state
    steps, fall, chance, helpers, taken, order, again, small = terms
    draws = np.array([np.uint64(88172645463325252)])
    now, best = np.int64(0), np.int64(0)
    kept = choice.copy()
    stale, is_stale = np.empty(len(choice), np.int64), np.zeros(len(choice), np.bool_)
    n_stale = 0
    what, sums = np.empty(FEW, np.int64), np.empty(FEW, np.float64)
    moved, had = np.empty(helpers + 3, np.int64), np.empty(helpers + 3, np.int64)
    for turn in range(steps):
        allowed = fall[turn * LEVELS // steps] * chance[draw(draws, LEVELS)] // SHARE
        d = np.int64(moving[draw(draws, len(moving))])
        for _ in range(again):
            if choice[d] < 0 or loss[choice[d]] > small:
                break
            d = np.int64(moving[draw(draws, len(moving))])
        k = klass[d]
        q = group_ptr[k] + draw(draws, group_ptr[k + 1] - group_ptr[k])
        c, other = np.int64(-1), np.int64(-1)
        if draw(draws, 100) < taken:
            c = choice_ptr[q] + draw(draws, choice_ptr[q + 1] - choice_ptr[q])
            if app[c] >= 0 and owner[app[c]] >= 0 and owner[app[c]] != d:
                other = np.int64(owner[app[c]])
                if still[other]:
                    continue
        else:
            for x in range(choice_ptr[q], choice_ptr[q + 1]):
                if app[x] < 0 or owner[app[x]] < 0 or owner[app[x]] == d:
                    c = np.int64(x)
                    break
        if c < 0 or c == choice[d]:
            continue
        moved[0], had[0] = d, choice[d]
        n = 1
        gained, charged, passed = _lift(d, worth, marks, state)
        if other >= 0:
            moved[1], had[1] = other, choice[other]
            n = 2
            more, rules, also = _lift(other, worth, marks, state)
            gained, charged, passed = gained + more, charged + rules, passed + also
        more, rules, also = _let(d, c, worth, marks, state)
        gained, charged, passed = gained + more, charged + rules, passed + also
        if other >= 0:
            x = _best(other, klass[other], places, worth, marks, state, order, passed)
            more, rules, also = _let(other, x, worth, marks, state)
            gained, charged, passed = gained + more, charged + rules, passed + also
        accepted = passed == 0 and gained - charged + allowed >= 0
        for _ in range(helpers):
            # whoever helps wins back what the rules charge, and no more
            if accepted or gained - min(charged, 0) + allowed < 0:
                break
            m, total = 0, 0.0
            for i in (0, n - 1):
                m, total = _in_want(choice[moved[i]], False, worth, marks, state, order, what, sums, m, total)
                m, total = _in_want(had[i], True, worth, marks, state, order, what, sums, m, total)
                if n == 1:
                    break
            if m == 0:
                break
            wanted = total * draw(draws, 1 << 30) / (1 << 30)
            i = 0
            while i < m - 1 and sums[i] < wanted:
                i += 1
            if what[i] >= 0:
                r = what[i]
                if can_ptr[r + 1] == can_ptr[r]:
                    break
                k = can[can_ptr[r] + draw(draws, can_ptr[r + 1] - can_ptr[r])]
            else:
                b = number[-1 - what[i]]
                if place_ptr[b + 1] == place_ptr[b]:
                    break
                k = group_class[group_of[place[place_ptr[b] + draw(draws, place_ptr[b + 1] - place_ptr[b])]]]
            e = np.int64(member[member_ptr[k] + draw(draws, member_ptr[k + 1] - member_ptr[k])])
            known = still[e]
            for i in range(n):
                known |= moved[i] == e
            if known:
                continue
            moved[n], had[n] = e, choice[e]
            n += 1
            more, rules, also = _lift(e, worth, marks, state)
            gained, charged, passed = gained + more, charged + rules, passed + also
            x = _best(e, k, places, worth, marks, state, order, passed)
            more, rules, also = _let(e, x, worth, marks, state)
            gained, charged, passed = gained + more, charged + rules, passed + also
            accepted = passed == 0 and gained - charged + allowed >= 0
        if not accepted:
            for i in range(n):
                _lift(moved[i], worth, marks, state)
            for i in range(n):
                _let(moved[i], had[i], worth, marks, state)
            continue
        now += gained - charged
        for i in range(n):
            if not is_stale[moved[i]]:
                is_stale[moved[i]] = True
                stale[n_stale] = moved[i]
                n_stale += 1
        if now > best:
            best = now
            for i in range(n_stale):
                kept[stale[i]] = choice[stale[i]]
                is_stale[stale[i]] = False
            n_stale = 0
    for i in range(n_stale):
        _lift(stale[i], worth, marks, state)
    for i in range(n_stale):
        _let(stale[i], kept[stale[i]], worth, marks, state)
