"""How sure a forecast, or a difference between draws, is meant to be: conventions of this program, and the words that tell them."""

from __future__ import annotations

from statistics import NormalDist

FORECAST_SURE = 0.80
"""Chance that what is still to come falls inside the interval of the forecast at 31 December."""
FORECAST_QUANTILE = round(NormalDist().inv_cdf(0.5 + FORECAST_SURE / 2), 4)
"""Standard normal quantile of that interval, two-sided."""
FORECAST_WORDS = (f"{FORECAST_SURE * 100:.0f} %", f"{FORECAST_SURE * 100:.0f}%")
"""That chance, in French and in English."""
DRAWS_SURE = 0.95
"""Chance that an interval over independent draws holds what it is about."""


def moved_alike(draws: int) -> float:
    """The p of so many differences that are all the same number, other than 0.

    They have no spread from which a Student test could be made, and a p of nothing would be claimed of two draws as of a
    hundred. What is left is that all went the same way: of 2^n ways the signs could fall, two are as far from none.
    """
    return min(1.0, 2.0 ** (1 - draws))
