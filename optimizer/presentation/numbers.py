"""Numbers and dates as people read them: thousands, decimal mark, shares in per cent, whole leases, days. Half goes up.

Pages, workbooks and the terminal say a number through these functions; CSV files have their own (`csvfile.number`).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor

from optimizer.errors import Lang, day_words

NBSP, THIN = "\u00a0", "\u202f"
UNKNOWN = "–"
_MOST_PLACES = 4


def decimal(
    value: Fraction | float | int | None, places: int = 1, lang: Lang = "fr", *, fixed: bool = False
) -> str:
    """``1 234,5`` (fr), ``1,234.5`` (en); a dash when unknown.

    Parameters
    ----------
    value : number or None
        Read exactly as it is written: 0.15 is fifteen hundredths.
    places : int
        Decimals shown; halves go up.
    fixed : bool
        Keep the zeros that end the decimals.
    """
    if value is None or value != value:
        return UNKNOWN
    exact = Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)
    units = floor(abs(exact) * 10**places + Fraction(1, 2))
    whole, rest = divmod(units, 10**places)
    tail = f"{rest:0{places}d}" if places else ""
    tail = tail if fixed else tail.rstrip("0")
    thousands, mark = (THIN, ",") if lang == "fr" else (",", ".")
    text = f"{whole:,}".replace(",", thousands) + (f"{mark}{tail}" if tail else "")
    return ("−" if exact < 0 and units else "") + text


def due(value: float, lang: Lang = "fr") -> str:
    """Leases due, to one decimal; two where one would show nothing of what is due beside the whole lease that remains.

    >>> due(12.34), due(0.03), due(0)
    ('12,3', '0,03', '0')
    """
    return decimal(value, 2 if 0 < value < 0.05 else 1, lang)


def percent(
    value: Fraction | float | None, places: int = 1, lang: Lang = "fr", *, fixed: bool = False
) -> str:
    """``25 %``, ``33,8 %`` (fr), ``33.8%`` (en); a dash when unknown.

    Neither none nor all is said of a share that is nearly so: it has the decimals it takes, four at most.

    >>> percent(0.9997), percent(1), percent(0.0004), percent(1e-9)
    ('99,97\xa0%', '100\xa0%', '0,04\xa0%', '0\xa0%')
    """
    if value is None or value != value:
        return UNKNOWN
    exact = Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)
    if exact not in (0, 1):
        enough = (n for n in range(places, _MOST_PLACES + 1) if _units(exact, n) not in (0, 100 * 10**n))
        places = next(enough, places)
    return decimal(exact * 100, places, lang, fixed=fixed) + (f"{NBSP}%" if lang == "fr" else "%")


def _units(share: Fraction, places: int) -> int:
    """A share in per cent as it is shown, without its decimal mark."""
    return int(floor(abs(share) * 100 * 10**places + Fraction(1, 2)))


def signed(value: Fraction | float | None, places: int = 1, lang: Lang = "fr", *, fixed: bool = False) -> str:
    """``+3,5``, ``−2``, ``0``; a dash when unknown."""
    text = decimal(value, places, lang, fixed=fixed)
    return f"+{text}" if value is not None and value > 0 and any(c in text for c in "123456789") else text


def some(n: int, one: str, many: str) -> str:
    """A whole number with its French noun; singular below 2."""
    return f"{decimal(n, 0)}{NBSP}{one if abs(n) < 2 else many}"


def leases(n: int) -> str:
    """``1 bail``, ``3 baux``."""
    return some(n, "bail", "baux")


def day(value: date | str | None, lang: Lang = "fr") -> str:
    """``05/01/2026`` (fr), ``5 January 2026`` (en), from a date or its ISO text; empty text stays empty, no date is a dash."""
    if value is None or value != value:
        return UNKNOWN
    if isinstance(value, date):
        return day_words(value, lang)
    return day_words(date.fromisoformat(value), lang) if len(value) == 10 else value
