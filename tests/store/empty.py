"""An empty desk, made once a process and copied: its tables take two seconds to make."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from optimizer import store

_KEPT: list[TemporaryDirectory[str]] = []
"""Lasts as long as the process."""


@cache
def _made() -> Path:
    _KEPT.append(TemporaryDirectory(prefix="bureau-"))
    file = Path(_KEPT[-1].name) / "bureau.sqlite"
    store.open(file, create=True).close()
    return file


def empty_desk(folder: Path, name: str = "bureau.sqlite") -> Path:
    """The file of a desk that nobody has used, with its keys beside it, in a folder that exists. Closes the desk that is open."""
    made, file = _made(), folder / name
    shutil.copy(made, file)
    shutil.copytree(made.with_name(made.name + ".keys"), file.with_name(file.name + ".keys"))
    return file
