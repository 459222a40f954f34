"""How comparisons say values and differences, on pages, in workbooks and in the terminal."""

from __future__ import annotations

from fractions import Fraction

from optimizer.errors import Lang
from optimizer.presentation.numbers import NBSP, UNKNOWN, decimal, percent


def shown(value: float | None, unit: str, lang: Lang) -> str:
    """A value with its unit, as pages show it."""
    if value is None or value != value:
        return UNKNOWN
    if unit == "share":
        return percent(value, 1, lang, fixed=True)
    return decimal(value, 0 if float(value).is_integer() else 1, lang, fixed=True)


def signed(gap: float, unit: str, lang: Lang) -> str:
    """A difference with its sign; shares in points of per cent; one too small for the decimals shown is about nothing."""
    text = shown(abs(gap), unit, lang) if unit != "share" else points(abs(gap), lang)
    if not any(digit in text for digit in "123456789"):
        return "≈ 0"
    return ("+" if gap > 0 else "−") + text


def points(gap: float, lang: Lang) -> str:
    """The size of a difference of two shares, in points of per cent."""
    return decimal(Fraction(repr(float(gap))) * 100, 1, lang, fixed=True) + (
        f"{NBSP}pt" if lang == "fr" else "pt"
    )
