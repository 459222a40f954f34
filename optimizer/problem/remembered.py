"""What building the problem of a case has worked out and decisions leave as it was, for the next build of the same case.

Decisions take households from menus, pin them, or send a dwelling to an account; they change no fact. So whom an account may name is
asked once for all households, a menu that lost a few of them keeps its order, and a seat of a menu that lost none keeps its worth.
What is kept is compared with what is asked before it serves: a problem built with it is the one built without, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from optimizer.problem.kinds import KnownMarks
from optimizer.problem.named_group import NamedGroup
from optimizer.problem.orders import OrderTable
from optimizer.problem.pools import KnownPools, Pools
from optimizer.problem.sorted_menus import SortedMenu, SortedMenus


@dataclass
class Remembered:
    """Of one case, for as long as its tables are the same but for its decisions."""

    pools: Pools = field(default_factory=KnownPools)
    menus: SortedMenus = field(default_factory=SortedMenus)
    seats: dict[tuple[int, int], tuple[SortedMenu, tuple[int, int, int]]] = field(default_factory=dict)
    """By dwelling and account: the menu it was read from, and what the seat is worth."""
    marks: KnownMarks = field(default_factory=dict)
    """Rows that a first rank enters: what rules say of a place."""
    orders: OrderTable | None = None
    groups: dict[int, NamedGroup] = field(default_factory=dict)
    """By the dwelling that stood for a group."""

    def same_orders(self, orders: OrderTable) -> OrderTable:
        """The orders known, with all that was asked of them, where they are the same."""
        if self.orders is None or not self.orders.like(orders):
            self.orders = orders
        return self.orders

    def copy(self) -> Remembered:
        """For another way on from here (a trial): what it learns is its own."""
        return replace(self, menus=self.menus.copy(), seats=dict(self.seats), groups=dict(self.groups))
