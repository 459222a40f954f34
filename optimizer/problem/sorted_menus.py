"""Menus as a problem holds them, best value first, for the next problem of the same case: decisions only take households off them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64


@dataclass(frozen=True, eq=False)
class SortedMenu:
    """A menu as it was read (``app`` ascending, ``fit``), and as the problem holds it."""

    app: I32
    fit: NDArray[Any]
    order: I64
    """Places in ``app``, best value first; what follows is in this order."""
    score: I64
    net: I64
    """Fit less burden."""
    burden: I64

    def without(self, app: I32, fit: NDArray[Any]) -> SortedMenu | None:
        """Itself with those left of it; None when these are not some of its own, with the same fit."""
        if len(app) == len(self.app):
            same = np.array_equal(app, self.app) and np.array_equal(fit, self.fit)
            return self if same else None
        if not len(app) or len(app) > len(self.app):
            return None
        at = np.minimum(np.searchsorted(app, self.app), len(app) - 1)
        left = app[at] == self.app
        if int(left.sum()) != len(app) or not np.array_equal(self.fit[left], fit):
            return None
        kept = left[self.order]
        place = np.cumsum(left) - 1
        order = place[self.order[kept]]
        return SortedMenu(app.copy(), fit.copy(), order, self.score[kept], self.net[kept], self.burden[kept])


class SortedMenus:
    """The menus of a case, by the dwelling that stood for each."""

    def __init__(self, known: dict[int, SortedMenu] | None = None) -> None:
        self._known = {} if known is None else dict(known)

    def of(self, dwelling: int, app: I32, fit: NDArray[Any]) -> SortedMenu | None:
        """The menu of a dwelling, when it is the one known or has only lost some households since."""
        known = self._known.get(dwelling)
        found = None if known is None else known.without(app, fit)
        if found is not None:
            self._known[dwelling] = found
        return found

    def learn(self, dwelling: int, menu: SortedMenu) -> None:
        """The menu of a dwelling from now on."""
        self._known[dwelling] = menu

    def copy(self) -> SortedMenus:
        """What the copy learns is its own."""
        return SortedMenus(self._known)
