"""Compiled functions: ``njit`` as numba has it, save for what it kept of another version.

What numba keeps beside the sources names the bundles (NamedTuples) that a function takes by their module and name. Where an
installation was brought up to date and one of them has another name since, nobody can read that any more, and numba would fail at the
function's first call. Here it counts as nothing kept, as numba has it for its own other versions: the function is compiled again.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from numba.core.caching import IndexDataCacheFile

if TYPE_CHECKING:
    # all that is said of numba where types are checked: reading it whole would say no more
    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)

    class Kernel(Generic[P, R]):
        """A compiled function, and what it was before."""

        py_func: Callable[..., Any]

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def njit(
        *, cache: bool, nogil: bool = ..., inline: str = ...
    ) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
else:
    from numba import njit as njit

_read: Callable[[IndexDataCacheFile], dict[Any, str]] = IndexDataCacheFile._load_index


def _readable(self: IndexDataCacheFile) -> dict[Any, str]:
    """Files of the compiled versions of one function by what they were compiled for; nothing where the list cannot be read."""
    try:
        return _read(self)
    except (AttributeError, ImportError, EOFError, pickle.UnpicklingError):
        return {}


IndexDataCacheFile._load_index = _readable  # type: ignore[method-assign, unused-ignore]
