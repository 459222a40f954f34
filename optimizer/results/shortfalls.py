"""Rules that stay short: how many leases, what exists to fill them, and the smallest relaxation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizer.compiled import njit
from optimizer.errors import said, texts
from optimizer.problem import evaluate
from optimizer.problem.model import I32, I64, RATE_UNIT, B, Problem
from optimizer.solve import Solved

texts(
    "SHORTFALL",
    {
        "no_pair": (
            "aucun couple recevable ne compterait pour cet objectif",
            "no eligible pair would count for this target",
        ),
        "all_proposed": (
            "tout ce qui existe est déjà proposé : {most} au plus "
            "({applications:demande recevable/demandes recevables}, {dwellings:logement/logements})",
            "all there is has been proposed: {most} at most "
            "({applications:eligible application/eligible applications}, {dwellings:dwelling/dwellings})",
        ),
        "too_dear": (
            "{applications:demande recevable/demandes recevables} pour {dwellings:logement/logements}, mais en proposer une de "
            "plus coûterait davantage à d'autres objectifs ou à la cotation que cette règle n'y gagnerait",
            "{applications:eligible application/eligible applications} for {dwellings:dwelling/dwellings}, but proposing one "
            "more would cost other targets or the cotation more than this rule would gain",
        ),
        "above": (
            "le contingent reçoit plus que sa part et son avance : l'y ramener coûterait plus à d'autres objectifs que cette règle "
            "n'y gagnerait",
            "the account receives more than its share and what was left of it: bringing it back would cost other targets more "
            "than this rule would gain",
        ),
    },
)
COLUMNS = (
    "rule",
    "scope",
    "limits",
    "missing_leases",
    "missing_whole",
    "eligible_pairs",
    "eligible_dwellings",
    "eligible_applications",
    "most_possible",
    "rate_that_holds",
    "reason",
    "reason_fr",
    "reason_en",
)


@dataclass(frozen=True)
class Supply:
    """First ranks that would count in the num of a row. ``most``: how many at once (None: too many to match)."""

    pairs: int
    dwellings: int
    applications: int
    most: int | None


def unmet(problem: Problem, solved: Solved) -> pd.DataFrame:
    """One line per priced row with a shortfall, in the order of the rules.

    ``missing_leases`` has four decimals, ``missing_whole`` is what screens show. ``most_possible`` is the largest number of
    first ranks that could count at once, whatever the other rules; ``reason`` is ``no_pair``, ``all_proposed``, ``too_dear`` or
    ``above`` (a row that limits), said in words beside it; ``rate_that_holds`` the largest required rate these
    proposals meet (the smallest relaxation that makes the row hold as it is); of a row that limits (``limits``), whose leases are too
    many where others miss some, the least share.
    """
    found = evaluate(problem, solved.first)
    lines: list[dict[str, Any]] = []
    shelves = Shelves(problem)
    for k, row in enumerate(problem.rows):
        short = int(found.shortfall[k])
        if not short or not row.price:
            continue
        supply = supply_of(problem, k, shelves)
        num, den = int(found.num_run[k]), int(found.den_run[k])
        rate = min(RATE_UNIT, (num * RATE_UNIT + row.play) // den) if den else RATE_UNIT
        code = _why(supply, num)
        if row.ceiling:
            # its num are the leases that do not count against it: what is short is on the account in excess
            code = "ABOVE"
            rate = min(RATE_UNIT, RATE_UNIT - row.rate + -(-short // max(1, den)))
        counts = {
            "applications": supply.applications,
            "dwellings": supply.dwellings,
            "most": supply.most or 0,
        }
        lines.append(
            {
                "rule": row.rule,
                "scope": row.scope,
                "limits": row.ceiling,
                "missing_leases": short / RATE_UNIT,
                "missing_whole": -(-short // RATE_UNIT),
                "eligible_pairs": supply.pairs,
                "eligible_dwellings": supply.dwellings,
                "eligible_applications": supply.applications,
                "most_possible": supply.most,
                "rate_that_holds": rate / RATE_UNIT,
                "reason": code.lower(),
                "reason_fr": said(f"SHORTFALL.{code}", "fr", **counts),
                "reason_en": said(f"SHORTFALL.{code}", "en", **counts),
            }
        )
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _why(supply: Supply, num: int) -> str:
    if not supply.pairs:
        return "NO_PAIR"
    return "ALL_PROPOSED" if supply.most is not None and supply.most <= num else "TOO_DEAR"


MATCHED = 400_000
"""Pairs up to which the largest possible number is computed by matching."""


def supply_of(problem: Problem, k: int, shelves: Shelves | None = None) -> Supply:
    """Eligible first ranks that count in the num of row k, and the largest number of them together.

    ``shelves`` spares sorting the problem again for each row.
    """
    shelves = shelves or Shelves(problem)
    kinds = shelves.counting(k)
    seated = shelves.seated(kinds)
    met = np.zeros(len(problem.application_ids), np.bool_)
    pairs = dwellings = 0
    edges: list[tuple[int, I32]] = []
    for klass, types in shelves.classes(kinds, seated):
        size, seat = int(shelves.size[klass]), klass in seated
        if not size:
            continue
        found = shelves.meet(klass, types, met)
        if found or seat:
            dwellings += size
            pairs += size * (found + int(seat))
            if pairs <= MATCHED:
                edges.append((klass, shelves.apps(klass, types)))
            else:  # nothing is matched then: a country's row would hold gigabytes of households
                edges.clear()
    every = np.flatnonzero(met).astype(np.int32)
    most = _largest(shelves.size, edges, seated, every) if pairs <= MATCHED else None
    return Supply(pairs, dwellings, len(every), most)


class Shelves:
    """A problem sorted so that what counts in one row is found without looking at the others."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        kinds, options = problem.kinds, problem.options
        owner = np.repeat(np.arange(len(kinds), dtype=np.int32), np.diff(kinds.ptr))
        here = np.flatnonzero(kinds.num > 0)
        here = here[np.argsort(kinds.row[here], kind="stable")]
        self._kind_of_row = owner[here]
        self._row_at = np.searchsorted(kinds.row[here], np.arange(len(problem.rows) + 1))
        first = np.flatnonzero(options.first)
        first = first[np.argsort(options.kind[first], kind="stable")]
        self._key_of_kind = np.repeat(options.key, np.diff(options.ptr))[first]
        self._kind_at = np.searchsorted(options.kind[first], np.arange(len(kinds) + 1))
        self._classes = np.argsort(problem.class_group, kind="stable")
        groups = np.arange(problem.n_groups + 1)
        self._group_at = np.searchsorted(problem.class_group[self._classes], groups)
        self.size = np.bincount(problem.klass, minlength=len(problem.class_menu))
        self._wanted = np.zeros(problem.n_types, np.bool_)
        self._seats = np.argsort(problem.seats.kind, kind="stable")
        self._seat_at = np.searchsorted(problem.seats.kind[self._seats], np.arange(len(kinds) + 1))

    def counting(self, row: int) -> list[int]:
        """Kinds that count in the num of a row."""
        a, b = self._row_at[row], self._row_at[row + 1]
        found: list[int] = np.unique(self._kind_of_row[a:b]).tolist()
        return found

    def seated(self, kinds: list[int]) -> frozenset[int]:
        """Classes with a seat of one of the kinds."""
        seats = [self._seats[self._seat_at[c] : self._seat_at[c + 1]] for c in kinds]
        return frozenset(int(k) for part in seats for k in self.problem.seats.klass[part])

    def classes(self, kinds: list[int], seated: frozenset[int]) -> Iterator[tuple[int, I64]]:
        """Classes where one of the kinds can be, ascending, with the types of household it takes there."""
        n_types = self.problem.n_types
        keys = [self._key_of_kind[self._kind_at[c] : self._kind_at[c + 1]] for c in kinds]
        key = np.unique(np.concatenate([np.zeros(0, np.int64), *keys]))
        groups, start = np.unique(key // n_types, return_index=True)
        types = (
            dict(zip(groups.tolist(), np.split(key % n_types, start[1:]), strict=True)) if len(key) else {}
        )
        nobody = np.zeros(0, np.int64)
        reached = [self._classes[self._group_at[g] : self._group_at[g + 1]] for g in types]
        found = np.unique(np.concatenate([np.array(sorted(seated), np.int64), *reached]))
        for klass in found.tolist():
            yield klass, types.get(int(self.problem.class_group[klass]), nobody)

    def meet(self, klass: int, types: I64, met: B) -> int:
        """Mark the households of a class that are of one of the types; returns how many."""
        if not len(types):
            return 0
        problem, menu = self.problem, int(self.problem.class_menu[klass])
        start, stop = int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])
        return int(_meet(problem.entry_app, problem.entry_type, start, stop, types, self._wanted, met))

    def apps(self, klass: int, types: I64) -> I32:
        """Households of a class that are of one of the types."""
        problem, menu = self.problem, int(self.problem.class_menu[klass])
        if not len(types):
            return problem.entry_app[:0]
        part = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        wanted = np.zeros(problem.n_types, np.bool_)
        wanted[types] = True
        found: I32 = problem.entry_app[part][wanted[problem.entry_type[part]]]
        return found


@njit(cache=True, nogil=True)
def _meet(app, kind, start, stop, types, wanted, met):  # type: ignore[no-untyped-def]
    """Mark in ``met`` the households of a menu of one of the types; ``wanted`` (by type) is False before and after."""
    for t in types:
        wanted[t] = True
    n = 0
    for e in range(start, stop):
        if wanted[kind[e]]:
            met[app[e]] = True
            n += 1
    for t in types:
        wanted[t] = False
    return n


def _largest(size: I64, edges: list[tuple[int, I32]], seated: frozenset[int], apps: I32) -> int:
    """Maximum matching of dwellings and applications; a dwelling with a counting seat needs no application.

    ``size``: dwellings of each class.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    free = 0
    start, index = [0], []
    for klass, found in edges:
        n = int(size[klass])
        if klass in seated:
            free += n
            continue
        column: I64 = np.searchsorted(apps, found)
        for _ in range(n):
            index.append(column)
            start.append(start[-1] + len(column))
    if len(start) == 1 or not len(apps):
        return free
    flat = np.concatenate(index)
    graph = csr_matrix((np.ones(len(flat), np.int8), flat, np.array(start)), (len(start) - 1, len(apps)))
    return free + int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
