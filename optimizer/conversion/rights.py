"""The ledger of single-use rights (mode 3): it runs down year by year until it is spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from optimizer.conversion.blocks import Block
from optimizer.conversion.rounding import largest_remainder

LONGEST = 200
"""Years after which a ledger that is not spent is cut (a plan of one dwelling a year for a very large stock)."""

COLUMNS = ("year", "opening", "added", "used", "left")


def rights_ledger(
    opening: Fraction | int,
    planned: int,
    *,
    first_year: int,
    used: Mapping[int, int] | None = None,
    added: Mapping[int, int] | None = None,
    yearly: Fraction | None = None,
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
    yearly : Fraction, optional
        Part of a right that is used per year: rights brought later raise the plan of their year and of the next ones by as
        much, half a dwelling rounded up. None: the plan never changes.

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
    brought = 0
    year = first_year
    while year < first_year + LONGEST:
        start = left
        plus = added.get(year, 0)
        brought += plus
        plan = planned if yearly is None else planned + floor(brought * yearly + Fraction(1, 2))
        spent = min(start + plus, used.get(year, plan))
        left = start + plus - spent
        rows.append((year, start, plus, spent, left))
        if year >= last_named and (left == 0 or plan == 0):
            break
        year += 1
    return pd.DataFrame(rows, columns=list(COLUMNS))


def spread_rights(
    added: Mapping[tuple[str, str], Mapping[int, int]],
    held: Sequence[Block],
    places: Sequence[tuple[str, str]],
) -> dict[tuple[str, str, str], dict[int, int]]:
    """New rights by (landlord, département, account): shared by the stock that the account, else the landlord, has there.

    Whole rights by largest remainder, ties to the first département; landlords without a base get none.
    """
    out: dict[tuple[str, str, str], dict[int, int]] = {}
    for (landlord, account), years in sorted(added.items()):
        here = [place for place in places if place[0] == landlord]
        mine = {
            p: sum(b.stock for b in held if (b.landlord, b.departement, b.account) == (*p, account))
            for p in here
        }
        if not any(mine.values()):
            mine = {p: sum(b.stock for b in held if (b.landlord, b.departement) == p) for p in here}
        total = sum(mine.values())
        for year, rights in sorted(years.items()):
            if not total:
                continue
            quotas = {p[1]: Fraction(rights * n, total) for p, n in mine.items()}
            for departement, n in largest_remainder(quotas, rights).items():
                if n:
                    out.setdefault((landlord, departement, account), {})[year] = n
    return out
