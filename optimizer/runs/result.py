"""What a run returns and what it wrote: values that every other file of the room reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.pipeline import Optimum
from optimizer.shortlist import Shortlists


@dataclass(frozen=True)
class Tables:
    """The published tables (design §8), and what only the pages need."""

    proposals: pd.DataFrame
    applications: pd.DataFrame
    dwellings: pd.DataFrame
    rules: pd.DataFrame
    orientation: pd.DataFrame
    leapfrogs: pd.DataFrame
    explanations: pd.DataFrame
    scores: pd.DataFrame
    shortfalls: pd.DataFrame
    prospects: pd.DataFrame | None
    details: pd.DataFrame
    changes: pd.DataFrame
    kept: pd.DataFrame
    years: pd.DataFrame
    """The year of each agreed share (`years_table`)."""
    lists: Shortlists
    streams: Mapping[str, Callable[[], Iterator[pd.DataFrame]]]
    """Tables too long to be held at once: made part by part when they are written, and empty above."""
    places: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """The lists of an earlier result.

    Attributes
    ----------
    name : of its folder; empty for one in memory
    digest : SHA-256 of its table of proposals
    lists : (dwelling) -> (account, households by rank); no household where the réservataire was to name them
    applications : every application it knew, None where it does not say
    """

    name: str
    digest: str
    lists: dict[str, tuple[str, tuple[str, ...]]]
    applications: frozenset[str] | None

    @property
    def first(self) -> tuple[tuple[str, str, str], ...]:
        """(dwelling, account, application) of the first ranks with a household."""
        return tuple((d, account, names[0]) for d, (account, names) in self.lists.items() if names)


@dataclass(frozen=True)
class Result:
    """What :func:`propose` returns: frozen tables with the columns of design §8.

    Attributes
    ----------
    proposals, applications, dwellings, rules, orientation, leapfrogs, explanations, scores : DataFrame
    certificate : dict
        The content of ``certificate.json``.
    stop : str
        ``proven``, ``gap``, ``time`` or ``interrupted``.
    started_from : str or None
        SHA-256 of the certificate of the run it started from.
    kept : Kept or None
        The earlier result whose first ranks weighed.
    """

    tables: Tables
    certificate: dict[str, Any]
    stop: str
    optimum: Optimum
    timings: dict[str, float] = field(default_factory=dict)
    started_from: str | None = None
    kept: Kept | None = None

    @property
    def proposals(self) -> pd.DataFrame:
        """``proposals.csv`` as a frame."""
        return self.tables.proposals

    @property
    def applications(self) -> pd.DataFrame:
        """``applications.csv`` as a frame."""
        return self.tables.applications

    @property
    def dwellings(self) -> pd.DataFrame:
        """``dwellings.csv`` as a frame."""
        return self.tables.dwellings

    @property
    def rules(self) -> pd.DataFrame:
        """``rules.csv`` as a frame."""
        return self.tables.rules

    @property
    def orientation(self) -> pd.DataFrame:
        """``orientation.csv`` as a frame."""
        return self.tables.orientation

    @property
    def leapfrogs(self) -> pd.DataFrame:
        """``leapfrogs.csv`` as a frame."""
        return self.tables.leapfrogs

    @property
    def explanations(self) -> pd.DataFrame:
        """``explanations.csv`` as a frame."""
        return self.tables.explanations

    @property
    def scores(self) -> pd.DataFrame:
        """``scores.csv`` as a frame."""
        return self.tables.scores

    @property
    def changes(self) -> pd.DataFrame:
        """``changes.csv`` as a frame: what moved against the kept result, and why; no row without one."""
        return self.tables.changes


@dataclass(frozen=True)
class Written:
    """What :func:`propose_to` wrote."""

    out: Path
    stop: str
    verdict: str
    summary: dict[str, object]
    result: Result
