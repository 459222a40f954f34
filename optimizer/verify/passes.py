"""Compiled passes over all pairs of a block: one read of each household per door, no pair kept.

Everything is whole numbers. What could leave 64 bits is refused before a pass begins (`blocks`, `bound`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.verify.cells import I32, I64, U8, B

GONE, LIVE, EVERYWHERE = 1, 2, 4
"""Bits of a household's own status: not active, live offer, forbidden everywhere."""


@njit(cache=True, nogil=True)
def local_types(key: I64, seen: I32) -> tuple[I32, I32]:
    """(type of each household, first household of each type): types numbered as they are met.

    ``seen`` is -1 everywhere, and is again so on return.
    """
    n = len(key)
    found = np.empty(n, np.int32)
    first = np.empty(n, np.int32)
    count = 0
    for i in range(n):
        t = seen[key[i]]
        if t < 0:
            t = count
            seen[key[i]] = t
            first[t] = i
            count += 1
        found[i] = t
    for t in range(count):
        seen[key[first[t]]] = -1
    return found, first[:count].copy()


@njit(cache=True, nogil=True)
def but_for(wanted: B, start: I64, length: I64, values: I32, number: int) -> None:
    """Strike from ``wanted`` whoever has ``number`` among its values."""
    for i in range(len(wanted)):
        for k in range(start[i], start[i] + length[i]):
            if values[k] == number:
                wanted[i] = False


@njit(cache=True, nogil=True)
def door_codes(
    status: U8, elsewhere: B, bits: U8, income: I64, category: I64, need: U8, home: I32, app: I32, room: int,
    cap: I64, access: int, upstairs: bool, dwelling: int, barred: I32,
) -> U8:  # fmt: skip
    """First refusal code before ``ACCOUNT`` of each household of the block at a door, 0 = none.

    ``cap``: ceiling × factor of categories 1..6, then of each further person. ``elsewhere``: empty = nobody.
    """
    n = len(app)
    code = np.zeros(n, np.uint8)
    for i in range(n):
        s = status[i]
        if s & 1:
            code[i] = 1
        elif s & 2:
            code[i] = 2
        elif len(elsewhere) and elsewhere[i]:
            code[i] = 3
        elif not (bits[i] >> (room - 1)) & 1:
            code[i] = 4
        else:
            c = category[i]
            limit = cap[min(max(c, 1), 6) - 1] + max(0, c - 6) * cap[6]
            w = need[i]
            if income[i] >= 0 and income[i] * 10_000 > limit:
                code[i] = 5
            elif (w == 3 and access != 2) or (w == 2 and access == 0) or (w > 0 and upstairs):
                code[i] = 6
            elif home[i] == dwelling:
                code[i] = 7
            elif s & 4:
                code[i] = 8
            else:
                for a in barred:
                    if a == app[i]:
                        code[i] = 8
    return code


@njit(cache=True, nogil=True)
def inside(code: U8, kind: I32, score: I64, n_types: int) -> tuple[I32, I64, I64]:
    """(households that no code refuses, how many of each type, best score of each type)."""
    n = 0
    for i in range(len(code)):
        n += code[i] == 0
    fine = np.empty(n, np.int32)
    count = np.zeros(n_types, np.int64)
    best = np.zeros(n_types, np.int64)
    n = 0
    for i in range(len(code)):
        if code[i] == 0:
            fine[n] = i
            n += 1
            t = kind[i]
            if count[t] == 0 or score[i] > best[t]:
                best[t] = score[i]
            count[t] += 1
    return fine, count, best


@njit(cache=True, nogil=True)
def by_account(named: I64, count: I64, best: I64, n: int) -> tuple[I64, I64]:
    """(households, best score) of each of ``n`` accounts, from those of each type; 0 for an account without candidate."""
    total = np.zeros(n, np.int64)
    top = np.zeros(n, np.int64)
    for t in range(len(count)):
        if count[t]:
            for b in range(n):
                if named[t] >> b & 1:
                    # a malus may make every score negative
                    top[b] = max(top[b], best[t]) if total[b] else best[t]
                    total[b] += count[t]
    return total, top


@njit(cache=True, nogil=True)
def marked_by_type(fine: I32, app: I32, kind: I32, marks: B, n: int) -> I64:
    """(types, marks) households that no code refuses, of each mark that a column of ``marks`` says of every application."""
    total = np.zeros((n, marks.shape[1]), np.int64)
    for i in fine:
        for j in range(marks.shape[1]):
            total[kind[i], j] += marks[app[i], j]
    return total


