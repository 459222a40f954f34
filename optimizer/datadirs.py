"""Where ``models/`` and ``scenarios/`` are: the only code that knows. Standard library only.

Order: the path given explicitly; else the folder beside ``optimizer/`` in a checkout, recognised by the
``pyproject.toml`` that stands next to it; else the copy inside the installed package. Never the current directory: a
folder of that name lying there by chance must not become the law.
"""

from __future__ import annotations

import errno
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def models_dir(explicit: str | Path | None = None) -> Path:
    """Folder of the law, the agreements and the territories.

    Raises
    ------
    FileNotFoundError
        The explicit folder, or the shipped one, does not exist.
    """
    return locate("models", explicit)


def scenarios_dir(explicit: str | Path | None = None) -> Path:
    """Folder of the shipped scenarios. Raises FileNotFoundError as :func:`models_dir` does."""
    return locate("scenarios", explicit)


def locate(name: str, explicit: str | Path | None, package: Path = _PACKAGE) -> Path:
    """The folder of that name for the code in ``package``: the one asked for, a checkout's, the shipped copy (FileNotFoundError: none)."""
    if explicit is not None:
        candidates = [Path(explicit)]
    elif (package.parent / "pyproject.toml").is_file() and (package.parent / name).is_dir():
        candidates = [package.parent / name]
    else:
        candidates = [package / "_shipped" / name]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(errno.ENOENT, f"no {name} folder", str(candidates[0]))
