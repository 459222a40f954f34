"""The required rate of a line: what is left to do this year, shared over the leases still expected (design §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from optimizer.problem.account_year import still_expected
from optimizer.problem.ground import I64, B, Counted, Ground
from optimizer.problem.model import RATE_UNIT, Row
from optimizer.problem.registry import Line

Pair = tuple[int, int]
"""(landlord, département)."""


class Expected(NamedTuple):
    """F of a line, and whether it comes from `assiette` or `leases` rather than from this run alone."""

    leases: Fraction
    known: bool


def tally(line: I64, n: int) -> I64:
    """Number of pairs of each line."""
    return np.bincount(line, minlength=n).astype(np.int64)


def expected(
    ground: Ground,
    n: int,
    done: tuple[I64, I64],
    own: tuple[I64, I64],
    *,
    flux: bool,
) -> list[Expected]:
    """F of each line: leases still expected from the date of the case to 31 December, this run included.

    Parameters
    ----------
    n : number of lines.
    done : (lease, line) pairs of ``ground.before`` counted in the denominators.
    own : (dwelling, line) pairs of `Ground.dwellings_as_leases` which can count there.
    flux : the denominators are leases of the flux (their year is A, the flux base of `assiette`), else every lease (V, all
        that is vacated).

    Notes
    -----
    Each landlord × département with a lease or a dwelling in the scope of a line is a part of it. (a) Where `assiette` has the
    part, its year in proportion of what the scope holds of its leases and of this run's dwellings, less the leases counted;
    (b) else, where the case has leases, the year goes on as it went; (c) else the run's own dwellings. Every part, and the
    sum, are never less than these.
    """
    dwellings = ground.dwellings_as_leases()
    before_in, run_in = _by_line(ground.before, done, n), _by_line(dwellings, own, n)
    every = np.ones(len(ground.before), bool), np.ones(len(dwellings), bool)
    inside = (ground.before.flux_base, dwellings.flux_base) if flux else every
    whole = _by_pair(ground.before, inside[0]) + _by_pair(dwellings, inside[1])
    found = []
    for k in range(n):
        parts = [
            _part(ground, pair, before_in[k][pair], run_in[k][pair], whole[pair], flux)
            for pair in sorted(before_in[k].keys() | run_in[k].keys())
        ]
        run = Fraction(sum(run_in[k].values()))
        leases = sum((part.leases for part in parts), Fraction(0))
        known = all(part.known for part in parts) if parts else ground.has_leases
        found.append(Expected(max(leases, run), known))
    return found


def _part(ground: Ground, pair: Pair, before: int, run: int, whole: int, flux: bool) -> Expected:
    planned = ground.forecast.get(pair)
    year = None if planned is None else planned.base if flux else planned.vacated
    rest = still_expected(
        year=year, before=before, run=run, whole=whole, days=ground.days, leases_known=ground.has_leases
    )
    return Expected(Fraction(run), False) if rest is None else Expected(rest, True)


def _by_line(leases: Counted, pairs: tuple[I64, I64], n: int) -> list[Counter[Pair]]:
    """Number of the leases of each line, by landlord and département."""
    found: list[Counter[Pair]] = [Counter() for _ in range(n)]
    lease, line = pairs
    keys = np.stack([line, leases.landlord[lease], leases.departement[lease]], axis=1)
    for (k, landlord, departement), many in zip(*_tallied(keys), strict=True):
        found[k][landlord, departement] = many
    return found


def _tallied(keys: I64) -> tuple[list[list[int]], list[int]]:
    """The distinct rows, and how often each stands there."""
    rows, many = np.unique(keys, axis=0, return_counts=True)
    return rows.tolist(), many.tolist()


def _by_pair(leases: Counted, inside: B) -> Counter[Pair]:
    rows, many = _tallied(np.stack([leases.landlord[inside], leases.departement[inside]], axis=1))
    return Counter(
        {(landlord, departement): n for (landlord, departement), n in zip(rows, many, strict=True)}
    )


def row_of(
    ground: Ground, rule: str, line: Line, num_before: int, den_before: int, remaining: Expected
) -> Row:
    """The published row: required rate kept to the decimals of the rules, price 0 where too few leases are expected.

    A row whose target is assumed has no price in a case that is not synthetic, unless that was asked for; nor has a yearly
    number where nobody knows how many leases the year brings.
    """
    left = remaining.leases
    year = den_before + left
    share = line.share
    if share is None:
        share = Fraction(line.number or 0) / year if year > 0 else Fraction(0)
    rate = 0
    if left > 0:
        balance = Fraction(line.opening_balance, 100)
        wanted = ((share - line.tolerance) * year - num_before - balance) / left
        rate = half_up(min(max(wanted, Fraction(0)), Fraction(1)), ground.rate_unit) * (
            RATE_UNIT // ground.rate_unit
        )
    priced = year >= ground.min_count and (line.share is not None or remaining.known)
    return Row(
        rule=rule,
        scope=line.scope,
        price=_price(ground, line) if priced else 0,
        rate=rate,
        share=half_up(share, RATE_UNIT),
        tolerance=half_up(line.tolerance, RATE_UNIT),
        num_before=num_before,
        den_before=den_before,
        remaining_num=left.numerator,
        remaining_den=left.denominator,
        status=line.status,
        opening_balance=line.opening_balance,
        play=half_up(line.play, RATE_UNIT),
    )


def ceiling_of(
    ground: Ground, rule: str, line: Line, num_before: int, before: Iterable[int], own: Iterable[int]
) -> Row:
    """The row of a line that limits: what the year leaves of the account's share, and the play, may be passed for nothing.

    Parameters
    ----------
    num_before : leases counted on the account so far.
    before, own : communes of the leases in the denominator so far, and of this run's dwellings that can count there.
    """
    shares = line.by_commune
    assert line.share is not None
    whole = half_up(line.share, RATE_UNIT)
    so_far = [whole if shares is None else shares.get(c, whole) for c in before]
    now = [whole if shares is None else shares.get(c, whole) for c in own]
    left = Fraction(sum(so_far), RATE_UNIT) - num_before - Fraction(line.opening_balance, 100)
    allowance = int((max(Fraction(0), left) + line.play) * RATE_UNIT)
    return Row(
        rule=rule,
        scope=line.scope,
        price=_price(ground, line),
        rate=RATE_UNIT - max(now, default=whole),
        share=half_up(Fraction(sum(now), len(now) * RATE_UNIT), RATE_UNIT) if now else whole,
        tolerance=0,
        num_before=num_before,
        den_before=len(so_far),
        remaining_num=0,
        remaining_den=1,
        status=line.status,
        opening_balance=line.opening_balance,
        play=allowance,
        ceiling=True,
    )


def _price(ground: Ground, line: Line) -> int:
    return 0 if line.status == "assumed" and not ground.price_assumed else line.price


def half_up(value: Fraction, unit: int) -> int:
    """``value * unit`` rounded to the nearest integer, halves up."""
    return int((value * unit * 2 + 1) // 2)
