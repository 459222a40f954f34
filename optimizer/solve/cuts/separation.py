"""Which of the cuts worth looking at (`cuts`) an LP solution misses: all those of no split at once, the others one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.problem.model import I64, RATE_UNIT
from optimizer.solve.cuts.mir import Cut, Cuts, Shape
from optimizer.solve.highs_lp import F

MISSING = 1e-6
"""Leases below which a cut counts as kept."""
NEAR = 1e-7
"""What a product over all cuts may differ from one of a single cut: those near the limit are counted again one by one."""
KEPT = 200_000
"""Numbers of a matrix that is kept from one node to the next: those of a year would take gigabytes."""


@dataclass(frozen=True)
class Missed:
    """A cut, and how many leases the solution misses of it."""

    cut: Cut
    by: float


@dataclass(frozen=True)
class _Block:
    """Cuts that are looked at together, as matrices."""

    cuts: list[Cut]
    constant: F
    coef: F
    share: F

    def near(self, count: F, short: F) -> list[tuple[int, Cut]]:
        """Those that a solution misses, or nearly, with their positions."""
        by = self.constant - self.coef @ count - self.share @ short
        return [(j, self.cuts[j]) for j in np.flatnonzero(by > MISSING - NEAR).tolist()]


class Separation:
    """The shapes of a problem with the caps that hold everywhere, as two sparse matrices."""

    def __init__(self, cuts: Cuts) -> None:
        self.cuts = cuts
        self.plain = cuts.plain()
        n, n_rows = len(self.plain), len(cuts.layout.problem.rows)
        unit = np.array([cut.unit for cut in self.plain], np.float64)
        self.constant = np.array([cut.constant for cut in self.plain], np.float64) / unit
        coef = np.array([cut.coef for cut in self.plain]).reshape(n, len(cuts.layout.marked))
        self.coef = sp.csr_matrix(coef / unit[:, None])
        where = [(i, k, share / RATE_UNIT) for i, cut in enumerate(self.plain) for k, share in cut.shares()]
        at, row, share = zip(*where, strict=True) if where else ((), (), ())
        self.share = sp.csr_matrix((np.array(share, np.float64), (at, row)), shape=(n, n_rows))
        self.apart: tuple[I64, F, F] = (np.zeros(0, np.int64), np.zeros(0), coef[:0] / 1.0)
        """Shapes that say something else than in ``constant`` and ``coef``."""
        self.of_base: dict[tuple[int, ...], list[int]] = {}
        self._blocks: dict[tuple[tuple[int, ...], int, int], _Block] = {}
        """By base, and the row with a floor and that floor, or -1 and the cap."""
        self._own: dict[tuple[tuple[int, ...], int, int], _Block] = {}
        """The same of bases whose shapes speak of rows that ask for another amount than where the rest is shared with."""
        self._at_row: dict[int, list[int]] = {}
        self._rows_of: dict[tuple[int, ...], frozenset[int]] = {}
        """Shapes that speak of a row, and rows that the shapes of a base speak of."""
        for i, shape in enumerate(cuts.shapes):
            self.of_base.setdefault(shape.base, []).append(i)
            self._rows_of[shape.base] = self._rows_of.get(shape.base, frozenset()).union(shape.rows)
            for k in shape.rows:
                self._at_row.setdefault(k, []).append(i)

    def asking(self, cuts: Cuts, changed: frozenset[int]) -> Separation:
        """Of the same problem where the rows ``changed`` ask for other amounts: their shapes are counted apart from the others."""
        other = copy(self)
        other.cuts = cuts
        at = sorted({i for k in changed for i in self._at_row.get(k, ())})
        new = cuts.cuts([cuts.shapes[i] for i in at], [cuts.most(cuts.shapes[i].base) for i in at])
        other.plain = list(self.plain)
        for i, cut in zip(at, new, strict=True):
            other.plain[i] = cut
        other._own = {
            key: block for key, block in self._own.items() if changed.isdisjoint(self._rows_of[key[0]])
        }
        unit = np.array([cut.unit for cut in new], np.float64)
        coef = np.array([cut.coef for cut in new], np.float64).reshape(len(new), self.coef.shape[1])
        other.apart = (
            np.array(at, np.int64),
            np.array([cut.constant for cut in new]) / unit,
            coef / unit[:, None],
        )
        return other

    def missed(
        self, count: F, short: F, ceilings: Mapping[int, int], floors: Mapping[int, int]
    ) -> list[Missed]:
        """Cuts missed by an LP solution, in the order of the shapes.

        Parameters
        ----------
        count : (n_markings,) leases by marking
        short : (R,) what is missing of each row
        ceilings, floors : what a path says of denominators, by row
        """
        if not self.plain:
            return []
        by = self.constant - self.coef @ count
        at, constant, coef = self.apart
        by[at] = constant - coef @ count
        by -= self.share @ short
        tries = {i: [self.plain[i]] for i in np.flatnonzero(by > MISSING - NEAR).tolist()}
        for base, numbers in self.of_base.items():
            if all(k in ceilings for k in base):
                for i in numbers:
                    tries.pop(i, None)
                for j, cut in self._capped(base, ceilings).near(count, short):
                    tries[numbers[j]] = [cut]
            row = self.cuts.tallest(base, floors)
            if row is not None:
                for j, cut in self._floored(base, row, floors).near(count, short):
                    tries.setdefault(numbers[j], []).append(cut)
        found = [Missed(cut, _by(cut, count, short)) for i in sorted(tries) for cut in tries[i]]
        return [one for one in found if one.by > MISSING]

    def _capped(self, base: tuple[int, ...], ceilings: Mapping[int, int]) -> _Block:
        """The cuts of the shapes of a base for what a path says its denominator is at most."""
        at = self.cuts.cap(base, ceilings)
        return self._kept((base, -1, at), lambda shapes: self.cuts.cuts(shapes, [at] * len(shapes)))

    def _floored(self, base: tuple[int, ...], row: int, floors: Mapping[int, int]) -> _Block:
        """The same for what it is at least, which a path says of ``row``."""
        return self._kept((base, row, floors[row]), lambda shapes: self.cuts.lowest(shapes, floors))

    def _kept(
        self, key: tuple[tuple[int, ...], int, int], write: Callable[[list[Shape]], list[Cut]]
    ) -> _Block:
        shared = self.cuts.changed.isdisjoint(self._rows_of[key[0]])
        blocks = self._blocks if shared else self._own
        known = blocks.get(key)
        if known is None:
            cuts = write([self.cuts.shapes[i] for i in self.of_base[key[0]]])
            known = _block(cuts, *self.share.shape[1:], *self.coef.shape[1:])
            if known.coef.size <= KEPT:
                blocks[key] = known
        return known


def _block(cuts: list[Cut], n_rows: int, n_markings: int) -> _Block:
    unit = np.array([cut.unit for cut in cuts], np.float64)
    share = np.zeros((len(cuts), n_rows))
    for i, cut in enumerate(cuts):
        for k, each in cut.shares():
            share[i, k] = each / RATE_UNIT
    constant = np.array([cut.constant for cut in cuts], np.float64) / unit
    coef = np.array([cut.coef for cut in cuts], np.float64).reshape(len(cuts), n_markings)
    return _Block(cuts, constant, coef / unit[:, None], share)


def _by(cut: Cut, count: F, short: F) -> float:
    held = sum(share * short[k] for k, share in cut.shares()) / RATE_UNIT
    return float((cut.constant - cut.coef @ count) / cut.unit - held)
