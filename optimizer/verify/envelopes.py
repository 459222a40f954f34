"""Envelopes of a leaf, written again: what whole counts of rows of one denominator cost together, whatever its leases are.

The certificate gives weights p of shortfalls and m of counts, a slope, and a window: the leases D of the denominator between
two numbers, the count n_k of each row between two numbers. Each whole D of the window is looked at in turn. A row then lacks
``max(0, rate·D − 10⁴ n − play)`` ten-thousandths of a lease with a whole n of its window, so that the weighted sum is at least

    φ(D) = Σ_k min over n of  p_k max(0, rate_k D − 10⁴ n − play_k) + m_k 10⁴ n

and ``Σ p short + Σ m 10⁴ n − slope 10⁴ D`` is at least the smallest ``φ(D) − slope 10⁴ D``. That the window holds in the leaf
is found from the path and the raw files, and so is that the rows count the same leases, none in num that is not in den.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.verify.bound import Field
from optimizer.verify.caps import most_of, used_kinds
from optimizer.verify.cells import I64
from optimizer.verify.rows import Row
from optimizer.verify.solution import RATE
from optimizer.verify.tree import Path
from optimizer.verify.verdict import Unreadable

MOST_LEASES = 10**6
LIMIT = 2**61


@dataclass(frozen=True)
class EnvelopeRow:
    """One row of an envelope: its number in the book, the weights of its shortfall and of its count, its counts allowed."""

    row: int
    price: int
    count: int
    least: int
    most: int


@dataclass(frozen=True)
class Hull:
    """An envelope as the certificate names it."""

    asked: tuple[EnvelopeRow, ...]
    slope: int
    low: int
    high: int

    @property
    def weights(self) -> tuple[tuple[int, int], ...]:
        """Row -> weight of its shortfall."""
        return tuple((a.row, a.price) for a in self.asked)


class Envelopes:
    """Checks and writes the envelopes of one case."""

    def __init__(self, space: Field, rows: list[Row]) -> None:
        self.field, self.rows = space, rows
        self._marks: dict[int, tuple[I64, I64]] = {}
        self._most: dict[int, int] = {}
        self._used = used_kinds(space)
        """What no household and no seat of the case can be is no matter: denominators differ where a lease may differ."""

    def holds(self, hull: Hull, path: Path) -> bool:
        """Whether every proposal of the leaf keeps the window, and the rows count as an envelope needs."""
        first, used = hull.asked[0].row, self._used
        in_den = self._counted(first)[1][used]
        for a in hull.asked:
            num, den = (marks[used] for marks in self._counted(a.row))
            if (den != in_den).any() or (num > den).any():
                return False
            if a.least > max(0, path.low.get(("num", a.row), 0)):
                return False
            if a.most < min(hull.high, path.high.get(("num", a.row), hull.high)):
                return False
        alike = [k for k in range(len(self.rows)) if (self._counted(k)[1][used] == in_den).all()]
        if hull.low > max([0, *(path.low.get(("den", k), 0) for k in alike)]):
            return False
        return any(hull.high >= path.high.get(("den", k), hull.high + 1) for k in alike) or (
            hull.high >= self._possible(first)
        )

    def written(self, hull: Hull) -> tuple[int, I64]:
        """(constant, units a lease of each kind adds to the left side), in 10⁻⁸ of a lease."""
        d = np.arange(hull.low, hull.high + 1, dtype=np.int64)
        least = -hull.slope * RATE * d
        adds = np.zeros(len(self.field.kind_ptr) - 1, np.int64)
        for a in hull.asked:
            wanted = self.rows[a.row].rate * d - self.rows[a.row].slack
            tries = [np.full(len(d), n, np.int64) for n in (a.least, a.most)]
            tries += [np.minimum(np.maximum(wanted // RATE + more, a.least), a.most) for more in (0, 1)]
            costs = [a.price * np.maximum(0, wanted - RATE * n) + a.count * RATE * n for n in tries]
            least = least + np.min(costs, axis=0)
            adds += a.count * RATE * self._counted(a.row)[0]
        adds -= hull.slope * RATE * self._counted(hull.asked[0].row)[1]
        return int(least.min()), adds

    def _counted(self, k: int) -> tuple[I64, I64]:
        """(num, den) marks of every kind on a row."""
        if k not in self._marks:
            none, one = np.zeros(len(self.rows), np.int64), np.zeros(len(self.rows), np.int64)
            one[k] = 1
            self._marks[k] = self.field.balance(one, none), self.field.balance(none, one)
        return self._marks[k]

    def _possible(self, k: int) -> int:
        if k not in self._most:
            self._most[k] = most_of(self.field, (k,))
        return self._most[k]


def hull_of(raw: Mapping[str, Any], row_at: list[int]) -> Hull:
    """The envelope a certificate names.

    Raises
    ------
    KeyError, ValueError : a row that is not there, a number that is none
    Unreadable : numbers out of range
    """
    low, high = (_natural(x) for x in raw["den"])
    asked = []
    for key, price in raw["rows"].items():
        k = int(key)
        if not 0 <= k < len(row_at):
            raise ValueError("cut")
        least, most = (_natural(x) for x in raw["num"][key])
        asked.append(EnvelopeRow(row_at[k], _natural(price), _natural(raw["counts"][key]), least, most))
    named = {a.row for a in asked}
    if (
        not asked
        or len(named) < len(asked)
        or not (raw["counts"].keys() == raw["num"].keys() == raw["rows"].keys())
    ):
        raise ValueError("cut")
    slope = raw["slope"]
    if type(slope) is not int or low > high or any(a.least > a.most for a in asked):
        raise ValueError("cut")
    reach = (
        (sum(a.price + a.count for a in asked) + abs(slope))
        * (max(high, *(a.most for a in asked)) + 1)
        * RATE
    )
    if high > MOST_LEASES or reach >= LIMIT:
        raise Unreadable("certificate.json", "multiplicateurs hors limites")
    return Hull(tuple(sorted(asked, key=lambda a: a.row)), slope, low, high)


def _natural(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("cut")
    return value
