"""One measured run in a forked child: its own memory peak, a deadline, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

GRACE_S = 20.0
"""A solver may notice its time limit late, or spend time before looking at it; after this it is killed."""


@dataclass(frozen=True)
class Outcome:
    """What the child sent back, or why it did not. ``peak_mb`` counts the child's own subprocesses (CBC) too."""

    answer: Any
    peak_mb: float | None
    failure: str = ""


def run(work: Callable[[], Any], *, deadline_s: float, memory_gb: float) -> Outcome:
    """``work()`` in a fork of this process.

    The fork sees the instance already built, so every backend gets the very same arrays; the peak therefore includes
    them and the loaded libraries.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, sender, memory_gb))
    process.start()
    sender.close()
    try:
        if receiver.poll(deadline_s):
            return Outcome(*receiver.recv())
        return Outcome(None, _peak_of(process.pid), f"no answer after {deadline_s:.0f} s, ended")
    except EOFError:
        process.join()
        return Outcome(None, None, f"process ended (code {process.exitcode})")
    finally:
        _end(process)
        receiver.close()


def _peak_of(pid: int | None) -> float | None:
    """Peak of a process still running, where the system tells (MB)."""
    facts = Path(f"/proc/{pid}/status")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return None


def _end(process: Any) -> None:
    """End the child with its own children (it leads a group of its own)."""
    process.join(1.0)
    if process.is_alive():
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.join()


def _child(work: Callable[[], Any], sender: Connection, memory_gb: float) -> None:
    os.setsid()
    size = int(memory_gb * (1 << 30))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    answer, failure = None, ""
    try:
        answer = work()
    except MemoryError:
        failure = f"out of memory ({memory_gb:.0f} GB)"
    except Exception as error:  # noqa: BLE001 - a peer's failure is a line of the table
        failure = f"{type(error).__name__}: {error}"[:160]
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    sender.send((answer, max(resource.getrusage(w).ru_maxrss for w in who) / 1024, failure))
    sender.close()
