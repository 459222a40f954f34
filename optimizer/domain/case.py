"""A case as read: settings, tables with canonical columns, where they came from, and the warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.frames import text_is_known
from optimizer.domain.schema import empty_frame
from optimizer.errors import Finding


@dataclass(frozen=True)
class OwnValues:
    """What a case itself says of its territory, in sheets of its workbook: it stands above the shipped files.

    Attributes
    ----------
    values : dotted key (``territory.lec.q1_threshold.<epci>``) -> (value, source as written).
    grid : the grid as the text of a grid file, empty where the case has none.
    """

    values: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    grid: str = ""


@dataclass(frozen=True)
class Written:
    """Where the settings were read: what a message needs to point at one of their keys.

    Attributes
    ----------
    label : what messages show, ``case.yaml`` or ``dossier.xlsx › parametres``.
    rows : line of each key; one inside another is named after it, ``changes.national.prices.flux``.
    """

    label: str = "case.yaml"
    rows: Mapping[str, int] = field(default_factory=dict)

    def row(self, key: str | None) -> int | None:
        """Line of a key; None of one that was read from no file, such as a change made by a scenario."""
        return self.rows.get(key or "")


OWN_GRID = "grille"
"""Name of the grid that a case writes itself."""


@dataclass(frozen=True)
class CaseSettings:
    """The content of ``case.yaml`` (design §2)."""

    title: str
    territory: str
    on: date
    year: int
    landlord: str | None = None
    all_landlords: bool = False
    shortlist_size: int | None = None
    seed: str = ""
    """Seed of the lottery numbers; the default derives from ``on`` and ``landlord``."""
    seed_modified: bool = False
    """True when the file gives another seed: every page then says « tirage modifié »."""
    changes: Mapping[str, object] = field(default_factory=dict)
    own_changes: Mapping[str, object] = field(default_factory=dict)
    """Of ``changes``, what is still to be made to the agreements of the case itself (`policy.with_own_changes`)."""
    negotiated: Mapping[str, object] = field(default_factory=dict)
    dalo: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Landlord -> département -> DALO households that landlord is asked to house in the year."""
    mapping: str = ""
    """Name of the ready mapping of column headers, where the case names one."""
    own: OwnValues = field(default_factory=OwnValues)
    """Thresholds, targets and grid written in the case."""
    synthetic: bool = False
    """True for cases written by ``synth``: no real person, assumed thresholds need no consent."""
    territory_file: Path | None = field(default=None, repr=False, compare=False)
    """Where ``territory`` lies when it is a file inside the case rather than a name of ``models/territories/``."""
    written: Written = field(default_factory=Written, repr=False, compare=False)

    @property
    def rules_from(self) -> str | Path:
        """What the reader of ``models/`` is asked for: the territory's own file, else its name."""
        return self.territory_file or self.territory


def default_seed(on: date, landlord: str | None, territory: str) -> str:
    """The seed used when ``case.yaml`` gives none: ``2026-11-24|OPH25``, or ``2026-11-24|doubs`` without landlord."""
    return f"{on.isoformat()}|{landlord or territory}"


@dataclass(frozen=True)
class SourceFile:
    """One file that was read: its name inside the case, SHA-256, and number of data rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Origin:
    """Where a table was read: what a message needs to point at one of its cells.

    Attributes
    ----------
    label : what messages show, ``demandes.csv`` or ``dossier.xlsx › demandes``.
    names : canonical column -> the header found in the file.
    rows : (n,) int64 or None
        Spreadsheet row of each line of the frame; None when line i is on row i + 2, as in a file without empty lines.
    """

    label: str
    names: Mapping[str, str] = field(default_factory=dict)
    rows: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Case:
    """Frozen facts. ``tables`` maps canonical table names to frames with canonical columns and dtypes.

    Row order is the file's; nothing downstream may depend on it.
    """

    settings: CaseSettings
    tables: Mapping[str, pd.DataFrame]
    sources: tuple[SourceFile, ...] = ()
    warnings: tuple[Finding, ...] = ()
    path: Path | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Canonical table name -> where it was read; absent for a table made in memory."""

    def __post_init__(self) -> None:
        text_is_known()

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(frame)}" for name, frame in self.tables.items())
        return f"<Case {self.settings.title!r}; {sizes}>"

    def has(self, table: str) -> bool:
        """Whether the case contains that table (even with no rows)."""
        return table in self.tables

    def table(self, table: str) -> pd.DataFrame:
        """The table, or an empty frame with its canonical columns. Do not modify it.

        Raises
        ------
        AttrifluxError
            ``PANDAS_TEXT``
        """
        text_is_known()
        return self.tables[table] if table in self.tables else empty_frame(table)

    def row_numbers(self, table: str) -> NDArray[np.int64]:
        """Spreadsheet row of each line of a table (the header is row 1 where the table was made in memory)."""
        count = len(self.table(table))
        origin = self.origins.get(table)
        # a scenario may have put other lines in the place of those that were read
        if origin is not None and origin.rows is not None and len(origin.rows) == count:
            return origin.rows
        return np.arange(count, dtype=np.int64) + 2
