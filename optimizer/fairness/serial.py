"""Serial dictatorship with indifferences: each household, in its turn, is given the best level it can still be promised.

A promise is a level of preference, not yet a dwelling: earlier households may be moved among dwellings they like equally, so
that the outcome is Pareto efficient though preferences have ties (a plain serial choice is not). A household cannot gain
by lying: what it is promised is the best it can be given its place, whatever it says.

References
----------
Svensson, L.-G. (1994), Queue allocation of indivisible goods, Social Choice and Welfare 11, 323-330, doi:10.1007/BF00182506.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.fairness.market import NOT, Market
from optimizer.problem.model import I32, B


def serial_picks(market: Market, order: I32) -> list[tuple[int, int]]:
    """(application, class) in the order in which they were served."""
    return Serial(market).run(order)


class Serial:
    """One market, any number of orders."""

    def __init__(self, market: Market) -> None:
        self._market, self._level = market, market.twin_levels
        self._eligible = _bits(self._level != NOT)

    def run(self, order: I32) -> list[tuple[int, int]]:
        """Serve the applications in an order."""
        market = self._market
        free = market.capacity.copy()
        apps, homes = _serve(
            np.asarray(order, np.int32), market.twins, self._level, self._eligible, free, market.strict
        )
        return list(zip(apps.tolist(), homes.tolist(), strict=True))


def _bits(classes: B) -> NDArray[np.uint64]:
    """(.., words) the classes of each row as bits, 64 to a word."""
    width = classes.shape[1]
    wide = np.zeros((len(classes), 64 * (1 + width // 64)), bool)
    wide[:, :width] = classes
    return np.packbits(wide, axis=1, bitorder="little").view(np.uint64)


@njit(cache=True, nogil=True)
def _serve(order, types, levels, eligible, free, strict):  # type: ignore[no-untyped-def]
    """Applications served and the class of each in the end; ``free`` is used up.

    A class is within reach while it has a free dwelling, or one can be freed by moving households among equals. Once out of reach
    it stays so. A household served in a class that keeps another free dwelling changes nothing of that: nobody is looked at again.
    """
    classes, words = levels.shape[1], eligible.shape[1]
    most = free.sum()
    apps, home = np.empty(most, np.int64), np.empty(most, np.int64)
    equals = np.zeros((most, words), np.uint64)
    reach, seen = np.zeros(words, np.uint64), np.zeros(words, np.uint64)
    came, queue = np.empty(classes, np.int64), np.empty(classes, np.int64)
    one = np.uint64(1)
    n = 0
    left = 0
    for c in range(classes):
        if free[c] > 0:
            reach[c >> 6] |= one << np.uint64(c & 63)
            left += 1
    for app in order:
        if left == 0:
            break
        mine = types[app]
        able = False
        for w in range(words):
            if eligible[mine, w] & reach[w]:
                able = True
                break
        if not able:
            continue
        best = NOT
        for c in range(classes):
            if levels[mine, c] < best and reach[c >> 6] >> np.uint64(c & 63) & one:
                best = levels[mine, c]
        end = -1
        length = 0
        for c in range(classes):
            if levels[mine, c] == best and reach[c >> 6] >> np.uint64(c & 63) & one:
                if free[c] > 0:
                    end = c
                    break
                queue[length] = c
                length += 1
        moved = end < 0
        if moved:
            seen[:] = 0
            for i in range(length):
                seen[queue[i] >> 6] |= one << np.uint64(queue[i] & 63)
                came[queue[i]] = -1
            at = 0
            while end < 0:
                c = queue[at]
                at += 1
                for i in range(n):
                    if home[i] != c:
                        continue
                    for w in range(words):
                        more = equals[i, w] & ~seen[w]
                        if not more:
                            continue
                        seen[w] |= more
                        for b in range(64):
                            if more >> np.uint64(b) & one:
                                e = 64 * w + b
                                came[e] = i
                                queue[length] = e
                                length += 1
                                if free[e] > 0 and end < 0:
                                    end = e
                    if end >= 0:
                        break
        free[end] -= 1
        full = free[end] == 0
        while moved and came[end] >= 0:
            i = came[end]
            home[i], end = end, home[i]
        apps[n], home[n] = app, end
        level = levels[mine, end]
        for c in range(classes):
            if levels[mine, c] == level:
                equals[n, c >> 6] |= one << np.uint64(c & 63)
        n += 1
        if full or moved:
            left = _within_reach(free, home[:n], equals, strict, reach)
    return apps[:n], home[:n]


@njit(cache=True, nogil=True)
def _within_reach(free, home, equals, strict, reach):  # type: ignore[no-untyped-def]
    """Write the classes within reach; how many there are."""
    one = np.uint64(1)
    reach[:] = 0
    left = 0
    for c in range(len(free)):
        if free[c] > 0:
            reach[c >> 6] |= one << np.uint64(c & 63)
            left += 1
    grows = not strict
    while grows:
        grows = False
        for i in range(len(home)):
            c = home[i]
            if reach[c >> 6] >> np.uint64(c & 63) & one:
                continue
            for w in range(len(reach)):
                if equals[i, w] & reach[w]:
                    reach[c >> 6] |= one << np.uint64(c & 63)
                    left += 1
                    grows = True
                    break
    return left
