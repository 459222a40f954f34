"""Where the server and its children put what is there for a moment: in the desk's own folder, which only its owner reads.

Uploads, files of identities and the content of papers pass through there. A process that is killed removes nothing: what it left is
erased once it is too old to be anybody's, and nothing of a household is left in the folder that a machine shares.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "temporary"
LEFT = 600.0
"""Seconds without a change after which a temporary file has lost its process."""


@contextmanager
def temporary_files(state: Path) -> Iterator[None]:
    """From now on, and until the end of the block, this process and those it begins have their temporary files in ``state``.

    What an earlier server left there is erased first.
    """
    folder = passing(state)
    forget_left(state)
    former, told = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = former
        if told is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = told


def passing(state: Path) -> Path:
    """The folder of what passes, which only its owner reads."""
    folder = state / NAME
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def forget_left(state: Path) -> None:
    """Erase what has lost its process."""
    for path in unchanged(state / NAME, LEFT):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def unchanged(folder: Path, seconds: float) -> list[Path]:
    """What stands in a folder and has not changed for so long; what disappears meanwhile is not told."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            changed = path.lstat().st_mtime
        except FileNotFoundError:  # another page was quicker
            continue
        if time.time() - changed > seconds:
            found.append(path)
    return found
