"""Binary heap on two parallel arrays, for compiled callers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit


class Heap(NamedTuple):
    """Room for the items of a heap; whoever fills it makes a larger one (`grown`).

    Attributes
    ----------
    keys : (room,) int64
        What items are sorted by.
    values : (room,) int32
        The items.
    """

    keys: NDArray[np.int64]
    values: NDArray[np.int32]


@njit(cache=True, nogil=True)
def empty_heap(room):  # type: ignore[no-untyped-def]
    """A heap with room for some items."""
    return Heap(np.empty(room, np.int64), np.empty(room, np.int32))


@njit(cache=True, nogil=True)
def push(keys, values, n, key, value):  # type: ignore[no-untyped-def]
    """Insert; the arrays hold ``n`` items and have room for one more. Returns the new size."""
    i = n
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        values[i] = values[parent]
        i = parent
    keys[i] = key
    values[i] = value
    return n + 1


@njit(cache=True, nogil=True)
def pop(keys, values, n):  # type: ignore[no-untyped-def]
    """Remove the smallest item (read it at index 0 before). Returns the new size."""
    n -= 1
    key = keys[n]
    value = values[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        values[i] = values[child]
        i = child
    keys[i] = key
    values[i] = value
    return n
