"""The pairs that an LP with links begins with: as many households as there may be, each where it is worth most."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I32, I64


def taken_in_turns(ptr: I64, app: I32, value: I64, households: int, turns: int) -> I64:
    """Entries that classes take one after the other, each the best whose household no class has taken in the turn; ascending.

    Parameters
    ----------
    ptr : (K + 1,) where the entries of each class begin
    app, value : (n,) household and value of each entry
    households : how many there are
    turns : entries a class takes; every other turn begins with the last class
    """
    klass = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    order = np.lexsort((np.arange(len(value)), -value, klass))
    taken = np.zeros(len(value), np.bool_)
    _take(ptr, app, order, turns, np.full(households, -1, np.int64), taken)
    return np.flatnonzero(taken)


@njit(cache=True, nogil=True)
def _take(ptr, app, order, turns, last, taken):  # type: ignore[no-untyped-def]
    """``last``: turn in which each household was taken last."""
    n = len(ptr) - 1
    for turn in range(turns):
        for i in range(n):
            k = n - 1 - i if turn % 2 else i
            for j in range(ptr[k], ptr[k + 1]):
                e = order[j]
                if not taken[e] and last[app[e]] != turn:
                    taken[e] = True
                    last[app[e]] = turn
                    break


def cheapest_kinds(key: I32, ptr: I64, kind: I32, cost: I64) -> I32:
    """Of each option list named (``key``), the kind that costs least, the first of equals."""
    chosen = np.empty(len(key), np.int32)
    _cheapest(key, ptr, kind, cost, chosen)
    return chosen


@njit(cache=True, nogil=True)
def _cheapest(key, ptr, kind, cost, chosen):  # type: ignore[no-untyped-def]
    for i in range(len(key)):
        best = kind[ptr[key[i]]]
        for j in range(ptr[key[i]] + 1, ptr[key[i] + 1]):
            if cost[kind[j]] < cost[best]:
                best = kind[j]
        chosen[i] = best
