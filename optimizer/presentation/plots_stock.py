"""Plots of the inventory, as accessible SVG: stock by contingent in and outside QPV, agreements by year of end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from optimizer.errors import Lang
from optimizer.presentation.numbers import decimal
from optimizer.presentation.plots import COLOURS, INK, LINE, PALE, close_svg, open_svg, text_svg
from optimizer.presentation.svg import Drawing
from optimizer.presentation.text_width import fitted, width_of

OUTSIDE, INSIDE, UNTOLD = "#1F3A5F", "#B26B00", LINE
MOST_YEARS = 40
"""Years drawn; later ends are counted in the last one."""


def stock_bars(
    rows: Sequence[tuple[str, int, int, int]], words: tuple[str, str, str], label: str, lang: Lang = "fr"
) -> Drawing:
    """Dwellings by contingent: outside QPV, in QPV, not known.

    Parameters
    ----------
    rows : sequence of (name, outside, inside, unknown)
    words : names of the three parts, for the key.
    label : str
        Text alternative.
    lang : "fr" or "en"
        How thousands stand apart.
    """
    left, right, line, top = 220, 70, 26, 30
    width, height = 940, top + line * len(rows) + 8
    most = max((sum(r[1:]) for r in rows), default=1) or 1
    out = [open_svg(width, height, label)]
    at = float(left)
    for word, colour in zip(words, (OUTSIDE, INSIDE, UNTOLD), strict=True):
        out.append(f'<rect x="{at:.0f}" y="6" width="12" height="12" fill="{colour}"/>')
        out.append(text_svg(at + 18, 16, word, "start"))
        at += 40 + width_of(word)
    for i, (name, *parts) in enumerate(rows):
        y = top + line * i
        out.append(text_svg(left - 8, y + 16, fitted(name, left - 12), "end"))
        x = float(left)
        for value, colour in zip(parts, (OUTSIDE, INSIDE, UNTOLD), strict=True):
            long = (width - left - right) * value / most
            if value:
                out.append(
                    f'<rect x="{x:.1f}" y="{y + 3}" width="{long:.1f}" height="{line - 8}" fill="{colour}"/>'
                )
            x += long
        out.append(text_svg(x + 6, y + 16, decimal(sum(parts), 0, lang), "start"))
    return close_svg(out)


def ends_chart(ends: Mapping[str, Mapping[int, int]], first: int, label: str) -> Drawing:
    """Dwellings whose agreement ends, by year, one colour and one letter per contingent; empty text without any dated agreement.

    Parameters
    ----------
    ends : mapping
        Contingent -> year of end -> dwellings.
    first : int
        First year drawn: earlier ends are not.
    """
    last = max((y for years in ends.values() for y in years), default=first - 1)
    if last < first:
        return Drawing("")
    years = list(range(first, min(last, first + MOST_YEARS - 1) + 1))
    names = list(ends)
    heights = {y: [_at(ends[n], y, years[-1]) for n in names] for y in years}
    most = max(sum(h) for h in heights.values()) or 1
    width, left = 940, 56
    key = _key([f"{_letter(n)} {name}" for n, name in enumerate(names)], left, width - 12)
    top = 34 + max(line for _, line, _ in key)
    bottom = top + 176
    step = (width - left - 12) / len(years)
    out = [open_svg(width, bottom + 30, label)]
    for n, (at, line, words) in enumerate(key):
        colour = COLOURS[n % len(COLOURS)]
        out.append(f'<rect x="{at:.0f}" y="{line + 4}" width="12" height="12" fill="{colour}"/>')
        out.append(text_svg(at + 18, line + 14, words, "start"))
    for value in (most // 2, most):
        y = bottom - (bottom - top) * value / most
        out.append(f'<line x1="{left}" x2="{width - 12}" y1="{y:.1f}" y2="{y:.1f}" stroke="{PALE}"/>')
        out.append(text_svg(left - 6, y + 4, str(value), "end"))
    out.append(f'<line x1="{left}" x2="{width - 12}" y1="{bottom}" y2="{bottom}" stroke="{LINE}"/>')
    for i, year in enumerate(years):
        x, y = left + step * i, float(bottom)
        for n, value in enumerate(heights[year]):
            high = (bottom - top) * value / most
            if value:
                y -= high
                out.append(
                    f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{max(1.0, step - 2):.1f}" height="{high:.1f}" '
                    f'fill="{COLOURS[n % len(COLOURS)]}"><title>{year} : {escape(names[n])} {value}</title></rect>'
                )
                if high >= 14:
                    out.append(text_svg(x + step / 2, y + high / 2 + 4, _letter(n), "middle", "#fff"))
        beyond = year == years[-1] and last > year
        if len(years) <= 16 or (year - first) % 5 == 0 or beyond:
            out.append(
                text_svg(x + step / 2, bottom + 16, f"≥ {year}" if beyond else str(year), "middle", INK)
            )
    return close_svg(out)


def _letter(n: int) -> str:
    """What tells a contingent from another one without colours."""
    return chr(ord("A") + n) if n < 26 else ""


def _at(years: Mapping[int, int], year: int, last: int) -> int:
    """Dwellings of a year; the last one drawn holds the later ones."""
    return sum(n for y, n in years.items() if y >= last) if year == last else years.get(year, 0)


def _key(words: Sequence[str], left: float, right: float) -> list[tuple[float, int, str]]:
    """Where each entry of a key begins, across and down, in lines of 18 pixels, and its words as far as a line holds them."""
    out: list[tuple[float, int, str]] = []
    at, line = left, 0
    for text in words:
        shown = fitted(text, right - left - 18)
        wide = 18 + width_of(shown)
        if at > left and at + wide > right:
            at, line = left, line + 18
        out.append((at, line, shown))
        at += wide + 22
    return out
