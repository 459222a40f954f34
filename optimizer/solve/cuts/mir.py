"""Rounded rows that hold everywhere: what whole numbers of leases imply for shortfalls (mixed-integer rounding).

A row says ``10⁴ s_k ≥ rate_k·den_k + ask_k − 10⁴·num_k``. Take whole weights w ≥ 0 on some rows, and replace ``times`` leases
of a denominator ``den_b`` (or of several, a lease of two of them once) by what is known of it: ``at − v`` where it cannot exceed ``at`` (a *cap*: the dwellings that
could be counted there at all, or a split of the path), ``at + v`` where a split says it is at least ``at`` (a *floor*), with
a whole v ≥ 0. With n_t dwellings of kind t this reads ``10⁴ Σ w_k s_k ≥ B − Σ a_t n_t − a_v v`` where

    B = Σ w_k ask_k + times·at,  a_t = times·den_bt − Σ w_k (rate_k den_kt − 10⁴ num_kt),  a_v = ±times (+: a cap)

and everything is whole. Dividing by ``unit`` and rounding (Nemhauser and Wolsey 1990), with ``R = B mod unit`` and
``G(a) = R·⌊a / unit⌋ + min(R, a mod unit)``, holds for every solution::

    10⁴ Σ w_k s_k ≥ R·⌈B / unit⌉ − Σ G(a_t) n_t − G(a_v) v

It cuts off the fractional corner: a quarter of 10 leases is 3 leases, not 2.5. ``v`` is put back in terms of den_b, and all
is divided by ``unit``, so that a multiplier of a cut is a price per lease like that of a row: Σ (10⁴ w_k / unit) s_k ≥
(constant − Σ coef_t n_t) / unit.

References
----------
G. Nemhauser, L. Wolsey, *A recursive procedure to generate all cuts for 0-1 mixed integer programs*, Mathematical
Programming 46 (1990), 379-390.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, RATE_UNIT
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, RelaxationPolicy

UNITS = (RATE_UNIT, RATE_UNIT**2)
"""Divisors allowed: ten-thousandths of a lease, or their square where one row weighs the rate of another."""
FINE = RATE_UNIT**2


@dataclass(frozen=True, order=True)
class Shape:
    """A cut before it is known how many leases its base has: ``weights`` of the ``rows``, ``times`` leases counted in the
    denominator of one of the rows of the ``base``."""

    rows: tuple[int, ...]
    weights: tuple[int, ...]
    base: tuple[int, ...]
    times: int
    unit: int

    @cached_property
    def _hash(self) -> int:
        return hash((self.rows, self.weights, self.base, self.times, self.unit))

    def __hash__(self) -> int:
        """Worked out once: every node of a tree looks its cuts up again."""
        return self._hash


class Inequality(Protocol):
    """``Σ share·s ≥ (constant − Σ coef_t n_t) / unit`` for every solution of the nodes where it holds."""

    @property
    def unit(self) -> int: ...
    @property
    def rows(self) -> tuple[int, ...]: ...
    @property
    def constant(self) -> int: ...
    @property
    def coef(self) -> I64: ...
    @property
    def order(self) -> tuple[Any, ...]: ...
    def shares(self) -> Iterator[tuple[int, int]]: ...
    def pulls(self, nu: int) -> Iterator[tuple[int, int]]: ...
    def lines(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Cut:
    """A cut of the module. ``low``: ``at`` is a floor of the denominator, else a cap.

    ``constant`` and ``coef`` (n_markings,) are in ``1 / unit`` of a lease.
    """

    shape: Shape
    at: int
    low: bool
    constant: int = field(compare=False)
    coef: I64 = field(compare=False)

    @property
    def unit(self) -> int:
        return self.shape.unit

    @property
    def rows(self) -> tuple[int, ...]:
        return self.shape.rows

    @cached_property
    def order(self) -> tuple[Any, ...]:
        """What cuts are sorted by."""
        shape = self.shape
        return 0, shape.rows, shape.weights, shape.base, shape.times, shape.unit, self.at, self.low

    @cached_property
    def _hash(self) -> int:
        return hash((self.shape, self.at, self.low))

    def __hash__(self) -> int:
        """Worked out once, as that of its shape."""
        return self._hash

    def shares(self) -> Iterator[tuple[int, int]]:
        """(row, how much of a multiplier its price must bear, in ten-thousandths)."""
        for k, w in zip(self.shape.rows, self.shape.weights, strict=True):
            yield k, w * (FINE // self.shape.unit)

    def pulls(self, nu: int) -> Iterator[tuple[int, int]]:
        """(row, about how many micropoints a lease in its num is worth to a multiplier ``nu``): by what it rounds by."""
        over = self.shape.times * self.at % self.unit
        for k, w in zip(self.shape.rows, self.shape.weights, strict=True):
            yield k, nu * w * RATE_UNIT * over // self.unit**2

    def lines(self) -> dict[str, Any]:
        """What the certificate says of it: whoever has the rows and the counts can write it again."""
        shape = self.shape
        return {
            "rows": {str(k): w for k, w in zip(shape.rows, shape.weights, strict=True)},
            "base": list(shape.base),
            "times": shape.times,
            "floor" if self.low else "cap": self.at,
            "unit": shape.unit,
        }


def leaning(cuts: Mapping[Inequality, int]) -> dict[int, int]:
    """What the cuts take of each row's price, in 1e-10 point: with λ_k + ν_k at most price_k."""
    found: dict[int, int] = {}
    for cut, nu in cuts.items():
        for k, share in cut.shares():
            found[k] = found.get(k, 0) + nu * share
    return found


