"""One writer per target: a lock file beside it, which the system frees when its process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without POSIX locks: the check at the rename remains
    _flock: Callable[[int, int], object] | None = None
    _NOW = 0
else:
    _flock = fcntl.flock
    _NOW = fcntl.LOCK_EX | fcntl.LOCK_NB


class Lock:
    """A lock file; :meth:`take` never waits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Whether the lock is ours now. Raises `OSError` where the file cannot be made."""
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
            try:
                if not _locked(handle):
                    os.close(handle)
                    return False
                # The former holder removes the file: ours must be the one that still has the name.
                if _same(handle, self.path):
                    self._handle = handle
                    return True
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)

    def drop(self) -> None:
        """Give it back and leave no file."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            pass  # a folder that became read-only keeps an empty file that locks nobody
        os.close(handle)


def _locked(handle: int) -> bool:
    if _flock is None:
        return True
    try:
        _flock(handle, _NOW)
    except BlockingIOError:
        return False
    except OSError:  # a filesystem without locks
        return True
    return True


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
