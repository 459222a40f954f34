"""What a run returns and what it wrote: values that every other file of the room reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.chains import IN_EXCHANGE
from optimizer.domain.frames import OwnFrames, kept_kinds
from optimizer.errors import Lang
from optimizer.pipeline import Optimum
from optimizer.presentation.csvfile import PARQUET_FROM
from optimizer.shortlist import PROSPECTS, Shortlists

CHAINS = {
    "chain": "int64",
    "kind": "str",
    "position": "int64",
    "dwelling_id": "str",
    "account": "str",
    "application_id": "str",
    "conditional_on": "str",
    "value": "float64",
    "acceptance_rate": "float64",
    "expected_rate": "float64",
    "available_on": "str",
}
"""Columns of ``chains.csv`` and their kinds."""


@dataclass(frozen=True)
class Wording:
    """The sentences of the tables in one language.

    Attributes
    ----------
    reasons : of each line of ``proposals``
    short, advice : of each dwelling, ``reason_if_short`` and ``advice``
    """

    reasons: tuple[str, ...]
    short: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, repr=False)
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
    chains: pd.DataFrame | None
    """``chains.csv``; None in a run without."""
    lists: Shortlists
    streams: Mapping[str, Callable[[], Iterator[pd.DataFrame]]]
    """Tables too long to be held at once: made part by part when they are written, and empty above."""
    places: dict[str, str]
    wordings: Mapping[Lang, Wording] = field(default_factory=dict)
    """By language, where a session may be held on the run: what its pages say is kept in both."""

    @property
    def parquet(self) -> bool:
        """Whether they are written as Parquet: as soon as one list table is long."""
        return len(self.proposals) > PARQUET_FROM or bool(self.streams)

    @property
    def ending(self) -> str:
        """How the names of their files end."""
        return "parquet" if self.parquet else "csv"


@dataclass(frozen=True)
class Kept:
    """The lists of an earlier result.

    Attributes
    ----------
    name : of its folder; empty for one in memory
    digest : SHA-256 of its table of proposals
    lists : (dwelling) -> (account, households by rank); no household where the réservataire was to name them, no account either
        where the dwelling had no list
    applications : every application it knew, None where it does not say
    """

    name: str
    digest: str
    lists: dict[str, tuple[str, tuple[str, ...]]]
    applications: frozenset[str] | None

    @property
    def first(self) -> tuple[tuple[str, str, str], ...]:
        """(dwelling, account, application) of the first ranks with a household; in an exchange all or none holds, so none is kept."""
        own = ((d, x) for d, x in self.lists.items() if not IN_EXCHANGE.fullmatch(d))
        return tuple((d, account, names[0]) for d, (account, names) in own if names)


@dataclass(frozen=True, repr=False)
class Result(OwnFrames):
    """What :func:`propose` returns: its tables as frames, each look a copy of one's own, and the proof.

    Attributes
    ----------
    proposals, applications, dwellings, rules, orientation, leapfrogs, explanations, scores, changes, chains, prospects : DataFrame
    certificate : dict
        The content of ``certificate.json``.
    stop : str
        ``proven``, ``gap``, ``time`` or ``interrupted``.
    started_from : str or None
        SHA-256 of the certificate of the run it started from.
    kept : Kept or None
        The earlier result whose first ranks weighed.
    could_be_freed : (A,) bool, or None
        Of a run with chains: who fits a dwelling that a tenant might have freed, let or not.
    """

    tables: Tables
    certificate: dict[str, Any]
    stop: str
    optimum: Optimum
    timings: dict[str, float] = field(default_factory=dict)
    started_from: str | None = None
    kept: Kept | None = None
    could_be_freed: NDArray[np.bool_] | None = None

    @property
    def proposals(self) -> pd.DataFrame:
        """The lists: one row per dwelling, account and rank; a row is a *seat*.

        dwelling_id, account : str
        rank : int, from 1
        application_id : str
            Empty where the réservataire names the household (flag ``AWAITING_RESERVATAIRE``): such a seat has no household, and its
            points are those of the seat. Filter with ``application_id != ""`` before any mean over households.
        score, fit, burden, lean, value : float, points
            Cotation; adequacy added; effort taken off; leans added; the value the optimum adds up on first ranks.
        effort : float, share of income; NaN unknown
        q1 : ``yes``, ``no`` or empty (unknown)
        priority, flags : str, words separated by ``|``
        reason : str
        """
        return self.tables.proposals

    @property
    def applications(self) -> pd.DataFrame:
        """One row per application.

        application_id : str
        status : ``proposed`` (a first rank), ``reserve``, ``not_proposed`` or ``ineligible``
        reason : str, a code
        best_rank : int or NA
        dwelling_id : str, of that rank; empty without
        """
        return self.tables.applications

    @property
    def dwellings(self) -> pd.DataFrame:
        """One row per dwelling.

        dwelling_id, account : str
        status : ``listed``, ``awaiting_reservataire`` or ``no_candidate``
        candidates : int, households on the list
        deadline : str, ISO date or empty
        reason_if_short, advice : str
        """
        return self.tables.dwellings

    @property
    def rules(self) -> pd.DataFrame:
        """One row per rule and scope.

        rule, scope : str; a scope is ``key=value`` pairs separated by ``;``
        share, tolerance, rate_required : float, shares (0 to 1)
        num_before, den_before, num_run, den_run : int, leases
        den_remaining, expected_num : float, leases to come by 31 December and their expected number in the count
        allowance, shortfall : float, leases; what may miss without a price, what misses
        price, marginal_points : float, points per lease; 0: shown only
        """
        return self.tables.rules

    @property
    def orientation(self) -> pd.DataFrame:
        """One row per dwelling and account it could go to.

        dwelling_id, account : str
        chosen : int, 1 for the account of the optimum
        loss_points, loss_at_most : float, points lost by choosing it; NaN where not computed
        commune, rooms, financing, qpv, accessible, vacancy_days : the dwelling
        objectives, flux_share, flux_done, flux_in_progress, flux_remaining, flux_behind : the account's year, shares and leases
        residence, residence_q1_share, residence_fragility, recent_move_ins : the building
        candidates, candidates_dalo, candidates_priority, candidates_income_unknown : int, households
        best_score : float, points
        """
        return self.tables.orientation

    @property
    def leapfrogs(self) -> pd.DataFrame:
        """Who passed whom on which list, 20 at most per line, then a row that counts the rest.

        dwelling_id : str
        rank : int
        application_id_ahead, application_id_passed : str
        points_gap : float, points of cotation between them
        explained_by : str, codes separated by ``|``
        """
        return self.tables.leapfrogs

    @property
    def explanations(self) -> pd.DataFrame:
        """What each household without a first rank would have needed.

        application_id, nearest_miss, dwelling_id : str
        points_needed : float, points beyond which it had a first rank (so many exactly may be a tie); NaN with ``NOT_BY_SCORE``
        best_position, of : int or NA, place by score among the households eligible for that dwelling on the account it goes to, and their number; on the account where it stands best where that account may not name it
        confirmed : ``yes``, ``no`` or empty
        """
        return self.tables.explanations

    @property
    def scores(self) -> pd.DataFrame:
        """The points of each application by criterion; they add up to its score.

        application_id, epci, grid, criterion : str
        points : float
        """
        return self.tables.scores

    @property
    def changes(self) -> pd.DataFrame:
        """What moved against the kept result, one row per dwelling and move; no row without a kept result.

        dwelling_id, what, account_before, account_now, first_before, first_now, list_before, list_now, why : str
        """
        return self.tables.changes

    @property
    def chains(self) -> pd.DataFrame:
        """One row per first rank of a chain, in its order; no row in a run without chains.

        chain : int, number of the chain
        kind : ``chain`` or ``cycle``
        position : int, 0 for the vacant dwelling
        dwelling_id, account, application_id : str
        conditional_on : str, the household that must leave first; empty at a vacant dwelling
        value : float, points
        acceptance_rate, expected_rate : float, shares; that this household accepts, that all up to it do
        available_on : str, ISO date or empty
        """
        found = self.tables.chains
        return kept_kinds(pd.DataFrame(columns=list(CHAINS)), CHAINS) if found is None else found

    @property
    def prospects(self) -> pd.DataFrame:
        """Names to call before the documents are in, one row per dwelling and rank; no row unless ``Options.prospects`` asks for some.

        dwelling_id, account : str
        rank : int, from 1
        application_id : str
        score, value : float, points
        """
        found = self.tables.prospects
        return kept_kinds(pd.DataFrame(columns=list(PROSPECTS)), PROSPECTS) if found is None else found

    def __repr__(self) -> str:
        """A line: the certificate's status and objective, and the sizes of the main tables."""
        sizes = ", ".join(
            f"{name}: {len(getattr(self.tables, name))}"
            for name in ("proposals", "applications", "dwellings", "rules")
        )
        said = f"{self.certificate.get('status')}, objective {self.certificate.get('objective')}, stop {self.stop}"
        return f"<Result {said}; {sizes}>"


@dataclass(frozen=True)
class Written:
    """What :func:`propose_to` wrote."""

    out: Path
    stop: str
    verdict: str
    summary: dict[str, object]
    result: Result
