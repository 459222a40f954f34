"""Plots written by hand as accessible SVG: slope chart, heat map, curve. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from optimizer.presentation.numbers import percent

INK, LINE, PALE = "#1b2b41", "#B8C4D6", "#E8EEF6"
COLOURS = ("#1F3A5F", "#B3261E", "#2E7D5B", "#B26B00", "#6A4C93", "#0F7A8A", "#8A5A44", "#556270")


def slope_chart(series: Mapping[str, Sequence[float | None]], steps: Sequence[str], label: str) -> str:
    """Shares by account over modes or scenarios: one line per account, one column per step.

    Parameters
    ----------
    series : mapping
        Name -> value in [0, 1] at each step (None: not computed there).
    steps : sequence of str
        Names of the columns.
    label : str
        Text alternative.
    """
    width, height, left, right, top = 1000, 360, 280, 280, 36
    known = [v for values in series.values() for v in values if v is not None]
    most = max(known, default=1.0) or 1.0
    bottom = height - 16

    def x(i: int) -> float:
        return left + (width - left - right) * (i / max(1, len(steps) - 1))

    def y(v: float) -> float:
        return bottom - (bottom - top) * v / (most * 1.05)

    out = [open_svg(width, height, label)]
    for i, step in enumerate(steps):
        out.append(f'<line x1="{x(i):.1f}" x2="{x(i):.1f}" y1="{top}" y2="{bottom}" stroke="{LINE}"/>')
        out.append(text_svg(x(i), 18, step, "middle"))
    names = list(series)
    for n, name in enumerate(names):
        colour = COLOURS[n % len(COLOURS)]
        points = [(x(i), y(v)) for i, v in enumerate(series[name]) if v is not None]
        if len(points) > 1:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2.5" points="{path}"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
    for i, anchor, shift in ((0, "end", -8), (len(steps) - 1, "start", 8)):
        ends = [(n, series[name][i]) for n, name in enumerate(names)] if steps else []
        placed = _spread([(n, y(v)) for n, v in ends if v is not None], height - 10)
        for n, at in placed:
            value = series[names[n]][i] or 0.0
            out.append(
                text_svg(
                    x(i) + shift,
                    at + 4,
                    f"{names[n] if len(names[n]) <= 30 else names[n][:29] + '…'} {percent(value)}",
                    anchor,
                    COLOURS[n % len(COLOURS)],
                )
            )
        if len(steps) == 1:
            break
    return "".join([*out, "</svg>"])


def _spread(labels: list[tuple[int, float]], lowest: float, gap: float = 14.0) -> list[tuple[int, float]]:
    """Labels moved so that none covers another and none lies below ``lowest``."""
    placed: list[tuple[int, float]] = []
    for n, at in sorted(labels, key=lambda item: (item[1], item[0])):
        placed.append((n, max(at, placed[-1][1] + gap) if placed else at))
    floor = lowest
    for i in range(len(placed) - 1, -1, -1):
        n, at = placed[i]
        placed[i] = (n, min(at, floor))
        floor = placed[i][1] - gap
    return placed


def heat_map(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float | None]], label: str
) -> str:
    """Attainment in [0, 1] per rule and scenario: red below, blue at or above the target; the number is written too."""
    left, top, cell, line = 540, 84, 92 if len(columns) <= 8 else 56, 24
    width, height = left + cell * len(columns) + 8, top + line * len(rows) + 8
    out = [open_svg(width, height, label)]
    for j, name in enumerate(columns):
        at = left + cell * j + cell / 2
        short = name if len(name) <= 22 else name[:21] + "…"
        out.append(
            f'<text x="{at:.0f}" y="{top - 8}" font-size="11" fill="{INK}" transform="rotate(-28 {at:.0f} {top - 8})">'
            f"{escape(short)}</text>"
        )
    for i, name in enumerate(rows):
        y = top + line * i
        short = name if len(name) <= 84 else name[:83] + "…"
        out.append(text_svg(left - 8, y + 16, short, "end"))
        for j in range(len(columns)):
            value = values[i][j]
            fill, words = _shade(value)
            out.append(
                f'<rect x="{left + cell * j}" y="{y}" width="{cell - 2}" height="{line - 2}" fill="{fill}"/>'
            )
            out.append(text_svg(left + cell * j + cell / 2 - 1, y + 16, words, "middle"))
    return "".join([*out, "</svg>"])


def _shade(value: float | None) -> tuple[str, str]:
    if value is None:
        return PALE, "–"
    if value >= 1:
        return "#BBD7F2", percent(value, 0)
    depth = max(0.0, min(1.0, value))
    mix = [round(240 - (240 - low) * (1 - depth)) for low in (214, 120, 104)]
    return f"#{mix[0]:02x}{mix[1]:02x}{mix[2]:02x}", percent(value, 0)


def curve(points: Sequence[tuple[float, float]], x_label: str, y_label: str, label: str) -> str:
    """One number swept against one result (cost of a quota): points joined in the order of x."""
    width, height, left, bottom, top = 560, 300, 76, 252, 18
    ordered = sorted(points)
    xs, ys = [p[0] for p in ordered], [p[1] for p in ordered]
    x0, x1 = (min(xs), max(xs)) if xs else (0.0, 1.0)
    y0, y1 = (min(ys), max(ys)) if ys else (0.0, 1.0)
    x1, y1 = (x1 if x1 > x0 else x0 + 1), (y1 if y1 > y0 else y0 + 1)

    def x(v: float) -> float:
        return left + (width - left - 24) * (v - x0) / (x1 - x0)

    def y(v: float) -> float:
        return bottom - (bottom - top) * (v - y0) / (y1 - y0)

    out = [open_svg(width, height, label)]
    out.append(f'<path d="M{left} {top}V{bottom}H{width - 24}" fill="none" stroke="{LINE}"/>')
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in ordered)
    out.append(f'<polyline fill="none" stroke="{COLOURS[0]}" stroke-width="2.5" points="{path}"/>')
    for a, b in ordered:
        out.append(f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3.5" fill="{COLOURS[0]}"/>')
        out.append(text_svg(x(a), bottom + 16, f"{a:g}".replace(".", ","), "middle"))
    out.append(text_svg(left - 6, y(y0) + 4, f"{y0:.0f}", "end"))
    out.append(text_svg(left - 6, y(y1) + 4, f"{y1:.0f}", "end"))
    out.append(text_svg((left + width) / 2, height - 10, x_label, "middle"))
    out.append(text_svg(left, top - 5, y_label, "start"))
    return "".join([*out, "</svg>"])


def open_svg(width: int, height: int, label: str) -> str:
    """The opening tag of a plot, with its text alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui,Arial,sans-serif">'
    )


def text_svg(x: float, y: float, words: str, anchor: str, colour: str = INK) -> str:
    """A few words of a plot, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