@njit(cache=True, nogil=True)
def marked_by_account(named: I64, marked: I64, n: int) -> I64:
    """(accounts, marks) households of each mark that each of ``n`` accounts may name, from those of each type."""
    total = np.zeros((n, marked.shape[1]), np.int64)
    for t in range(len(marked)):
        for b in range(n):
            if named[t] >> b & 1:
                for j in range(marked.shape[1]):
                    total[b, j] += marked[t, j]
    return total


@njit(cache=True, nogil=True)
def worths(base: I64, first: U8, room: int, points: int, need: U8, adapted: int) -> I64:
    """``base`` with the points of the first choice of rooms and of an adapted dwelling that meets an adapted need."""
    out = base.copy()
    for i in range(len(base)):
        if first[i] == room:
            out[i] += points
        if need[i] == 3:
            out[i] += adapted
    return out


@njit(cache=True, nogil=True)
def meet(app: I32, code: U8, kind: I32, said: U8, met: I32, seen: U8) -> None:
    """Note for each household the codes it met and where an account may name it.

    ``said`` by type: bit 0 some class of the door has no account for it, bit 1 some class has one, bit 2 one of them
    with an open dwelling. ``met`` gathers code bits (9 = ``ACCOUNT``), ``seen`` bits 1 and 2.
    """
    for i in range(len(app)):
        if code[i]:
            met[app[i]] |= 1 << code[i]
        else:
            s = said[kind[i]]
            if s & 1:
                met[app[i]] |= 1 << 9
            seen[app[i]] |= s & 6


@njit(cache=True, nogil=True)
def tops(
    fine: I32, kind: I32, app: I32, value: I64, barred: I64, unit: int, seg: I32, top: I64
) -> None:  # fmt: skip
    """Largest ``value × unit − barred`` by type of a door, into its segments (``seg`` of each type, -1 = not asked)."""
    for k in range(len(fine)):
        i = fine[k]
        s = seg[kind[i]]
        if s >= 0:
            net = value[k] * unit - barred[app[i]]
            if net > top[s]:
                top[s] = net


@njit(cache=True, nogil=True)
def on_step(fine: I32, kind: I32, value: I64, step: int, rest: I64) -> None:
    """By type: the remainder of all values at ``step``, or -2 when they differ; ``rest`` starts at -1."""
    for k in range(len(fine)):
        t = kind[fine[k]]
        r = value[k] % step
        if rest[t] == -1:
            rest[t] = r
        elif rest[t] != r:
            rest[t] = -2


@njit(cache=True, nogil=True)
def class_tops(ptr: I64, seg: I32, kind: I32, top: I64, best: I64, found: I64) -> None:
    """Best of each class row: over its segments, the segment's top plus the balance of what it may be."""
    for c in range(len(ptr) - 1):
        for k in range(ptr[c], ptr[c + 1]):
            net = top[seg[k]] + best[kind[k]]
            if net > found[c]:
                found[c] = net


@njit(cache=True, nogil=True)
def account_tops(
    ptr: I64, seg: I32, kind: I32, top: I64, start: I64, worth: I64, bit: NDArray[np.int8], found: I64
) -> None:
    """As `class_tops`, for each account: ``worth`` and ``bit`` (the account) of what a set may be, sets from ``start`` on."""
    for c in range(len(ptr) - 1):
        for k in range(ptr[c], ptr[c + 1]):
            for j in range(start[kind[k]], start[kind[k] + 1]):
                net = top[seg[k]] + worth[j]
                if net > found[c, bit[j]]:
                    found[c, bit[j]] = net


@njit(cache=True, nogil=True)
def places(fine: I32, kind: I32, score: I64, named: I64, asked: I32, own: I64, n: int) -> tuple[I64, I64, B]:
    """(place by score, of how many) of some households of a door on the account ``own`` of the dwelling of each, -1: none.

    Where that account may not name the household: on the one of ``n`` accounts where its place is best, and the last array is
    true. ``named``: accounts that may name each type, as bits. Equal scores share the best place; of equal places the one among fewest
    counts; 0 where no account may name a household.
    """
    m = len(asked)
    place, of = np.zeros(m, np.int64), np.zeros(m, np.int64)
    other = np.ones(m, np.bool_)
    order = np.argsort(score[asked])
    levels = score[asked][order]
    tally = np.empty(m + 1, np.int64)
    for b in range(n):
        tally[:] = 0
        total = 0
        for i in fine:
            if named[kind[i]] >> b & 1:
                total += 1
                tally[np.searchsorted(levels, score[i])] += 1
        here = np.int64(1)
        for j in range(m - 1, -1, -1):
            here += tally[j + 1]
            k = order[j]
            if not named[kind[asked[k]]] >> b & 1 or not other[k]:
                continue
            if own[k] == b or place[k] == 0 or here < place[k] or (here == place[k] and total < of[k]):
                place[k], of[k] = here, total
                other[k] = own[k] != b
    return place, of, other
