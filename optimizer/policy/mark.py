"""A hash of everything that ``models/`` says: what was computed under one law is never taken for what another gives."""

from __future__ import annotations

import hashlib
from pathlib import Path

from optimizer.datadirs import models_dir

READ = (".csv", ".yaml")
"""Endings of the files that are read as law, agreements, territories and profiles; notes beside them change no answer."""


def law_mark(models: Path | None = None) -> str:
    """SHA-256 of the name and the bytes of every rule file of the folder, wherever the folder lies.

    Parameters
    ----------
    models : the folder; None: the shipped one

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    """
    root = models_dir(models)
    digest = hashlib.sha256()
    for name, file in sorted(
        (f.relative_to(root).as_posix(), f) for f in root.rglob("*") if f.suffix in READ
    ):
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
