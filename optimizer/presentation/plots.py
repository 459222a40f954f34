"""Plots written by hand as accessible SVG: slope chart, heat map, curve, tornado. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from optimizer.errors import Lang
from optimizer.presentation.numbers import decimal, percent, signed
from optimizer.presentation.svg import Drawing
from optimizer.presentation.text_width import fitted, width_of

INK, LINE, PALE = "#1b2b41", "#B8C4D6", "#E8EEF6"
DASHES = ("", "8 4", "2 3", "10 3 2 3")
"""Lines and curves are told apart without colours too."""
COLOURS = ("#1F3A5F", "#B3261E", "#2E7D5B", "#B26B00", "#6A4C93", "#0F7A8A", "#8A5A44", "#556270")


def slope_chart(
    series: Mapping[str, Sequence[float | None]], steps: Sequence[str], label: str, *, lang: Lang = "fr"
) -> Drawing:
    """Shares by account over modes or scenarios: one line per account, one column per step, a scale in per cent on the left.

    Parameters
    ----------
    series : mapping
        Name -> value in [0, 1] at each step (None: not computed there).
    steps : sequence of str
        Names of the columns.
    label : str
        Text alternative.

    Examples
    --------
    >>> drawn = slope_chart({"ALS": [0.075, 0.1]}, ["1", "2"], "ALS", lang="en")
    >>> [word in drawn for word in ("ALS 7.5%", "ALS 7,5", ">10%<")]
    [True, False, True]
    """
    width, height, left, right, top = 1000, 360, 320, 280, 36
    known = [v for values in series.values() for v in values if v is not None]
    most = max(known, default=1.0) or 1.0
    bottom = height - 16

    def x(i: int) -> float:
        return left + (width - left - right) * (i / max(1, len(steps) - 1))

    def y(v: float) -> float:
        return bottom - (bottom - top) * v / (most * 1.05)

    out = [open_svg(width, height, label)]
    for at in _levels(most):
        out.append(f'<line x1="44" x2="{width - right}" y1="{y(at):.1f}" y2="{y(at):.1f}" stroke="{PALE}"/>')
        out.append(text_svg(40, y(at) + 4, percent(at, lang=lang), "end"))
    for i, step in enumerate(steps):
        out.append(f'<line x1="{x(i):.1f}" x2="{x(i):.1f}" y1="{top}" y2="{bottom}" stroke="{LINE}"/>')
        out.append(text_svg(x(i), 18, step, "middle"))
    names = list(series)
    for n, name in enumerate(names):
        colour = COLOURS[n % len(COLOURS)]
        points = [(x(i), y(v)) for i, v in enumerate(series[name]) if v is not None]
        if len(points) > 1:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            dash = DASHES[n % len(DASHES)]
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            out.append(
                f'<polyline fill="none" stroke="{colour}" stroke-width="2.5"{dashed} points="{path}"/>'
            )
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
    for i, anchor, shift in ((0, "end", -8), (len(steps) - 1, "start", 8)):
        ends = [(n, series[name][i]) for n, name in enumerate(names)] if steps else []
        placed = _spread([(n, y(v)) for n, v in ends if v is not None], height - 10)
        for n, at in placed:
            share = " " + percent(series[names[n]][i] or 0.0, lang=lang)
            # beside the column and the levels of the scale on the left, as much on the right
            name = fitted(names[n], min(left - 44, right) - 12 - width_of(share))
            out.append(text_svg(x(i) + shift, at + 4, name + share, anchor, COLOURS[n % len(COLOURS)]))
        if len(steps) == 1:
            break
    return close_svg(out)


def _levels(most: float) -> list[float]:
    """From 0 to the largest share, four to eight steps of a round width."""
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if most / s <= 8), 0.25)
    return [round(i * step, 2) for i in range(int(most / step + 1e-9) + 1)]


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


@dataclass(frozen=True)
class Cell:
    """One cell of a heat map: words, and where it stands: −1 (far below) to 0 (as it should be) to +1 (far above), None unknown."""

    words: str
    tone: float | None


def heat_map(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[Cell]], label: str
) -> Drawing:
    """Rules in lines, scenarios in columns: red and ↓ below what is aimed at, amber and ↑ above what is allowed, blue where all is well."""
    left, top, line = 540, 84, 24
    cell = max(56, min(92, 580 // max(1, len(columns))))  # up to ten columns within a page
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
        out.append(text_svg(left - 8, y + 16, fitted(name, left - 8), "end"))
        for j, one in enumerate(cells[i]):
            out.append(
                f'<rect x="{left + cell * j}" y="{y}" width="{cell - 2}" height="{line - 2}" fill="{_shade(one.tone)}"/>'
            )
            sign = "" if not one.tone else "↓ " if one.tone < 0 else "↑ "
            out.append(text_svg(left + cell * j + cell / 2 - 1, y + 16, f"{sign}{one.words}", "middle"))
    return close_svg(out)


_BELOW, _ABOVE, _WELL = (214, 120, 104), (226, 168, 60), "#BBD7F2"


def _shade(tone: float | None) -> str:
    if tone is None:
        return PALE
    if not tone:
        return _WELL
    depth = 0.25 + 0.75 * min(1.0, abs(tone))
    mix = [round(244 - (244 - low) * depth) for low in (_BELOW if tone < 0 else _ABOVE)]
    return f"#{mix[0]:02x}{mix[1]:02x}{mix[2]:02x}"


def curve(
    points: Sequence[tuple[float, float]],
    x_label: str,
    y_label: str,
    label: str,
    *,
    lang: Lang = "fr",
    places: int = 1,
) -> Drawing:
    """One number swept against what it changes: points joined in the order of x. Zero, no change, is always on the axis."""
    width, height, left, bottom, top = 560, 300, 96, 252, 26
    ordered = sorted(points)
    xs, ys = [p[0] for p in ordered], [p[1] for p in ordered]
    x0, x1 = (min(xs), max(xs)) if xs else (0.0, 1.0)
    y0, y1 = min([0.0, *ys]), max([0.0, *ys])
    x1, y1 = (x1 if x1 > x0 else x0 + 1), (y1 if y1 > y0 else y0 + 1)

    def x(v: float) -> float:
        return left + (width - left - 24) * (v - x0) / (x1 - x0)

    def y(v: float) -> float:
        return bottom - (bottom - top) * (v - y0) / (y1 - y0)

    out = [open_svg(width, height, label)]
    out.append(f'<path d="M{left} {top}V{bottom}" fill="none" stroke="{LINE}"/>')
    out.append(f'<path d="M{left} {y(0.0):.1f}H{width - 24}" fill="none" stroke="{LINE}"/>')
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in ordered)
    out.append(f'<polyline fill="none" stroke="{COLOURS[0]}" stroke-width="2.5" points="{path}"/>')
    for a, b in ordered:
        out.append(f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3.5" fill="{COLOURS[0]}"/>')
        out.append(text_svg(x(a), bottom + 16, decimal(a, 4, lang), "middle"))
    for at in dict.fromkeys((y0, 0.0, y1)):
        out.append(text_svg(left - 6, y(at) + 4, signed(at, places, lang), "end"))
    out.append(
        text_svg(width / 2, height - 10, x_label, "middle")
    )  # the words of a rule need the whole width
    out.append(text_svg(8, top - 10, y_label, "start"))
    return close_svg(out)


def tornado(
    bars: Sequence[tuple[str, float, float, str]], label: str, heads: tuple[str, str, str]
) -> Drawing:
    """What each value changes when it is lowered and raised, the widest first.

    Parameters
    ----------
    bars : sequence of (name, change when lowered, change when raised, words)
    label : str
        Text alternative.
    heads : what stands on the left (lowered), on the right (raised), and what the words beside count
    """
    left, right, line, top = 430, 170, 26, 34
    width, height = 1000, top + line * max(1, len(bars)) + 12
    most = max((abs(v) for _, low, high, _ in bars for v in (low, high)), default=0.0) or 1.0
    middle = left + (width - left - right) / 2

    def x(v: float) -> float:
        return middle + (width - left - right) / 2 * v / most

    out = [open_svg(width, height, label)]
    out.append(text_svg(middle - 10, 18, heads[0], "end"))
    out.append(text_svg(middle + 10, 18, heads[1], "start"))
    out.append(text_svg(width - right + 8, 18, heads[2], "start"))
    out.append(f'<path d="M{middle:.1f} {top}V{height - 8}" fill="none" stroke="{INK}"/>')
    for i, (name, low, high, words) in enumerate(bars):
        y = top + line * i
        out.append(text_svg(left - 8, y + 16, fitted(name, left - 8), "end"))
        for value, colour in ((low, COLOURS[0]), (high, COLOURS[3])):
            a, b = sorted((middle, x(value)))
            if b > a:
                out.append(
                    f'<rect x="{a:.1f}" y="{y + 3}" width="{b - a:.1f}" height="{line - 8}" fill="{colour}" fill-opacity="0.8"/>'
                )
        out.append(text_svg(width - right + 8, y + 16, words, "start"))
    return close_svg(out)


def open_svg(width: int, height: int, label: str) -> str:
    """The opening tag of a plot, with its text alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui,Arial,sans-serif">'
    )


def close_svg(parts: Sequence[str]) -> Drawing:
    """A plot from its parts, the opening tag first."""
    return Drawing("".join([*parts, "</svg>"]))


def text_svg(x: float, y: float, words: str, anchor: str, colour: str = INK) -> str:
    """A few words of a plot, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
