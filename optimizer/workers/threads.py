"""Units on threads of this process: for work that leaves the interpreter free, and for arguments nobody wants to copy."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from optimizer.workers.unit import Unit

TICK = 1.0
"""Seconds between two looks at what unfinished units have done."""


def on_threads(
    units: list[Unit], count: int, tick: Callable[[], None]
) -> Generator[tuple[Unit, bytes], None, None]:
    """Answers as they come. After a failure nothing more is begun; what runs is waited for, a thread cannot be ended."""
    pool = ThreadPoolExecutor(count, thread_name_prefix="attriflux")
    try:
        futures = {pool.submit(unit.work, *unit.arguments): unit for unit in units}
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=TICK, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda f: futures[f].key):
                yield futures[future], future.result()
            if waiting and not done:
                tick()
    finally:
        pool.shutdown(cancel_futures=True)
