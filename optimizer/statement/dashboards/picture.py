"""The two pictures of a target: its gauge to date, and its trajectory against the straight line. SVG, no script."""

from __future__ import annotations

from datetime import date
from html import escape

from optimizer.presentation.svg import DONE, EXPECTED, INK, RUN, TARGET, TRACK
from optimizer.statement.dashboards.gauges import Gauge
from optimizer.statement.dashboards.trajectory import steps
from optimizer.statement.dashboards.words import decimal
from optimizer.statement.dashboards.year import Year

W, H, LEFT, TOP, BOTTOM = 320, 168, 34, 12, 24
MONTHS = "JFMAMJJASOND"
BAR = 150
"""Width of a gauge; a page may stretch it."""
PROGRESS = "#2E6F9E"


def bar(gauge: Gauge, gone: int, left: int) -> str:
    """Leases of the year's target: signed, in progress, proposed; the red mark is the straight line today."""
    c = gauge.counts
    straight = float(gauge.straight(gone, left))
    most = max(gauge.year_target, c.num + c.num_run, 1)
    scale = BAR / most

    def x(value: float) -> str:
        return f"{min(value, most) * scale:.1f}"

    ahead = min(c.num + float(c.num_expected), most) - min(c.num, most)
    words = (
        f"{c.num_signed} signés, {c.num_progress} en cours, {c.num_run} proposés, objectif de l'année {gauge.year_target}, "
        f"ligne droite à ce jour {decimal(straight)}"
    )
    return (
        f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {BAR} 20" width="{BAR}" height="20">'
        f'<rect width="{BAR}" height="12" y="4" rx="3" fill="{TRACK}"/>'
        f'<rect width="{x(c.num + c.num_run)}" height="12" y="4" rx="3" fill="{RUN}"/>'
        f'<rect width="{x(c.num)}" height="12" y="4" rx="3" fill="{PROGRESS}"/>'
        f'<rect width="{x(c.num_signed)}" height="12" y="4" rx="3" fill="{DONE}"/>'
        f'<rect x="{x(c.num)}" width="{ahead * scale:.1f}" height="4" y="8" fill="{EXPECTED}"/>'
        f'<rect x="0.5" y="4.5" width="{max(0.0, gauge.year_target * scale - 1):.1f}" height="11" rx="3" fill="none" stroke="{INK}"/>'
        f'<line x1="{x(straight)}" x2="{x(straight)}" y1="0" y2="20" stroke="{TARGET}" stroke-width="2"/></svg>'
    )


def trajectory(gauge: Gauge, year: Year) -> str:
    """Leases counted day by day, the straight line of the year, and where the run would lead."""
    c, (gone, left) = gauge.counts, year.days
    length = gone + left
    top = max(gauge.year_target, c.num + c.num_run, 1)
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 10**9) if top / s <= 4)
    step = step if step < 10**9 else -(-top // 4)
    most = -(-top // step) * step

    def x(day: float) -> float:
        return LEFT + (W - LEFT - 8) * day / length

    def y(value: float) -> float:
        return H - BOTTOM - (H - TOP - BOTTOM) * value / most

    grid = "".join(
        f'<line x1="{LEFT}" x2="{W - 8}" y1="{y(v):.1f}" y2="{y(v):.1f}" stroke="{TRACK}"/>'
        f'<text x="{LEFT - 5}" y="{y(v) + 4:.1f}" text-anchor="end">{decimal(v, 0)}</text>'
        for v in range(0, most + 1, step)
    )
    start = date(year.case.settings.year, 1, 1)
    months = "".join(
        f'<text x="{x((date(start.year, m, 15) - start).days):.1f}" y="{H - 8}" text-anchor="middle">{MONTHS[m - 1]}</text>'
        for m in range(1, 13)
    )
    path, before = [], 0
    for day, n in steps(gauge, year):
        path.append(f"{x(day):.1f},{y(before):.1f} {x(day):.1f},{y(n):.1f}")
        before = n
    today = x(gone)
    run = ""
    if year.run is not None and gauge.counts.den_run:
        all_in, expected = c.num + c.num_run, c.num + float(c.num_expected)
        run = (
            f'<line x1="{today:.1f}" x2="{today:.1f}" y1="{y(c.num):.1f}" y2="{y(all_in):.1f}" stroke="{RUN}" stroke-width="3"/>'
            f'<circle cx="{today:.1f}" cy="{y(all_in):.1f}" r="4" fill="#fff" stroke="{RUN}" stroke-width="2"/>'
            f'<circle cx="{today:.1f}" cy="{y(expected):.1f}" r="4" fill="{EXPECTED}" stroke="{RUN}"/>'
        )
    straight = gauge.straight(gone, left)
    words = (
        f"{gauge.title}, {gauge.scope} : {c.num} au {year.on:%d/%m/%Y} pour {decimal(straight)} sur la ligne droite ; "
        f"objectif de l'année {gauge.year_target}"
    )
    return (
        f'<svg class="plot" role="img" aria-label="{escape(words)}" viewBox="0 0 {W} {H}" font-size="11" fill="{INK}">'
        f"{grid}{months}"
        f'<line x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(length):.1f}" y2="{y(gauge.year_target):.1f}" stroke="{TARGET}" '
        f'stroke-width="1.5" stroke-dasharray="5 3"/>'
        f'<line x1="{today:.1f}" x2="{today:.1f}" y1="{TOP}" y2="{H - BOTTOM}" stroke="{INK}" stroke-dasharray="1 3"/>'
        f'<polyline points="{" ".join(path)}" fill="none" stroke="{DONE}" stroke-width="2.5"/>{run}</svg>'
    )
