"""Who may be first only if another is first elsewhere: the réservataires' own orders (design §3), and the links of chains.

On a direct or partial account the list of a dwelling is that of the nominations which name it, if one of these nominees is
eligible there on the account, else the account's list at large. A nominee may be a first rank only if every eligible nominee
better placed on that list is one somewhere this session; the seat of a direct account comes after all its nominees, and so does
every other household on a partial account. Equal ranks impose no order.

A dwelling that a sitting tenant may free has one row more: whoever is first there, on any account, waits for that tenant to be
first on a dwelling of the position before (for chains of any length, on any other dwelling; in an exchange, on another of its own).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from optimizer.chains import EXCHANGED, UNBOUNDED
from optimizer.eligibility.naming import accounts_of
from optimizer.errors import AttrifluxError, define
from optimizer.problem.model import I32, I64, B, Orders
from optimizer.problem.nominees import Nominees

MOST = 100_000
"""Rows of lists that are written at most: beyond, they are kept as lists (`own_lists`), which beside chains they cannot be."""

define(
    "LISTS_BESIDE_CHAINS",
    "Chaînes : les listes des réservataires feraient plus de 100 000 lignes (désignés recevables, logement par logement).",
    "Chains: the lists of the réservataires would make more than 100,000 rows (eligible nominees, dwelling by dwelling).",
    remedy_fr="Proposez sans --chains, sur moins de logements, ou avec des désignations par logement",
    remedy_en="Propose without --chains, on fewer dwellings, or with nominations of single dwellings",
)


class Signs(NamedTuple):
    """Rows that a first rank enters. A nominee has a row for each dwelling with somebody behind it, hundreds in a year, and enters
    them wherever it is first; whoever comes after some of a list enters their rows, one after the other: they are named, not listed.

    Attributes
    ----------
    nominee : household whose rows are entered with −1, none where it is −1
    apart : dwelling whose own rows it does not enter, −1 where there is none of them
    link : row of the freed dwelling, +1, where it is one
    opened : row of the freed dwelling that the household's departure opens, −1
    placed : the last row of the list that it comes after, +1, as it does after all that stand before on it
    """

    nominee: int
    apart: int
    link: int
    opened: int
    placed: int


NO_SIGNS = Signs(-1, -1, -1, -1, -1)


class Entered(NamedTuple):
    """``signs`` (m, 5) `Signs` met, account after account, each once on an account; ``many`` (accounts,) of each; ``place`` (n,) of every
    household, among those of its account."""

    signs: I64
    many: I64
    place: I64


class OwnRows(NamedTuple):
    """What the rows named by `Signs` are.

    Attributes
    ----------
    ptr, row : rows of lists of each household, ascending, and where they begin (A + 1,)
    dwelling : (P,) dwelling of each row
    begin : (rows of lists,) first row of the list that each is of
    """

    ptr: I64
    row: I64
    dwelling: I64
    begin: I64


ANY_ACCOUNT = -1
"""Account of the rows of freed dwellings."""


class _List(NamedTuple):
    """The rows of a dwelling and account, which follow one another from ``begin``: the ranks of their nominees, ascending; ``apps``
    (ascending) on the list, and of each the last row that it comes after (−1: none)."""

    begin: int
    ranks: tuple[int, ...]
    apps: I64
    after: I64

    @property
    def last(self) -> int:
        """The last row; −1 where there is none."""
        return self.begin + len(self.ranks) - 1 if self.ranks else -1


def opens(here: int, position: int) -> bool:
    """Whether a departure to a dwelling at position ``here`` of a chain opens the one at ``position``."""
    if position <= EXCHANGED:
        return here == position
    return position == UNBOUNDED or (here >= 0 and position == here + 1)


class OrderTable:
    """The rows of the orders of a case, and which of them a first rank enters.

    ``written``: without, there are none, and no household nor dwelling is told apart for a list's sake (`own_lists`).

    Raises
    ------
    AttrifluxError
        ``LISTS_BESIDE_CHAINS``: more than `MOST` rows, which only a case with freed dwellings comes to.
    """

    def __init__(self, nominees: Nominees, *, written: bool = True) -> None:
        facts, menus = nominees.facts, nominees.menus
        rows: list[tuple[int, int, int]] = []
        self._lists: dict[tuple[int, int], _List] = {}
        self._rank: dict[tuple[int, int], Mapping[int, int]] = {}
        self._partial: set[tuple[int, int]] = set()
        held: dict[int, list[int]] = {}
        for dwelling in nominees.reached() if written else ():
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
                begin, ranks = len(rows), list[int]()
                if mode == "partial":
                    self._partial.add(place)
                last = listed[-1][0]
                # pinned, or freed by a tenant: an orientation without a name makes nobody move in
                seatless = dwelling in facts.pinned_application or facts.dwellings.tenant[dwelling] >= 0
                for rank, app in listed:
                    # after the last of a list comes the seat, or the rest of the pool; some dwellings have no seat
                    if rank == last and mode == "direct" and seatless:
                        continue
                    ranks.append(rank)
                    held.setdefault(app, []).append(len(rows))
                    rows.append((dwelling, account, app))
                self._lists[place] = _list_of(begin, tuple(ranks), self._rank[place])
            if len(rows) > MOST:
                raise AttrifluxError("LISTS_BESIDE_CHAINS")
        homes = facts.dwellings
        households = len(facts.applications.ids)
        self._link: dict[int, int] = {}
        self._freeing: dict[int, list[tuple[int, int]]] = {}
        self._freed_at: dict[int, list[tuple[int, int]]] = {}
        """(tenant, row) of the freed dwellings at each position of a chain."""
        for dwelling in np.flatnonzero(homes.freed & ~homes.blocked).tolist():
            tenant, position = int(homes.tenant[dwelling]), int(homes.position[dwelling])
            self._link[dwelling] = len(rows)
            self._freeing.setdefault(tenant, []).append((len(rows), position))
            self._freed_at.setdefault(position, []).append((tenant, len(rows)))
            rows.append((dwelling, ANY_ACCOUNT, tenant))
        self._position = homes.position.tolist()
        part = np.array(rows, np.int32).reshape(-1, 3)
        self.orders = Orders(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
        self.rows = _rows_by_nominee(self.orders, [place.begin for place in self._lists.values()], households)
        self._several: B = np.zeros(households + 1, bool)
        """Nominees with rows of two dwellings or more; the last of these numbers is nobody's."""
        self._one: B = np.zeros(households + 1, bool)
        """Those with rows of one."""
        self._holders: dict[int, I64] = {}
        """By dwelling, the nominees that its rows are of."""
        holders: dict[int, set[int]] = {}
        for app, own in held.items():
            homes_of = {rows[row][0] for row in own}
            (self._several if len(homes_of) > 1 else self._one)[app] = True
            for dwelling in homes_of:
                holders.setdefault(dwelling, set()).add(app)
        self._holders = {d: np.array(sorted(apps), np.int64) for d, apps in holders.items()}
        self._opened_from: dict[int, I64] = {}
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

    def signs(self, dwelling: int, account: int) -> Signs:
        """Rows that the seat of a dwelling on an account enters."""
        own = self._lists.get((dwelling, account))
        return Signs(-1, -1, self._link.get(dwelling, -1), -1, -1 if own is None else own.last)

    def others(self, dwelling: int, account: int) -> Signs:
        """Rows that a household on no list, and that frees nothing, enters there."""
        if (dwelling, account) in self._partial:
            return self.signs(dwelling, account)
        return Signs(-1, -1, self._link[dwelling], -1, -1) if dwelling in self._link else NO_SIGNS

    def signs_of(self, dwelling: int, accounts: Sequence[int], many: Sequence[int], apps: I64) -> Entered:
        """What first ranks of a dwelling enter, account by account.

        Parameters
        ----------
        accounts, many : the accounts, and how many of ``apps`` are of each
        apps : (n,) households that enter rows of their own (`special`), −1 any other, account after account
        """
        nobody = len(self._several) - 1
        who = np.where(apps < 0, nobody, apps)
        home = np.zeros(len(who), bool)
        if dwelling in self._holders:
            home = np.isin(who, self._holders[dwelling])
        # the rows of a nominee that has none but of this dwelling are not entered here
        held = self._several[who] | (self._one[who] & ~home)
        opened = self._opened(dwelling)[who]
        placed = np.full(len(who), -1, np.int64)
        ends = np.cumsum(many)
        for account, begin, end in zip(accounts, (ends - many).tolist(), ends.tolist(), strict=True):
            own = self._lists.get((dwelling, account))
            if own is None:
                continue
            part = placed[begin:end]
            if (dwelling, account) in self._partial:
                part[:] = own.last
            at = np.minimum(np.searchsorted(own.apps, apps[begin:end]), len(own.apps) - 1)
            on = np.flatnonzero(own.apps[at] == apps[begin:end])
            part[on] = own.after[at[on]]
        table = np.empty((len(who), len(Signs._fields)), np.int64)
        table[:, 0] = np.where(held, who, -1)
        table[:, 1] = np.where(held & home, dwelling, -1)
        table[:, 2] = self._link.get(dwelling, -1)
        table[:, 3], table[:, 4] = opened, placed
        # a household that enters nothing of its own is like any other on the account; rows of a list are that list's alone
        own_rows = np.where(held | (opened >= 0), who, nobody)
        last = len(self.orders) + 1
        key = (np.repeat(np.arange(len(accounts)), many) * (nobody + 1) + own_rows) * last + placed + 1
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        met = first[order]
        each = np.searchsorted(met, ends) - np.searchsorted(met, ends - many)
        before = np.cumsum(each) - each
        return Entered(table[met], each, place[number.reshape(-1)] - np.repeat(before, many))

    def _opened(self, dwelling: int) -> I64:
        """(A + 1,) row of the freed dwelling that each household's departure to this one opens; −1 where there is none."""
        here = self._position[dwelling]
        if here not in self._opened_from:
            found = np.full(len(self._several), -1, np.int64)
            for position in sorted({here, here + 1, UNBOUNDED} & self._freed_at.keys()):
                if opens(here, position):
                    for tenant, row in self._freed_at[position]:
                        found[tenant] = row
            self._opened_from[here] = found
        found = self._opened_from[here]
        link = self._link.get(dwelling, -1)
        if link >= 0 and found[self.orders.app[link]] == link:
            # nobody opens its own dwelling by staying there
            found = found.copy()
            found[self.orders.app[link]] = -1
        return found

    def like(self, other: OrderTable) -> bool:
        """Whether another table says the same of everything."""
        mine, theirs = (
            (x._rank, x._partial, x._link, x._freeing, {k: (v.begin, v.ranks) for k, v in x._lists.items()})
            for x in (self, other)
        )
        return mine == theirs and self._position == other._position


def _list_of(begin: int, ranks: tuple[int, ...], rank: Mapping[int, int]) -> _List:
    """``rank`` of each household on the list."""
    apps = np.array(sorted(rank), np.int64)
    before = np.searchsorted(np.array(ranks, np.int64), np.array([rank[a] for a in apps.tolist()], np.int64))
    return _List(begin, ranks, apps, np.where(before > 0, begin + before - 1, -1).astype(np.int64))


def _rows_by_nominee(orders: Orders, begins: Sequence[int], households: int) -> OwnRows:
    """``begins``: the first row of each list, ascending."""
    lists = int((orders.account >= 0).sum())
    row = np.argsort(orders.app[:lists], kind="stable").astype(np.int64)
    ptr = np.searchsorted(orders.app[row], np.arange(households + 1)).astype(np.int64)
    first = np.array(sorted(set(begins)), np.int64)
    begin = np.zeros(lists, np.int64)
    if lists:
        begin = first[np.searchsorted(first, np.arange(lists), side="right") - 1]
    return OwnRows(ptr, row, orders.dwelling.astype(np.int64), begin)
