"""The ledger of single-use rights (mode 3): it runs down year by year until it is spent."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

import pandas as pd

LONGEST = 200
"""Years after which a ledger that is not spent is cut (a plan of one dwelling a year for a very large stock)."""

COLUMNS = ("year", "opening", "added", "used", "left")


def yearly_plan(rights: Fraction, spread_years: int, vacated: int, assiette: int) -> Fraction:
    """Dwellings per year that ``rights`` are worth: ``(D / H) · (A / V)``; 0 when nothing is vacated."""
    return rights / spread_years * Fraction(assiette, vacated) if vacated else Fraction(0)


def rights_ledger(
    opening: Fraction | int,
    planned: int,
    *,
    first_year: int,
    used: Mapping[int, int] | None = None,
    added: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """Rights left at the end of each year, from the opening until nothing is left.

    Parameters
    ----------
    opening : Fraction or int
        Rights on 1 January of ``first_year``; only whole rights can be used, so a fraction is rounded up.
    planned : int
        Dwellings per year where ``used`` says nothing.
    used : mapping year -> dwellings, optional
        What was really used.
    added : mapping year -> rights, optional
        Rights brought by new financing, from 1 January of that year.

    Returns
    -------
    DataFrame
        ``year, opening, added, used, left``; never below zero. With nothing planned and nothing used it stops at the
        last year named.
    """
    used, added = used or {}, added or {}
    last_named = max([first_year, *used, *added])
    left = ceil(opening)
    rows = []
    year = first_year
    while year < first_year + LONGEST:
        start = left
        plus = added.get(year, 0)
        spent = min(start + plus, used.get(year, planned))
        left = start + plus - spent
        rows.append((year, start, plus, spent, left))
        if year >= last_named and (left == 0 or planned == 0):
            break
        year += 1
    return pd.DataFrame(rows, columns=list(COLUMNS))
