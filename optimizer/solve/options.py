"""What a solve is asked."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

from optimizer.errors import AttrifluxError
from optimizer.problem.model import FirstRanks
from optimizer.solve import messages as messages
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.proof.certificate import Node
from optimizer.solve.warm_start import Earlier


class BackendTooLarge(AttrifluxError):
    """The instance does not fit the backend: nothing was tried."""


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    Attributes
    ----------
    backend : auto or one of `solve/backends/`
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
    policy : SearchPolicy
        How the search goes about it, for who compares ways of searching; never changes what is proven.
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
    policy: SearchPolicy = DEFAULT

    def __post_init__(self) -> None:
        if not 0.0 <= self.gap < 1.0:
            raise AttrifluxError("SOLVE_OPTION", option="gap", value=self.gap, expected="0 ≤ gap < 1")
        if self.time_limit is not None and not 0.0 <= self.time_limit < math.inf:
            raise AttrifluxError(
                "SOLVE_OPTION", option="time_limit", value=self.time_limit, expected="0 ≤ s < ∞"
            )
        if self.threads < 1:
            raise AttrifluxError("SOLVE_OPTION", option="threads", value=self.threads, expected="≥ 1")
