"""Days of the desk: what day it is in France, and on what evening a time to answer ends.

A time of whole days (R. 441-10): the day it starts from is not counted, it ends at 24:00 of the last day, and a last day that
falls on a Saturday, a Sunday or a public holiday moves to the next working day. Alsace and Moselle have two holidays more, each overseas département one.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ALSACE_MOSELLE = "alsace-moselle"
MOSELLE = "57"
"""How the table of holidays names the local law of the three départements."""
MONTH_DAY = re.compile(r"\d\d-\d\d")
SATURDAY = 5
DAY = 24 * 60
"""Minutes."""
SITTING = timedelta(hours=8)
"""How long a session may have been open and still be sitting past midnight: one open for longer was left open."""
HOUR = re.compile(r"([01]?\d|2[0-3])\s*[:hH]\s*([0-5]\d)?")
"""An hour of the day as people write it."""


def system() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def today(now: datetime) -> date:
    """The day of an instant at the desk (Europe/Paris, summer time included)."""
    return now.astimezone(PARIS).date()


def hour_at(now: datetime) -> str:
    """``HH:MM`` of an instant at the desk (Europe/Paris)."""
    return f"{now.astimezone(PARIS):%H:%M}"


def instant(when: datetime) -> str:
    """``30/11/2026 20:19:03``, at the desk (Europe/Paris)."""
    return f"{when.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


def stamp(when: datetime) -> str:
    """``20261130-201903``, at the desk: the name of a copy says the day that its makers lived."""
    return f"{when.astimezone(PARIS):%Y%m%d-%H%M%S}"


def clock_time(text: str) -> str | None:
    """``HH:MM`` of an hour as people write it (``9:05``, ``14h30``, ``14 h``); None of what is no hour."""
    found = HOUR.fullmatch(text.strip())
    return None if found is None else f"{int(found[1]):02d}:{int(found[2] or 0):02d}"


def minute_of(hour: str, began: str = "") -> int:
    """Minutes of ``HH:MM`` since the midnight before a session that began at ``began``.

    A session may go on past midnight: an hour more than half a day before its beginning is of the day after. Somebody who came
    a little early is not.
    """
    minutes = _minutes(hour)
    return minutes + DAY if began and _minutes(began) - minutes > DAY // 2 else minutes


def _minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


@lru_cache(maxsize=64)
def _holidays(year: int, region: str) -> frozenset[date]:
    import holidays

    subdivision = MOSELLE if region == ALSACE_MOSELLE else None
    found = frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))
    return found | {date.fromisoformat(f"{year}-{region}")} if MONTH_DAY.fullmatch(region) else found


def day_off(day: date, region: str = "") -> bool:
    """Whether ``day`` is a Saturday, a Sunday or a public holiday of the region (as :func:`deadline` takes it)."""
    return day.weekday() >= SATURDAY or day in _holidays(day.year, region)


def deadline(started: date, days: int, region: str = "") -> date:
    """Last day to answer, until 24:00.

    Parameters
    ----------
    started : date
        Day the notification is proven for; not counted.
    days : int
        Whole days of the time.
    region : str
        ``alsace-moselle`` where Good Friday and 26 December are holidays; ``MM-DD``, the holiday of an overseas département.
    """
    last = started + timedelta(days=days)
    while day_off(last, region):
        last += timedelta(days=1)
    return last


def past(last: date, now: datetime) -> bool:
    """Whether the time that ends on the evening of ``last`` is over."""
    return today(now) > last
