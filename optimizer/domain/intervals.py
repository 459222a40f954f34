"""How sure the forecast of a year is meant to be: a convention of this program, and the words of every heading that tells it."""

from __future__ import annotations

from statistics import NormalDist

FORECAST_SURE = 0.80
"""Chance that what is still to come falls inside the interval of the forecast at 31 December."""
FORECAST_QUANTILE = round(NormalDist().inv_cdf(0.5 + FORECAST_SURE / 2), 4)
"""Standard normal quantile of that interval, two-sided."""
FORECAST_WORDS = (f"{FORECAST_SURE * 100:.0f} %", f"{FORECAST_SURE * 100:.0f}%")
"""That chance, in French and in English."""
