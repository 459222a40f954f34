"""What several tests start from, made by the first that asks, in whichever process of the run: others wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE = 1_700
"""Seconds that somebody waits for what another process makes: less than a test may take before it is called endless."""


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder or file that ``make`` writes at a path that is not there yet; read only from then on.

    Parameters
    ----------
    factory : of the session, in one process or in one of several of the same run (xdist)
    name : of what is made; the same name is the same thing

    Raises
    ------
    RuntimeError
        ``make`` failed in another process, or is not done after ``PATIENCE`` seconds.
    """
    base = factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / "shared"
    shared.mkdir(exist_ok=True)
    place, mine = shared / name, shared / f"{name}.begun"
    done, failed = shared / f"{name}.done", shared / f"{name}.failed"
    try:
        mine.mkdir()
    except FileExistsError:
        end = time.monotonic() + PATIENCE
        while not done.exists():
            if failed.exists() or time.monotonic() > end:
                raise RuntimeError(f"{name} was not made") from None
            time.sleep(0.2)
        return place
    try:
        make(place)
    except BaseException:
        failed.touch()
        raise
    done.touch()
    return place
