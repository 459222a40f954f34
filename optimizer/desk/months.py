"""Months of the calendar."""

from __future__ import annotations

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month.

    >>> months_after(date(2026, 1, 31), 1).isoformat(), months_after(date(2026, 11, 28), 12).isoformat()
    ('2026-02-28', '2027-11-28')
    """
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
