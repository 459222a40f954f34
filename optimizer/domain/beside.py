"""A second process beside this one for a part of a long step.

The doors of a country are read for many minutes, its lists are filled and its tables written for as long, and each part needs nothing of
the others. The second process is a copy of this one (``fork``): it finds everything in place without anything being sent to it, and
sends back what it found. A process that ends without an answer, for want of memory for instance, leaves its part to this one: what
comes out is the same.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

LARGE = 20_000
"""Dwellings above which a step is worth a second process."""
Answer = TypeVar("Answer")


def worthwhile(dwellings: int) -> bool:
    """Whether a case of that size is worked on by two processes here: on Linux, with a second processor, from the main thread."""
    if sys.platform != "linux" or dwellings <= LARGE:
        return False
    alone = threading.current_thread() is threading.main_thread()
    return alone and len(os.sched_getaffinity(0)) > 1


def both(mine: Callable[[], None], other: Callable[[], Answer]) -> Answer | None:
    """Do ``mine`` here and ``other`` in a copy of this process meanwhile, which sends back its answer; None where it sends none.

    An exception of either is raised here; of both, that of ``mine``.
    """
    answer, question = os.pipe()
    gc.freeze()  # a collection in either process would touch, and so copy, what both share
    child = os.fork()
    if not child:
        os.close(answer)
        tell(question, other)
    os.close(question)
    try:
        with os.fdopen(answer, "rb") as pipe:
            mine()
            sent = pipe.read()
    finally:
        # one that has answered is over; one that nobody listens to any more is not waited for
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        gc.unfreeze()
    if not sent:
        return None
    fine, said = pickle.loads(sent)
    if not fine:
        raise said
    answer_of: Answer = said
    return answer_of


def tell(question: int, other: Callable[[], object]) -> None:
    """Send the answer, or the exception, and end: nothing of this process is closed twice."""
    try:
        try:
            said = pickle.dumps((True, other()), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - raised again by the process that asked
            said = pickle.dumps((False, error))
        with os.fdopen(question, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)
