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
        apps: list[int] = []
        home: list[int] = []
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
            self._augment(app, best, free, apps, home)
            now = self._reachable(free, apps, home)
            for c in np.flatnonzero(reach & ~now).tolist():
                left -= self._eligible[:, c]
            reach = now
        return list(zip(apps, home, strict=True))

    def _levels_of(self, apps: list[int], home: list[int]) -> B:
        """(served, K) classes that each served household likes as much as the one it holds."""
        levels = self._level[self._type[np.array(apps, np.int64)]]
        own = levels[np.arange(len(apps)), np.array(home, np.int64)]
        return np.asarray(levels == own[:, None])

    def _reachable(self, free: I64, apps: list[int], home: list[int]) -> B:
        """(K,) classes with a free dwelling, or which can be freed by moving households among equals."""
        reach = free > 0
        if self._market.strict or not apps:
            return np.asarray(reach)
        same = self._levels_of(apps, home)
        where = np.array(home, np.int64)
        while True:
            movable = (same & reach).any(1)
            grown = reach.copy()
            grown[where[movable]] = True
            if (grown == reach).all():
                return np.asarray(reach)
            reach = grown

    def _augment(self, app: int, best: I64, free: I64, apps: list[int], home: list[int]) -> None:
        """Serve a household with one of its best classes, moving others among equals where needed."""
        direct = [c for c in best.tolist() if free[c] > 0]
        if direct:
            free[direct[0]] -= 1
            apps.append(app)
            home.append(direct[0])
            return
        same = self._levels_of(apps, home)
        came: dict[int, int] = {}
        seen = set(best.tolist())
        queue = list(best.tolist())
        end = -1
        while queue and end < 0:
            c = queue.pop(0)
            for i in [i for i, h in enumerate(home) if h == c]:
                for e in np.flatnonzero(same[i]).tolist():
                    if e not in seen:
                        seen.add(e)
                        came[e] = i
                        queue.append(e)
                        if free[e] > 0 and end < 0:
                            end = e
        free[end] -= 1
        while end in came:
            i = came[end]
            home[i], end = end, home[i]
        apps.append(app)
        home.append(end)
