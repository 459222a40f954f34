"""What first ranks charge the rules, for every search that changes one first rank at a time: named arrays, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.model import I64


class Marks(NamedTuple):
    """What each group (a kind, or kinds that count alike) adds to what rows lack.

    Attributes
    ----------
    ptr : (groups + 1,)
        Marks of a group; a row has one mark of a group at most.
    row : (marks,)
        Row.
    step : (marks,)
        What one first rank more adds to what the row lacks, ten-thousandths of a lease.
    price : (rows,)
        Micropoints that a row charges for each ten-thousandth it lacks.
    """

    ptr: NDArray[np.integer]
    row: NDArray[np.integer]
    step: I64
    price: I64


@njit(cache=True, nogil=True)
def charge(group, marks, need):  # type: ignore[no-untyped-def]
    """Micropoints that the rules lose by one more first rank of a group, with ``need`` (rows,) what they lack."""
    ptr, row, step, price = marks
    lost = 0
    for m in range(ptr[group], ptr[group + 1]):
        r = row[m]
        before = need[r]
        after = before + step[m]
        if after > 0 or before > 0:
            lost += price[r] * (max(0, after) - max(0, before))
    return lost


@njit(cache=True, nogil=True)
def move(group, sign, marks, need):  # type: ignore[no-untyped-def]
    """Count one more (1) or one less (-1) first rank of a group in ``need``; the micropoints that the rules lose by it."""
    ptr, row, step, price = marks
    lost = 0
    for m in range(ptr[group], ptr[group + 1]):
        r = row[m]
        before = need[r]
        after = before + sign * step[m]
        need[r] = after
        if after > 0 or before > 0:
            lost += price[r] * (max(0, after) - max(0, before))
    return lost
