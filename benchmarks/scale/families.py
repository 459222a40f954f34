"""Instance families of increasing hardness, each a seeded function of its size.

Every family is built and solved small by the tests, untimed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.scale.full_like import full_like
from benchmarks.scale.raw_instances import COMMUNES_PER_EPCI, RawTerritory, draw
from benchmarks.scale.registry import FAMILIES, family
from benchmarks.scale.simplified import build
from optimizer.solve.transport import LabelledTransport

__all__ = [
    "FAMILIES", "coupled", "full_like", "infeasible", "one_commune", "raw_of", "relaxed", "slack", "ties", "tight",
]  # fmt: skip


@family("slack")
def slack(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """The territory as drawn: rules rarely bind."""
    return build(draw(dwellings, applicants, seed))


@family("tight")
def tight(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """Scores lowered for those the rules protect: about 1 % of the value is at stake."""
    return build(draw(dwellings, applicants, seed, tight=True))


@family("infeasible")
def infeasible(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """Quotas raised by half: their sum exceeds the dwellings, so some are always missed."""
    model = tight(dwellings, applicants, seed)
    return replace(model, row_constant=model.row_constant * 3 // 2)


@family("ties")
def ties(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """All scores equal: only the fit tells households apart."""
    raw = draw(dwellings, applicants, seed)
    return build(replace(raw, a_score=np.full_like(raw.a_score, 20)))


@family("one_commune")
def one_commune(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """Two thirds of the dwellings and wishes of each EPCI sit in its first commune: one large block per EPCI."""
    raw = draw(dwellings, applicants, seed, tight=True)
    rng = np.random.default_rng(seed + 1)

    def centre(commune: np.ndarray, moved: np.ndarray) -> np.ndarray:
        first = commune // COMMUNES_PER_EPCI * COMMUNES_PER_EPCI
        return np.where(moved & (commune >= 0), first, commune).astype(np.int32)

    d_commune = centre(raw.d_commune, rng.random(dwellings) < 2 / 3)
    choice = raw.choice.copy()
    choice[:, 0] = centre(choice[:, 0], rng.random(applicants) < 2 / 3)
    return build(replace(raw, d_commune=d_commune, choice=_distinct(choice)))


@family("relaxed")
def relaxed(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """More dwellings than applicants (sizes exchanged): vacancies everywhere."""
    return build(draw(max(dwellings, applicants), min(dwellings, applicants), seed, tight=True))


@family("coupled")
def coupled(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """A tenth of the applicants also wish a commune of the next EPCI: one chain through the whole territory."""
    raw = draw(dwellings, applicants, seed, tight=True)
    rng = np.random.default_rng(seed + 2)
    choice = raw.choice.copy()
    far = rng.random(applicants) < 0.1
    choice[far, 4] = (choice[far, 0] + COMMUNES_PER_EPCI) % raw.n_communes
    return build(replace(raw, choice=_distinct(choice)))


def _distinct(choice: np.ndarray) -> np.ndarray:
    for rank in range(1, choice.shape[1]):
        for before in range(rank):
            choice[choice[:, rank] == choice[:, before], rank] = -1
    return choice


def raw_of(dwellings: int, applicants: int, seed: int, *, is_tight: bool) -> RawTerritory:
    """The draw behind ``slack`` and ``tight``, so that building can be timed apart from drawing."""
    return draw(dwellings, applicants, seed, tight=is_tight)
