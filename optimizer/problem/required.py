"""The required rate of a line: what is left to do this year, shared over the leases still expected (design §6)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from optimizer.problem.ground import I64, Ground
from optimizer.problem.model import RATE_UNIT, Row
from optimizer.problem.registry import Line


def tally(line: I64, n: int) -> I64:
    """Number of pairs of each line."""
    return np.bincount(line, minlength=n).astype(np.int64)


def expected(
    ground: Ground,
    territory: Sequence[tuple[tuple[int, int], ...]],
    den_before: Sequence[int],
    own: tuple[I64, I64],
    *,
    whole_stock: bool,
) -> list[Fraction]:
    """F of each line: leases still expected from the date of the case to 31 December, this run included.

    Parameters
    ----------
    territory : (landlord, département) pairs of each line.
    den_before : leases already counted in each line's denominator.
    own : (dwelling, line) pairs of `ground.dwellings_as_leases()` which can count.
    whole_stock : the forecast is of all vacated dwellings, not of the flux base.

    Notes
    -----
    (a) where `assiette` has a forecast for the whole territory: the forecast, in proportion of the run's dwellings that
    the line can count, less what is done; (b) else, where the case has leases: the year goes on as it went; (c) else the
    run's own dwellings. Never less than these.
    """
    n = len(territory)
    dwellings = ground.dwellings_as_leases()
    inside = np.ones(len(dwellings), bool) if whole_stock else dwellings.flux_base
    totals: dict[tuple[int, int], int] = {}
    for pair in zip(dwellings.landlord[inside].tolist(), dwellings.departement[inside].tolist(), strict=True):
        totals[pair] = totals.get(pair, 0) + 1
    lease, line = own
    parts: list[dict[tuple[int, int], int]] = [{} for _ in range(n)]
    for d, k in zip(lease[inside[lease]].tolist(), line[inside[lease]].tolist(), strict=True):
        pair = (int(dwellings.landlord[d]), int(dwellings.departement[d]))
        parts[k][pair] = parts[k].get(pair, 0) + 1
    own_count = tally(line, n).tolist()
    gone, left = ground.days
    found = []
    for k in range(n):
        done = int(den_before[k])
        if territory[k] and all(pair in ground.forecast for pair in territory[k]):
            year = sum(
                (_share_of_year(ground, pair, parts[k], totals, whole_stock) for pair in territory[k]),
                Fraction(0),
            )
            rest = year - done
        elif ground.has_leases:
            rest = Fraction(done * left, gone)
        else:
            rest = Fraction(own_count[k])
        found.append(max(rest, Fraction(own_count[k])))
    return found


def _share_of_year(
    ground: Ground,
    pair: tuple[int, int],
    part: dict[tuple[int, int], int],
    totals: dict[tuple[int, int], int],
    whole_stock: bool,
) -> Fraction:
    forecast = ground.forecast[pair]
    year = forecast.vacated if whole_stock else forecast.base
    return Fraction(year * part.get(pair, 0), totals[pair]) if pair in totals else Fraction(0)


def row_of(
    ground: Ground, rule: str, line: Line, num_before: int, den_before: int, remaining: Fraction
) -> Row:
    """The published row: required rate kept to the decimals of the rules, price 0 where too few leases are expected."""
    year = den_before + remaining
    share = line.share
    if share is None:
        share = Fraction(line.number or 0) / year if year > 0 else Fraction(0)
    rate = 0
    if remaining > 0:
        balance = Fraction(line.opening_balance, 100)
        wanted = ((share - line.tolerance) * year - num_before - balance) / remaining
        rate = half_up(min(max(wanted, Fraction(0)), Fraction(1)), ground.rate_unit) * (
            RATE_UNIT // ground.rate_unit
        )
    return Row(
        rule=rule,
        scope=line.scope,
        price=line.price if remaining > 0 and year >= ground.min_count else 0,
        rate=rate,
        share=half_up(share, RATE_UNIT),
        tolerance=half_up(line.tolerance, RATE_UNIT),
        num_before=num_before,
        den_before=den_before,
        remaining_num=remaining.numerator,
        remaining_den=remaining.denominator,
        status=line.status,
        opening_balance=line.opening_balance,
    )


def half_up(value: Fraction, unit: int) -> int:
    """``value * unit`` rounded to the nearest integer, halves up."""
    return int((value * unit * 2 + 1) // 2)
