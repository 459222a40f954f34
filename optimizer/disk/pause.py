"""Signals wait while a result takes its place or is cleared away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and the request to end that a system sends before it insists."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and the request to end until the block is done; then they have their usual effect."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, remember) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for asked in caught:
            signal.raise_signal(signal.Signals(asked))
