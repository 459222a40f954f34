"""Whose first rank others wait for: nominees that somebody first elsewhere is placed after, tenants whose dwelling is let.

A country has a hundred thousand nominees, each of them on the lists of hundreds of dwellings: of each two dwellings are enough to
know whether there is one besides its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.naming import Named
from optimizer.verify.solution import Lines

NOWHERE = -1


class Waiters:
    """Filled door by door, then asked."""

    def __init__(self, classes: Classes, lines: Lines) -> None:
        self.world = classes.world
        self._one = np.full(len(self.world.apps), NOWHERE, np.int64)
        self._more = np.zeros(len(self.world.apps), bool)
        self.moving: set[int] = set()
        """Households whose departure frees a dwelling that is let."""
        self.behind: dict[int, set[int]] = {}
        """Of a case with chains, whose dwellings are few: nominee -> the dwellings whose first rank is placed after it on a list."""
        firsts = lines.take(np.flatnonzero(lines.rank == 1))
        klass = classes.klass[firsts.dwelling]
        at = np.argsort(klass, kind="stable")
        self._firsts = firsts.take(at)
        self._start = np.searchsorted(klass[at], np.arange(len(classes) + 1))

    def firsts(self, c: int) -> Lines:
        """The first ranks of a class."""
        return self._firsts.take(slice(int(self._start[c]), int(self._start[c + 1])))

    def read(self, named: Sequence[tuple[int, Named]]) -> None:
        """The first ranks of the classes of a door."""
        for c, who in named:
            if self._start[c] == self._start[c + 1] or not (who.orders or self.world.tenant):
                continue
            mine = self.firsts(c)
            orders = {x.account: x for x in who.orders}
            names = mine.accounts_of(mine.account)
            for d, account, app in zip(mine.dwelling.tolist(), names, mine.app.tolist(), strict=True):
                if d in self.world.tenant:
                    self._note(np.array([self.world.tenant[d]], np.int32), d)
                    self.moving.add(self.world.tenant[d])
                if account in orders:
                    before = orders[account].before(app)
                    self._note(before, d)
                    if self.world.tenant:
                        for nominee in before.tolist():
                            self.behind.setdefault(nominee, set()).add(d)

    def _note(self, apps: I32, d: int) -> None:
        self._more[apps] |= (self._one[apps] != NOWHERE) & (self._one[apps] != d)
        self._one[apps] = np.where(self._one[apps] == NOWHERE, d, self._one[apps])

    def told(self) -> tuple[I64, B, set[int], dict[int, set[int]]]:
        """What was read, for :meth:`join`."""
        return self._one, self._more, self.moving, self.behind

    def join(self, more: tuple[I64, B, set[int], dict[int, set[int]]]) -> None:
        """Add what was read of other doors."""
        one, several, moving, behind = more
        self._more |= several | ((one != NOWHERE) & (self._one != NOWHERE) & (one != self._one))
        self._one = np.where(self._one == NOWHERE, one, self._one)
        self.moving |= moving
        for nominee, homes in behind.items():
            self.behind.setdefault(nominee, set()).update(homes)

    def elsewhere(self, app: int, home: int) -> bool:
        """Whether the first rank of another dwelling than ``home`` waits for that household."""
        return bool(self._more[app]) or int(self._one[app]) not in (NOWHERE, home)
