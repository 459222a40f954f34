"""Whole numbers out of exact shares: largest remainder, ties to the contingent whose code comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor

SHARE_UNITS = 10_000
"""Shares are published to 4 decimals (design §3)."""


def largest_remainder(
    quotas: Mapping[str, Fraction],
    total: int,
    limits: Sequence[tuple[frozenset[str], int]] = (),
) -> dict[str, int]:
    """Hamilton's method on exact quotas.

    Parameters
    ----------
    quotas : mapping
        Contingent -> exact quota ≥ 0; their sum is ``total``.
    total : int
        What the whole numbers must sum to.
    limits : sequence of (members, most)
        Groups whose sum may not go above ``most``; a unit refused there goes to the next remainder.

    Returns
    -------
    dict
        Each quota's floor, plus one for the largest remainders; equal remainders are served in code-point order of the
        contingent's code.

    Raises
    ------
    ValueError
        A negative quota, quotas that do not sum to ``total``, or limits that leave no room.
    """
    if any(q < 0 for q in quotas.values()) or sum(quotas.values(), Fraction(0)) != total:
        raise ValueError(f"quotas must be ≥ 0 and sum to {total}")
    given = {account: floor(q) for account, q in quotas.items()}
    left = total - sum(given.values())
    order = sorted(quotas, key=lambda account: (given[account] - quotas[account], account))
    while left:
        before = left
        for account in order:
            if left and quotas[account] > 0 and _fits(account, given, limits):
                given[account] += 1
                left -= 1
        if left == before:
            raise ValueError("the limits leave no room for the total")
    return given


def _fits(account: str, given: Mapping[str, int], limits: Iterable[tuple[frozenset[str], int]]) -> bool:
    return all(
        account not in members or sum(given.get(m, 0) for m in members) < most for members, most in limits
    )


def integers(shares: Mapping[str, Fraction], assiette: int) -> dict[str, int]:
    """Dwellings per contingent: shares (sum 1) of an assiette ≥ 0, by :func:`largest_remainder`."""
    return largest_remainder({account: q * assiette for account, q in shares.items()}, assiette)


def rounded_shares(
    shares: Mapping[str, Fraction], caps: Sequence[tuple[frozenset[str], Fraction]] = ()
) -> dict[str, Fraction]:
    """Shares to 4 decimals that sum to 1 exactly; a rounding never lifts a group above its cap.

    Parameters
    ----------
    shares : mapping
        Exact shares, sum 1.
    caps : sequence of (members, cap)
        Caps that the exact shares respect.
    """
    limits = [
        (members, floor(cap * SHARE_UNITS)) for members, cap in caps if _respected(shares, members, cap)
    ]
    quotas = {account: q * SHARE_UNITS for account, q in shares.items()}
    try:
        units = largest_remainder(quotas, SHARE_UNITS, limits)
    except ValueError:
        # Everybody sits at a cap that has more than 4 decimals: the plain rounding is the honest one.
        units = largest_remainder(quotas, SHARE_UNITS)
    return {account: Fraction(n, SHARE_UNITS) for account, n in units.items()}


def _respected(shares: Mapping[str, Fraction], members: frozenset[str], cap: Fraction) -> bool:
    return sum((shares.get(m, Fraction(0)) for m in members), Fraction(0)) <= cap


def decimal_half_up(value: Fraction, places: int) -> Fraction:
    """``value`` rounded half up to ``places`` decimals, still exact."""
    scale = 10**places
    return Fraction(floor(value * scale + Fraction(1, 2)), scale)
