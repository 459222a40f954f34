"""The cuts of a leaf, written again from the rows: what whole numbers of leases imply for shortfalls.

A cut names some rows with whole weights w, a *base*, ``times``, and a *cap* (den_b ≤ n for every proposal of the leaf) or a
*floor* (den_b ≥ n); den_b are the leases in the denominator of one of the rows of the base. The rows say, in ten-thousandths of a lease, short_k ≥ rate_k·den_k − 10⁴·num_k. Weighted,
added up, and with ``times`` leases of den_b written as n − v or n + v, v ≥ 0 whole::

    Σ w_k short_k + Σ a_t n_t + z v ≥ times·n      n_t proposals of kind t, z = times (cap) or −times (floor)

All numbers are whole and Σ w_k short_k ≥ 0, so by mixed-integer rounding (Nemhauser and Wolsey 1990)::

    Σ w_k short_k + Σ G(a_t) n_t + G(z) v ≥ r·⌈times·n / unit⌉
    r = times·n mod unit,   G(x) = r·⌊x / unit⌋ + min(r, x mod unit)

Nothing of this is read from the certificate but the names and the numbers it starts from; that the cap or the floor holds is
found from the raw files and the path. Rows with play add ``Σ w_k play_k`` to the left side of both: ``times·n`` is lowered by it
before it is rounded. Where the leases of a row ask for different rates, the least of them stands for all: they lack no less.

A cut with ``counts`` is an envelope (`verify.envelopes`), with unit 10⁸ once written.

Why nothing leaves 64 bits: Σ w ≤ 10⁸ and |times| ≤ 10¹² are demanded, so |a_t| ≤ 3·10¹², and |G(x)| ≤ |x| + unit. Products
with a multiplier are made in unlimited integers, one per different coefficient, and demanded to stay below 2^56 each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizer.verify.bound import Field
from optimizer.verify.caps import most_of
from optimizer.verify.cells import I64
from optimizer.verify.envelopes import Envelopes, Hull, hull_of
from optimizer.verify.outputs import decimal
from optimizer.verify.rows import Row
from optimizer.verify.solution import RATE
from optimizer.verify.tree import Path
from optimizer.verify.verdict import Findings, Unreadable

SQUARE = RATE * RATE
UNITS = (RATE, SQUARE)
MOST_WEIGHT = 10**8
MOST_TIMES = 10**12
MOST_PRODUCT = 2**56


@dataclass(frozen=True)
class Statement:
    """A cut as the certificate names it, rows by their number in the book."""

    weights: tuple[tuple[int, int], ...]
    base: tuple[int, ...]
    times: int
    n: int
    floor: bool
    unit: int


@dataclass(frozen=True)
class Written:
    """A cut put as Σ w_k short_k ≥ constant − Σ coefficient·n_t; ``values[of_kind]`` are the coefficients of the kinds."""

    constant: int
    values: tuple[int, ...]
    of_kind: I64


@dataclass
class Taken:
    """What the cuts of a leaf add up to."""

    kinds: I64
    """Units each kind adds, rounded up: the bound can only rise by it."""
    constant: int = 0
    """Units they lower the bound by, rounded down."""
    use: dict[int, int] = field(default_factory=dict)
    """Row -> what they take of its price, in ten-thousandths of a micropoint."""


class Cuts:
    """Writes cuts, each once for all leaves that use it."""

    def __init__(self, space: Field, rows: list[Row]) -> None:
        self.field, self.rows = space, rows
        self._known: dict[tuple[int, ...], int] = {}
        self._written: dict[Statement | Hull, Written] = {}
        self._envelopes = Envelopes(space, rows)

    def taken(self, raw: list[Mapping[str, Any]], path: Path, row_at: list[int], found: Findings) -> Taken:
        """The cuts of a leaf with their multipliers.

        Raises
        ------
        KeyError, ValueError : a row that is not there, a number that is none
        Unreadable : numbers out of range
        """
        n_kinds = len(self.field.kind_ptr) - 1
        whole, rest = np.zeros(n_kinds, np.int64), np.zeros(n_kinds, np.int64)
        constant, top = 0, 0
        use: dict[int, int] = {}
        for each in raw:
            cut = hull_of(each, row_at) if "counts" in each else _statement(each, row_at)
            nu = decimal(each["nu"])
            if nu < 0 or not self._holds(cut, path):
                found.add(
                    "multipliers", "coupe que le cas ne garantit pas" if nu >= 0 else "multiplicateur négatif"
                )
                continue
            scale = nu if isinstance(cut, Hull) else nu * (SQUARE // cut.unit)
            for k, w in cut.weights:
                use[k] = use.get(k, 0) + scale * w
            written = self._write(cut)
            constant += scale * written.constant
            parts = [divmod(scale * value, RATE) for value in written.values]
            top += max((abs(x) for x, _ in parts), default=0)
            if top >= MOST_PRODUCT:
                raise Unreadable("certificate.json", "multiplicateurs hors limites")
            if parts:
                each_kind = np.array(parts, np.int64)[written.of_kind]
                whole += each_kind[:, 0]
                rest += each_kind[:, 1]
        return Taken(whole - (-rest) // RATE, constant // RATE, use)

    def _holds(self, cut: Statement | Hull, path: Path) -> bool:
        """Whether every proposal of the leaf keeps the cap, the floor or the window."""
        if isinstance(cut, Hull):
            return self._envelopes.holds(cut, path)
        keys = [("den", k) for k in cut.base]
        if cut.floor:
            return cut.n <= max(path.low.get(key, 0) for key in keys)
        if all(key in path.high for key in keys) and cut.n >= sum(path.high[key] for key in keys):
            return True
        return cut.n >= self._most(cut.base)

    def _most(self, base: tuple[int, ...]) -> int:
        """Dwellings that could be counted in one of the denominators."""
        if base not in self._known:
            self._known[base] = most_of(self.field, base)
        return self._known[base]

    def _write(self, cut: Statement | Hull) -> Written:
        if cut not in self._written:
            self._written[cut] = self._enveloped(cut) if isinstance(cut, Hull) else self._round(cut)
        return self._written[cut]

    def _enveloped(self, hull: Hull) -> Written:
        constant, adds = self._envelopes.written(hull)
        values, of_kind = np.unique(adds, return_inverse=True)
        return Written(constant, tuple(values.tolist()), of_kind.reshape(-1))

    def _round(self, cut: Statement) -> Written:
        n_rows, unit = len(self.rows), cut.unit
        num, den, counted = (np.zeros(n_rows, np.int64) for _ in range(3))
        for k, w in cut.weights:
            num[k] = w * RATE
            den[k] = -w * self.rows[k].rate
        counted[list(cut.base)] = 1
        inside = np.minimum(self.field.balance(np.zeros(n_rows, np.int64), counted), 1)
        a = self.field.balance(num, den) + cut.times * inside
        goal = cut.times * cut.n - sum(w * self.rows[k].slack for k, w in cut.weights)
        r = goal % unit

        def g(x: I64) -> I64:
            return np.asarray(r * (x // unit) + np.minimum(r, x % unit), np.int64)

        z = int(g(np.array([-cut.times if cut.floor else cut.times], np.int64))[0])
        # v = n − den_b under a cap, den_b − n above a floor
        side = 1 if cut.floor else -1
        constant = r * -(-goal // unit) + side * z * cut.n
        values, of_kind = np.unique(g(a) + side * z * inside, return_inverse=True)
        return Written(constant, tuple(values.tolist()), of_kind.reshape(-1))


def _statement(raw: Mapping[str, Any], row_at: list[int]) -> Statement:
    weights = []
    for key, w in raw["rows"].items():
        k = int(key)
        if not 0 <= k < len(row_at) or _whole(w) < 1:
            raise ValueError("cut")
        weights.append((row_at[k], w))
    base = [_whole(k) for k in raw["base"]]
    times, unit = _whole(raw["times"]), _whole(raw["unit"])
    if ("floor" in raw) == ("cap" in raw) or unit not in UNITS:
        raise ValueError("cut")
    if not base or not all(0 <= k < len(row_at) for k in base):
        raise ValueError("cut")
    n = _whole(raw["floor" if "floor" in raw else "cap"])
    if sum(w for _, w in weights) > MOST_WEIGHT or abs(times) > MOST_TIMES:
        raise Unreadable("certificate.json", "multiplicateurs hors limites")
    return Statement(
        tuple(sorted(weights)), tuple(sorted({row_at[k] for k in base})), times, n, "floor" in raw, unit
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError("cut")
    return value
