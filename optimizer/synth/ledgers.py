"""What a landlord keeps beside its dwellings: the flux base, the residences, the decisions already taken."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.schema import EXCLUSIONS
from optimizer.synth.applications import application_ids
from optimizer.synth.columns import Columns, days, decimals, numbers, texts, words
from optimizer.synth.draws import I64, Draws, apportion
from optimizer.synth.dwellings import residence_names
from optimizer.synth.profile import Profile
from optimizer.synth.world import World

_COUNTED = ("mutation", "anru", "orcod", "unfit", "sale", "stock")
_FRAGILITY = ("faible", "moyenne", "forte")


class Base:
    """Vacated dwellings of each landlord × département by reason of exclusion, counted as they are drawn.

    First lettings are none of them: they have a ledger of their own and enter the flux the year after.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._counts = np.zeros((len(world.landlords), len(world.departements), len(EXCLUSIONS)), np.int64)
        self._present = np.zeros(self._counts.shape[:2], bool)

    def add(self, columns: Columns, departement: I64) -> None:
        """Count the rows of a chunk of ``dwellings``."""
        world = self._world
        landlord = _positions(columns["landlord"], world.landlords)
        exclusion = _positions(columns["assiette_exclusion"], EXCLUSIONS)
        vacated = ~columns["first_letting"].to_numpy(zero_copy_only=False)
        self._present[landlord, departement] = True
        np.add.at(self._counts, (landlord[vacated], departement[vacated], exclusion[vacated]), 1)

    def hold(self, stock: Columns) -> None:
        """A landlord with a stock has a line, also when a small case draws none of its dwellings: `flux` asks for one."""
        landlord = _positions(stock["landlord"], self._world.landlords)
        departement = _positions(stock["departement"], self._world.departements)
        self._present[landlord, departement] = True

    def forecast(self) -> Columns:
        """The table ``assiette``: what is foreseen for the year, exclusions as drawn, transfers at the usual rate.

        A week stands for its year: its landlord's counts are those of the year in the shares of the profile.
        """
        world, profile = self._world, self._world.profile
        counts = self._counts.copy()
        if profile.kind == "week":
            weights = base_weights(profile)
            counts[:] = 0
            for d, offered in enumerate(world.yearly):
                counts[0, d] = apportion(offered, weights)[:-1]
        vacated = counts.sum(axis=2)
        # a landlord with first lettings only has a line too: nothing vacated is not the same as not known
        landlord, departement = np.nonzero(self._present | (vacated > 0))
        rows = counts[landlord, departement]
        own = vacated[landlord, departement] * round(profile.rate("own_mutation") * 10_000) // 10_000
        columns: Columns = {
            "landlord": words(landlord, world.landlords),
            "departement": words(departement, world.departements),
            "year": numbers(np.full(len(rows), profile.on.year)),
            "basis": texts(["forecast"] * len(rows)),
            "vacated": numbers(vacated[landlord, departement]),
        }
        for name in _COUNTED:
            columns[name] = numbers(own if name == "mutation" else rows[:, EXCLUSIONS.index(name)])
        return columns


def _positions(column: object, vocabulary: tuple[str, ...]) -> I64:
    encoded = column.dictionary_encode()  # type: ignore[attr-defined]
    index = np.array([vocabulary.index(w) for w in encoded.dictionary.to_pylist()], np.int64)
    at: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return index[at] if len(at) else at


def base_weights(profile: Profile) -> list[int]:
    """Shares of the dwellings of a year by reason of exclusion, and last that of first lettings (none is excluded)."""
    first = round(profile.rate("first_letting") * 10_000)
    shares = [round(float(profile.of("exclusion").get(e, 0)) * 10_000) for e in EXCLUSIONS]
    free = EXCLUSIONS.index("none")
    vacated = [s * (10_000 - first if k == free else 10_000) for k, s in enumerate(shares)]
    return [*vacated, shares[free] * first]


def draw_residences(world: World) -> Columns:
    """The table ``residences``: the same for every seed, as buildings do not move."""
    homes = world.residences
    n = len(homes.landlord)

    def draws(column: str) -> Draws:
        return Draws(0, f"residences/{column}")

    low = np.where(homes.inside, 28, 12)
    share = low + draws("q1").below(n, 25)
    recent = np.clip(share + draws("recent").below(n, 21) - 10, 0, 100)
    mobility = round(world.profile.rate("mobility") * 1000)
    return {
        "residence": texts(residence_names(world, np.arange(n, dtype=np.int64))),
        "dwellings": numbers(homes.dwellings),
        "q1_share": decimals(share, 100),
        "fragility": words((share >= 25).astype(np.int64) + (share >= 42), _FRAGILITY),
        "vacant": numbers((homes.dwellings * mobility + draws("vacant").below(n, 3000)) // 4000),
        "recent_q1_share": decimals(recent, 100),
    }


def draw_decisions(world: World, seed: int, dwellings: Columns) -> Columns:
    """A few households set aside before the run, with reasons of the closed list."""
    reasons = sorted(world.rules.get("national.forbid_reasons.reasons"))
    n = min(5, len(dwellings["dwelling_id"]), world.n_applications)
    step = max(1, world.n_applications // max(1, n))
    rows = np.arange(n, dtype=np.int64) * step + Draws(seed, "decisions").below(1, step)[0] if n else _none()
    number = np.arange(n, dtype=np.int64)
    everywhere = number == 0  # the first one has left the whole list: «withdrawn»
    others = [r for r in reasons if r != "withdrawn"]
    reason = ["withdrawn" if k == 0 else others[k % len(others)] for k in range(n)]
    expires = world.profile.on + timedelta(days=60)
    until = int(np.datetime64(expires, "D").astype(np.int64))
    return {
        "dwelling_id": texts(dwellings["dwelling_id"].slice(0, n).to_pylist(), ~everywhere),
        "application_id": texts(application_ids(seed, rows)),
        "decision": texts(["forbid"] * n),
        "reason": texts(reason),
        "author": texts(["Secrétariat de la commission"] * n),
        "expires_on": days(np.full(n, until, np.int64)),
    }


def _none() -> I64:
    return np.zeros(0, np.int64)
