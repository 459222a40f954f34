"""Import of every module of a drop-in folder, in the order of their names. Standard library only."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def load_all(package: str) -> tuple[str, ...]:
    """Import each module found directly in ``package`` and return their full names, sorted.

    A module registers itself when it is imported; nothing else has to list it. Modules whose name begins with ``_``
    are helpers of the folder and are left to their neighbours.

    Raises
    ------
    ModuleNotFoundError
        ``package`` does not exist.
    NotADirectoryError
        ``package`` is a plain module, so nothing can be dropped into it.

    Examples
    --------
    >>> load_all("json")
    ('json.decoder', 'json.encoder', 'json.scanner', 'json.tool')
    """
    root: ModuleType = importlib.import_module(package)
    if not hasattr(root, "__path__"):
        raise NotADirectoryError(f"{package} is a module, not a folder of modules")
    names = sorted(info.name for info in pkgutil.iter_modules(root.__path__) if not info.name.startswith("_"))
    loaded = tuple(f"{package}.{name}" for name in names)
    for name in loaded:
        importlib.import_module(name)
    return loaded
