"""What an orientation without household is worth: the median score of those the account could name, less what it may not bring."""

from __future__ import annotations

import numpy as np

from optimizer.verify.cells import I64
from optimizer.verify.rows import HOUSEHOLD_RULES, LEASE, TRAITS, Book, Lease


def seat_points(scores: I64, profiles: I64, book: Book, lease: Lease, account: str) -> tuple[int, int]:
    """(median score, points taken off) of a seat, hundredths.

    Parameters
    ----------
    scores, profiles : of the known pool: score in hundredths, profile bits; own tenants are not in it
    lease, account : what is oriented, and to whom

    Notes
    -----
    A seat counts in no rule on households. For each that covers the dwelling it pays ``price × max(0, rate − share)``,
    share = part of the known pool that would count in num; nobody known pays nothing. The sum is rounded once, half up.
    """
    n = len(scores)
    if not n:
        return 0, 0
    loss = 0
    for k, trait in book.marks(lease, account):
        row = book.rows[k]
        if row.price and row.rule in HOUSEHOLD_RULES:
            loss += row.price * max(0, row.rate * n - LEASE * int(TRAITS[trait](profiles).sum()))
    return median(scores), (2 * loss + n * LEASE) // (2 * n * LEASE)


def median(values: I64) -> int:
    """Median in hundredths; of an even count the mean of the two middle ones, rounded half up."""
    n = len(values)
    ordered = np.sort(values)
    if n % 2:
        return int(ordered[n // 2])
    return (int(ordered[n // 2 - 1]) + int(ordered[n // 2]) + 1) // 2
