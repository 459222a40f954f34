"""Numbers of French and international spreadsheets: decimal comma or point, spaces between thousands."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import Column
from optimizer.domain.decimals import half_up
from optimizer.importers.cells import (
    B,
    Bad,
    Converted,
    Mended,
    Problem,
    by_word,
    mask,
    nulls,
    one_array,
    repaired,
)
from optimizer.importers.expected import correction, range_of

F64 = NDArray[np.float64]
_PLAIN = r"^[+-]?([0-9]{1,15}([.,][0-9]{1,15})?|[.,][0-9]{1,15})$"
"""``,5`` and ``.5`` too: nothing stands before the sign but the zero left out."""
_SPACED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?\Z", re.ASCII)
_BOTH = re.compile(r"[+-]?[\d \u00a0\u202f]*\d([.,]\d{3})+[.,]\d+\Z")
_THREE = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
_LONG = re.compile(r"[+-]?\d+([.,]\d+)?\Z", re.ASCII)
_WITH_UNIT = re.compile(
    r"([+-]?[0-9 \u00a0\u202f.,]*[0-9])[ \u00a0\u202f]*"
    r"(€|eur|euros?|€ ?/ ?mois|€ ?/ ?an|(?:€|euros?) par mois|m²|m2|ans?|pts?|points?|personnes?|pers\.?|enfants?|adultes?|jours?|logements?|m[ée]nages?|%)\Z",
    re.IGNORECASE,
)
_GROUND = ("rdc", "rez de chaussee", "rez-de-chaussee", "rez de jardin", "rc")
_FLOOR = re.compile(
    r"(?:r ?\+ ?([0-9]{1,2})|([0-9]{1,2}) ?(?:er|ere|e|eme|nd)?(?: etage)?|etage ([0-9]{1,2}))\Z"
)
_PER_CENT = ("effort", "ceiling_factor", "value")
"""Columns beside the rates where a percentage means its hundredth."""
_HUNDREDTHS = ("expected", "opening_balance")
"""Columns beside points that are counted in hundredths: dwellings expected, and the balance an agreement carries over."""
_LONGEST = 60
"""Characters of the longest word worth looking at as a number."""
_LARGEST_WHOLE = float(2**53)
_HUNDREDTH_OF_HUNDREDTH = 1e-6
"""Below it, what binary numbers make of two decimals."""
_TOLD = 20
"""Rounded cells whose words are looked at; a warning names fewer."""


def number(word: str, column: Column) -> float | Bad | Mended[float]:
    """One word that the fast pattern did not take.

    >>> from optimizer.domain import table
    >>> number("1 234,50", table("dwellings").column("rent_eur"))
    1234.5
    """
    short = len(word) <= _LONGEST
    if short and (_SPACED.match(word) or _LONG.match(word)):
        found = float(re.sub("[ \u00a0\u202f]", "", word).replace(",", "."))
        if math.isfinite(found):
            return found
    if short and column.name == "floor" and (storey := _storey(word)) is not None:
        return Mended(float(storey), str(storey))
    if short and (mended := _without_unit(word, column)) is not None:
        return mended
    params = correction(column)
    if short and _BOTH.match(word):
        return Bad("READ_NUMBER_AMBIGUOUS", params)
    if short and _WITH_UNIT.match(word):
        params = correction(column, "Retirez le symbole ou l'unité", "Remove the symbol or the unit")
    return Bad("READ_INTEGER" if column.kind == "int" else "READ_NUMBER", params)


def _storey(word: str) -> int | None:
    """``RDC``, ``R+2``, ``2e étage``: the floor, or None."""
    text = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    if text in _GROUND:
        return 0
    found = _FLOOR.match(text)
    return int(next(g for g in found.groups() if g)) if found else None


def _without_unit(word: str, column: Column) -> Mended[float] | None:
    """The number before its unit; ``25 %`` is 0.25 where a rate is asked for, and nothing elsewhere."""
    found = _WITH_UNIT.match(word)
    if found is None:
        return None
    text, unit = found[1].strip(), found[2]
    per_cent = unit == "%"
    if per_cent and column.kind != "rate" and column.name not in _PER_CENT:
        return None
    if not (re.match(_PLAIN, text) or _SPACED.match(text)) or (
        column.kind == "money" and re.match(_THREE, text)
    ):
        return None
    plain = re.sub("[ \u00a0\u202f]", "", text).replace(",", ".")
    value = float(Decimal(plain) / 100) if per_cent else float(plain)
    said = format(Decimal(str(value)).normalize(), "f")
    return Mended(value, said.replace(".", ","), said)


def from_text(text: Any, column: Column) -> tuple[F64, list[Problem]]:
    """Numbers of a text column, NaN where empty or bad."""
    simple = mask(pc.match_substring_regex(text, _PLAIN))
    chosen = text if simple.all() else pc.if_else(pa.array(simple), text, pa.scalar(None, pa.string()))
    values = _floats(pc.cast(pc.replace_substring(chosen, ",", "."), pa.float64()))
    problems: list[Problem] = []
    others = ~simple & ~nulls(text)
    if others.any():
        at = np.flatnonzero(others)
        words = by_word(text.filter(pa.array(others)), lambda word: number(word, column))
        values[at] = words.numpy(np.nan, np.float64)
        problems += [replace(p, at=at[p.at]) for p in words.problems()]
    if column.kind == "money":
        three = mask(pc.match_substring_regex(text, _THREE))
        if three.any():
            at = np.flatnonzero(three)
            values[at] = np.nan
            problems.append(
                Problem("READ_NUMBER_AMBIGUOUS", at, text[int(at[0])].as_py(), correction(column))
            )
    return values, problems


def _floats(values: Any) -> F64:
    found: F64 = np.array(one_array(values).to_numpy(zero_copy_only=False), np.float64)
    return found


def numeric(values: Any, text: Any | None, column: Column) -> Converted:
    """A column of kind ``int``, ``decimal``, ``money`` or ``rate``.

    Parameters
    ----------
    values : arrow array; read as it is when it holds numbers.
    text : the same column as trimmed text; not used when ``values`` holds numbers.
    """
    kind = one_array(values).type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        found = _floats(one_array(values).cast(pa.float64(), safe=False))
        empty = nulls(one_array(values)) | np.isnan(found)
        problems = _infinite(found, column)
    else:
        found, problems = from_text(text, column)
        empty = nulls(text)
    shown = one_array(values) if text is None else text
    if column.kind == "int":
        problems += _fractions(found, shown, column)
    problems += _outside(found, shown, column)
    if column.unit == "points" or column.name in _HUNDREDTHS:
        problems += _rounded(found, shown)
    if column.name in _HUNDREDTHS:
        found = half_up(found, 100) / 100
    series: pd.Series[Any] = pd.Series(found)
    if column.kind == "int":
        series = whole(found)
    return Converted(series, empty, tuple(problems))


def whole(found: F64) -> pd.Series[Any]:
    """Whole numbers held as floats (NaN = missing) as ``Int64``."""
    gone = np.isnan(found)
    return pd.Series(pd.arrays.IntegerArray(np.where(gone, 0, found).astype(np.int64), gone))


def _infinite(found: F64, column: Column) -> list[Problem]:
    wrong: B = np.isinf(found)
    if not wrong.any():
        return []
    found[wrong] = np.nan
    return [Problem("READ_NUMBER", np.flatnonzero(wrong), "inf", correction(column))]


def _fractions(found: F64, shown: Any, column: Column) -> list[Problem]:
    with np.errstate(invalid="ignore"):
        wrong: B = ~np.isnan(found) & ((found != np.floor(found)) | (np.abs(found) > _LARGEST_WHOLE))
    if not wrong.any():
        return []
    at = np.flatnonzero(wrong)
    found[wrong] = np.nan
    return [Problem("READ_INTEGER", at, str(shown[int(at[0])].as_py()), correction(column))]


def _rounded(found: F64, shown: Any) -> list[Problem]:
    """Points, dwellings expected and balances of more than two decimals: they are counted in hundredths, half up."""
    with np.errstate(invalid="ignore"):
        finer: B = np.abs(found * 100 - np.rint(found * 100)) > _HUNDREDTH_OF_HUNDREDTH
    at = np.flatnonzero(finer)
    if not len(at):
        return []
    pairs = []
    for i in at[:_TOLD].tolist():
        read = f"{half_up(found[i : i + 1], 100)[0] / 100:.2f}"
        pairs.append((str(shown[i].as_py()), read.replace(".", ","), read))
    return [repaired(at, pairs)]


def _outside(found: F64, shown: Any, column: Column) -> list[Problem]:
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    with np.errstate(invalid="ignore"):
        wrong: B = (found < low) | (found > high)
    if not wrong.any():
        return []
    at = np.flatnonzero(wrong)
    found[wrong] = np.nan
    fr, en = range_of(column)
    per_cent = column.kind == "rate"
    params = {
        "range_fr": f"{fr}{f' ({column.unit})' if column.unit else ''}",
        "range_en": en,
        "remedy_fr": "Écrivez 0,25 pour 25 %" if per_cent else "Corrigez la cellule",
        "remedy_en": "Write 0.25 for 25 %" if per_cent else "Correct the cell",
    }
    return [Problem("READ_OUT_OF_RANGE", at, str(shown[int(at[0])].as_py()), params)]
