"""Mid-rank percentile: what makes scores of different grids or EPCI comparable (design §5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HUNDRED = 10_000
"""One hundred points in hundredths."""


def mid_rank(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """``100 × (number below + half of the number equal, itself included) / n`` in hundredths, rounded half up.

    >>> mid_rank(np.array([5, 1, 5, 9]))
    array([5000, 1250, 5000, 8750])
    """
    n = len(values)
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    equal = np.searchsorted(ordered, values, side="right") - below
    return np.asarray((HUNDRED * (2 * below + equal) + n) // (2 * max(n, 1)), dtype=np.int64)
