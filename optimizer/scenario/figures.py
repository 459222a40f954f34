"""One figure of a run, with what it is counted from; and the parts of a scope, one column each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from optimizer.presentation.csvfile import Style
from optimizer.presentation.exactcsv import exact_csv, places_of_unit

NAN = float("nan")
STEADY = 9
"""Decimals of a figure as it is kept."""
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


def steadied(figures: Iterable[Figure]) -> list[Figure]:
    """The same without the last bits of their sums, which two machines may add otherwise. Pages and files round, each once."""
    return [f._replace(value=round(f.value, STEADY)) for f in figures]


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
EXPECTED_PLACES = 4
"""Decimals of leases to be expected, as in ``rules.csv``."""


def figures_csv(table: pd.DataFrame, style: Style) -> bytes:
    """A table of figures: values with the decimals of their unit; what a share is made of with enough of them to find it again."""
    units = table["unit"].astype(str).tolist()
    places: dict[str, Callable[[int], int]] = {
        name: lambda i: places_of_unit(units[i]) for name in OF_UNIT if name in table.columns
    }
    places |= {name: lambda i: EXPECTED_PLACES for name in COUNTS if name in table.columns}
    return exact_csv(table, style, places)
