"""No collection of cycles while a decision is answered.

Each one walks through every object of the process, tables of 20,000 households included: a tenth of a second, several times
in an answer, for next to nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The block without Python's collection of cycles, which is then as it was before."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
