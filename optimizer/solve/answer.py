"""What a solve answers: what a backend says, and what is left of it once it was counted again and proven."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.problem.model import I64, FirstRanks
from optimizer.solve.proof.certificate import Certificate
from optimizer.solve.proof.dual_bound import Multipliers
from optimizer.solve.tree.pseudocosts import Pseudocosts
from optimizer.solve.watch import Stop


@dataclass(frozen=True)
class RawSolution:
    """What a backend says. Nothing of it is believed before it was counted again.

    Attributes
    ----------
    first : FirstRanks or None      best solution found
    proven : bool                   the library claims that nothing is better
    stop : why it ended
    note : str                      status words of the library, for `run.json`
    multipliers : Multipliers or None
        Of the root, when the backend has its own (integers in micropoints); the bound they give is recomputed here.
    tight : Multipliers or None
        The same with rows on two households, where they lower the bound of a case by lists.
    settled : bool
        Single changes have been looked for: where orders are lists, nothing more is tried on it.
    """

    first: FirstRanks | None
    proven: bool
    stop: Stop
    note: str = ""
    multipliers: Multipliers | None = None
    tight: Multipliers | None = None
    settled: bool = False


@dataclass(frozen=True)
class Stages:
    """Tie stages reached by the answer: Σ days of seniority, Σ lottery numbers, and whether it is the only optimum."""

    seniority_days: int
    lottery: int
    unique: bool | None


@dataclass(frozen=True)
class TakenOver:
    """How many multipliers and first ranks of an earlier run served, out of how many it had."""

    multipliers: int
    multipliers_given: int
    first_ranks: int
    first_ranks_given: int


@dataclass(frozen=True)
class Solved:
    """The answer of :func:`optimizer.solve.solve`.

    Attributes
    ----------
    first : FirstRanks
    objective, bound : int          micropoints
    stop : proven, gap, time or interrupted
    backend : str                   the one that ran; ``reason_fr`` / ``reason_en`` say why it was chosen
    certificate : Certificate
    stages : Stages
    multipliers : (R,) int64        micropoints per missing lease, of the root of the tree (0 ≤ λ ≤ price)
    prices : (A,) int64             micropoints, price of each application at the root
    timings : seconds by phase
    notes : sentences worth keeping in `run.json` (a backend that was corrected, a search that was cut)
    taken_over : what an earlier run gave, when there was one
    pseudocosts : what divisions of the tree were seen to cost, where one was grown: a later proof of the like need not try them
    """

    first: FirstRanks
    objective: int
    bound: int
    stop: Stop
    backend: str
    reason_fr: str
    reason_en: str
    certificate: Certificate
    stages: Stages
    multipliers: I64
    prices: I64
    timings: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    taken_over: TakenOver | None = None
    pseudocosts: Pseudocosts[tuple[str, int, bool, bool]] | None = field(
        default=None, repr=False, compare=False
    )
