"""Memory that readers and encoders have freed, given back to the system.

Arrow and the C library keep freed pages for later use. After reading a country they hold more of them than the case itself
weighs, while what follows needs numpy arrays instead.
"""

from __future__ import annotations

import ctypes
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
