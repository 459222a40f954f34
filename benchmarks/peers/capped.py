"""What a solver says, and a cap on the seconds of the processor: on a busy machine a cap on the clock would be another cap."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOOK_S = 0.05
GRACE_S = 20
"""Seconds of the processor after the cap at which the system ends a process that does not look at its limit."""
PROVEN, RELAXED, CAPPED = "proven", "relaxation solved", "cap"


@dataclass(frozen=True)
class Said:
    """Answer of a solver.

    Attributes
    ----------
    stop : str
        ``PROVEN`` (an optimum, in its own words), ``RELAXED`` (of the linear relaxation), ``CAPPED``, or another last word.
    bound : float or None
        Points, its own word.
    taken : (n,) bool, or None
        Binary columns at one in its best solution.
    handed_s, solved_s : float
        Seconds of the processor, its subprocesses included, to hand the program over and to solve it.
    version : str
        Of the solver.
    """

    stop: str
    bound: float | None
    taken: NDArray[np.bool_] | None
    handed_s: float
    solved_s: float
    version: str


def spent() -> float:
    """Processor seconds of this process and of its ended subprocesses."""
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + below.ru_utime + below.ru_stime


def end_by(cap_s: float) -> None:
    """Let the system end this process, and each of its subprocesses, well after the cap."""
    limit = int(time.process_time() + cap_s) + GRACE_S
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + GRACE_S))


@contextmanager
def stopped_by(stop: Callable[[], object], cap_s: float) -> Iterator[None]:
    """Call ``stop`` once the block has used ``cap_s`` seconds of the processor."""
    began, done = spent(), threading.Event()

    def look() -> None:
        while not done.wait(LOOK_S):
            if spent() - began >= cap_s:
                stop()
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
