"""Who may be first only if another is first elsewhere: the réservataires' own orders (design §3), and the links of chains.

On a direct or partial account the list of a dwelling is that of the nominations which name it, if one of these nominees is
eligible there on the account, else the account's list at large. A nominee may be a first rank only if every eligible nominee
better placed on that list is one somewhere this session; the seat of a direct account comes after all its nominees, and so does
every other household on a partial account. Equal ranks impose no order.

A dwelling that a sitting tenant may free has one row more: whoever is first there, on any account, waits for that tenant to be
first on a dwelling of the position before (for chains of any length, on any other dwelling; in an exchange, on another of its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from optimizer.chains import EXCHANGED, UNBOUNDED
from optimizer.eligibility.naming import accounts_of
from optimizer.problem.model import I32, I64, B, Orders
from optimizer.problem.nominees import Nominees

Pairs = tuple[tuple[int, int], ...]
"""(row, +1 placed after its nominee, −1 that nominee on another dwelling)."""


class Signs(NamedTuple):
    """Rows that a first rank enters. A nominee has a row for each dwelling with somebody behind it, hundreds in a year, and enters
    them wherever it is first: they are named, not listed.

    Attributes
    ----------
    nominee : household whose rows are entered with −1, none where it is −1
    apart : dwelling whose own rows it does not enter, −1 where there is none of them
    more : the other rows entered, ascending
    """

    nominee: int
    apart: int
    more: Pairs


NO_SIGNS = Signs(-1, -1, ())
ANY_ACCOUNT = -1
"""Account of the rows of freed dwellings."""


class _Placed(NamedTuple):
    """A row of the orders at one dwelling and account: its number, its nominee's rank."""

    row: int
    rank: int


def opens(here: int, position: int) -> bool:
    """Whether a departure to a dwelling at position ``here`` of a chain opens the one at ``position``."""
    if position <= EXCHANGED:
        return here == position
    return position == UNBOUNDED or (here >= 0 and position == here + 1)


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
        self._held = {app: np.array(own, np.int64) for app, own in held.items()}
        self._homes = {app: frozenset(rows[row][0] for row in own) for app, own in held.items()}
        """The dwellings that the rows of each nominee are of."""
        self._dwelling = part[:, 0].tolist()
        self._row_dwelling = part[:, 0].copy()
        self._apart: dict[tuple[int, int], I64] = {}
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
        self._asked: dict[tuple[int, int, bytes], tuple[I64, tuple[Signs, ...]]] = {}

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
        more = self._linked(dwelling, app)
        if rank is not None:
            more += [(p.row, 1) for p in self._rows.get(place, ()) if p.rank < rank]
        elif app < 0 or place in self._partial:
            more += [(p.row, 1) for p in self._rows.get(place, ())]
        more.sort()
        homes = self._homes.get(app)
        if homes is None or (dwelling in homes and len(homes) == 1):
            return Signs(-1, -1, tuple(more))
        return Signs(app, dwelling if dwelling in homes else -1, tuple(more))

    def signs_of(self, dwelling: int, account: int, apps: I64) -> tuple[I64, tuple[Signs, ...]]:
        """`signs` of some households (−1: any that is told apart from no other): place in the second list of each one's, and that list."""
        key = dwelling, account, apps.tobytes()
        if key not in self._asked:
            others = self.others(dwelling, account)
            own: dict[Signs, int] = {}
            place = [
                own.setdefault(self.signs(dwelling, account, app) if app >= 0 else others, len(own))
                for app in apps.tolist()
            ]
            self._asked[key] = np.array(place, np.int64), tuple(own)
        return self._asked[key]

    def like(self, other: OrderTable) -> bool:
        """Whether another table says the same of everything."""
        mine = (self._rank, self._rows, self._partial, self._link, self._freeing)
        theirs = (other._rank, other._rows, other._partial, other._link, other._freeing)
        return mine == theirs and self._position == other._position

    def _linked(self, dwelling: int, app: int) -> list[tuple[int, int]]:
        """Rows of freed dwellings: the one's own, and those that the household's departure opens."""
        found = [(self._link[dwelling], 1)] if dwelling in self._link else []
        here = self._position[dwelling]
        for row, position in self._freeing.get(app, ()):
            if self._dwelling[row] != dwelling and opens(here, position):
                found.append((row, -1))
        return found

    def rows_of(self, nominee: int, apart: int) -> I64:
        """Rows that a nominee enters with −1: all of its own, save those of a dwelling (−1: of none); ascending."""
        held = self._held[nominee]
        if apart < 0:
            return held
        key = nominee, apart
        if key not in self._apart:
            self._apart[key] = held[self._row_dwelling[held] != apart]
        return self._apart[key]

    def others(self, dwelling: int, account: int) -> Signs:
        """Rows that a household on no list, and that frees nothing, enters there."""
        if (dwelling, account) in self._partial:
            return self.signs(dwelling, account, -1)
        return Signs(-1, -1, tuple(self._linked(dwelling, -1))) if dwelling in self._link else NO_SIGNS
