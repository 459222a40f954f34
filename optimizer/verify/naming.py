"""Who names whom for one class: accounts, first ranks, nominations, seats of direct réservataires (design §3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.world import World


@dataclass(frozen=True)
class Entries:
    """The applications eligible for a class, by application index.

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


def pool_mask(world: World, dwelling: int, account: str, apps: I32) -> B:
    """Which applications the account may name for the dwelling, nominations aside."""
    landlord = world.dwellings.landlord[dwelling]
    own = world.pools.own_tenants(landlord)[apps]
    if account == "MUTATION":
        return own
    if account == "RELOGEMENT":
        return world.pools.relocated(world.dwellings.exclusion[dwelling])[apps] & ~own
    line = world.line(dwelling, account)
    return world.pools.of(account, line.pool if line else "")[apps] & ~own


def mode_of(world: World, dwelling: int, account: str) -> str:
    """``direct``, ``delegated`` or ``partial``; accounts outside the flux are the landlord's own."""
    if account in ("BAILLEUR", "MUTATION", "RELOGEMENT"):
        line = world.line(dwelling, account)
        return line.mode if line else "delegated"
    line = world.line(dwelling, account)
    return line.mode if line else world.agreements.default_mode


def nominees(world: World, dwelling: int, account: str) -> list[tuple[bool, int, int]]:
    """(for any dwelling, rank, application) of the account's nominations that concern the dwelling, in order."""
    lines = [x for x in world.nominations.get(account, ()) if x[0] in (-1, dwelling)]
    return sorted((x[0] == -1, x[1], x[2]) for x in lines)


def name_all(
    world: World, dwelling: int, accounts: tuple[str, ...], apps: I32, score: I64, fit: I64, fill: int
) -> Entries:
    """Entries of a class: eligible applications with at least one account, and the seats.

    ``apps`` ascending: those that pass the codes before ``ACCOUNT``.
    """
    named = np.zeros(len(apps), np.int64)
    first = np.zeros(len(apps), np.int64)
    seats = []
    pinned_here = world.pins.get(dwelling, -1)
    for bit, account in enumerate(accounts):
        pool = pool_mask(world, dwelling, account, apps)
        may, may_first = pool, pool
        mode = mode_of(world, dwelling, account)
        if mode in ("direct", "partial"):
            chosen, firsts = _nominated(world, dwelling, account, apps, pool)
            if mode == "direct":
                may = chosen
            if mode == "direct" or chosen.any():
                may_first = firsts
            if mode == "direct" and not chosen.any() and pinned_here < 0:
                line = world.line(dwelling, account)
                days = line.deadline_days if line else world.agreements.default_days
                seats.append((account, fill + _median(score[pool]), days))
        named |= np.where(may, np.int64(1) << bit, 0)
        first |= np.where(may_first, np.int64(1) << bit, 0)
    first = _pins(world, pinned_here, apps, named, first)
    keep = named > 0
    return Entries(accounts, apps[keep], score[keep], fit[keep], named[keep], first[keep], tuple(seats))


def _pins(world: World, pinned_here: int, apps: I32, named: I64, first: I64) -> I64:
    """A pinned application is first at its dwelling only; a pinned dwelling has no other first."""
    if pinned_here >= 0:
        return np.where(apps == pinned_here, named, 0)
    if world.pinned_apps:
        return np.where(np.isin(apps, sorted(world.pinned_apps)), 0, first)
    return first


def _nominated(world: World, dwelling: int, account: str, apps: I32, pool: B) -> tuple[B, B]:
    """(eligible nominees, those that may be first) as masks over ``apps``."""
    chosen = np.zeros(len(apps), bool)
    firsts = np.zeros(len(apps), bool)
    if not len(apps):
        return chosen, firsts
    own, anywhere = world.nominee_arrays(account, dwelling)
    for named, here in ((anywhere, False), (own, True)):
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
