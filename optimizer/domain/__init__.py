"""Frozen facts: the tables of a case, its settings, and nothing that needs a file, a clock or the law.

May import only ``optimizer.arguments``, ``optimizer.errors``, ``optimizer.dropin``, numpy and pandas. Everything above speaks of cases through these types, so that a
researcher can build one in memory and the reader of files can change without anybody noticing.

What is known of an account (``account.py``) is said by its kind, one drop-in file in ``accounts/``.

The schema is data (``schema.py``): the importers, the template, the documentation and ``synth`` all derive from it.
Choices are lower-case words here whatever the spelling in the file, so no layer above compares strings loosely.

Rejected: one class per row (millions of Python objects for a national year), and untyped frames (a missing column
would surface as a wrong answer three layers up).
"""

from optimizer.domain.case import (
    OWN_GRID,
    Case,
    CaseSettings,
    Origin,
    OwnValues,
    SourceFile,
    Written,
    default_seed,
)
from optimizer.domain.schema import TABLES, Column, Table, empty_frame, table

__all__ = [
    "OWN_GRID",
    "OwnValues",
    "Written",
    "TABLES", "Case", "CaseSettings", "Column", "Origin", "SourceFile", "Table", "default_seed", "empty_frame",
    "table",
]  # fmt: skip
