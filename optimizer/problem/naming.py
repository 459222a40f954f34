"""Who may name whom, asked once for all dwellings alike: the answers of ``eligibility.naming`` and ``eligibility.seats``.

Those two judge one dwelling at a time. Here the menus already say who is eligible, so the nominees of a menu are read off it,
and dwellings on which no list, no decision and no earlier first rank bears are asked about together. The tests hold both
readings equal on random cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.eligibility.facts import Facts
from optimizer.eligibility.naming import accounts_of
from optimizer.problem.leans import Kept, Missing
from optimizer.problem.model import I32, I64, B
from optimizer.problem.named_group import Decided, NamedGroup
from optimizer.problem.nominees import Nominees, among
from optimizer.problem.orders import OrderTable
from optimizer.problem.own_lists import MANY, unwritten
from optimizer.problem.pools import KnownPools, Pools
from optimizer.problem.remembered import Remembered

if TYPE_CHECKING:
    from optimizer.eligibility import Menus

Terms = tuple[tuple[int, str, str], ...]
"""(account, pool, management mode) of the accounts that may receive a dwelling."""


class Pool(NamedTuple):
    """A direct account that may receive a dwelling without a name, and its deadline in days."""

    account: int
    deadline: int


class Naming:
    """The naming of a case, by kind of dwelling (its receiving class and its menu)."""

    def __init__(self, facts: Facts, menus: Menus, kept: Kept, remembered: Remembered | None = None) -> None:
        self.facts, self.menus = facts, menus
        # freed dwellings are many, and each is asked about by itself
        pools = KnownPools() if facts.dwellings.freed.any() else Pools()
        self.nominees = Nominees(facts, menus, pools if remembered is None else remembered.pools)
        self.unwritten = unwritten(self.nominees)
        """Whether the rows of the orders are not written out (`own_lists`)."""
        self.orders = OrderTable(self.nominees, written=not self.unwritten)
        many = len(self.orders.orders) >= MANY and not facts.dwellings.freed.any()
        self.by_lists = self.unwritten or bool(many)
        """Whether lists are kept, in place of the rows or beside them."""
        if remembered is not None:
            self.orders = remembered.same_orders(self.orders)
        self.kept = kept
        self._groups = None if remembered is None or kept else remembered.groups
        self.alone = self._alone()
        self._pinned: B = np.zeros(len(facts.applications.ids), bool)
        self._pinned[facts.pins[:, 1]] = True
        self._everywhere = facts.pins[:, 1].tobytes()

    def decided(self, dwelling: int) -> Decided:
        """What decisions say of a dwelling and, by who is pinned elsewhere, of its households."""
        facts = self.facts
        pinned = facts.pinned_application.get(dwelling)
        on = -1 if pinned is None else facts.pinned_account[dwelling]
        return facts.oriented.get(dwelling, -1), -1 if pinned is None else pinned, on, self._everywhere

    def known_group(self, member: int, apps: I32, missing: Missing) -> NamedGroup | None:
        """What an earlier build found out about a group, where the same is asked again."""
        known = None if self._groups is None else self._groups.get(member)
        same = known is not None and known.answers(apps, missing, self.decided(member), self.orders)
        return known if same else None

    def learn_group(self, member: int, named: NamedGroup) -> None:
        """Keep what was found out about a group."""
        if self._groups is not None:
            self._groups[member] = named

    @property
    def singled(self) -> frozenset[int]:
        """Households that nothing else is like: on a list, pinned, or a first rank of the earlier proposal."""
        pinned = frozenset(self.facts.pins[:, 1].tolist())
        return self.orders.nominees | pinned | {app for app, _ in self.kept.values()}

    def terms(self, receive_class: int) -> Terms:
        """What naming asks of the accounts that may receive a class of dwellings."""
        facts = self.facts
        part = slice(int(facts.receiving.ptr[receive_class]), int(facts.receiving.ptr[receive_class + 1]))
        pairs = zip(facts.receiving.account[part].tolist(), facts.receiving.line[part].tolist(), strict=True)
        return tuple(
            (account, facts.conventions[line].pool if line >= 0 else "default", facts.mode_of(account, line))
            for account, line in pairs
        )

    def _alone(self) -> I64:
        """(D,) a number of its own for each dwelling with a list, a decision or a household to keep."""
        facts = self.facts
        named = set(facts.pins[:, 0].tolist()) | self.orders.dwellings | set(facts.oriented) | set(self.kept)
        named |= self.orders.freed
        named |= {line.dwelling for line in facts.nominations if line.dwelling >= 0}
        number = np.zeros(len(facts.dwellings.ids), np.int64)
        for dwelling in named:
            number[dwelling] = dwelling + 1
        return number

    def kinds(self) -> tuple[I64, I64]:
        """A number per (receiving class, menu), and one dwelling of each."""
        d = self.facts.dwellings
        pairs = d.receive_class.astype(np.int64) * (len(self.menus.ptr) + 1) + self.menus.menu_of_dwelling + 1
        _, first, kind = np.unique(pairs, return_index=True, return_inverse=True)
        return kind.reshape(-1).astype(np.int64), first.astype(np.int64)

    def ask(self, dwelling: int, apps: I32) -> tuple[I32, B, B]:
        """``eligibility.naming`` for applications which stand in the menu of some dwelling like this one."""
        facts = self.facts
        accounts, lines = accounts_of(facts, dwelling)
        eligible = np.zeros((len(apps), len(accounts)), bool)
        first = np.zeros_like(eligible)
        for j, (account, line) in enumerate(zip(accounts.tolist(), lines.tolist(), strict=True)):
            pool = self.nominees.pools.of(facts, account, line, dwelling, apps)
            if facts.mode_of(account, line) != "direct":
                eligible[:, j] = first[:, j] = pool
                continue
            eligible[:, j] = pool & self.nominees.named(dwelling, account, apps)
            own = [app for _, app in self.nominees.own(dwelling, account, line)]
            first[:, j] = eligible[:, j] & among(apps, own) if own else eligible[:, j]
        self._decide(dwelling, accounts, apps, first)
        return accounts, eligible, first

    def _decide(self, dwelling: int, accounts: I32, apps: I32, first: B) -> None:
        """What decisions leave of the first ranks: they take away, and add nothing."""
        facts = self.facts
        where = facts.oriented.get(dwelling)
        if where is not None:
            first[:, accounts != where] = False
        pinned = facts.pinned_application.get(dwelling)
        if pinned is not None:
            first[apps != pinned] = False
            on = facts.pinned_account[dwelling]
            if on >= 0:
                first[:, accounts != on] = False
        elif len(facts.pins):
            first[self._pinned[apps]] = False

    def pools(self, dwelling: int) -> list[Pool]:
        """The direct accounts that may receive a dwelling without a name."""
        facts = self.facts
        if facts.dwellings.blocked[dwelling] or dwelling in facts.pinned_application:
            return []
        if facts.dwellings.tenant[dwelling] >= 0:  # an orientation without a name makes nobody move in
            return []
        accounts, lines = accounts_of(facts, dwelling)
        found = []
        for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
            if facts.mode_of(account, line) == "direct" and facts.oriented.get(dwelling, account) == account:
                days = facts.conventions[line].deadline_days if line >= 0 else facts.default_deadline_days
                found.append(Pool(account, days))
        return found


def median(points: I64) -> int:
    """Median of hundredths, 0 of none; the mean of the two middle ones is rounded half up.

    >>> median(np.array([100, 201, 900, 400]))
    301
    """
    if not len(points):
        return 0
    ordered = np.sort(points)
    low, high = int(ordered[(len(ordered) - 1) // 2]), int(ordered[len(ordered) // 2])
    return (low + high + 1) // 2
