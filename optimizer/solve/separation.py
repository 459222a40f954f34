"""Which of the cuts worth looking at (`cuts`) an LP solution misses: all those of no split at once, the others one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.cuts import Cut, Cuts
from optimizer.solve.highs_model import F

MISSING = 1e-6
"""Leases below which a cut counts as kept."""
NEAR = 1e-7
"""What a product over all cuts may differ from one of a single cut: those near the limit are counted again one by one."""


@dataclass(frozen=True)
class Missed:
    """A cut, and how many leases the solution misses of it."""

    cut: Cut
    by: float


class Separation:
    """The shapes of a problem with the caps that hold everywhere, as two sparse matrices."""

    def __init__(self, cuts: Cuts) -> None:
        self.cuts = cuts
        self.plain = cuts.plain()
        n, n_rows = len(self.plain), len(cuts.layout.problem.rows)
        unit = np.array([cut.unit for cut in self.plain], np.float64)
        self.constant = np.array([cut.constant for cut in self.plain], np.float64) / unit
        coef = np.array([cut.coef for cut in self.plain]).reshape(n, len(cuts.layout.problem.kinds))
        self.coef = sp.csr_matrix(coef / unit[:, None])
        where = [(i, k, share / RATE_UNIT) for i, cut in enumerate(self.plain) for k, share in cut.shares()]
        at, row, share = zip(*where, strict=True) if where else ((), (), ())
        self.share = sp.csr_matrix((np.array(share, np.float64), (at, row)), shape=(n, n_rows))
        self.of_base: dict[tuple[int, ...], list[int]] = {}
        for i, shape in enumerate(cuts.shapes):
            self.of_base.setdefault(shape.base, []).append(i)

    def missed(
        self, count: F, short: F, ceilings: Mapping[int, int], floors: Mapping[int, int]
    ) -> list[Missed]:
        """Cuts missed by an LP solution, in the order of the shapes.

        Parameters
        ----------
        count : (n_kinds,) leases by kind
        short : (R,) what is missing of each row
        ceilings, floors : what a path says of denominators, by row
        """
        if not self.plain:
            return []
        by = self.constant - self.coef @ count - self.share @ short
        tries = {i: [self.plain[i]] for i in np.flatnonzero(by > MISSING - NEAR).tolist()}
        for base, numbers in self.of_base.items():
            shapes = [self.cuts.shapes[i] for i in numbers]
            if all(k in ceilings for k in base):
                caps = [self.cuts.cap(base, ceilings)] * len(shapes)
                tries.update({i: [cut] for i, cut in zip(numbers, self.cuts.cuts(shapes, caps), strict=True)})
            if floors and (lows := self.cuts.lowest(shapes, floors)):
                for i, low in zip(numbers, lows, strict=True):
                    tries.setdefault(i, []).append(low)
        found = [Missed(cut, _by(cut, count, short)) for i in sorted(tries) for cut in tries[i]]
        return [one for one in found if one.by > MISSING]


def _by(cut: Cut, count: F, short: F) -> float:
    held = sum(share * short[k] for k, share in cut.shares()) / RATE_UNIT
    return float((cut.constant - cut.coef @ count) / cut.unit - held)
