"""Limits of time that hold on any machine: seconds of processor, stretched by what a fixed piece of work costs here and now.

A limit guards against work that grows with the square of a file, or without end: hundreds of times too much, never a half.
"""

from __future__ import annotations

import time

REFERENCE = 0.011
"""Seconds of processor of the yardstick on the machine on which limits are written."""
GENEROUS = 5
"""A busy machine, cold files and what is compiled on the way."""


def _yardstick() -> float:
    clock = time.process_time()
    held: dict[str, int] = {}
    for n in range(60_000):
        held[str(n % 1_000)] = held.get(str(n % 977), 0) + n
    return time.process_time() - clock


def allowed(seconds: float) -> float:
    """Seconds of processor that work of ``seconds`` on the machine of reference may take here before a test calls it endless."""
    return seconds * GENEROUS * max(1.0, min(_yardstick() for _ in range(3)) / REFERENCE)
