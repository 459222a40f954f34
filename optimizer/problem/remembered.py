"""What building the problem of a case has worked out and decisions leave as it was, for the next build of the same case.

Decisions take households from menus, pin them, or send a dwelling to an account; they change no fact. So whom an account may name is
asked once for all households, a menu that lost a few of them keeps its order, and a seat of a menu that lost none keeps its worth.
What is kept is compared with what is asked before it serves: a problem built with it is the one built without, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.facts import Facts
from optimizer.problem.model import I32, I64, B

if TYPE_CHECKING:
    from optimizer.problem.kinds import KnownMarks
    from optimizer.problem.orders import OrderTable


class Pools:
    """Whom each account may name for a dwelling (`eligibility.may_name`), asked of the facts each time."""

    def of(self, facts: Facts, account: int, line: int, dwelling: int, apps: I32) -> B:
        """Which of ``apps`` the account may name."""
        return may_name(facts, account, line, dwelling, apps)


class KnownPools(Pools):
    """The same, asked once of all households for dwellings of one landlord and one exclusion."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int], B] = {}

    def of(self, facts: Facts, account: int, line: int, dwelling: int, apps: I32) -> B:
        d = facts.dwellings
        key = account, line, int(d.landlord[dwelling]), int(d.exclusion[dwelling])
        known = self._known.get(key)
        if known is None:
            everybody = np.arange(len(facts.applications.ids), dtype=np.int32)
            known = self._known[key] = may_name(facts, account, line, dwelling, everybody)
        return known[apps]


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


@dataclass
class Remembered:
    """Of one case, for as long as its tables are the same but for its decisions."""

    pools: Pools = field(default_factory=KnownPools)
    menus: dict[int, SortedMenu] = field(default_factory=dict)
    """By the dwelling that stood for the menu."""
    seats: dict[tuple[int, int], tuple[SortedMenu, tuple[int, int]]] = field(default_factory=dict)
    """By dwelling and account: the menu it was read from, and what the seat is worth."""
    marks: KnownMarks = field(default_factory=dict)
    """Rows that a first rank enters: what rules say of a place."""
    orders: OrderTable | None = None

    def same_orders(self, orders: OrderTable) -> OrderTable:
        """The orders known, with all that was asked of them, where they are the same."""
        if self.orders is None or not self.orders.like(orders):
            self.orders = orders
        return self.orders

    def menu(self, dwelling: int, app: I32, fit: NDArray[Any]) -> SortedMenu | None:
        """The menu of a dwelling, when it is the one known or has only lost some households since."""
        known = self.menus.get(dwelling)
        found = None if known is None else known.without(app, fit)
        if found is not None:
            self.menus[dwelling] = found
        return found

    def copy(self) -> Remembered:
        """For another way on from here (a trial): what it learns is its own."""
        return replace(self, menus=dict(self.menus), seats=dict(self.seats))
