"""Units on processes of this machine, ended at once by an interrupt; a killed one costs what it was doing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from threading import Thread

from optimizer.errors import AttrifluxError
from optimizer.workers.unit import Unit

TICK = 1.0
"""Seconds between two looks at what unfinished units have done."""
AHEAD = 2
"""Units handed over for each process: the one it works on, and the next."""
PATIENCE = 3
"""Times in a row that processes may die without any unit finished, before one gives up."""


def on_processes(
    units: list[Unit], count: int, tick: Callable[[], None]
) -> Generator[tuple[Unit, bytes], None, None]:
    """Answers as they come; units whose process died are handed out again.

    The first failure of a unit, or an interrupt, ends the other processes at once instead of waiting for their solver: a native
    solver hears no signal, and an unfinished unit is worth nothing.

    Raises
    ------
    AttrifluxError
        ``WORKERS_LOST``.
    """
    left = list(units)
    deaths = 0
    while left:
        lost: list[Unit] = []
        ended = 0
        with closing(_one_pool(left, count, tick, lost)) as answers:
            for unit, answer in answers:
                ended += 1
                yield unit, answer
        deaths = 0 if ended else deaths + 1
        if lost and deaths >= PATIENCE:
            names = ", ".join(unit.name for unit in lost[:count])
            raise AttrifluxError("WORKERS_LOST", times=deaths, names=names)
        left = lost


def _one_pool(
    units: list[Unit], count: int, tick: Callable[[], None], lost: list[Unit]
) -> Generator[tuple[Unit, bytes], None, None]:
    """Answers of one pool until all are there or one of its processes dies; ``lost`` then holds the units without answer."""
    before = {child.pid for child in multiprocessing.active_children()}
    # A fresh interpreter per worker: threads of a solver do not survive a fork.
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=_follow_the_parent
    )
    queue = list(reversed(units))
    running: dict[Future[bytes], Unit] = {}
    whole = False
    try:
        while queue or running:
            try:
                while queue and len(running) < AHEAD * count:
                    unit = queue[-1]
                    running[pool.submit(unit.work, *unit.arguments)] = unit
                    queue.pop()
            except BrokenProcessPool:
                pass  # what is running says so below
            done, _ = wait(running, timeout=TICK, return_when=FIRST_COMPLETED)
            broken = False
            for future in done:
                unit = running.pop(future)
                try:
                    answer = future.result()
                except BrokenProcessPool:
                    lost.append(unit)
                    broken = True
                    continue
                yield unit, answer
            if broken or (queue and not running):
                lost += [*running.values(), *reversed(queue)]
                return
            if not done:
                tick()
        whole = True
    finally:
        if whole:
            pool.shutdown()
        else:
            _end(pool, before)


def _end(pool: ProcessPoolExecutor, before: set[int | None]) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    ours = [child for child in multiprocessing.active_children() if child.pid not in before]
    for child in ours:
        child.terminate()
    for child in ours:
        child.join()


def _follow_the_parent() -> None:
    """Leave an interrupt from the keyboard to the parent, which ends the workers itself; end with a parent that was killed.

    A worker of a killed parent would wait for its next unit for ever: it holds the queue open itself.
    """
    with suppress(ValueError):  # not in the main thread: nobody sends it signals
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
