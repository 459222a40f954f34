"""Compiled functions: ``njit`` as numba has it, save for what it kept of another version.

What numba keeps beside the sources names the bundles (NamedTuples) that a function takes by their module and name. Where an
installation was brought up to date and one of them has another name since, nobody can read that any more, and numba would fail at the
function's first call. Here it counts as nothing kept, as numba has it for its own other versions: the function is compiled again.

Where neither the installation nor the home can be written numba would refuse to compile at all: what it keeps goes into a folder of
the system's for temporary files that this account alone can write, for it is run as it is read.
"""

from __future__ import annotations

import os
import pickle
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from numba.core import config
from numba.core.caching import IndexDataCacheFile
from numba.misc.appdirs import AppDirs

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


def _writable(folder: Path) -> bool:
    """Whether a folder is there, or can be made, and takes a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _private() -> Path | None:
    """A folder for temporary files that nobody else can have put anything into; None where there is none."""
    account = os.geteuid() if hasattr(os, "geteuid") else None
    for place in ("/var/tmp", tempfile.gettempdir()):  # the first outlives a restart, and the tasks of a desk
        folder = Path(place) / f"attriflux-{account}"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            seen = folder.lstat()
        except OSError:
            continue
        own = account is None or (seen.st_uid == account and not seen.st_mode & 0o077)
        if stat.S_ISDIR(seen.st_mode) and own and _writable(folder):
            return folder
    return None


def keep_somewhere() -> None:
    """Tell numba where to keep what it compiles, where nobody has and it would find no place by itself."""
    if config.CACHE_DIR:
        return
    usual = (Path(__file__).parent / "__pycache__", Path(AppDirs("numba", appauthor=False).user_cache_dir))
    if not any(map(_writable, usual)) and (folder := _private()) is not None:
        config.CACHE_DIR = str(folder)


keep_somewhere()
