"""Numbers as a French page shows them: thousands, decimal comma, shares in per cent, whole leases."""

from __future__ import annotations

from fractions import Fraction
from math import floor

NBSP, THIN = "\u00a0", "\u202f"


def decimal(value: Fraction | float | int, places: int = 1) -> str:
    """``1 234,5``; halves go up, useless zeros are dropped."""
    if isinstance(value, float) and value != value:
        return "–"
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    sign = "−" if exact < 0 else ""
    units = floor(abs(exact) * 10**places + Fraction(1, 2))
    whole, rest = divmod(units, 10**places)
    text = f"{whole:,}".replace(",", THIN)
    tail = f"{rest:0{places}d}".rstrip("0") if places else ""
    return (sign if units else "") + text + (f",{tail}" if tail else "")


def percent(value: Fraction | float | None, places: int = 1) -> str:
    """``25 %``, ``33,8 %``; a dash when unknown."""
    if value is None or value != value:
        return "–"
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return f"{decimal(exact * 100, places)}{NBSP}%"


def leases(n: int) -> str:
    """``1 bail``, ``3 baux``."""
    return some(n, "bail", "baux")


def some(n: int, one: str, many: str) -> str:
    """A whole number with its noun; singular below 2."""
    return f"{decimal(n, 0)}{NBSP}{one if n < 2 else many}"
