"""Many independent runs on several processes, stopped at once by an interrupt, nothing half written left behind."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

Job = tuple[str, Callable[..., None], tuple[Any, ...]]
"""Name, function (importable from its module) and arguments (picklable)."""


def run_all(jobs: Sequence[Job], workers: int, finished: Callable[[str], None]) -> None:
    """Run every job in its own worker process; each one says when it is finished.

    The first failure, or an interrupt, ends the other workers at once instead of waiting for their solver: a native solver
    hears no signal, and an unfinished run is worth nothing.
    """
    before = {child.pid for child in multiprocessing.active_children()}
    # A fresh interpreter per worker: threads of a solver do not survive a fork.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=deaf)
    try:
        names = {pool.submit(function, *arguments): name for name, function, arguments in jobs}
        for job in as_completed(names):
            job.result()
            finished(names[job])
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


def sweep(out: Path, names: Iterable[str]) -> None:
    """Remove the temporary folders that ended workers left beside their runs."""
    for name in names:
        for left in sorted(out.iterdir()):
            head, _, tail = left.name.rpartition(".")
            if head in (f".{name}", f".{name}.old") and len(tail) == 8 and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
