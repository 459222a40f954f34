"""What a policy sees of a session (`State`), and what it may change (`Terms`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, RATE_UNIT, Problem, Row
from optimizer.simulation.world import World

MOST_PLAY = 10**12
"""Far beyond any year: a hundred million leases."""
MOST_RESERVE = 10**9
"""Ten million points of one household: beyond it sums of a session's values leave what an integer holds."""


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
    world : what is fixed: who is eligible where, how many dwellings a year has. Which dwellings and households come after this session
        (``opens``, ``arrives``, ``leaves``) must not be read
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
    rate : (R,) int64, ten-thousandths, from 0 to 10,000
    play : (R,) int64, ten-thousandths of a lease that may be missing before a point is lost; negative: already missing
    price : (R,) int64, hundredths of a point per missing lease, from 0 to that of today: the order of the rules stays the law's
    reserve : (A,) int64, hundredths of a point that letting to a household costs, for what it could be given later; empty: nothing
    lean : whether the small points that choose an account weigh
    """

    rate: I64
    play: I64
    price: I64
    reserve: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    lean: bool = True


def faults(terms: Terms, state: State) -> str:
    """What a session could not be solved under, in words of Python; empty where everything is what it must be."""
    rows = state.problem.rows
    sizes = {"rate": len(rows), "play": len(rows), "price": len(rows), "reserve": len(state.present)}
    for name, size in sizes.items():
        values = getattr(terms, name)
        if not isinstance(values, np.ndarray) or values.dtype != np.int64:
            found = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
            return f"{name} is {found}, an array of int64 was expected"
        if values.shape != (size,) and not (name == "reserve" and values.shape == (0,)):
            return f"{name} has shape {values.shape}, ({size},) was expected"
    if ((terms.rate < 0) | (terms.rate > RATE_UNIT)).any():
        return f"a rate is not between 0 and {RATE_UNIT}"
    if ((terms.price < 0) | (terms.price > todays(state.problem).price)).any():
        return "a price is not between 0 and that of today"
    if (np.abs(terms.play) > MOST_PLAY).any():
        return f"a play is beyond {MOST_PLAY}"
    if (np.abs(terms.reserve) > MOST_RESERVE).any():
        return f"a reserve price is beyond {MOST_RESERVE}"
    return "" if isinstance(terms.lean, bool) else f"lean is {type(terms.lean).__name__}, a bool was expected"


def todays(problem: Problem) -> Terms:
    """The terms that `propose` solves under today."""
    return Terms(
        np.array([row.rate for row in problem.rows], np.int64),
        np.array([row.play for row in problem.rows], np.int64),
        np.array([row.price for row in problem.rows], np.int64),
    )
