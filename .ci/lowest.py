"""Prints each dependency of a ``pyproject.toml`` at the lowest version it allows, one a line.

``python .ci/lowest.py pyproject.toml``: ``numpy>=2.0`` becomes ``numpy==2.0``, which pip reads as 2.0.0.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def lowest(requirement: str) -> str:
    """``highspy>=1.10,<2`` -> ``highspy==1.10``; a marker after ``;`` is kept.

    Raises
    ------
    ValueError
        A requirement without a lower bound: nobody could say what was tested.
    """
    spec, _, marker = requirement.partition(";")
    found = re.fullmatch(r"\s*([A-Za-z0-9._-]+(?:\[[a-z,]+\])?)\s*>=\s*([0-9.]+)(?:,.*)?\s*", spec)
    if found is None:
        raise ValueError(f"no lower bound: {requirement}")
    return f"{found[1]}=={found[2]}" + (f"; {marker.strip()}" if marker else "")


if __name__ == "__main__":
    project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
    print("\n".join(lowest(requirement) for requirement in project["dependencies"]))
