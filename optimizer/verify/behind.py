"""Where a household is placed after a nominee on a list that names both: the places of the rows on two households.

A household has one first rank at most, and where that is on an account whose list names it after the nominee, the nominee has
one too: over all dwellings, its first ranks there are at most the nominee's. Any multiplier τ ≥ 0 of such a row is a price of the
household at these places, and lowers the price of the nominee everywhere. A nominee is a type of its own, so that a place is a type
of a class on an account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from optimizer.verify.cells import I32, I64
from optimizer.verify.naming import Named
from optimizer.verify.world import World

Two = tuple[int, int]
"""A nominee and a household placed after it, by application."""


def two_of(raw: Mapping[str, Any], world: World) -> tuple[Two, ...]:
    """The households of every such row of a proof, each row once; what cannot be read is left to :class:`~optimizer.verify.proof.Proof`."""
    found: dict[Two, None] = {}
    try:
        for node in raw["nodes"]:
            for one in node.get("leaf", {}).get("after", ()):
                found[both(one, world)] = None
    except (AttributeError, LookupError, TypeError):
        pass
    return tuple(found)


def both(one: Mapping[str, Any], world: World) -> Two:
    """The nominee and the household of a row as the certificate writes it."""
    first, other = (world.apps.number[str(one[name])] for name in ("application", "after"))
    return first, other


class Behind:
    """The places of some such rows, read class by class.

    Attributes
    ----------
    number : mapping
        Nominee and household -> number of their row.
    """

    def __init__(self, rows: Iterable[Two]) -> None:
        self.number: dict[Two, int] = {}
        self._of: dict[int, list[tuple[int, int]]] = {}
        for two in rows:
            number = self.number.setdefault(two, len(self.number))
            self._of.setdefault(two[1], []).append((two[0], number))
        self._found: list[tuple[int, int, int, int]] = []
        self._places = np.zeros((0, 4), np.int64)

    def read(self, row: int, rep: I32, who: Named) -> None:
        """Add the places of a class row; ``rep``: the household that stands for each type that may be first there, ascending."""
        if not self._of:
            return
        for order in who.orders:
            rank = dict(zip(order.app.tolist(), order.rank.tolist(), strict=True))
            bit = who.accounts.index(order.account)
            for other in sorted(self._of.keys() & rank.keys()):
                at = int(np.searchsorted(rep, other))
                if at == len(rep) or rep[at] != other:
                    continue
                self._found += [
                    (row, at, bit, number)
                    for first, number in self._of[other]
                    if first in rank and rank[first] < rank[other]
                ]

    def told(self) -> I64:
        """What was read, for :meth:`join`: (places, 4) class row, place among its types, account by number, row."""
        return np.array(self._found, np.int64).reshape(-1, 4)

    def join(self, more: I64, rows: int) -> None:
        """Add what another process read, its class rows coming after so many."""
        self._found += [(row + rows, at, bit, number) for row, at, bit, number in more.tolist()]

    def close(self, ptr: I64) -> None:
        """Everything is read; ``ptr``: where the types of each class row start."""
        places = self.told()
        self._found = []
        self._start = ptr[places[:, 0]]
        places[:, 1] += self._start
        by = np.lexsort((places[:, 2], places[:, 1]))
        self._places, self._start = places[by], self._start[by]

    def lost(self, units: I64) -> tuple[I64, I64, I64]:
        """(type of a class row, account, units lost) of each place, types ascending; ``units`` by row."""
        each = units[self._places[:, 3]]
        some = np.flatnonzero(each)
        at, bit = self._places[some, 1], self._places[some, 2]
        new = np.flatnonzero(np.append(True, (np.diff(at) != 0) | (np.diff(bit) != 0))) if len(some) else some
        total = np.add.reduceat(each[some], new) if len(some) else each[some]
        return at[new], bit[new], total

    def lost_in(self, units: I64, start: int, end: int) -> list[tuple[int, int, int]]:
        """(place among the types, account, units lost) of one class row, whose types are ``start`` to ``end``."""
        at, bit, total = self.lost(units)
        here = slice(*np.searchsorted(at, [start, end]).tolist())
        return list(zip((at[here] - start).tolist(), bit[here].tolist(), total[here].tolist(), strict=True))