def owed(cuts: Mapping[Inequality, int]) -> int:
    """Σ nu·constant in 1e-10 point, rounded down: the bound, which it lowers, can only be weaker for it."""
    total = sum(nu * cut.constant * (FINE // cut.unit) for cut, nu in cuts.items())
    return total // RATE_UNIT


def gains(cuts: Mapping[Inequality, int]) -> I64:
    """Σ nu·coef of each marking of kinds in 1e-10 point, rounded up, (n_markings,), of one cut at least.

    Coefficients are below a few units (10⁸), so a multiplier times one is split where it would not fit 64 bits.
    """
    n = len(next(iter(cuts)).coef)
    whole, rest = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for cut, nu in cuts.items():
        if cut.unit == RATE_UNIT:
            whole += nu * cut.coef
        else:
            high, low = divmod(nu, RATE_UNIT)
            whole += high * cut.coef
            rest += low * cut.coef
    return np.asarray(whole - (-rest) // RATE_UNIT, np.int64)


class Cuts:
    """Writes the cuts of a problem, each once. ``shapes``: those that are worth looking at."""

    def __init__(self, layout: Layout, policy: RelaxationPolicy = DEFAULT.relaxation) -> None:
        self.layout, self.policy = layout, policy
        kinds = layout.problem.kinds
        shape = (len(layout.problem.rows), len(layout.marked))
        self.num, self.den = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        marking = layout.marking[layout.kind_of_mark]
        self.num[kinds.row, marking] = kinds.num
        self.den[kinds.row, marking] = kinds.den
        self.possible = self._possible()
        self.size = np.diff(layout.member_ptr)
        same: dict[bytes, list[int]] = {}
        for k in range(len(self.den)):
            same.setdefault(self.den[k].tobytes(), []).append(k)
        self.alike = {k: rows for rows in same.values() for k in rows}
        """Rows of the same denominator, by row."""
        self._most: dict[tuple[int, ...], int] = {}
        self.shapes = tuple(self._shapes())
        rates = ((k, int(layout.rate[k])) for k in layout.active.tolist())
        self.single = {
            k: Shape((k,), (1,), (k,), rate, RATE_UNIT) for k, rate in rates if 0 < rate <= RATE_UNIT
        }
        """Of each row by itself, once, by row; where its rate goes by place, of its least: its leases lack no less."""
        self._made: dict[tuple[Shape, int, bool], Cut] = {}
        self._own: dict[tuple[Shape, int, bool], Cut] = {}
        """Those that speak of rows which ask for another amount here than in the problem that the rest is shared with."""
        self.changed: frozenset[int] = frozenset()
        """These rows."""

    def asking(self, layout: Layout, changed: frozenset[int]) -> Cuts:
        """The cuts of the same problem where the rows ``changed`` ask for other amounts."""
        other = copy(self)
        other.layout = layout
        other._own = {key: cut for key, cut in self._own.items() if changed.isdisjoint(cut.rows)}
        other.changed = self.changed | changed
        return other

    def _possible(self) -> NDArray[np.bool_]:
        """(classes, markings): may a dwelling of the class have a first rank that counts so?"""
        layout, marking = self.layout, self.layout.marking
        found = np.zeros((len(layout.problem.class_menu), len(layout.marked)), bool)
        full, ptr, kind = layout.full, layout.option_ptr, layout.option_kind
        for klass in range(len(found)):
            keys = np.unique(full.key[full.ptr[klass] : full.ptr[klass + 1]])
            many = ptr[keys + 1] - ptr[keys]
            at = np.arange(int(many.sum())) + np.repeat(ptr[keys] - (np.cumsum(many) - many), many)
            found[klass, marking[kind[at]]] = True
            found[klass, marking[layout.problem.seats.kind[layout.seats(klass)]]] = True
        return found

    def counted(self, base: tuple[int, ...]) -> I64:
        """(n_markings,) 1 where a lease is in the denominator of one of the rows."""
        return np.asarray(self.den[list(base)].any(axis=0), np.int64)

    def most(self, base: tuple[int, ...]) -> int:
        """Dwellings that could be counted in one of the denominators."""
        if base not in self._most:
            could = self.possible[:, self.counted(base) > 0].any(axis=1)
            self._most[base] = int(self.size[could].sum())
        return self._most[base]

    def _shapes(self) -> Iterator[Shape]:
        """Cuts worth looking at: a row by itself, rows of one denominator added up, a row with one that holds its leases.

        The last: a row p whose leases all count for a row m where both see them (p asks for households on an account, m
        for leases on it; p counts the flux, m what is not a mutation). With rate_p of m's leases added to p's, those leases
        weigh the same as those they displace, and what is left is the number of dwellings either could count.
        """
        layout = self.layout
        rate = layout.rate.tolist()
        # a row whose rate goes by place is not one rate times a number of leases
        rows = [k for k in layout.active.tolist() if 0 < rate[k] <= RATE_UNIT and layout.uniform[k]]
        ceiling = [row.ceiling for row in layout.problem.rows]
        for k in rows:
            for w in range(1, self.policy.multiples + 1):
                yield Shape((k,), (w,), (k,), w * rate[k], RATE_UNIT)
        for p in rows:
            for m in rows:
                both = (self.den[p] > 0) & (self.den[m] > 0)
                if m != p and not ceiling[m] and both.any() and bool((self.num[m][both] > 0).all()):
                    (a, wa), (b, wb) = sorted(((p, RATE_UNIT), (m, rate[p])))
                    yield Shape((a, b), (wa, wb), (min(p, m), max(p, m)), rate[p] * rate[m], FINE)
        # what each account must have adds up, and so does what each may have; the two together say nothing
        sums = (tuple(j for j in self.alike[k] if j in rows and ceiling[j] == ceiling[k]) for k in rows)
        for together in dict.fromkeys(sums):
            most = len(together) if len(together) <= self.policy.rows_together else 2
            for n in range(2, most + 1):
                for some in combinations(together, n):
                    yield Shape(some, (1,) * n, (some[0],), sum(rate[k] for k in some), RATE_UNIT)

    def lowest(self, shapes: Sequence[Shape], floors: Mapping[int, int]) -> list[Cut]:
        """The cuts of shapes of one base for the largest floor of its denominator; ``floors``: what a path says, by row.

        Rows of one denominator share their floors: the base is then the row that the path speaks of.
        """
        base = shapes[0].base
        best = self.tallest(base, floors)
        if best is None:
            return []
        if len(base) == 1:
            shapes = [replace(shape, base=(best,)) for shape in shapes]
        return self.cuts(shapes, [floors[best]] * len(shapes), low=True)

    def rounded(self, floors: Mapping[int, int]) -> list[Cut]:
        """The rounded rows of all rows whose denominator a path says the least of, but of the row it says it of: `node.MirRow` is
        that one's. ``floors``: what the path says, by row."""
        found: list[Cut] = []
        for alike in dict.fromkeys(tuple(self.alike[k]) for k in floors):
            best = self.tallest((alike[0],), floors)
            if best is not None:
                shapes = [self.single[j] for j in alike if j in self.single and j != best]
                found += self.lowest(shapes, {best: floors[best]}) if shapes else []
        return [cut for cut in found if cut.coef.any()]

    def tallest(self, base: tuple[int, ...], floors: Mapping[int, int]) -> int | None:
        """Of the rows whose floor is one of the base's denominator, that with the largest, and the first of these."""
        known = self.floored(base, floors) if floors else []
        return max(known, key=lambda k: (floors[k], -k)) if known else None

    def floored(self, base: tuple[int, ...], floors: Mapping[int, int]) -> list[int]:
        """Rows whose floor is one of the base's denominator."""
        return [k for k in (base if len(base) > 1 else self.alike[base[0]]) if k in floors]

    def cap(self, base: tuple[int, ...], ceilings: Mapping[int, int]) -> int:
        """Most leases of some denominators together; ``ceilings``: what a path says of them, by row."""
        most = self.most(base)
        return min(most, sum(ceilings[k] for k in base)) if all(k in ceilings for k in base) else most

    def cut(self, shape: Shape, at: int, low: bool = False) -> Cut:
        """The cut of a shape for a cap, or a floor, of its denominator."""
        return self.cuts([shape], [at], low)[0]

    def plain(self) -> list[Cut]:
        """The cut of each shape for the cap that holds everywhere."""
        return self.cuts(self.shapes, [self.most(shape.base) for shape in self.shapes])

    def cuts(self, shapes: Sequence[Shape], at: Sequence[int], low: bool = False) -> list[Cut]:
        """The cuts of several shapes, each with its cap or floor."""
        keys = [(shape, number, low) for shape, number in zip(shapes, at, strict=True)]
        new = [key for key in dict.fromkeys(keys) if key not in self._shelf(key[0])]
        for key, cut in zip(
            new, self._write([s for s, _, _ in new], [n for _, n, _ in new], low), strict=True
        ):
            self._shelf(key[0])[key] = cut
        return [self._shelf(key[0])[key] for key in keys]

    def _shelf(self, shape: Shape) -> dict[tuple[Shape, int, bool], Cut]:
        """Where the cuts of a shape are kept."""
        return self._made if self.changed.isdisjoint(shape.rows) else self._own

    def _write(self, shapes: list[Shape], at: list[int], low: bool) -> list[Cut]:
        """Cuts of several shapes: what each says of every marking, row after row of a table (shapes, n_markings)."""
        layout, n = self.layout, len(shapes)
        if not n:
            return []
        bases = {shape.base: None for shape in shapes}
        place = {base: i for i, base in enumerate(bases)}
        in_base = np.array([self.counted(base) for base in bases])[[place[shape.base] for shape in shapes]]
        times, unit, at_most = (
            np.array(values, np.int64) for values in ([s.times for s in shapes], [s.unit for s in shapes], at)
        )
        a = times[:, None] * in_base
        total = times * at_most
        for j in range(max(len(shape.rows) for shape in shapes)):
            some = np.array([i for i, shape in enumerate(shapes) if len(shape.rows) > j], np.int64)
            k = np.array([shapes[i].rows[j] for i in some], np.int64)
            w = np.array([shapes[i].weights[j] for i in some], np.int64)
            a[some] -= w[:, None] * (layout.rate[k][:, None] * self.den[k] - RATE_UNIT * self.num[k])
            total[some] += w * layout.ask[k]
        rest = total % unit

        def mir_row(value: I64) -> I64:
            whole, part = np.divmod(value, unit[:, None])
            return np.asarray(rest[:, None] * whole + np.minimum(rest[:, None], part), np.int64)

        spare = mir_row(-times[:, None] if low else times[:, None])
        sign = 1 if low else -1
        constant = rest * -(-total // unit) + sign * spare[:, 0] * at_most
        coef = mir_row(a) + sign * spare * in_base
        return [
            Cut(shape, number, low, free, each)
            for shape, number, free, each in zip(shapes, at, constant.tolist(), coef, strict=True)
        ]
