"""Households named by the réservataires that manage their accounts themselves."""

from __future__ import annotations

import numpy as np

from optimizer.domain.schema import PROOFS
from optimizer.synth.accounts import Lines
from optimizer.synth.applications import Applications, application_ids
from optimizer.synth.columns import Columns, numbers, texts
from optimizer.synth.draws import I64, Draws
from optimizer.synth.households import B
from optimizer.synth.world import World

_DWELLINGS = 12
"""Dwellings of a week for which a réservataire names its households one by one."""
_RANKS = 3


def pool(world: World, lines: Lines, account: str, chunk: Applications) -> B:
    """Who an account may name in a chunk: its public, or the households that want its area.

    Where there is one landlord, its own tenants are left out: they move on the account of transfers.
    """
    found, ready = chunk.found, chunk.live
    if world.profile.landlord is not None:
        ready = ready & (chunk.landlord != world.landlords.index(world.profile.landlord))
    if account == "ALS":
        return np.asarray(found.als & ready)
    if account == "ETAT_AGENT":
        return np.asarray(found.agent & ready)
    if account == "ETAT_PRIO":
        return np.asarray((found.dalo | (found.proof == PROOFS.index("labelled"))) & ready)
    mine = np.array([a == account for a in lines.account])
    covered = lines.covers[mine].any(axis=0) if mine.any() else np.zeros(len(world.insee), bool)
    return np.asarray(covered[chunk.wishes[:, 0]] & ready)


def _expected(lines: Lines) -> dict[str, float]:
    """Dwellings expected on each account that names, over all its agreements."""
    totals: dict[str, float] = {}
    for account, named, expected in zip(lines.account, lines.named.tolist(), lines.expected, strict=True):
        if named:
            totals[account] = totals.get(account, 0.0) + expected
    return {account: totals[account] for account in sorted(totals)}


def general(world: World, lines: Lines, seed: int, number: int, low: int, chunk: Applications) -> Columns:
    """Nominations without a dwelling made in one chunk of applications: any dwelling of the account."""
    n = len(chunk.live)
    per_dwelling = world.profile.rate("nominations_per_dwelling")
    accounts: list[str] = []
    rows: list[int] = []
    ranks: list[int] = []
    for account, expected in _expected(lines).items():
        members = np.flatnonzero(pool(world, lines, account, chunk))
        wanted = min(len(members), round(expected * per_dwelling * n / max(1, world.n_applications)))
        word = Draws(seed, f"nominations/{account}", number).words(len(members))
        chosen = np.sort(members[np.lexsort((members, word))[:wanted]])
        accounts += [account] * wanted
        rows += (low + chosen).tolist()
        ranks += range(low + 1, low + 1 + wanted)
    return _columns(seed, accounts, rows, [None] * len(rows), ranks)


def by_dwelling(
    world: World, lines: Lines, seed: int, dwellings: Columns, chunk: Applications, busy: I64
) -> Columns:
    """Nominations for given dwellings: households of the account's pool that want the place and fit its size."""
    accepted = world.rules.rooms_table(world.profile.landlord).accepted
    communes = {code: c for c, code in enumerate(world.insee)}
    free = np.ones(len(chunk.live), bool)
    free[busy[busy < len(free)]] = False
    size = np.minimum(chunk.homes.persons + chunk.homes.visiting, len(accepted) - 1)
    named = [account for account in _expected(lines) if account != "ETAT_PRIO"]
    pools = {account: pool(world, lines, account, chunk) for account in named}
    facts = zip(
        dwellings["dwelling_id"].to_pylist(), dwellings["commune"].to_pylist(), dwellings["rooms"].to_pylist(),
        dwellings["reserved_to"].to_pylist(), dwellings["assiette_exclusion"].to_pylist(), strict=True,
    )  # fmt: skip
    rows: list[tuple[str, int, str, int]] = []
    done = 0
    for k, (dwelling, commune, rooms, reserved, exclusion) in enumerate(facts):
        if done == _DWELLINGS or not named:
            break
        if k % 3 == 0 or reserved is not None or exclusion != "none":
            continue
        account = named[done % len(named)]
        c = communes[commune]
        covered = any(a == account and lines.covers[i, c] for i, a in enumerate(lines.account))
        fits = pools[account] & free & (chunk.wishes == c).any(axis=1) & accepted[size, rooms]
        chosen = np.flatnonzero(fits)[:_RANKS].tolist() if covered else []
        free[chosen] = False
        rows += [(account, a, dwelling, rank) for rank, a in enumerate(chosen, start=1)]
        done += 1
    accounts, numbers_, places, ranks = (
        (list(x) for x in zip(*rows, strict=True)) if rows else ([], [], [], [])
    )
    return _columns(seed, accounts, numbers_, places, ranks)


def _columns(
    seed: int, accounts: list[str], rows: list[int], dwellings: list[str | None], ranks: list[int]
) -> Columns:
    known = np.array([d is not None for d in dwellings], bool)
    return {
        "account": texts(accounts),
        "application_id": texts(application_ids(seed, np.array(rows, np.int64))),
        "dwelling_id": texts([d or "" for d in dwellings], known),
        "rank": numbers(np.array(ranks, np.int64)),
    }
