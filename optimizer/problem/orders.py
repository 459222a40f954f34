"""Who may be first only if another is first elsewhere: the réservataires' own orders (design §3), and the links of chains.

On a direct or partial account the list of a dwelling is that of the nominations which name it, if one of these nominees is
eligible there on the account, else the account's list at large. A nominee may be a first rank only if every eligible nominee
better placed on that list is one somewhere this session; the seat of a direct account comes after all its nominees, and so does
every other household on a partial account. Equal ranks impose no order.

A dwelling that a sitting tenant may free has one row more: whoever is first there, on any account, waits for that tenant to be
first on a dwelling of the position before (for chains of any length, on any other dwelling).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from optimizer.eligibility.naming import accounts_of
from optimizer.problem.model import I32, B, Orders
from optimizer.problem.nominees import Nominees

Signs = tuple[tuple[int, int], ...]
"""(row, +1 placed after its nominee or −1 that nominee on another dwelling), sorted."""
ANY_ACCOUNT = -1
"""Account of the rows of freed dwellings."""


class _Placed(NamedTuple):
    """A row of the orders at one dwelling and account: its number, its nominee's rank."""

    row: int
    rank: int


class OrderTable:
    """The rows of the orders of a case, and which of them a first rank enters."""

    def __init__(self, nominees: Nominees) -> None:
        facts, menus = nominees.facts, nominees.menus
        rows: list[tuple[int, int, int]] = []
        self._rows: dict[tuple[int, int], list[_Placed]] = {}
        self._rank: dict[tuple[int, int], Mapping[int, int]] = {}
        self._partial: set[tuple[int, int]] = set()
        held: dict[int, list[int]] = {}
        for dwelling in nominees.reached():
            if menus.menu_of_dwelling[dwelling] < 0:
                continue
            accounts, lines = accounts_of(facts, dwelling)
            for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
                mode = facts.mode_of(account, line)
                if mode == "delegated" or facts.oriented.get(dwelling, account) != account:
                    continue
                listed = nominees.listed(dwelling, account, line)
                if not listed:
                    continue
                place = dwelling, account
                self._rank[place] = {app: rank for rank, app in listed}
                if mode == "partial":
                    self._partial.add(place)
                last = listed[-1][0]
                # pinned, or freed by a tenant: an orientation without a name makes nobody move in
                seatless = dwelling in facts.pinned_application or facts.dwellings.tenant[dwelling] >= 0
                for rank, app in listed:
                    # after the last of a list comes the seat, or the rest of the pool; some dwellings have no seat
                    if rank == last and mode == "direct" and seatless:
                        continue
                    self._rows.setdefault(place, []).append(_Placed(len(rows), rank))
                    held.setdefault(app, []).append(len(rows))
                    rows.append((dwelling, account, app))
        homes = facts.dwellings
        self._link: dict[int, int] = {}
        self._freeing: dict[int, list[tuple[int, int]]] = {}
        for dwelling in np.flatnonzero(homes.freed & ~homes.blocked).tolist():
            tenant, position = int(homes.tenant[dwelling]), int(homes.position[dwelling])
            self._link[dwelling] = len(rows)
            self._freeing.setdefault(tenant, []).append((len(rows), position))
            rows.append((dwelling, ANY_ACCOUNT, tenant))
        self._position = homes.position.tolist()
        part = np.array(rows, np.int32).reshape(-1, 3)
        self.orders = Orders(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
        self._held: dict[int, Signs] = {app: tuple((r, -1) for r in own) for app, own in held.items()}
        self._dwelling = part[:, 0].tolist()
        self._apart: dict[tuple[int, int], Signs] = {}
        named = frozenset(app for ranks in self._rank.values() for app in ranks)
        self.nominees: frozenset[int] = named | frozenset(self._freeing)
        """Households that stand on a list, or free a dwelling: each is told apart from all others."""
        self.dwellings = frozenset(d for d, _ in self._rank)
        """Dwellings with a list: each is told apart too, and so is a freed one."""
        self.freed = frozenset(self._link)
        self._listed, self._tenant = (np.zeros(len(facts.applications.ids), bool) for _ in range(2))
        self._listed[sorted(named)] = True
        self._tenant[sorted(self._freeing)] = True
        self._last = max(homes.position.max(initial=0), 0)

    def listed(self, apps: I32) -> B:
        """Which of the applications stand on a list somewhere."""
        return np.asarray(self._listed[apps], bool)

    def special(self, dwelling: int, apps: I32) -> B:
        """Which of the applications enter rows of their own at the dwelling: on a list, or a tenant who frees another there."""
        here = self._position[dwelling]
        frees = here < 0 or here < self._last or (here == 0 and bool(self._freeing))
        return np.asarray(self._listed[apps] | (self._tenant[apps] & frees), bool)

    def signs(self, dwelling: int, account: int, app: int) -> Signs:
        """Rows that a first rank of the dwelling on the account enters; ``app`` −1: the seat, or any other household."""
        place = dwelling, account
        rank = self._rank.get(place, {}).get(app)
        after: Signs = ()
        if rank is not None:
            after = tuple((p.row, 1) for p in self._rows.get(place, ()) if p.rank < rank)
        elif app < 0 or place in self._partial:
            after = tuple((p.row, 1) for p in self._rows.get(place, ()))
        held = self._elsewhere(app, dwelling)
        linked = self._linked(dwelling, app)
        return tuple(sorted(after + held + linked)) if after or linked else held

    def _linked(self, dwelling: int, app: int) -> Signs:
        """Rows of freed dwellings: the one's own, and those that the household's departure opens."""
        found = [(self._link[dwelling], 1)] if dwelling in self._link else []
        here = self._position[dwelling]
        for row, position in self._freeing.get(app, ()):
            if self._dwelling[row] != dwelling and (position < 0 or position == here + 1):
                found.append((row, -1))
        return tuple(found)

    def _elsewhere(self, app: int, dwelling: int) -> Signs:
        """Rows of other dwellings that a household has for nominee."""
        held = self._held.get(app, ())
        if not held or dwelling not in self.dwellings:
            return held
        key = app, dwelling
        if key not in self._apart:
            self._apart[key] = tuple(sign for sign in held if self._dwelling[sign[0]] != dwelling)
        return self._apart[key]

    def others(self, dwelling: int, account: int) -> Signs:
        """Rows that a household on no list, and that frees nothing, enters there."""
        if dwelling in self._link or (dwelling, account) in self._partial:
            after = self.signs(dwelling, account, -1) if (dwelling, account) in self._partial else ()
            return after or self._linked(dwelling, -1)
        return ()
