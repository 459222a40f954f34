"""Chains within a simulated session: which tenants could leave, and what they would free at which place of a chain.

A tenant who is first on a dwelling opens its own for the same session, as with ``propose --chains``. Put forward are the dwellings that
wait, and at each place of a chain those of the tenants who could take one of the place before: what no tenant can open is let by nobody,
and a session of six dwellings would else weigh hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.chains.homes import copy_id
from optimizer.eligibility.pairs import before_account
from optimizer.simulation.world import World

B = NDArray[np.bool_]


class PutForward(NamedTuple):
    """The dwellings of a session, sorted by identifier: index in the world, whose departure frees it (−1: it is vacant), its place in
    a chain (0: vacant), its identifier there."""

    dwelling: tuple[int, ...]
    tenant: tuple[int, ...]
    position: tuple[int, ...]
    name: tuple[str, ...]


def put_forward(world: World, waiting: Sequence[int], present: B, chains: int) -> PutForward:
    """What a session puts forward.

    Parameters
    ----------
    waiting : vacant dwellings
    present : (A,) bool, households there
    chains : dwellings that a chain may let after its vacant one
    """
    ids = world.facts.dwellings.ids
    found = [(str(ids[d]), d, -1, 0) for d in waiting]
    before: Iterable[int] = waiting
    tenants = np.flatnonzero(present & (world.frees >= 0)).astype(np.int32)
    for position in range(1, min(chains, len(tenants)) + 1):
        going = _who_could_take(world, before, tenants)
        if not len(going):
            break
        before = world.frees[going].tolist()
        found += [
            (copy_id(str(ids[d]), position), d, a, position)
            for d, a in zip(before, going.tolist(), strict=True)
        ]
    found.sort()
    names, dwellings, whose, positions = zip(*found, strict=True)
    return PutForward(dwellings, whose, positions, names)


def _who_could_take(world: World, dwellings: Iterable[int], tenants: NDArray[np.int32]) -> NDArray[np.int32]:
    """The tenants for whom nothing of their own rules out one of the dwellings, accounts and refusals aside."""
    could = np.zeros(len(tenants), bool)
    for d in dwellings:
        open_ = ~could & (world.frees[tenants] != d)
        could[open_] = before_account(world.facts, d, tenants[open_]) == 0
    return tenants[could]
