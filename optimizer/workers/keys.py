"""The name of a unit of work: the hash of all its answer depends on, the program included."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("highspy", "numba", "numpy", "ortools", "pandas", "pulp", "scipy")
"""Libraries whose release an answer may depend on."""


def key_of(*parts: object) -> str:
    """SHA-256 of the parts as JSON and of the program (:func:`code_mark`); values JSON does not know go by their ``str``."""
    content = json.dumps([code_mark(), *parts], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_mark() -> str:
    """Hash of the package's sources and of the releases of what it computes with: another program gives other keys."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(file.read_bytes())
    return digest.hexdigest()
