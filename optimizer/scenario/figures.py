"""One figure of a run, with what it is counted from; and the parts of a scope, one column each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from optimizer.presentation.csvfile import Style
from optimizer.presentation.exactcsv import exact_csv, places_of_unit

NAN = float("nan")
PARTS = ("rule", "landlord", "departement", "epci", "area", "account", "qpv", "residence", "public")
"""Parts that a scope may name, in the order of the columns; another one (of a rule of one's own) stands behind them."""


class Figure(NamedTuple):
    """``indicator, scope, unit, value``, and the numerator and denominator of a share (NaN for anything else)."""

    indicator: str
    scope: str
    unit: str
    value: float
    num: float = NAN
    den: float = NAN


def share(indicator: str, scope: str, num: float, den: float) -> list[Figure]:
    """A share as a figure with its parts; nothing out of nothing."""
    return [Figure(indicator, scope, "share", num / den, float(num), float(den))] if den > 0 else []


def rounded(figures: Iterable[Figure]) -> list[Figure]:
    """Shares with 4 decimals, anything else with 2."""
    return [f._replace(value=round(f.value, 4 if f.unit == "share" else 2)) for f in figures]


def parts_of(scope: str) -> dict[str, str]:
    """``rule=flux;landlord=OPH25`` -> its parts by name; a piece without a name is a ``kind``."""
    pieces = (piece.partition("=") for piece in scope.split(";") if piece)
    return {name if mark else "kind": value if mark else name for name, mark, value in pieces}


def scope_columns(scopes: Sequence[str]) -> pd.DataFrame:
    """One column per part named by some scope, those of :data:`PARTS` always; empty text where a scope has none."""
    found = [parts_of(scope) for scope in scopes]
    more = sorted({name for parts in found for name in parts} - set(PARTS))
    return pd.DataFrame(
        {name: [parts.get(name, "") for parts in found] for name in (*PARTS, *more)}, dtype=object
    )


OF_UNIT = ("value", "standard_error", "low", "high", "reference", "difference", "difference_error")
COUNTS = ("num", "den")


def figures_csv(table: pd.DataFrame, style: Style) -> bytes:
    """A table of figures: values with the decimals of their unit, what a share is made of as whole numbers where it is whole."""
    units = table["unit"].astype(str).tolist()
    places: dict[str, Callable[[int], int]] = {
        name: lambda i: places_of_unit(units[i]) for name in OF_UNIT if name in table.columns
    }
    for name in COUNTS:
        if name in table.columns:
            counts = table[name].tolist()
            places[name] = lambda i, counts=counts: 0 if float(counts[i]).is_integer() else 2  # type: ignore[misc]
    return exact_csv(table, style, places)
