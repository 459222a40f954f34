"""What a solve is asked and what it answers: options, progress, the answer of a backend, the answer of `solve`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from optimizer.errors import AttrifluxError, define
from optimizer.problem.model import I64, FirstRanks
from optimizer.solve.certificate import Certificate, Node

if TYPE_CHECKING:
    from optimizer.solve.bound import Multipliers
    from optimizer.solve.branching import Losses
    from optimizer.solve.earlier import Earlier

Stop = Literal["proven", "gap", "time", "interrupted"]

define(
    "SOLVE_OPTION",
    "Option de calcul {option} : {value} ne convient pas (attendu : {expected}).",
    "Solve option {option}: {value} does not fit (expected: {expected}).",
)
define(
    "BACKEND_UNKNOWN",
    "Moteur de calcul « {backend} » inconnu (disponibles : {known}).",
    "Unknown backend “{backend}” (available: {known}).",
)
define(
    "BACKEND_MISSING",
    "Le moteur « {backend} » n'est pas installé : {library} manque.",
    "Backend “{backend}” is not installed: {library} is missing.",
    remedy_fr="Installez-le ou choisissez --backend auto",
    remedy_en="Install it or choose --backend auto",
)
define(
    "BACKEND_FAILED",
    "Le moteur « {backend} » s'est arrêté sans réponse utilisable ({status}).",
    "Backend “{backend}” stopped without a usable answer ({status}).",
)
define(
    "BACKEND_TOO_LARGE",
    "Le moteur « {backend} » ne sait pas tenir {columns} couples en mémoire (limite : {limit}).",
    "Backend “{backend}” cannot hold {columns} pairs in memory (limit: {limit}).",
    remedy_fr="Choisissez --backend auto",
    remedy_en="Choose --backend auto",
)
define(
    "NO_SOLUTION",
    "Aucune proposition ne respecte les décisions imposées : elles se contredisent.",
    "No proposal can respect the pinned decisions: they contradict each other.",
)


class BackendTooLarge(AttrifluxError):
    """The instance does not fit the backend: nothing was tried."""


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    Attributes
    ----------
    backend : auto, highs, cpsat, pulp, scale
    gap : float
        Accepted relative gap between value and bound; 0 asks for the proof.
    time_limit : float or None
        Seconds. A run it stops is labelled *non rejouable*.
    threads : int
        Threads of the solver; they never change a proven answer.
    workers : str
        Who solves the parts of a country: ``threads:2``, ``2`` (processes), ``tcp://host:8786`` (`workers`); never changes an
        answer that no clock stopped.
    interrupt : threading.Event or None
        Once set, the best certified proposal is returned as soon as possible.
    warm : FirstRanks or None
        A proposal to start from (checked; ignored when it no longer holds).
    earlier : Earlier or None
        What another run published, by name, to start from (`earlier`); never changes a proven answer.
    tree : tuple of nodes
        Of the proof of the same problem with other values, to go on from; no multipliers are then shown.
    nodes : int
        Budget of the proof's tree, in nodes and not in seconds, so that it is the same everywhere.
    """

    backend: str = "auto"
    gap: float = 0.0
    time_limit: float | None = None
    threads: int = 1
    workers: str = "threads:2"
    interrupt: threading.Event | None = None
    warm: FirstRanks | None = None
    earlier: Earlier | None = None
    tree: tuple[Node, ...] = ()
    nodes: int = 3_000

    def __post_init__(self) -> None:
        if not 0.0 <= self.gap < 1.0:
            raise AttrifluxError("SOLVE_OPTION", option="gap", value=self.gap, expected="0 ≤ gap < 1")
        if self.time_limit is not None and not self.time_limit >= 0.0:
            raise AttrifluxError("SOLVE_OPTION", option="time_limit", value=self.time_limit, expected="≥ 0")
        if self.threads < 1:
            raise AttrifluxError("SOLVE_OPTION", option="threads", value=self.threads, expected="≥ 1")


@dataclass(frozen=True)
class Progress:
    """Where a solve stands: phase, value and bound in micropoints (None: none yet), seconds since its start."""

    phase: str
    value: int | None
    bound: int | None
    elapsed: float
    nodes: int = 0

    @property
    def gap(self) -> int | None:
        """Micropoints between bound and value."""
        return None if self.value is None or self.bound is None else max(0, self.bound - self.value)


Report = Callable[[Progress], None]


@dataclass
class Watch:
    """Clock, interrupt flag and progress of one solve; asked between steps, never inside a decision."""

    time_limit: float | None = None
    event: threading.Event | None = None
    report: Report | None = None
    start: float = field(default_factory=time.perf_counter)

    def elapsed(self) -> float:
        return time.perf_counter() - self.start

    def left(self) -> float:
        """Seconds left (infinity without limit)."""
        return float("inf") if self.time_limit is None else self.time_limit - self.elapsed()

    def stopped(self) -> Stop | None:
        """Why to stop now, or None."""
        if self.event is not None and self.event.is_set():
            return "interrupted"
        return "time" if self.left() <= 0.0 else None

    def say(self, phase: str, value: int | None = None, bound: int | None = None, nodes: int = 0) -> None:
        if self.report is not None:
            self.report(Progress(phase, value, bound, self.elapsed(), nodes))


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
    """

    first: FirstRanks | None
    proven: bool
    stop: Stop
    note: str = ""
    multipliers: Multipliers | None = None


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
    losses : what divisions of the tree were seen to cost, where one was grown: a later proof of the like need not try them
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
    losses: Losses | None = field(default=None, repr=False, compare=False)
