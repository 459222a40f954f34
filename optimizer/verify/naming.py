"""Who names whom for one class: accounts, first ranks, nominations, seats of direct réservataires (design §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.verify.agreements import AgreementLine
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.world import World

NOBODY = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Seat:
    """An orientation to a direct réservataire without household: the dwelling waits for its nominees."""

    account: str
    score: int
    """Median of those it could name, hundredths."""
    less: int
    """Taken off for what it may not bring to the rules on households, hundredths."""
    days: int
    """Deadline of the account."""

    @property
    def worth(self) -> int:
        """Points without the filled dwelling's."""
        return self.score - self.less


@dataclass(frozen=True)
class Entries:
    """The applications eligible for a class, by application index, one by one.

    ``named`` and ``first`` are bit masks over ``accounts``; ``fit`` is without the vacancy points and less what the
    household is awaited for; ``burden`` is taken off.
    """

    accounts: tuple[str, ...]
    app: I32
    score: I64
    fit: I64
    named: I64
    first: I64
    seats: tuple[Seat, ...]
    burden: I64
    lean: I64
    """(applications, accounts)"""
    orders: tuple[Order, ...] = ()

    def worth(self, bit: int) -> I64:
        """Points of each household on an account, without the filled dwelling's and the vacancy's."""
        return self.score + self.fit - self.burden + self.lean[:, bit]


def mode_of(world: World, dwelling: int, account: str) -> str:
    """``direct``, ``delegated`` or ``partial``; accounts outside the flux are the landlord's own."""
    return _mode(world, account, world.line(dwelling, account))


def _mode(world: World, account: str, line: AgreementLine | None) -> str:
    own = account in ("BAILLEUR", "MUTATION", "RELOGEMENT")
    return line.mode if line else "delegated" if own else world.agreements.default_mode


@dataclass(frozen=True)
class Receiver:
    """An account that may receive some dwellings of a commune; ``pool``: the types it may name, nominations aside."""

    account: str
    mode: str
    pool: B
    mask: I64
    """The pool as bits of the account's place among the receivers."""


@dataclass(frozen=True)
class Order:
    """The eligible nominees of a réservataire's list for a class, best placed first; the same rank imposes no order."""

    account: str
    app: I32
    rank: I64

    def place(self, app: int) -> int:
        """Number of a nominee, -1 for whoever is on no list."""
        found = np.flatnonzero(self.app == app)
        return int(found[0]) if len(found) else -1

    def before(self, app: int) -> I32:
        """The nominees whom a household (-1: the seat) is placed after; whoever is on no list is after all."""
        b = self.place(app)
        return self.app if b < 0 else self.app[self.rank < self.rank[b]]

    def after(self, b: int, app: int) -> bool:
        """Whether a household (-1: the seat) is placed after nominee number ``b``."""
        return bool((self.before(app) == self.app[b]).any())

    def ranks(self, apps: I32) -> I64:
        """Rank of each household (-1: the seat), beyond all for whoever is on no list."""
        found = np.full(len(apps), np.iinfo(np.int64).max, np.int64)
        for app, rank in zip(self.app.tolist(), self.rank.tolist(), strict=True):
            found[apps == app] = rank
        return found


@dataclass(frozen=True)
class Named:
    """Who names which type of household for a class: bit masks by type over ``accounts``."""

    accounts: tuple[str, ...]
    named: I64
    first: I64
    seats: tuple[Seat, ...]
    orders: tuple[Order, ...] = ()
    pooled: B = field(default_factory=lambda: np.zeros(0, bool))
    """(types,) who counts in what the seat of a réservataire is worth."""
    lean: I64 = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    """(types, accounts) points of ``lean``, hundredths."""

    def allowed(self, account: str, rank: int) -> B:
        """Types that may stand at a rank on the account."""
        bit = self.accounts.index(account)
        may: B = ((self.first if rank == 1 else self.named) >> bit & 1) > 0
        return may


def receivers_of(world: World, dwelling: int, apps: I32) -> tuple[tuple[Receiver, ...], I64]:
    """(accounts that may receive the dwelling with their pools among ``apps``, masks of those that nobody nominates to)."""
    found = []
    free = np.zeros(len(apps), np.int64)
    own = world.pools.own_tenants(world.dwellings.landlord[dwelling], apps)
    others = ~own
    for bit, account in enumerate(world.receivers(dwelling)):
        line = world.line(dwelling, account)
        if account == "MUTATION":
            pool = own
        elif account == "RELOGEMENT":
            # the landlord's own tenants too: a relocation may stay within its stock
            pool = world.pools.relocated(world.dwellings.exclusion[dwelling], apps)
        else:
            pool = world.pools.of(account, line.pool if line else "", apps) & others
        found.append(Receiver(account, _mode(world, account, line), pool, pool.astype(np.int64) << bit))
        if found[-1].mode not in ("direct", "partial"):
            free |= found[-1].mask
    return tuple(found), free


