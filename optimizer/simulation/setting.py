"""What is asked of a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Every = Literal["week", "fortnight"]
DAYS: dict[Every, int] = {"week": 7, "fortnight": 14}
PER_YEAR: dict[Every, int] = {"week": 52, "fortnight": 26}


@dataclass(frozen=True)
class Setting:
    """What is asked of a simulation.

    Attributes
    ----------
    years : 1 or more
    every : between two commissions
    refusals : whether households may refuse
    freed : whether a tenant who moves leaves a dwelling
    chains : dwellings freed in a session that may be let in it after a vacant one; 0: each comes back after its notice
    dwellings : vacated in a year; None: as the profile or the case says
    pool, arrivals : applications per dwelling of a year, on the first day and in the course of it; None likewise
    publics : part kept of the households of a public, 0 to 1 (profiles)
    tight : profiles: households that rules need score low
    sessions : of a year; None: 52 or 26
    seed : of all draws, beside the number of the year drawn
    gap : relative, at which the proof of a session may stop; 0 asks for the whole proof
    backend : the engine of every session
    """

    years: int = 1
    every: Every = "week"
    refusals: bool = True
    freed: bool = True
    chains: int = 0
    dwellings: int | None = None
    pool: float | None = None
    arrivals: float | None = None
    publics: float = 1.0
    tight: bool = False
    sessions: int | None = None
    seed: str = "attriflux"
    gap: float = 0.0
    backend: str = "auto"
    accept_assumed: bool = False
    price_assumed: bool = False
    models: Path | None = None

    @property
    def days(self) -> int:
        """Days between two sessions."""
        return DAYS[self.every]

    @property
    def per_year(self) -> int:
        return self.sessions or PER_YEAR[self.every]

    def record(self) -> dict[str, object]:
        """As written in ``run.json``, and what keys are made of."""
        names = (
            "years",
            "every",
            "refusals",
            "freed",
            "dwellings",
            "pool",
            "arrivals",
            "publics",
            "tight",
            "sessions",
            "seed",
            "gap",
            "backend",
        )
        found = {name: getattr(self, name) for name in names} | {
            "accept_assumed": self.accept_assumed, "price_assumed": self.price_assumed,
        }  # fmt: skip
        return found | ({"chains": self.chains} if self.chains else {})
