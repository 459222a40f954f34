"""Starting from an earlier run of the case, or of one much like it: its multipliers and its first ranks, by name.

A week later some dwellings are gone and others vacant, a share has changed, a household is pinned: positions mean nothing
any more, names do. A multiplier goes to the row of the same rule and scope (the others start at 0), a first rank stays
where its pair is still eligible, and what is left free is filled as in :mod:`optimizer.solve.primal.greedy`. All of it is only a
start: the proposal is counted again, the bound is recomputed, and a proven answer is the same as without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from optimizer.errors import AttrifluxError, define
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I32, I64, FirstRanks, Problem, S
from optimizer.solve.layout import Layout
from optimizer.solve.primal.greedy import fill
from optimizer.solve.proof.dual_bound import TEN

define(
    "WARM_START_FOREIGN",
    "Le départ « {name} » n'a rien de commun avec ce cas : aucune règle, aucun logement, aucune demande.",
    "The start “{name}” has nothing in common with this case: no rule, no dwelling, no application.",
    remedy_fr="Donner un résultat de ce cas ou d'un cas voisin, ou retirer --warm-start",
    remedy_en="Give a result of this case or of a similar one, or leave out --warm-start",
)


LARGEST = 10**12
"""Micropoints: no pair of a household is worth more, whatever a certificate says."""


@dataclass(frozen=True)
class Division:
    """A division into two later nodes: on a count of a row (its place in `Earlier.rows`), on a household (by name), or, with
    row -1 and no name, on something else."""

    on: Literal["num", "den", "household"]
    row: int
    at: int
    low: int
    high: int
    application: str = ""


@dataclass(frozen=True)
class ToldCut:
    """A rounded sum of rows and its multiplier; ``base`` counts up to ``at`` leases, or from ``at`` on (``low``)."""

    rows: tuple[int, ...]
    weights: tuple[int, ...]
    base: tuple[int, ...]
    times: int
    unit: int
    at: int
    low: bool
    nu: int


@dataclass(frozen=True)
class ToldEnvelope:
    """An envelope and its multiplier."""

    rows: tuple[int, ...]
    prices: tuple[int, ...]
    counts: tuple[int, ...]
    slope: int
    nu: int


@dataclass(frozen=True)
class Closed:
    """A node and its multipliers in micropoints: of rows, rounded rows, cuts, divisions (by place in the tree), households,
    réservataires' orders by (dwelling, account, application), and households placed after others by (nominee, who comes after).

    They are as the file says: any amount that is not negative.
    """

    rows: Mapping[int, int]
    mir: Mapping[int, int]
    branch: Mapping[int, int]
    prices: Mapping[str, int]
    cuts: tuple[ToldCut | ToldEnvelope, ...] = ()
    orders: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    after: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pseudocost:
    """Points lost per unit of distance by one side (``high``) of divisions, over their trials: on a count of a row (its place in
    `Earlier.rows`), to round it or not (``rounds``), or on a household (by name)."""

    on: str
    row: int
    application: str
    rounds: bool
    high: bool
    total: float
    trials: int


@dataclass(frozen=True)
class Earlier:
    """What an earlier run published, as far as another may start from it.

    Attributes
    ----------
    name : of its folder, for messages
    digest : SHA-256 of its certificate
    multipliers : micropoints per missing lease, by (rule, scope)
    prices : micropoints, by application; those left out are 0
    first : (dwelling, application, account) of the first ranks; an empty application is a seat
    rows : (rule, scope) of each row of its certificate, in its order
    tree : of its certificate, a division before what it divides; empty when it is not known
    pseudocosts : what its divisions were seen to cost; no certificate says it
    """

    name: str
    digest: str
    multipliers: Mapping[tuple[str, str], int]
    prices: Mapping[str, int]
    first: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[str, str], ...] = ()
    tree: tuple[Division | Closed, ...] = ()
    pseudocosts: tuple[Pseudocost, ...] = ()


@dataclass(frozen=True)
class Start:
    """An earlier run in the terms of a problem.

    Attributes
    ----------
    rows : (R,) int64           micropoints per missing lease, 0 ≤ λ ≤ price
    prices : (A,) int64         micropoints per application
    first : FirstRanks          what still holds of its first ranks, and what fills the rest
    rows_known, ranks_kept : how many multipliers and first ranks were taken over
    """

    rows: I64
    prices: I64
    first: FirstRanks
    rows_known: int
    ranks_kept: int


def place(layout: Layout, earlier: Earlier) -> Start:
    """The earlier run on this problem.

    Raises
    ------
    AttrifluxError
        ``WARM_START_FOREIGN``: it names something, and nothing of it is here.
        ``NO_SOLUTION``: the pins of the problem contradict each other.
    """
    problem = layout.problem
    rows, known = _rows(layout, earlier)
    dwelling, app, account = _indices(problem, earlier)
    named = bool(earlier.first or earlier.multipliers)
    if named and not known and not bool((dwelling >= 0).any()) and not bool((app >= 0).any()):
        raise AttrifluxError("WARM_START_FOREIGN", name=earlier.name)
    held = _still_eligible(layout, dwelling, app, account)
    first, kept = fill(layout, held)
    prices = np.zeros(len(problem.application_ids), np.int64)
    for name, place in places_of(problem.application_ids, earlier.prices).items():
        prices[place] = min(max(0, earlier.prices[name]), LARGEST)
    return Start(rows, prices, first, known, kept)


def places_of(ids: S, names: Iterable[str]) -> dict[str, int]:
    """Where these names stand among sorted identifiers; those that are not there are left out."""
    wanted = np.array(sorted(set(names)), object)
    at = np.searchsorted(ids, wanted).tolist()
    return {name: i for name, i in zip(wanted.tolist(), at, strict=True) if i < len(ids) and ids[i] == name}


def _rows(layout: Layout, earlier: Earlier) -> tuple[I64, int]:
    rows = np.zeros(len(layout.problem.rows), np.int64)
    known = 0
    for k, row in enumerate(layout.problem.rows):
        value = earlier.multipliers.get((row.rule, row.scope))
        if value is None:
            continue
        known += 1
        if layout.rate[k] > 0 or not layout.uniform[k]:
            rows[k] = min(max(0, value), int(layout.price[k]) * TEN)
    return rows, known


def _indices(problem: Problem, earlier: Earlier) -> tuple[I32, I32, I32]:
    """Dwelling, application and account of each earlier first rank (-1: unknown here; a seat: application -2)."""
    dwellings = places_of(problem.dwelling_ids, (d for d, _, _ in earlier.first))
    apps = places_of(problem.application_ids, (a for _, a, _ in earlier.first))
    accounts = {name: i for i, name in enumerate(problem.accounts)}
    lines = [
        (dwellings.get(d, -1), apps.get(a, -1) if a else -2, accounts.get(r, -1)) for d, a, r in earlier.first
    ]
    part = np.array(lines, np.int32).reshape(-1, 3)
    return part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy()


def _still_eligible(layout: Layout, dwelling: I32, app: I32, account: I32) -> FirstRanks:
    """Lines that may still be first ranks, on their account or else on the first that may name the pair.

    Sorted by dwelling; of lines that name a dwelling or a household twice the first stays.
    """
    problem = layout.problem
    lines: list[tuple[int, int, int]] = []
    here = np.flatnonzero((dwelling >= 0) & (app >= 0))
    entry = entries_of_pairs(problem, dwelling[here], app[here])
    for i, e in zip(here[entry >= 0].tolist(), entry[entry >= 0].tolist(), strict=True):
        d = int(dwelling[i])
        kinds, first = problem.options_of(
            int(problem.class_group[problem.klass[d]]), int(problem.entry_type[e])
        )
        possible = kinds[first]
        if len(possible):
            same = np.flatnonzero(problem.kinds.account[possible] == account[i])
            lines.append((d, int(app[i]), int(possible[same[0] if len(same) else 0])))
    for i in np.flatnonzero((dwelling >= 0) & (app == -2)).tolist():
        d = int(dwelling[i])
        klass = int(problem.klass[d])
        kinds = problem.seats.kind[layout.seats(klass)]
        same = np.flatnonzero(problem.kinds.account[kinds] == account[i])
        if len(same) and not problem.must_fill[klass]:
            lines.append((d, -1, int(kinds[same[0]])))
    lines.sort()
    kept: list[tuple[int, int, int]] = []
    homes: set[int] = set()
    people: set[int] = set()
    for d, a, c in lines:
        if d in homes or a in people:
            continue
        homes.add(d)
        if a >= 0:
            people.add(a)
        kept.append((d, a, c))
    part = np.array(kept, np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
