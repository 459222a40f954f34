"""Curves on shared axes, points with their names. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import floor, log10
from textwrap import wrap

from optimizer.presentation.plots import COLOURS, INK, LINE, close_svg, open_svg, text_svg
from optimizer.presentation.svg import Drawing
from optimizer.presentation.text_width import fitted

_DASHES = ("", "7 4", "2 3")
"""Colours come back after eight; the dash then tells curves apart."""
WIDTH, TOP, RIGHT, LEGEND = 1000, 26, 640, 670
LETTERS = 46
"""Letters of a line of the legend."""
APART = 20.0
"""Points nearer than this share one label."""


def curves(
    series: Mapping[str, Sequence[tuple[float, float]]],
    x_label: str,
    y_label: str,
    label: str,
    show: Callable[[float], str],
    *,
    show_y: Callable[[float], str] | None = None,
    diagonal: bool = False,
    decades: bool = False,
    whole: bool = False,
) -> Drawing:
    """One line per series, a legend beside; axes from 0 to a round value.

    Parameters
    ----------
    series : mapping
        Name -> points; names are told whole, on several lines where they are long.
    show, show_y : how a value of an axis is written; the vertical one as the other where nothing else is said.
    diagonal : draw the line of equality.
    decades : the vertical axis counts in tenfold steps, from the decade of the smallest value above 0; what is 0 lies on a line
        of its own at the bottom.
    whole : the horizontal axis counts things that have no halves.
    """
    left, names = 70, {name: wrap(name, LETTERS) or [""] for name in series}
    height = max(360, 50 + 16 * sum(map(len, names.values())) + 6 * len(names))
    bottom = height - 44
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x_ticks, y_ticks = ticks([0.0, max(xs, default=1.0)]), ticks([0.0, max(ys, default=1.0)])
    x1, y1 = x_ticks[-1], y_ticks[-1]
    written = show_y or show
    least = floor(log10(min((y for y in ys if y > 0), default=y1))) if decades else 0
    most = -floor(-log10(y1)) if decades else 0
    floor_ = bottom - 26 if decades else bottom

    def up(y: float) -> float:
        if not decades:
            return bottom - (bottom - TOP) * y / y1
        return floor_ - (floor_ - TOP) * (log10(y) - least) / max(1, most - least) if y > 0 else float(bottom)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (RIGHT - left) * x / x1, up(y)

    out = [
        open_svg(WIDTH, height, label),
        f'<path d="M{left} {TOP}V{bottom}H{RIGHT}" fill="none" stroke="{LINE}"/>',
    ]
    for y in [0.0, *(10.0**i for i in range(least, most + 1))] if decades else y_ticks:
        out.append(text_svg(left - 6, up(y) + 4, written(y), "end"))
        out.append(_rule(left, up(y)))
    for x in x_ticks:
        if not whole or x == floor(x):
            out.append(text_svg(at(x, 0.0)[0], bottom + 18, show(x), "middle"))
    if diagonal:
        (a, b), (c, d) = at(0.0, 0.0), at(x1, y1)
        out.append(
            f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" stroke="{LINE}" stroke-dasharray="3 3"/>'
        )
    line = TOP + 6
    for i, (name, points) in enumerate(series.items()):
        style = _stroke(i)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in points))
        out.append(f'<polyline fill="none" {style} points="{path}"/>')
        out.append(f'<line x1="{LEGEND}" x2="{LEGEND + 26}" y1="{line}" y2="{line}" {style}/>')
        for words in names[name]:
            out.append(text_svg(LEGEND + 34, line + 4, words, "start"))
            line += 16
        line += 6
    out.append(text_svg((left + RIGHT) / 2, height - 8, x_label, "middle"))
    out.append(text_svg(left, TOP - 10, y_label, "start"))
    return close_svg(out)


def _rule(left: float, y: float) -> str:
    return f'<line x1="{left}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}" stroke-opacity="0.4"/>'


def _stroke(i: int) -> str:
    dash = _DASHES[i // len(COLOURS) % len(_DASHES)]
    return f'stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="2.2"' + (
        f' stroke-dasharray="{dash}"' if dash else ""
    )


def scatter(
    points: Mapping[str, tuple[float, float]],
    x_label: str,
    y_label: str,
    label: str,
    show_x: Callable[[float], str],
    show_y: Callable[[float], str],
) -> Drawing:
    """One point per name, numbered; points too near to be told apart share a label, and the names stand in a legend."""
    left = 96
    height = max(360, 40 + 20 * len(points))
    bottom = height - 44
    x_ticks = ticks([x for x, _ in points.values()])
    y_ticks = ticks([y for _, y in points.values()])

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        along = (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return left + 14 + (RIGHT - left - 28) * across, bottom - 10 - (bottom - TOP - 20) * along

    out = [
        open_svg(WIDTH, height, label),
        f'<path d="M{left} {TOP}V{bottom}H{RIGHT}" fill="none" stroke="{LINE}"/>',
    ]
    for x in x_ticks:
        out.append(text_svg(at(x, y_ticks[0])[0], bottom + 18, show_x(x), "middle"))
    for y in y_ticks:
        b = at(x_ticks[0], y)[1]
        out.append(text_svg(left - 6, b + 4, show_y(y), "end"))
        out.append(_rule(left, b))
    drawn = [at(*p) for p in points.values()]
    for i, (a, b) in enumerate(drawn):
        out.append(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="5.5" fill="{COLOURS[i % len(COLOURS)]}" fill-opacity="0.85"/>'
        )
    for members in _together(drawn):
        a = sum(drawn[i][0] for i in members) / len(members)
        b = sum(drawn[i][1] for i in members) / len(members)
        edge = max(drawn[i][0] for i in members) + 10
        words = ", ".join(str(i + 1) for i in members)
        beyond = edge + 8 * len(words) > RIGHT
        out.append(
            text_svg(min(drawn[i][0] for i in members) - 10, b + 4, words, "end")
            if beyond
            else text_svg(max(edge, a), b + 4, words, "start")
        )
    for i, name in enumerate(points):
        line = TOP + 6 + 20 * i
        out.append(f'<circle cx="{LEGEND + 9}" cy="{line}" r="5.5" fill="{COLOURS[i % len(COLOURS)]}"/>')
        out.append(text_svg(LEGEND + 34, line + 4, f"{i + 1}", "end", INK))
        out.append(text_svg(LEGEND + 42, line + 4, fitted(name, WIDTH - LEGEND - 46), "start"))
    out.append(text_svg((left + RIGHT) / 2, height - 8, x_label, "middle"))
    out.append(text_svg(left, TOP - 10, y_label, "start"))
    return close_svg(out)


def ticks(values: Sequence[float], most: int = 6) -> list[float]:
    """Round values that enclose the given ones, ``most`` steps at most.

    Examples
    --------
    >>> ticks([0.39, 0.998])
    [0.2, 0.4, 0.6, 0.8, 1.0]
    >>> ticks([5.0])
    [5.0, 6.0]
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high <= low:
        return [low, low + 1.0]
    size = 10.0 ** floor(log10((high - low) / most))
    step = next(size * k for k in (1, 2, 5, 10, 20) if _steps(low, high, size * k) <= most)
    first = floor(low / step + 1e-9)
    return [round((first + i) * step, 12) for i in range(_steps(low, high, step) + 1)]


def _steps(low: float, high: float, step: float) -> int:
    return int(-floor(-(high / step - 1e-9)) - floor(low / step + 1e-9))


def _together(points: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Points chained by neighbours nearer than `APART`, in the order of their numbers."""
    left, found = set(range(len(points))), []
    while left:
        members, open_ = [], [min(left)]
        while open_:
            i = open_.pop()
            if i not in left:
                continue
            left.discard(i)
            members.append(i)
            a, b = points[i]
            open_ += [j for j in left if abs(points[j][0] - a) < APART and abs(points[j][1] - b) < APART]
        found.append(sorted(members))
    return found
