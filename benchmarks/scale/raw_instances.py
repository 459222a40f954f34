"""Seeded raw attributes of the simplified territory: same draws for the same seed, whatever the variant.

One call order of the random generator is kept fixed, so that the optima known for ``seed=0`` stay checkable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SMALLEST_ROOMS = np.array([0, 0, 1, 2, 3, 4], np.int8)
LARGEST_ROOMS = np.array([1, 2, 3, 4, 4, 5], np.int8)
SHARES_PERCENT = np.array([30, 25, 20, 25], np.int64)
CEILINGS = (7_000.0, 22_000.0, 30_000.0)
COMMUNES_PER_EPCI = 12

Bools = NDArray[np.bool_]
Ints8 = NDArray[np.int8]
Ints32 = NDArray[np.int32]


@dataclass(frozen=True)
class RawTerritory:
    """Dwellings (``d_``, (U,)) and applicants (``a_``, (A,)) of one synthetic territory.

    ``a_level`` is the first financing the income allows (3 = none); ``choice`` is (A, 5) communes, -1 for unused.
    """

    n_epci: int
    n_landlords: int
    d_commune: Ints32
    d_rooms: Ints8
    d_landlord: Ints32
    d_qpv: Bools
    d_financing: Ints8
    d_accessible: Bools
    a_size: Ints8
    a_level: Ints8
    a_mobility: Bools
    a_home: Ints32
    a_score: Ints32
    a_priority: Bools
    a_q1: Bools
    a_employee: Bools
    choice: Ints32

    @property
    def n_communes(self) -> int:
        """Communes, twelve per EPCI."""
        return self.n_epci * COMMUNES_PER_EPCI


def draw(dwellings: int, applicants: int, seed: int = 0, *, tight: bool = False) -> RawTerritory:
    """Draw one territory; ``tight`` lowers the scores of those the rules protect, so that the rules cost something.

    Parameters
    ----------
    dwellings, applicants : int
        Sizes; one EPCI per 800 dwellings, at least one.
    seed : int
        Seed of ``numpy.random.default_rng``.
    tight : bool
        Score minus 20 (priority), 15 (Q1), 10 (employee), not below 0.
    """
    rng = np.random.default_rng(seed)
    u, a = dwellings, applicants
    n_epci = max(1, u // 800)
    n_communes = n_epci * COMMUNES_PER_EPCI
    n_landlords = max(3, min(60, n_epci * 2))
    weight = rng.pareto(1.2, n_communes) + 0.3
    weight /= weight.sum()
    epci_of = np.repeat(np.arange(n_epci), COMMUNES_PER_EPCI)
    d_commune = rng.choice(n_communes, u, p=weight)
    d_rooms = rng.choice(6, u, p=[0.06, 0.2, 0.36, 0.28, 0.08, 0.02])
    d_landlord = (epci_of[d_commune] * 2 + rng.integers(0, 4, u)) % n_landlords
    poor = weight[d_commune] > np.quantile(weight, 0.8)
    d_qpv = rng.random(u) < np.where(poor, 0.35, 0.05)
    d_financing = rng.choice(3, u, p=[0.15, 0.75, 0.10])
    d_accessible = rng.random(u) < 0.06
    rng.normal(6, 1, u)  # rents: drawn, unused, kept for the order of the draws
    size = rng.choice([1, 2, 3, 4, 5, 6], a, p=[0.45, 0.22, 0.15, 0.10, 0.05, 0.03]).astype(np.int8)
    quartile = rng.choice(4, a, p=[0.25, 0.25, 0.25, 0.25])
    limits = (2_000, 8_500, 12_000, 16_500, 26_000)
    incomes = [rng.uniform(low, high, a) for low, high in zip(limits, limits[1:], strict=False)]
    income = np.choose(quartile, incomes)
    priority = rng.random(a) < np.choose(quartile, [0.45, 0.3, 0.2, 0.15])
    renewal = rng.random(a) < 0.01
    employee = rng.random(a) < np.choose(quartile, [0.2, 0.45, 0.6, 0.65])
    mobility = rng.random(a) < 0.03
    transfer = rng.random(a) < 0.42
    seniority = rng.exponential(14, a)
    home = rng.choice(n_communes, a, p=weight)
    points = (
        20 * priority + seniority.clip(0, 60) * 0.5 + 5 * transfer + 10 * renewal + rng.integers(0, 15, a)
    )
    score = np.round(points).astype(int)
    n_choices = rng.integers(1, 6, a)
    choice = np.full((a, 5), -1, np.int32)
    choice[:, 0] = home
    for rank in range(1, 5):
        other = epci_of[home] * COMMUNES_PER_EPCI + rng.integers(0, COMMUNES_PER_EPCI, a)
        choice[:, rank] = np.where(n_choices > rank, other, -1)
    for rank in range(1, 5):
        for before in range(rank):
            choice[choice[:, rank] == choice[:, before], rank] = -1
    protected = priority | renewal
    q1 = (quartile == 0) | renewal
    if tight:
        score = np.maximum(0, score - 20 * protected - 15 * q1 - 10 * employee)
    return RawTerritory(
        n_epci=n_epci, n_landlords=n_landlords,
        d_commune=d_commune.astype(np.int32), d_rooms=d_rooms.astype(np.int8),
        d_landlord=d_landlord.astype(np.int32), d_qpv=d_qpv,
        d_financing=d_financing.astype(np.int8), d_accessible=d_accessible,
        a_size=size, a_level=np.searchsorted(CEILINGS, income, side="left").astype(np.int8),
        a_mobility=mobility, a_home=home.astype(np.int32), a_score=score.astype(np.int32),
        a_priority=protected, a_q1=q1, a_employee=employee, choice=choice,
    )  # fmt: skip
