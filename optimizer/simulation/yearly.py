"""Yearly numbers of leases: due whole on 31 December, however many leases the year had."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import RuleBook
from optimizer.problem.model import RATE_UNIT

I64 = NDArray[np.int64]
NONE = -1
"""Of a row that asks for a share of the leases."""


def due_of_numbers(book: RuleBook) -> I64:
    """(R,) ten-thousandths of a lease that a row with a yearly number asks of the year, ``NONE`` for others.

    A run asks for a number as its part of the leases expected, since that is what is left of it at each session. A year has other
    leases than expected (dwellings not let, dwellings that moves freed), and the number is what it is. No more than there are leases
    expected, as for the rate.
    """
    found = np.full(len(book.rows), NONE, np.int64)
    for section in book.sections:
        for at, line in enumerate(section.lines, section.start):
            if line.number is not None:
                row = book.rows[at]
                expected = Fraction(row.remaining_num, row.remaining_den)
                wanted = line.number - line.tolerance * expected - Fraction(line.opening_balance, 100)
                found[at] = int(RATE_UNIT * min(max(wanted, Fraction(0)), expected))
    return found
