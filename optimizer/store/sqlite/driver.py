"""Which SQLite is used: ``pysqlite3`` where it has a wheel, ``sqlcipher3`` elsewhere."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

OLDEST = (3, 51, 3)
"""First SQLite whose write-ahead log is free of the reset race that could lose a committed transaction."""


def driver() -> ModuleType:
    """The module (DB-API 2) to use; ImportError when neither is installed."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlcipher3.dbapi2")
