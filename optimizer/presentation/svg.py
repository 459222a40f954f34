"""Small accessible SVG pictures written by hand: gauges and bars, no library, no script, same input same bytes."""

from __future__ import annotations

from html import escape

WIDTH = 320
INK, DONE, RUN, EXPECTED, TARGET, TRACK = "#1b2b41", "#1F3A5F", "#4C86C6", "#9DBFE3", "#B3261E", "#E3E8EF"


class Drawing(str):
    """The text of an SVG picture, which a notebook shows as the picture.

    >>> Drawing("<svg/>")._repr_svg_()
    '<svg/>'
    """

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def gauge(done: float, run: float, expected: float, target: float, label: str) -> str:
    """A bar: done (dark), this run if all accept (blue), expected (pale outline), target (red mark).

    Parameters
    ----------
    done, run, expected, target : float
        In the same unit; ``run`` and ``expected`` are added to ``done``.
    label : str
        Text alternative.
    """
    top = max(done + run, done + expected, target, 1e-9) * 1.08
    scale = WIDTH / top

    def x(value: float) -> str:
        return f"{value * scale:.1f}"

    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} 22" width="{WIDTH}" height="22">'
        f'<rect width="{WIDTH}" height="14" y="4" rx="3" fill="{TRACK}"/>'
        f'<rect width="{x(done + run)}" height="14" y="4" rx="3" fill="{RUN}"/>'
        f'<rect width="{x(done)}" height="14" y="4" rx="3" fill="{DONE}"/>'
        f'<rect x="{x(done)}" width="{x(max(0.0, expected))}" height="4" y="9" fill="{EXPECTED}"/>'
        f'<line x1="{x(target)}" x2="{x(target)}" y1="0" y2="22" stroke="{TARGET}" stroke-width="2"/>'
        "</svg>"
    )


def bar(value: float, most: float, label: str) -> str:
    """A plain horizontal bar of ``value`` on a scale from 0 to ``most``."""
    width = 0.0 if most <= 0 else max(0.0, min(1.0, value / most)) * 160
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 160 12" width="160" height="12">'
        f'<rect width="160" height="10" y="1" rx="2" fill="{TRACK}"/>'
        f'<rect width="{width:.1f}" height="10" y="1" rx="2" fill="{RUN}"/></svg>'
    )
