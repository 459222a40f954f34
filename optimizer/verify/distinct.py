"""The different rows of a table of whole numbers, told apart by one number each: ten times as fast as comparing them."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.verify.cells import I64

LIMIT = 2**61


def distinct(rows: I64) -> tuple[I64, I64]:
    """The different rows of a table, ascending, and the number of each row among them.

    Rows are told apart by one number, whose digits are their columns. Where 63 bits do not hold it, the columns so far are first told
    apart by the place of their number among all that occur, which keeps their order.
    """
    code, size = np.zeros(len(rows), np.int64), 1
    for j in range(rows.shape[1]):
        low = int(rows[:, j].min(initial=0))
        span = int(rows[:, j].max(initial=0)) - low + 1
        column = rows[:, j]
        if span >= LIMIT:
            at, column = _numbered(np.ascontiguousarray(column))
            low, span = 0, len(at)
        if size * span >= LIMIT:
            at, code = _numbered(code)
            size = len(at)
        if size * span >= LIMIT:
            at, column = _numbered(np.ascontiguousarray(column))
            low, span = 0, len(at)
        code = code * span + (column - low)
        size *= span
    at, number = _numbered(code)
    return rows[at], number


@njit(cache=True, nogil=True)
def _numbered(code: I64) -> tuple[I64, I64]:
    """Where each different number stands first, ascending, and the place of each among them."""
    n = len(code)
    order = np.argsort(code, kind="mergesort")
    at, number = np.empty(n, np.int64), np.empty(n, np.int64)
    count = 0
    for k in range(n):
        i = order[k]
        if k == 0 or code[i] != code[order[k - 1]]:
            at[count] = i
            count += 1
        number[i] = count - 1
    return at[:count].copy(), number
