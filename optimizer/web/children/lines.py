"""What both children share: lines of JSON out, low priority, one thread, an end when the parent is gone."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

LAST, PATIENT = 19, 5
"""How far a child stands back: a proposal behind everybody; the room, where somebody waits for the answer, behind the pages only."""
OF_A_CHILD: Mapping[str, str] = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "PYTHONSAFEPATH"), "1"
)
"""Environment of a child: it computes on one processor, whatever the libraries would like, and reads no module from the folder that
the desk was started in."""


def say(**said: Any) -> None:
    """One line for the parent."""
    sys.stdout.write(json.dumps(said, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def give_way(by: int) -> None:
    """Let the pages go first: 25 people read while this computes."""
    if hasattr(os, "nice"):
        os.nice(by)


def when_alone(do: Callable[[], None]) -> None:
    """Call ``do`` when the parent has closed our input: it has ended, or asks us to."""

    def listen() -> None:
        while sys.stdin.readline():
            pass
        do()

    threading.Thread(target=listen, daemon=True).start()
