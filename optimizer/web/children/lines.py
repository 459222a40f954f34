"""What both children share: lines of JSON out, low priority, an end when the parent is gone."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

NICE = 10


def say(**said: Any) -> None:
    """One line for the parent."""
    sys.stdout.write(json.dumps(said, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def give_way() -> None:
    """Let the pages go first: 25 people read while this computes."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def when_alone(do: Callable[[], None]) -> None:
    """Call ``do`` when the parent has closed our input: it has ended, or asks us to."""

    def listen() -> None:
        while sys.stdin.readline():
            pass
        do()

    threading.Thread(target=listen, daemon=True).start()
