"""A checksum of what a dropped file is given: whoever changes it changes what every other policy lives on.

The arrays of a world are shared by the policies that live on it one after the other. A file that writes into one would answer for all
that come after it, in an order that nobody chose; so the engine looks again, and names the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from zlib import crc32

import numpy as np
import pandas as pd

CACHES = frozenset({"memo", "lasting", "source", "case", "rules", "world", "memory"})
"""Fields that hold what was worked out already, what is fixed before anything is drawn, or what a policy may write in."""


def checksum(*given: object) -> int:
    """A number that another content of arrays, tables or fields would change.

    Examples
    --------
    >>> a = np.arange(3)
    >>> before = checksum(a, ("x", 1))
    >>> a[0] = 7
    >>> before == checksum(a, ("x", 1))
    False
    """
    found = 0
    for value in given:
        found = _add(found, value)
    return found


def _add(found: int, value: object) -> int:
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return crc32(repr(value.tolist()).encode(), found)
        return crc32(value.tobytes(), crc32(str(value.shape).encode(), found))
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in CACHES:
                found = _add(found, getattr(value, field.name))
        return found
    if isinstance(value, pd.DataFrame):
        return _add(found, [value[name].to_numpy() for name in value.columns])
    if isinstance(value, Mapping):
        return _add(_add(found, list(value.keys())), list(value.values()))
    if isinstance(value, (list, tuple)):
        for one in value:
            found = _add(found, one)
        return found
    return found if callable(value) else crc32(repr(value).encode(), found)
