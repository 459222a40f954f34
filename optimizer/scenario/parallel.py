"""Many independent runs on several processes, stopped at once by an interrupt, nothing half written left behind."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from optimizer.disk.folder import clear
from optimizer.scenario.records import RECORD

Job = tuple[str, Callable[..., None], tuple[Any, ...]]
"""Name, function (importable from its module) and arguments (picklable)."""
TICK = 1.0
"""Seconds between two looks at what unfinished jobs have done."""


def run_all(
    jobs: Sequence[Job],
    workers: int,
    finished: Callable[[str], None],
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Run every job in its own worker process; each one says when it is finished, ``tick`` is called in between.

    The first failure, or an interrupt, ends the other workers at once instead of waiting for their solver: a native solver
    hears no signal, and an unfinished run is worth nothing.
    """
    before = {child.pid for child in multiprocessing.active_children()}
    # A fresh interpreter per worker: threads of a solver do not survive a fork.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=deaf)
    try:
        names = {pool.submit(function, *arguments): name for name, function, arguments in jobs}
        waiting = set(names)
        while waiting:
            done, waiting = wait(waiting, timeout=TICK, return_when=FIRST_COMPLETED)
            for job in done:
                job.result()
                finished(names[job])
            if waiting and not done:
                tick()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        ours = [c for c in multiprocessing.active_children() if c.pid not in before]
        for child in ours:
            child.terminate()
        for child in ours:
            child.join()
        raise
    pool.shutdown()


def deaf() -> None:
    """Leave an interrupt from the keyboard to the parent, which ends the workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def weeks_of(folder: Path) -> Path:
    """Where a run that lives its year week by week says how many weeks it has lived; gone once it is finished."""
    return folder.with_name(f".{folder.name}.weeks")


def weeks_lived(folders: Iterable[Path]) -> int:
    """Weeks lived so far by the unfinished runs of these folders."""
    total = 0
    for folder in folders:
        try:
            total += int(weeks_of(folder).read_text(encoding="utf-8") or 0)
        except (FileNotFoundError, ValueError):
            continue
    return total


def sweep(out: Path, names: Iterable[str]) -> None:
    """Put right what ended workers left beside their runs: unfinished folders, locks, numbers of weeks."""
    for name in names:
        folder = out / name
        weeks_of(folder).unlink(missing_ok=True)
        clear(folder, RECORD)
