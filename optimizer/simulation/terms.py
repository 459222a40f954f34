"""What is asked of a simulation (`Setting`), what a policy sees (`State`) and what it may change of a session (`Terms`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, RATE_UNIT, Problem, Row

if TYPE_CHECKING:
    from optimizer.simulation.world import World

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
    dwellings : vacated in a year; None: as the profile or the case says
    pool, arrivals : applications per dwelling of a year, on the first day and in the course of it; None likewise
    publics : part kept of the households of a public, 0 to 1 (profiles)
    tight : profiles: households that rules need score low
    sessions : of a year; None: 52 or 26
    seed : of all draws, beside the number of the year drawn
    """

    years: int = 1
    every: Every = "week"
    refusals: bool = True
    freed: bool = True
    dwellings: int | None = None
    pool: float | None = None
    arrivals: float | None = None
    publics: float = 1.0
    tight: bool = False
    sessions: int | None = None
    seed: str = "attriflux"
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
        )
        return {name: getattr(self, name) for name in names} | {
            "accept_assumed": self.accept_assumed, "price_assumed": self.price_assumed,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class State:
    """What a policy sees at a session: the past and the present, nothing that is still to come. R rows of the year.

    Attributes
    ----------
    session, sessions : of the year, from 0
    problem : of this session under the required rates, as `propose` builds it today
    row : (rows of the problem,) its row among those of the year
    year : (R,) rows of the whole year: shares, play, price
    num, den, asked : (R,) int64, counted since 1 January; ``asked`` in ten-thousandths of a lease
    waiting : dwellings put forward, indices
    present : (A,) bool, applications there
    seen : dwellings put forward since the beginning, those let included
    memory : what the policy keeps from one session to the next
    world : what is fixed: who is eligible where. Sessions to come must not be read
    """

    session: int
    sessions: int
    problem: Problem
    row: NDArray[np.int64]
    year: tuple[Row, ...]
    num: I64
    den: I64
    asked: I64
    waiting: tuple[int, ...]
    present: NDArray[np.bool_]
    seen: tuple[int, ...]
    memory: dict[str, Any]
    world: World = field(repr=False)

    @property
    def behind(self) -> I64:
        """(R,) what the year so far leaves missing of each row, ten-thousandths of a lease; negative: ahead by as much."""
        play = np.array([row.play for row in self.year], np.int64)
        return np.asarray(self.asked - RATE_UNIT * self.num - play, np.int64)


@dataclass(frozen=True)
class Terms:
    """What a session is solved under, in place of today's rates: one value for each row of its problem.

    Attributes
    ----------
    rate : (R,) int64, ten-thousandths
    play : (R,) int64, ten-thousandths of a lease that may be missing before a point is lost; negative: already missing
    price : (R,) int64, hundredths of a point per missing lease
    reserve : (A,) int64, hundredths of a point that letting to a household costs, for what it could be given later; empty: nothing
    lean : whether the small points that choose an account weigh
    """

    rate: I64
    play: I64
    price: I64
    reserve: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    lean: bool = True


def todays(problem: Problem) -> Terms:
    """The terms that `propose` solves under today."""
    return Terms(
        np.array([row.rate for row in problem.rows], np.int64),
        np.array([row.play for row in problem.rows], np.int64),
        np.array([row.price for row in problem.rows], np.int64),
    )
