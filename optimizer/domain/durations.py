"""Days as years and months: the mean ones of the Julian calendar, the same on every page and in every table."""

from __future__ import annotations

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
