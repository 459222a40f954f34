"""Where each target stands month by month, against the straight line from 1 January to 31 December."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction

import pandas as pd

from optimizer.statement.dashboards.gauges import Gauge
from optimizer.statement.dashboards.year import Year

COLUMNS = ("gauge", "title", "scope", "month_end", "straight_line", "done")


def month_ends(year: int) -> list[date]:
    return [date(year, m, monthrange(year, m)[1]) for m in range(1, 13)]


def done_by(gauge: Gauge, day: date) -> int:
    """Leases of the numerator dated on or before ``day``."""
    return sum(1 for d in gauge.counts.day if d.date() <= day)


def trajectories(year: Year, gauges: tuple[Gauge, ...]) -> pd.DataFrame:
    """One line per target and month: what the straight line asks, what is done (empty after the case's date)."""
    start = date(year.case.settings.year, 1, 1)
    length = (date(start.year, 12, 31) - start).days + 1
    rows = []
    for gauge in gauges:
        for end in month_ends(start.year):
            asked = Fraction(gauge.year_target * ((end - start).days + 1), length)
            seen = min(end, year.on)
            known = end <= year.on or (end.year, end.month) == (year.on.year, year.on.month)
            rows.append(
                (gauge.id, gauge.title, gauge.scope, end.isoformat(), float(round(asked, 2)),
                 float(done_by(gauge, seen)) if known else float("nan"))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def steps(gauge: Gauge, year: Year) -> list[tuple[int, int]]:
    """(day of the year, leases done) at each step of the numerator, to the case's date."""
    start = date(year.case.settings.year, 1, 1)
    out, n = [(0, 0)], 0
    for stamp in gauge.counts.day:
        n += 1
        at = min(max(0, (stamp.date() - start).days + 1), sum(year.days))
        out.append((at, n)) if out[-1][0] != at else out.__setitem__(-1, (at, n))
    return [*out, (max(year.days[0], out[-1][0]), n)]
