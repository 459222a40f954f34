"""Decimal numbers of tables as whole units: hundredths of a point, cents, ten-thousandths. Half goes up."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

HALF = Decimal("0.5")
CLOSE = 4
"""Steps of binary numbers within which a product may stand on the other side of a half."""


def half_up(values: NDArray[np.float64], unit: int) -> NDArray[np.float64]:
    """``floor(unit × x + ½)`` of the decimals that are written; NaN stays NaN.

    The binary number of 1.005 is a little below it, and so is a hundred times that: such halves are counted in decimals.

    Parameters
    ----------
    values : (n,) numbers as files give them, points or euros for example.
    unit : how many units one of them makes: 100 for hundredths of a point or cents.

    Returns
    -------
    (n,) whole numbers of units, as floats.

    Examples
    --------
    >>> half_up(np.array([1.005, 1.004, -1.005, 389.4]), 100).tolist()
    [101.0, 100.0, -100.0, 38940.0]
    """
    scaled = np.asarray(values, np.float64) * unit
    found = np.floor(scaled + 0.5)
    with np.errstate(invalid="ignore"):
        halves = np.abs(scaled - np.floor(scaled) - 0.5) <= CLOSE * np.spacing(np.abs(scaled))
    for i in np.flatnonzero(halves & np.isfinite(scaled)).tolist():
        exact = Decimal(repr(float(values[i]))) * unit + HALF
        found[i] = float(exact.to_integral_value(ROUND_FLOOR))
    return np.asarray(found, np.float64)
