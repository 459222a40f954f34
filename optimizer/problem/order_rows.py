"""The rows of the orders that kinds enter, one by one: what `orders.Signs` names.

On 300 dwellings and 3,000 applications with chains and the réservataires' lists, 198,000 kinds enter 12.7 million rows, nominees their
own wherever they are first: written by a compiled pass, each list of rows in its order as it is merged.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I8, I32, I64
from optimizer.problem.orders import OwnRows


def listed(signs: I64, chosen: I64, own: OwnRows) -> tuple[I64, I32, I8]:
    """Rows and signs of some kinds.

    Parameters
    ----------
    signs : (m, 5) different `orders.Signs`
    chosen : (n,) which of them each kind has

    Returns
    -------
    ptr (n + 1,), row and sign
        The rows of each kind follow one another, ascending.
    """
    many = np.empty(len(signs), np.int64)
    _count(signs, own.ptr, own.row, own.dwelling, own.begin, many)
    ptr = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(many[chosen], out=ptr[1:])
    row, sign = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.int8)
    _write(signs, chosen, ptr, own.ptr, own.row, own.dwelling, own.begin, row, sign)
    return ptr, row, sign


@njit(cache=True, nogil=True)
def _count(signs, ptr, held, dwelling, begin, many):  # type: ignore[no-untyped-def]
    for i in range(len(signs)):
        nominee, apart, link, opened, placed = signs[i]
        n = (link >= 0) + (opened >= 0)
        if placed >= 0:
            n += placed - begin[placed] + 1
        if nominee >= 0:
            for j in range(ptr[nominee], ptr[nominee + 1]):
                n += dwelling[held[j]] != apart
        many[i] = n


@njit(cache=True, nogil=True)
def _write(signs, chosen, start, ptr, held, dwelling, begin, row, sign):  # type: ignore[no-untyped-def]
    for k in range(len(chosen)):
        nominee, apart, link, opened, placed = signs[chosen[k]]
        at = start[k]
        # the rows of the list it comes after follow one another: they go between two of its own
        behind, end = 0, 0
        if placed >= 0:
            behind, end = begin[placed], placed + 1
        if nominee >= 0:
            for j in range(ptr[nominee], ptr[nominee + 1]):
                p = held[j]
                if dwelling[p] == apart:
                    continue
                while behind < end and behind < p:
                    row[at], sign[at] = behind, 1
                    behind += 1
                    at += 1
                row[at], sign[at] = p, -1
                at += 1
        while behind < end:
            row[at], sign[at] = behind, 1
            behind += 1
            at += 1
        # links come after all lists
        if opened >= 0 and opened < link:
            row[at], sign[at] = opened, -1
            at += 1
            opened = -1
        if link >= 0:
            row[at], sign[at] = link, 1
            at += 1
        if opened >= 0:
            row[at], sign[at] = opened, -1
            at += 1
