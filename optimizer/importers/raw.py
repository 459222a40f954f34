"""What a format gives: cells as they lie in the file, with the row numbers a spreadsheet would show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Finding

I64 = NDArray[np.int64]

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_SHOWN = 80


@dataclass(frozen=True)
class Mark:
    """A cell that a spreadsheet stored in a way no text can repair.

    ``kind`` is ``error`` (``#REF!``), ``formula`` (no computed value) or ``long`` (a number of more than 15 digits).
    """

    row: int
    """Index in the table, from 0."""
    column: int
    kind: str
    text: str


@dataclass(frozen=True)
class RawTable:
    """One table before any meaning is given to it.

    Attributes
    ----------
    name : file stem or sheet name.
    label : what findings show, ``demandes.csv`` or ``dossier.xlsx › demandes``.
    header : names as found, ``""`` where a header cell is empty.
    header_row : spreadsheet row of the header, from 1.
    columns : one arrow array per header, text (null = empty) or the file's own type.
    rows : (n,) spreadsheet row of each line; wholly empty lines are left out but counted.
    findings : problems of the file that leave the table readable (merged cells, ragged rows).
    shifted : indexes of lines with more cells than the header has names: only their first cell is sure to stand under its own.
    """

    name: str
    label: str
    header: tuple[str, ...]
    header_row: int
    columns: tuple[Any, ...]
    rows: I64
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    shifted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Opened:
    """What a format found in one file: its tables, and why others could not be read."""

    tables: tuple[RawTable, ...] = ()
    findings: tuple[Finding, ...] = ()


def refused(code: str, label: str, **more: Any) -> Opened:
    """A file that cannot be read at all, with its one reason. ``more``: fields of `Finding`."""
    return Opened(findings=(Finding(code, file=label, **more),))


def one_line(name: str) -> str:
    """The name of a column as it is compared and shown: what is broken over several lines of a cell is one name.

    >>> one_line("Nb de\\npièces ")
    'Nb de pièces'
    """
    return " ".join(name.split())


def shown(value: object) -> str:
    """A cell as a message may show it: one line, no control character, at most 80 characters.

    >>> shown("a" + chr(27) + "[31m")
    'a\\\\x1b[31m'
    """
    text = _UNPRINTABLE.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), str(value))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def title_above(lines: Sequence[Sequence[str | None]]) -> int | None:
    """Index of the line that looks like the real header when the first one holds a title, else None.

    ``lines`` are the first non-empty lines. A title fills one cell while a line below fills several.

    >>> title_above([["Export du 3 avril", None], ["logement", "commune"]])
    1
    """
    filled = [sum(1 for cell in line if cell and cell.strip()) for line in lines]
    if not filled or filled[0] != 1:
        return None
    return next((i for i, n in enumerate(filled) if i and n > 1), None)
