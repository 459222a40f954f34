"""Who names whom for one class: accounts, first ranks, nominations, seats of direct réservataires (design §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.verify.agreements import Line
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.world import World

NOBODY = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Entries:
    """The applications eligible for a class, by application index, one by one.

    ``named`` and ``first`` are bit masks over ``accounts``; ``fit`` is without the vacancy points.
    """

    accounts: tuple[str, ...]
    app: I32
    score: I64
    fit: I64
    named: I64
    first: I64
    seats: tuple[tuple[str, int, int], ...]
    """(account, value in hundredths, deadline in days) of direct réservataires without eligible nominee."""
    burden: I64
    lean: I64
    """(applications, accounts)"""


def mode_of(world: World, dwelling: int, account: str) -> str:
    """``direct``, ``delegated`` or ``partial``; accounts outside the flux are the landlord's own."""
    return _mode(world, account, world.line(dwelling, account))


def _mode(world: World, account: str, line: Line | None) -> str:
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
class Named:
    """Who names which type of household for a class: bit masks by type over ``accounts``."""

    accounts: tuple[str, ...]
    named: I64
    first: I64
    seats: tuple[tuple[str, int, int], ...]
    """(account, value in hundredths, deadline in days) of direct réservataires without eligible nominee."""
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
            pool = world.pools.relocated(world.dwellings.exclusion[dwelling], apps) & others
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
    nominees: Mapping[str, Mapping[int, I32]],
    apps: I32,
    present: B,
    worth: Callable[[B], int],
) -> Named:
    """Who names each type for a class.

    Parameters
    ----------
    nominees : account -> dwelling, -1 for any -> whom it named there, in its order
    apps : the household that stands for each type, ascending; a nominated household is a type of its own
    present : types with a household that passes the codes before ``ACCOUNT``
    worth : value of a seat for whom the account could name
    """
    each, free = receivers
    named, first = free.copy(), free.copy()
    seats: list[tuple[str, int, int]] = []
    pinned_here = world.pins.get(dwelling, -1)
    for bit, one in enumerate(each):
        if one.mode not in ("direct", "partial"):
            continue
        mine = nominees.get(one.account, {})
        lists = (mine.get(-1, NOBODY), mine.get(dwelling, NOBODY))
        any_list = len(lists[0]) + len(lists[1]) > 0
        chosen, firsts = _nominated(*lists, apps, one.pool & present) if any_list else (NOBODY, NOBODY)
        some = bool(chosen.any())
        if some:
            named |= chosen.astype(np.int64) << bit if one.mode == "direct" else one.mask
            first |= firsts.astype(np.int64) << bit
        elif one.mode == "partial":
            named |= one.mask
            first |= one.mask
        elif pinned_here < 0:
            line = world.line(dwelling, one.account)
            days = line.deadline_days if line else world.agreements.default_days
            seats.append((one.account, worth(one.pool), days))
    first = _pins(world, pinned_here, apps, named, first)
    return Named(tuple(x.account for x in each), named, first, tuple(seats))


def _pins(world: World, pinned_here: int, apps: I32, named: I64, first: I64) -> I64:
    """A pinned application is first at its dwelling only; a pinned dwelling has no other first."""
    if pinned_here >= 0:
        return np.where(apps == pinned_here, named, 0)
    if world.pinned_apps:
        return np.where(np.isin(apps, sorted(world.pinned_apps)), 0, first)
    return first


def _nominated(anywhere: I32, own: I32, apps: I32, pool: B) -> tuple[B, B]:
    """(eligible nominees, those that may be first) as masks over ``apps``."""
    chosen = np.zeros(len(apps), bool)
    firsts = np.zeros(len(apps), bool)
    if not len(apps):
        return chosen, firsts
    for named, here in ((anywhere, False), (own, True)):
        if not len(named):
            continue
        at = np.minimum(np.searchsorted(apps, named), len(apps) - 1)
        at = at[(apps[at] == named) & pool[at]]
        chosen[at] = True
        if here and len(at):
            firsts[:] = False
            firsts[at[0]] = True
        elif not here:
            firsts[at] = True
    return chosen, firsts


def _median(values: I64) -> int:
    """Median in hundredths; of an even count the mean of the two middle ones, rounded half up; 0 when empty."""
    n = len(values)
    if not n:
        return 0
    ordered = np.sort(values)
    if n % 2:
        return int(ordered[n // 2])
    return (int(ordered[n // 2 - 1]) + int(ordered[n // 2]) + 1) // 2
