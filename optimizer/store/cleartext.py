"""A folder for what a copy of a desk is before it is sealed, or after it is unsealed: beside the desk, never where the copy goes.

A backup often goes to a disk that others read. Its clear content stays in the folder of the desk, readable by its owner only, and is
written over when the copy is done; what a killed run left there is written over by the next one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimizer.disk.beside import beside
from optimizer.disk.lock import Lock
from optimizer.store.configure import is_postgres, sqlite_path, state_folder
from optimizer.store.messages import StoreBusy
from optimizer.store.sealing import shred


@contextmanager
def cleartext(url: str) -> Iterator[Path]:
    """The folder, empty; whatever is in it at the end is written over and removed.

    Raises
    ------
    StoreBusy
        ``STORE_COPYING``: another copy of this desk is being made, or made again.
    """
    folder, lock = _places(url)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not lock.take():
        raise StoreBusy("STORE_COPYING")
    try:
        _erase(folder)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _erase(folder)
        lock.drop()


def forget_cleartext(url: str) -> None:
    """Write over what a copy that was killed left; one that is being made does it itself."""
    folder, lock = _places(url)
    if folder.exists() and lock.take():
        try:
            _erase(folder)
        finally:
            lock.drop()


def _places(url: str) -> tuple[Path, Lock]:
    place = state_folder() / "bureau" if is_postgres(url) else sqlite_path(url)
    return beside(place, "copy"), Lock(beside(place, "copy-lock"))


def _erase(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            shred(path)
    if folder.exists():
        shutil.rmtree(folder)
