"""What `why` answers from, for every household at once: where it is eligible, its place there, what passed before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import Problem
from optimizer.shortlist.leapfrogs import LeapfrogFinder
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.positions import accounts_at, places_of
from optimizer.shortlist.ranks import Lines

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

FIRST_RANK, ELSEWHERE, WAITING, EMPTY, HOUSED = -1, -5, -6, -7, -8
"""Reasons that are no leapfrog, with `leapfrogs.BY_SCORE` and `ALIKE`: it holds the first rank; the dwelling went to an account that may not name it, or to a réservataire that could name it and has named others or nobody, or has no list; it holds a first rank elsewhere."""
NO_LIST = (ELSEWHERE, WAITING, EMPTY)
"""Of these, those of a dwelling without a list that the household could stand on."""
Pooled = Callable[[int, int, I32], NDArray[np.bool_]]
"""(dwelling, account, applications) -> whether that réservataire names its own households and could name each."""


@dataclass(frozen=True)
class Standings:
    """One row per household and dwelling it is eligible for, sorted by (household, place, dwelling).

    Attributes
    ----------
    ptr : (A + 1,) int64        rows of household a: ``ptr[a]:ptr[a + 1]``
    dwelling, account : (n,)    the account of the dwelling's list where it may name the household, else its best one
    place, size : (n,) int32    place by score among the households eligible for the dwelling on that account
    rank : (n,) int8            on the list, 0 when it is not on it
    reason : (n,) int32         a number above, or an index in ``words``
    behind : (n,) int8          rank of the first reserve of a lower score on the dwelling's list, 0 where none stands before it
    behind_reason : (n,) int32  why that reserve does, an index in ``words``
    words : reasons as in ``leapfrogs.csv``
    """

    ptr: I64
    dwelling: I32
    account: I32
    place: I32
    size: I32
    rank: NDArray[np.int8]
    reason: I32
    behind: NDArray[np.int8]
    behind_reason: I32
    words: tuple[str, ...]

    @property
    def app(self) -> I64:
        """(n,) household of each row."""
        return np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))

    def only(self, rows: NDArray[np.bool_]) -> Standings:
        """These rows of it."""
        ptr = np.concatenate([[0], np.cumsum(rows)])[self.ptr].astype(np.int64)
        columns = {
            name: getattr(self, name)[rows]
            for name in (
                "dwelling", "account", "place", "size", "rank", "reason", "behind", "behind_reason"
            )
        }  # fmt: skip
        return replace(self, ptr=ptr, **columns)


def best_rows(found: Standings, shown: int) -> NDArray[np.bool_]:
    """(n,) the ``shown`` best places of each household, its best place on a list that may name it, and those of the lists it stands on."""
    kept = np.arange(len(found.place)) - np.repeat(found.ptr[:-1], np.diff(found.ptr)) < shown
    # a list may well hold a household at its hundredth best place: what a table says of it is never missing from its answer
    kept |= found.rank > 0
    counted = np.flatnonzero(~np.isin(found.reason, NO_LIST))
    app = found.app[counted]
    order = np.lexsort((found.dwelling[counted], found.size[counted], found.place[counted], app))
    kept[counted[order[np.unique(app[order], return_index=True)[1]]]] = True
    return kept


def standings(problem: Problem, lines: Lines, finder: LeapfrogFinder, pooled: Pooled) -> Standings:
    """Rows of every household."""
    pools = Pools(problem)
    first = {int(lines.dwelling[i]): i for i in np.flatnonzero(lines.rank == 1).tolist()}
    ranks: dict[int, dict[int, int]] = {}
    for i in np.flatnonzero(lines.app >= 0).tolist():
        ranks.setdefault(int(lines.dwelling[i]), {})[int(lines.app[i])] = int(lines.rank[i])
    columns: list[tuple[NDArray[np.integer], ...]] = []
    place_of: Callable[[int], list[tuple[int, I64, I64]]] = _Places(problem, pools).of
    for d in np.flatnonzero(problem.klass >= 0).tolist():
        accounts = place_of(int(problem.klass[d]))
        if not accounts:
            continue
        line = first.get(d, -1)
        chosen = int(lines.account[line]) if line >= 0 else -1
        menu = pools.entries(d)
        n = menu.stop - menu.start
        account, place, size = np.full(n, -1, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32)
        for r, entries, places in accounts:
            at = entries - menu.start
            better = (place[at] == 0) | (places < place[at]) | (r == chosen)
            better &= account[at] != chosen if chosen >= 0 else True
            at = at[better]
            account[at], place[at], size[at] = r, places[better], len(entries)
        at = np.flatnonzero(place > 0)
        apps = problem.entry_app[menu]
        reason = np.full(n, EMPTY if line < 0 else ELSEWHERE, np.int32)
        if line >= 0:
            reason[pooled(d, chosen, apps)] = WAITING
        behind, behind_reason = np.zeros(n, np.int32), np.zeros(n, np.int32)
        if line >= 0 and lines.app[line] >= 0:
            here = account == chosen
            reason[here] = finder.first_reasons(line)[here]
            passed, why = finder.reserve_reasons(line)
            behind[here], behind_reason[here] = passed[here], why[here]
        rank = np.zeros(n, np.int8)
        reason[finder.placed[apps]] = HOUSED
        for a, k in ranks.get(d, {}).items():
            mine = apps == a
            rank[mine] = k
            if k == 1:
                reason[mine] = FIRST_RANK
        columns.append(
            (
                apps[at], np.full(len(at), d, np.int32), account[at], place[at], size[at], rank[at], reason[at],
                behind[at], behind_reason[at],
            )
        )  # fmt: skip
    return _sorted(problem, columns, finder.words)


def _sorted(
    problem: Problem, columns: list[tuple[NDArray[np.integer], ...]], words: tuple[str, ...]
) -> Standings:
    kinds = (np.int32, np.int32, np.int32, np.int32, np.int32, np.int8, np.int32, np.int8, np.int32)
    app, dwelling, account, place, size, rank, reason, behind, behind_reason = (
        np.concatenate([np.zeros(0, kind), *(part[j] for part in columns)]).astype(kind)
        for j, kind in enumerate(kinds)
    )
    order = np.lexsort((dwelling, place, app))
    ptr = np.searchsorted(app[order], np.arange(len(problem.application_ids) + 1)).astype(np.int64)
    return Standings(
        ptr,
        dwelling[order],
        account[order],
        place[order],
        size[order],
        rank[order],
        reason[order],
        behind[order],
        behind_reason[order],
        words,
    )


class _Places:
    """(account, entries, place of each) of a class, those of the last class kept."""

    def __init__(self, problem: Problem, pools: Pools) -> None:
        self.problem, self.pools = problem, pools
        self._klass, self._found = -1, list[tuple[int, I64, I64]]()

    def of(self, klass: int) -> list[tuple[int, I64, I64]]:
        if klass != self._klass:
            self._klass, self._found = klass, []
            for account, entries in accounts_at(self.problem, self.pools, klass):
                score = self.problem.entry_score[entries].astype(np.int64)
                self._found.append((account, entries, places_of(score, score)))
        return self._found
