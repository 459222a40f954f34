"""The few calls of the system by which a result takes its place; nothing else renames or flushes.

They stand alone so that a test can end the program at each of them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100
_NOREPLACE = 1
_EXCHANGE = 2
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)
"""What a kernel, a filesystem or a sandbox answers that does not know the call."""


def rename(source: Path, target: Path) -> None:
    """Move a folder or a file to a name that is free, or is an empty folder (POSIX `rename`)."""
    os.rename(source, target)


def replace(source: Path, target: Path) -> None:
    """Put a file in place of another, atomically."""
    os.replace(source, target)


def add(source: Path, target: Path) -> None:
    """Put a file at a name that must be free, atomically. Raises `FileExistsError`."""
    if _renameat2(source, target, _NOREPLACE):
        return
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _claim(source, target)
    else:
        os.unlink(source)


def _claim(source: Path, target: Path) -> None:
    """The same where there are no hard links (a key, a shared folder): the name is taken by an empty file, then by the whole one."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        os.replace(source, target)
    except OSError:
        os.unlink(target)
        raise


def exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where the system or the filesystem cannot."""
    return _renameat2(one, other, _EXCHANGE)


def flush(path: Path) -> None:
    """Have the content of a file, or the names of a folder, on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EROFS):  # a filesystem without fsync for folders
            raise
    finally:
        os.close(handle)


def flush_tree(folder: Path) -> None:
    """:func:`flush` for everything under a folder, then for the folder."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(place, name)
            if not path.is_symlink():
                flush(path)
        flush(Path(place))


@cache
def swapping_call() -> Any:
    """The system's call that swaps two names in one step; None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def _renameat2(source: Path, target: Path, flag: int) -> bool:
    call = swapping_call()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), ctypes.c_uint(flag)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(target))
