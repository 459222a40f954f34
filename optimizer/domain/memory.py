"""Memory that readers and encoders have freed, given back to the system.

Arrow and the C library keep freed pages for later use. After reading a country they hold more of them than the case itself
weighs, while what follows needs numpy arrays instead.
"""

from __future__ import annotations

import ctypes
import gc
import sys

import pyarrow as pa


def give_back() -> None:
    """Return unused pages to the system; nothing else changes. Costs milliseconds, so only after large steps."""
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except AttributeError:
            return  # another C library: it has no such call


def let_go() -> None:
    """:func:`give_back`, once what only refers to itself is gone too: a country leaves gigabytes of it after a step. Costs up to a
    second, so only between the phases of a large run."""
    gc.collect()
    give_back()
