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

from optimizer.fairness.market import NOT, Market
from optimizer.problem.model import I32, I64, B

AHEAD = 512
"""Households looked at together for the next one who can be served."""


def serial_picks(market: Market, order: I32) -> list[tuple[int, int]]:
    """(application, class) in the order in which they were served."""
    return Serial(market).run(order)


class Serial:
    """One market, any number of orders."""

    def __init__(self, market: Market) -> None:
        self._market, self._level = market, market.twin_levels
        self._eligible = self._level != NOT
        self._type = market.twins

    def run(self, order: I32) -> list[tuple[int, int]]:
        """Serve the applications in an order."""
        free = self._market.capacity.copy()
        served = _Served(self._market.n_classes, int(free.sum()))
        reach = free > 0
        left = self._eligible[:, reach].sum(1).astype(np.int64)
        at = 0
        while at < len(order):
            here = order[at : at + AHEAD]
            ok = np.flatnonzero(left[self._type[here]] > 0)
            if not len(ok):
                at += len(here)
                if not reach.any():
                    break
                continue
            at += int(ok[0]) + 1
            app = int(here[ok[0]])
            levels = np.where(reach, self._level[self._type[app]], NOT)
            best = np.flatnonzero(levels == levels.min())
            self._augment(app, best, free, served)
            now = free > 0 if self._market.strict else served.reachable(free)
            for c in np.flatnonzero(reach & ~now).tolist():
                left -= self._eligible[:, c]
            reach = now
        return list(zip(served.apps, served.home[: len(served.apps)].tolist(), strict=True))

    def _equals(self, app: int, home: int) -> B:
        """(K,) classes that a household likes as much as one it is eligible for."""
        levels = self._level[self._type[app]]
        return np.asarray(levels == levels[home])

    def _augment(self, app: int, best: I64, free: I64, served: _Served) -> None:
        """Serve a household with one of its best classes, moving others among equals where needed."""
        direct = best[free[best] > 0]
        if len(direct):
            end = int(direct[0])
            free[end] -= 1
            served.add(app, end, self._equals(app, end))
            return
        came: dict[int, int] = {}
        seen = set(best.tolist())
        queue = list(best.tolist())
        end = -1
        home = served.home
        while queue and end < 0:
            c = queue.pop(0)
            for i in np.flatnonzero(home[: len(served.apps)] == c).tolist():
                for e in np.flatnonzero(self._equals(served.apps[i], c)).tolist():
                    if e not in seen:
                        seen.add(e)
                        came[e] = i
                        queue.append(e)
                        if free[e] > 0 and end < 0:
                            end = e
        free[end] -= 1
        while end in came:
            i = came[end]
            home[i], end = end, int(home[i])
        served.add(app, end, self._equals(app, end))


class _Served:
    """Who was served, where, and where each might be moved: it is moved among equals only, so that these classes never change.

    The classes are bits, 64 to a word: they are looked at after every choice.
    """

    def __init__(self, classes: int, most: int) -> None:
        self._classes, self._words = classes, 1 + classes // 64
        self.apps: list[int] = []
        self.home = np.zeros(most, np.int64)
        self._equals = np.zeros((most, self._words), np.uint64)

    def add(self, app: int, home: int, equals: B) -> None:
        """One more household; the classes it likes as much as its own."""
        self.home[len(self.apps)] = home
        self._equals[len(self.apps)] = self._bits(equals)
        self.apps.append(app)

    def reachable(self, free: I64) -> B:
        """(K,) classes with a free dwelling, or which can be freed by moving households among equals."""
        reach = free > 0
        home = self.home[: len(self.apps)]
        stuck = np.flatnonzero(~reach[home])
        while len(stuck):
            movable = (self._equals[stuck] & self._bits(reach)).any(axis=1)
            if not movable.any():
                break
            reach[home[stuck[movable]]] = True
            stuck = stuck[~reach[home[stuck]]]
        return np.asarray(reach)

    def _bits(self, classes: B) -> NDArray[np.uint64]:
        wide = np.zeros(64 * self._words, bool)
        wide[: self._classes] = classes
        return np.packbits(wide).view(np.uint64)