def name_types(
    world: World,
    dwelling: int,
    receivers: tuple[tuple[Receiver, ...], I64],
    nominees: Mapping[str, Mapping[int, NamedTypes]],
    apps: I32,
    present: B,
    worth: Callable[[str, B], tuple[int, int]] | None,
) -> Named:
    """Who names each type for a class; its ``lean`` is left empty.

    Parameters
    ----------
    nominees : account -> dwelling, -1 for any -> whom it named there, in its order, with the ranks (`types_of`)
    apps : the household that stands for each type, ascending; a nominated household is a type of its own
    present : types with a household that passes the codes before ``ACCOUNT``
    worth : (median score, points taken off) of a seat of an account, for whom it could name; None leaves seats out
    """
    each, free = receivers
    named, first = free.copy(), free.copy()
    seats: list[Seat] = []
    orders: list[Order] = []
    pooled = np.zeros(len(apps), bool)
    oriented = world.orient.get(dwelling, "")
    pinned_here = world.pins.get(dwelling, -1)
    for bit, one in enumerate(each):
        if one.mode not in ("direct", "partial"):
            continue
        lists = nominees.get(one.account, {})
        may = one.pool & present
        own, general = (_eligible(lists.get(d), may) for d in (dwelling, -1))
        order = own if len(own[0]) else general
        if one.mode == "partial":
            named |= one.mask
            first |= one.mask
        else:
            for at, _ in (own, general):
                named[at] |= np.int64(1) << bit
            first[order[0]] |= np.int64(1) << bit
            if pinned_here < 0 and dwelling not in world.tenant and oriented in ("", one.account):
                pooled |= one.pool
            if worth is not None and pinned_here < 0 and dwelling not in world.tenant:
                line = world.line(dwelling, one.account)
                days = line.deadline_days if line else world.agreements.default_days
                score, less = worth(one.account, one.pool)
                seats.append(Seat(one.account, score, less, days))
        if len(order[0]):
            orders.append(Order(one.account, apps[order[0]], order[1]))
    accounts = tuple(x.account for x in each)
    if oriented:
        first = first & sum(1 << i for i, x in enumerate(accounts) if x == oriented)
        seats = [x for x in seats if x.account == oriented]
    first = _pins(world, dwelling, accounts, apps, first)
    return Named(accounts, named, first, tuple(seats), tuple(orders), pooled)


def ordered(found: Named, listed: Named, modes: Sequence[str], apps: I32) -> Named:
    """Who is named for a dwelling of an exchange, behind the nominees of the dwelling itself.

    Parameters
    ----------
    found : its class, where one household alone passes
    listed : the class of its copy that anybody may ask for
    modes : of each account
    apps : the household that stands for each type
    """
    orders = {order.account: order for order in listed.orders}
    first = found.first.copy()
    for bit, (account, mode) in enumerate(zip(found.accounts, modes, strict=True)):
        if mode == "direct" and account in orders:
            first[~np.isin(apps, orders[account].app)] &= ~(np.int64(1) << bit)
    return replace(found, first=first, orders=listed.orders)


def _pins(world: World, dwelling: int, accounts: tuple[str, ...], apps: I32, first: I64) -> I64:
    """A pinned application is first at its dwelling only, on its account if one is given; a pinned dwelling has no other."""
    pinned = world.pins.get(dwelling, -1)
    if pinned >= 0:
        account = world.pin_account.get(dwelling, "")
        bits = sum(1 << i for i, x in enumerate(accounts) if account in ("", x))
        return np.where(apps == pinned, first & bits, 0)
    if world.pinned_apps:
        return np.where(np.isin(apps, sorted(world.pinned_apps)), 0, first)
    return first


Nominees = tuple[I32, I64]
"""Applications and their ranks, best placed first."""
NamedTypes = tuple[I64, I64]
"""The same by the types that they are, each once."""


def types_of(lines: Nominees, apps: I32) -> NamedTypes:
    """(types, ranks) of the nominees of a list, each once, best placed first; ``apps`` as in :func:`name_types`."""
    named, rank = lines
    at = np.minimum(np.searchsorted(apps, named), max(0, len(apps) - 1))
    known = np.flatnonzero(apps[at] == named) if len(apps) else np.zeros(0, np.int64)
    at, rank = at[known].astype(np.int64), rank[known]
    _, once = np.unique(at, return_index=True)
    once.sort()
    return at[once], rank[once]


def _eligible(lines: NamedTypes | None, may: B) -> NamedTypes:
    """Those of a list that may be named."""
    if lines is None:
        return NO_TYPES
    types, ranks = lines
    fine = may[types]
    return types[fine], ranks[fine]


NO_TYPES: NamedTypes = np.zeros(0, np.int64), np.zeros(0, np.int64)
