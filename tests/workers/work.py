"""Units for the tests of workers, importable by a process of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path


def square(n: int, folder: str = "") -> bytes:
    """The answer; with a folder, one line there for each time it was computed."""
    if folder:
        with (Path(folder) / f"{n}.times").open("a", encoding="utf-8") as file:
            file.write("x")
    return str(n * n).encode()


def dies_once(n: int, folder: str) -> bytes:
    """Its worker is killed the first time."""
    mark = Path(folder) / f"{n}.dead"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return square(n, folder)


def dies(n: int) -> bytes:
    """Its worker is killed each time."""
    os.kill(os.getpid(), 9)
    return b""


def fails(n: int) -> bytes:
    """Raises."""
    raise ZeroDivisionError(n)


def slow(n: int, folder: str) -> bytes:
    """Says its process, then takes a minute."""
    (Path(folder) / f"{n}.pid").write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(60)
    return b""
