"""What whole leases say of a row beyond its share: the lower hull of the counts that keep it.

A row ``rate · den − num ≤ spare`` over whole counts asks for ``num ≥ ⌈(rate · den − spare) / 10⁴⌉``. With den between two known numbers
that is a short list of points, and every line of their lower hull holds for all of them: 32 % of three or four leases is one or two,
where the share alone lets 0.96 through. A relaxed program with these lines bounds the whole one closely, which the search then need not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.problem.model import I64, RATE_UNIT

F = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Movers:
    """Moves of a program over households: at most one per household, at most ``room`` per class, ``empty`` dwellings left at most.

    Attributes
    ----------
    place, klass : (N,) household and class of each move
    stays : (n,) whether the household must take one
    room : (K,) dwellings of each class
    empty : dwellings that no household need take, in all
    """

    place: NDArray[np.int64]
    klass: NDArray[np.int32]
    stays: NDArray[np.bool_]
    room: I64
    empty: int

    def counted(self, marked: NDArray[np.bool_]) -> tuple[int, int]:
        """The least and the most marked moves that an allocation can have."""
        all_own, some_own = _all_and_some(self.place, marked, len(self.stays))
        all_here, some_here = _all_and_some(self.klass, marked, len(self.room))
        least = max(int((all_own & self.stays).sum()), int(self.room[all_here].sum()) - self.empty)
        newcomers = min(self.empty, int((some_own & ~self.stays).sum()))
        most = min(int((some_own & self.stays).sum()) + newcomers, int(self.room[some_here].sum()))
        return max(0, least), most


def _all_and_some(
    owner: NDArray[np.integer], marked: NDArray[np.bool_], size: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each owner, whether it has moves and all are marked, and whether some are."""
    total, found = np.bincount(owner, minlength=size), np.bincount(owner, marked, size)
    return (total > 0) & (found == total), found > 0


def whole_lines(
    movers: Movers, num: sp.csr_matrix, den: sp.csr_matrix, rate: I64, spare: I64
) -> tuple[sp.csr_matrix, F]:
    """Lines ``slope · den − num ≤ −level`` that every whole allocation keeps and the rows themselves do not say.

    Parameters
    ----------
    num, den : (R, N) of each move, 0 or 1
    rate, spare : (R,) ten-thousandths

    Returns
    -------
    matrix (L, N), right-hand sides (L,)
    """
    lines, right = [], []
    for r in range(num.shape[0]):
        counted = den.getrow(r)
        marked = np.zeros(den.shape[1], bool)
        marked[counted.indices[counted.data != 0]] = True
        for slope, level in hull(*movers.counted(marked), int(rate[r]), int(spare[r])):
            lines.append(slope * counted - num.getrow(r))
            right.append(-level)
    if not lines:
        return sp.csr_matrix((0, num.shape[1])), np.zeros(0)
    return sp.vstack(lines).tocsr(), np.array(right)


def hull(low: int, high: int, rate: int, spare: int) -> Iterator[tuple[float, float]]:
    """Lines (slope, level) with ``num ≥ slope · den + level`` at every whole point of ``low ≤ den ≤ high``; those above the row's own."""
    corners: list[tuple[int, int]] = []
    for d in range(low, high + 1):
        n = max(0, -((spare - rate * d) // RATE_UNIT))
        while len(corners) > 1 and _turns_down(corners[-2], corners[-1], (d, n)):
            corners.pop()
        corners.append((d, n))
    if len(corners) == 1:
        corners.append((low + 1, corners[0][1]))
    for (d, n), (e, m) in zip(corners, corners[1:], strict=False):
        if n * RATE_UNIT > rate * d - spare or m * RATE_UNIT > rate * e - spare:
            slope = (m - n) / (e - d)
            yield slope, n - slope * d


def _turns_down(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether the middle of three points lies on or above the line of the others."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])
