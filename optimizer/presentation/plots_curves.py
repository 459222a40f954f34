"""Curves on shared axes, points with their names. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from optimizer.presentation.plots import COLOURS, LINE, open_svg, text_svg

DASHES = ("", "7 4", "2 3")
"""Colours come back after eight; the dash then tells curves apart."""


def curves(
    series: Mapping[str, Sequence[tuple[float, float]]],
    x_label: str,
    y_label: str,
    label: str,
    show: Callable[[float], str],
    *,
    diagonal: bool = False,
) -> str:
    """One line per series, a legend beside; axes from 0 to the largest values.

    Parameters
    ----------
    show : how a value of an axis is written.
    diagonal : draw the line of equality.
    """
    width, left, top, right, legend = 1000, 70, 26, 640, 670
    height = max(360, 40 + 20 * len(series))
    bottom = height - 44
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x1, y1 = max(xs, default=1.0) or 1.0, max(ys, default=1.0) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (right - left) * x / x1, bottom - (bottom - top) * y / y1

    out = [
        open_svg(width, height, label),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{LINE}"/>',
    ]
    for part in (0.0, 0.5, 1.0):
        x, y = at(part * x1, part * y1)
        out.append(text_svg(x, bottom + 18, show(part * x1), "middle"))
        out.append(text_svg(left - 6, y + 4, show(part * y1), "end"))
    if diagonal:
        (a, b), (c, d) = at(0.0, 0.0), at(x1, y1)
        out.append(
            f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" stroke="{LINE}" stroke-dasharray="3 3"/>'
        )
    for i, (name, points) in enumerate(series.items()):
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i // len(COLOURS) % len(DASHES)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in points))
        style = f'stroke="{colour}" stroke-width="2.2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        out.append(f'<polyline fill="none" {style} points="{path}"/>')
        y = top + 6 + 20 * i
        out.append(f'<line x1="{legend}" x2="{legend + 26}" y1="{y}" y2="{y}" {style}/>')
        out.append(text_svg(legend + 34, y + 4, name if len(name) <= 42 else name[:41] + "…", "start"))
    out.append(text_svg((left + right) / 2, height - 8, x_label, "middle"))
    out.append(text_svg(left, top - 10, y_label, "start"))
    return "".join([*out, "</svg>"])


def scatter(
    points: Mapping[str, tuple[float, float]],
    x_label: str,
    y_label: str,
    label: str,
    show_x: Callable[[float], str],
    show_y: Callable[[float], str],
) -> str:
    """One numbered point per name, the names in a legend: labels never cover each other."""
    width, left, top, right, legend = 1000, 96, 26, 640, 670
    height = max(360, 40 + 20 * len(points))
    bottom = height - 44
    xs, ys = [x for x, _ in points.values()], [y for _, y in points.values()]
    x0, x1 = min(xs, default=0.0), max(xs, default=1.0)
    y0, y1 = min(ys, default=0.0), max(ys, default=1.0)
    x1, y1 = (x1 if x1 > x0 else x0 + 1), (y1 if y1 > y0 else y0 + 1)
    out = [
        open_svg(width, height, label),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{LINE}"/>',
    ]
    for part in (0.0, 1.0):
        out.append(
            text_svg(
                left + 16 + (right - left - 32) * part, bottom + 18, show_x(x0 + part * (x1 - x0)), "middle"
            )
        )
        out.append(
            text_svg(
                left - 6, bottom - 12 - (bottom - top - 24) * part + 4, show_y(y0 + part * (y1 - y0)), "end"
            )
        )
    for i, (name, (x, y)) in enumerate(points.items()):
        colour = COLOURS[i % len(COLOURS)]
        a = left + 16 + (right - left - 32) * (x - x0) / (x1 - x0)
        b = bottom - 12 - (bottom - top - 24) * (y - y0) / (y1 - y0)
        out.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="9" fill="{colour}" fill-opacity="0.85"/>')
        out.append(text_svg(a, b + 4, str(i + 1), "middle", "#fff"))
        line = top + 6 + 20 * i
        out.append(f'<circle cx="{legend + 9}" cy="{line}" r="9" fill="{colour}"/>')
        out.append(text_svg(legend + 9, line + 4, str(i + 1), "middle", "#fff"))
        out.append(text_svg(legend + 26, line + 4, name if len(name) <= 44 else name[:43] + "…", "start"))
    out.append(text_svg((left + right) / 2, height - 8, x_label, "middle"))
    out.append(text_svg(left, top - 10, y_label, "start"))
    return "".join([*out, "</svg>"])
