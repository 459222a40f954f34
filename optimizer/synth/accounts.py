"""What each account may expect and what it was given: convention lines met with the stock of the landlords."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.account import outside_flux, remainder
from optimizer.synth.draws import I64, Draws, share
from optimizer.synth.dwellings import Units
from optimizer.synth.world import World

_UNIT = 10_000
"""Shares of agreements have at most four decimals."""


@dataclass(frozen=True)
class Lines:
    """Convention lines of the world's landlords, in the order of the rules."""

    account: tuple[str, ...]
    landlord: I64
    departement: I64
    share: I64
    """Ten-thousandths."""
    named: NDArray[np.bool_]
    """Households come from nominations: direct or partial management."""
    covers: NDArray[np.bool_]
    """(lines, communes): communes of the line's area."""
    expected: tuple[float, ...]
    """Dwellings of the case expected on the line."""


def lines_of(world: World) -> Lines:
    """The lines that apply to the case."""
    frame: pd.DataFrame = world.rules.conventions
    kept = frame["landlord"].isin(world.landlords) & frame["departement"].isin(world.departements)
    frame = frame[kept].reset_index(drop=True)
    epci = world.rules.all_communes["epci"].reindex(list(world.insee)).to_numpy()
    codes = np.array(world.departements, dtype=object)[world.departement]
    area = frame["area"].to_numpy()
    covers = np.zeros((len(frame), len(world.insee)), bool)
    where: dict[str, NDArray[np.bool_]] = {}
    for i, place in enumerate(area):
        if place not in where:
            where[place] = (codes == place) | (epci == place) | (world.insee == place)
        covers[i] = where[place]
    landlord = np.array([world.landlords.index(b) for b in frame["landlord"]], np.int64)
    departement = np.array([world.departements.index(d) for d in frame["departement"]], np.int64)
    shares = np.array([round(s * _UNIT) for s in frame["share"]], np.int64)
    homes = world.residences
    held = np.zeros((len(world.landlords), len(world.insee)), np.int64)
    np.add.at(held, (homes.landlord, homes.commune), homes.dwellings)
    by_departement = np.zeros(len(world.departements), np.int64)
    np.add.at(by_departement, world.departement, held.sum(axis=0))
    expected = []
    for i in range(len(frame)):
        d = int(departement[i])
        mine = covers[i] & (world.departement == d)
        reach = int(held[landlord[i], mine].sum()) / max(1, int(by_departement[d]))
        expected.append(world.dwellings[d] * reach * int(shares[i]) / _UNIT)
    return Lines(
        account=tuple(frame["account"]),
        landlord=landlord,
        departement=departement,
        share=shares,
        named=frame["management_mode"].isin(["direct", "partial"]).to_numpy(),
        covers=covers,
        expected=tuple(expected),
    )


def draw_accounts(
    world: World, lines: Lines, seed: int, label: str, units: Units, flux_only: bool, tight: bool
) -> tuple[tuple[str, ...], I64]:
    """An account for each unit by the shares of its landlord's agreement: vocabulary and positions in it.

    In the tight form part of what the État and Action Logement were owed went to the landlord.
    """
    n = len(units.commune)
    vocabulary = (*sorted(set(lines.account) | {remainder()}), *outside_flux())
    names = np.array([vocabulary.index(a) for a in lines.account], np.int64)
    applies = (lines.landlord[None, :] == units.landlord[:, None]) & lines.covers[:, units.commune].T
    cumulative = np.cumsum(applies * lines.share[None, :], axis=1)
    at = Draws(seed, f"{label}/account").below(n, _UNIT)
    line = (cumulative <= at[:, None]).sum(axis=1)
    rest = vocabulary.index(remainder())
    account = np.append(names, rest)[np.minimum(line, len(names))]
    if tight:
        owed = np.isin(
            account, [vocabulary.index(a) for a in ("ETAT_PRIO", "ETAT_AGENT", "ALS") if a in vocabulary]
        )
        lost = Draws(seed, f"{label}/lost").chance(n, world.profile.rate("tight_account_delay"))
        account = np.where(owed & lost, rest, account)
    if not flux_only:
        profile = world.profile
        moved = sum(float(profile.of("exclusion").get(k, 0)) for k in ("anru", "orcod", "unfit", "sale"))
        word = Draws(seed, f"{label}/outside").words(n)
        mutation = share(profile.rate("own_mutation"))
        account = np.where(word < mutation + share(moved), vocabulary.index("RELOGEMENT"), account)
        account = np.where(word < mutation, vocabulary.index("MUTATION"), account)
    return vocabulary, account
