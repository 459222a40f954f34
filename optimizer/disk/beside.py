"""Names of what stands beside a target while it is written: always the same, so that leftovers are known."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

MARK = ".attriflux-"
_LONGEST = 255
"""Bytes of a name on the usual filesystems."""


def beside(target: Path, kind: str) -> Path:
    """``.NAME.attriflux-KIND`` in the folder of the target."""
    name = f".{target.name}{MARK}{kind}"
    if len(os.fsencode(name)) > _LONGEST:
        name = f".{sha256(os.fsencode(target.name)).hexdigest()}{MARK}{kind}"
    return target.with_name(name)


def is_beside(name: str) -> bool:
    """Whether a name is one of these."""
    return name.startswith(".") and MARK in name
