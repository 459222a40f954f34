"""Compiled functions: ``njit`` as numba has it, save for what it kept of another version.

What numba keeps beside the sources names the bundles (NamedTuples) that a function takes by their module and name. Where an
installation was brought up to date and one of them has another name since, nobody can read that any more, and numba would fail at the
function's first call. Here it counts as nothing kept, as numba has it for its own other versions: the function is compiled again.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from numba import njit as njit
from numba.core.caching import IndexDataCacheFile

_read: Callable[[IndexDataCacheFile], dict[Any, str]] = IndexDataCacheFile._load_index


def _readable(self: IndexDataCacheFile) -> dict[Any, str]:
    """Files of the compiled versions of one function by what they were compiled for; nothing where the list cannot be read."""
    try:
        return _read(self)
    except (AttributeError, ImportError, EOFError, pickle.UnpicklingError):
        return {}


IndexDataCacheFile._load_index = _readable  # type: ignore[method-assign, unused-ignore]
