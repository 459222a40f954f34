"""Clock, interrupt and progress of one solve; why it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stop = Literal["proven", "gap", "time", "interrupted"]


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
