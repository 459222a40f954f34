"""Who comes after a nominee comes after it once: one row for each two households of the réservataires' lists.

The orders of lists (`Orders`) speak of one dwelling each: first ranks there placed after nominee b are at most the first ranks of b
elsewhere. A linear program houses a tenth of b, and gives c, who comes after b on ten lists, a tenth of each of the ten dwellings: no
order is passed over, and c has a whole first rank for a tenth of b. But wherever c is placed after b, b has a first rank::

    Σ first ranks of c where a list names it after b, over all dwellings  ≤  Σ first ranks of b, on any dwelling

holds for every proposal: the left side is 0 or 1, for c has one first rank at most, and where it is 1, b has one elsewhere. Nothing
in it depends on a node. Both households stand on the lists of two dwellings or more: for a b of one dwelling its order says as much.
Where c is on no list of a dwelling it comes after all of them; such places would be true too, and have never lowered a bound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, Problem

Two = tuple[int, int]
"""A nominee and a household that some list names after it, by application."""

MISSED = 1e-4
"""First ranks by which a solution of a linear program must miss a row for it to be wanted."""


class Precedence:
    """These rows, and which kinds of first ranks enter them.

    Raises
    ------
    KeyError
        Asked of two households that no list names one after the other (`kinds_after`).
    """

    def __init__(self, problem: Problem) -> None:
        kinds, orders = problem.kinds, problem.orders
        self._apps = len(problem.application_ids)
        on_list = orders.account >= 0
        homes = np.unique(np.stack([orders.app[on_list], orders.dwelling[on_list]]), axis=1)[0]
        several = np.bincount(homes, minlength=self._apps) > 1
        # one mark in forty asks for somebody first: only of these is the kind looked up
        at = np.flatnonzero(kinds.order_sign > 0)
        at = at[on_list[kinds.order_row[at]]]
        kind = np.searchsorted(kinds.order_ptr, at, side="right") - 1
        named = kinds.nominee[kind] >= 0
        at, kind = at[named], kind[named]
        row = kinds.order_row[at]
        apps, accounts = self._apps, int(orders.account.max(initial=0)) + 1
        place = (orders.dwelling.astype(np.int64) * accounts + orders.account) * apps
        behind = np.isin(place[row] + kinds.nominee[kind], (place + orders.app)[on_list])
        row, kind = row[behind], kind[behind]
        before, after = orders.app[row].astype(np.int64), kinds.nominee[kind]
        both = several[before] & several[after]
        key, kind = (before * self._apps + after)[both], kind[both]
        by = np.lexsort((kind, key))
        self._kind = kind[by]
        self._key, start = np.unique(key[by], return_index=True)
        self._ptr = np.append(start, len(by)).astype(np.int64)
        self._nominee: I64 = kinds.nominee.astype(np.int64)
        self._own: I64 = np.argsort(self._nominee, kind="stable").astype(np.int64)
        self._own_ptr = np.searchsorted(self._nominee[self._own], np.arange(self._apps + 1)).astype(np.int64)

    def __len__(self) -> int:
        return len(self._key)

    def __contains__(self, two: Two) -> bool:
        at = self._place(two)
        return at < len(self._key) and int(self._key[at]) == two[0] * self._apps + two[1]

    def _place(self, two: Two) -> int:
        return int(np.searchsorted(self._key, two[0] * self._apps + two[1]))

    def kinds_after(self, two: Two) -> I64:
        """Kinds of the second household where a list names it after the first, ascending."""
        if two not in self:
            raise KeyError(two)
        at = self._place(two)
        return self._kind[self._ptr[at] : self._ptr[at + 1]]

    def kinds_of(self, app: int) -> I64:
        """Kinds of the first ranks of a household of these rows: they are nobody else's."""
        return self._own[self._own_ptr[app] : self._own_ptr[app + 1]]

    def missed(self, count: NDArray[np.float64]) -> list[Two]:
        """Rows that a solution, given by first ranks of each kind, does not keep; ascending."""
        if not len(self):
            return []
        held = np.bincount(self._nominee + 1, count, self._apps + 1)[1:]
        after = np.add.reduceat(count[self._kind], self._ptr[:-1])
        over = np.flatnonzero(after - held[self._key // self._apps] > MISSED)
        return [divmod(key, self._apps) for key in self._key[over].tolist()]
