"""Ranks 2…k behind the first rank of each dwelling (design §6).

1. Rank by rank; within a rank, dwellings by (h of their first rank, dwelling id).
2. Candidates: eligible for the dwelling on the account of its first rank, without a first rank this session, on
   fewer than two lists so far, not already on this list.
3. A DALO household is never filler: it stands behind a DALO first rank only.
4. When the first rank gives a *binding* rule its num, households that give the same rules theirs come first.
   A row binds when the first rank could not be taken away from its num without a shortfall:
   ``rate × den_run > (num_run − 1)``.
5. Then the highest (value, seniority, h); the smallest application id if all three are equal.

On an account that names its own households (`direct`, or `partial` with nominations) the réservataire's order
replaces 3 to 5; on a `partial` account they hold again once its nominations are used up (design §3: nominations first,
then the engine).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.shortlist.lookup import Pools

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]

_STEP, _LONGEST = 64, 1 << 16
"""Entries looked at first, and at most at once, when a menu is walked."""


@dataclass(frozen=True)
class Lines:
    """All lines, sorted by (dwelling, rank). ``app`` is -1 on the line of a seat (awaiting the réservataire).

    ``lists_before`` (n,) is not published: for each line it holds nothing else than its fill order, which the
    leapfrogs need to know who was still free then.
    """

    dwelling: I32
    rank: I32
    app: I32
    kind: I32
    account: I32
    score: I64
    fit: I64
    value: I64
    order: I32

    def __len__(self) -> int:
        return len(self.dwelling)


def binding_rows(problem: Problem, num_run: I64, den_run: I64) -> B:
    """Rows that would miss a lease if one of their num were taken away (price above zero).

    Parameters
    ----------
    num_run, den_run : (n_rows,) int64
        Leases of this run counted in num and den.
    """
    rate = np.array([row.rate for row in problem.rows], np.int64)
    price = np.array([row.price for row in problem.rows], np.int64)
    return (price > 0) & (rate * den_run > (num_run - 1) * RATE_UNIT)


def given_rows(problem: Problem, kind: int, binding: B) -> frozenset[int]:
    """The binding rows whose num a lease of that kind gives."""
    a, b = int(problem.kinds.ptr[kind]), int(problem.kinds.ptr[kind + 1])
    return frozenset(
        int(row)
        for row, num in zip(problem.kinds.row[a:b], problem.kinds.num[a:b], strict=True)
        if num and binding[row]
    )


def all_given(problem: Problem, binding: B) -> list[frozenset[int]]:
    """:func:`given_rows` of every kind."""
    kinds, nothing = problem.kinds, frozenset[int]()
    counts = (kinds.num > 0) & binding[kinds.row]
    running = np.concatenate([[0], np.cumsum(counts)])
    gives = running[kinds.ptr[1:]] > running[kinds.ptr[:-1]]
    return [given_rows(problem, c, binding) if some else nothing for c, some in enumerate(gives.tolist())]


class _KindClass:
    """Whether a kind gives at least the binding rows of another one."""

    def __init__(self, problem: Problem, binding: B) -> None:
        self.given = all_given(problem, binding)

    def same(self, first_kind: int, kind_by_type: I32) -> B:
        """(types,) whether the kind of each type does."""
        need = self.given[first_kind]
        found = np.zeros(len(kind_by_type), np.bool_)
        types = np.flatnonzero(kind_by_type >= 0)
        kinds, back = np.unique(kind_by_type[types], return_inverse=True)
        fine = np.array([need <= self.given[kind] for kind in kinds.tolist()], np.bool_)
        if len(types):
            found[types] = fine[back.reshape(-1)]
        return found

    def demanding(self, first_kind: int) -> bool:
        return bool(self.given[first_kind])


def fill_ranks(
    problem: Problem,
    first: FirstRanks,
    *,
    dalo: B,
    binding: B,
    size: int,
    max_lists: int,
    named: Mapping[tuple[int, int], I32],
    shared: frozenset[tuple[int, int]] = frozenset(),
    pools: Pools | None = None,
) -> Lines:
    """First ranks and reserves of every dwelling that has a first rank.

    Parameters
    ----------
    dalo : (A,) bool
        DALO households.
    binding : (n_rows,) bool
        From :func:`binding_rows`.
    size : int
        Lines wanted per dwelling (k).
    max_lists : int
        Lists a household may be reserve on in a session (``national.caleol.max_lists``).
    named : mapping
        (dwelling, account) -> application indices in the réservataire's own order, for lists it names itself.
    shared : those of ``named`` where the engine goes on after the nominations.
    """
    pools = pools or Pools(problem)
    account = problem.kinds.account[first.kind]
    filler = _Filler(problem, pools, dalo, _KindClass(problem, binding), max_lists, first)
    entry = [_first_entry(problem, pools, first, i) for i in range(len(first))]
    named_first = np.flatnonzero(first.app >= 0)
    todo = sorted(
        (pools.lottery(int(first.app[i]), int(first.dwelling[i]), int(account[i])),
         str(problem.dwelling_ids[first.dwelling[i]]), i)
        for i in named_first.tolist()
    )  # fmt: skip
    on_list = np.full((len(first), max(size, 1)), -1, np.int32)
    on_list[:, 0] = first.app
    length = np.ones(len(first), np.int32)
    found: list[tuple[int, int, int, int, int]] = [
        (i, 1, entry[i], int(first.kind[i]), 0) for i in range(len(first))
    ]
    order = 0
    for _ in range(2, size + 1):
        for _, _, i in todo:
            d, r = int(first.dwelling[i]), int(account[i])
            order += 1
            own = named.get((d, r))
            above = on_list[i, : length[i]].tolist()
            at = -1 if own is None else filler.next_named(d, above, own)
            if at < 0 and (own is None or (d, r) in shared):
                at = filler.best(d, r, int(first.app[i]), int(first.kind[i]), above)
            if at < 0:
                continue
            a = int(problem.entry_app[at])
            filler.take(a)
            on_list[i, length[i]] = a
            length[i] += 1
            kind = int(pools.kinds(d, r)[problem.entry_type[at]])
            found.append((i, int(length[i]), at, kind, order))
    return _lines(problem, pools, first, np.array(found, np.int64).reshape(-1, 5))


def _first_entry(problem: Problem, pools: Pools, first: FirstRanks, i: int) -> int:
    """Entry of a first rank in its menu, -1 for a seat."""
    if first.app[i] < 0:
        return -1
    part = pools.entries(int(first.dwelling[i]))
    at: int = part.start + int(np.flatnonzero(problem.entry_app[part] == first.app[i])[0])
    return at


def _lines(problem: Problem, pools: Pools, first: FirstRanks, found: I64) -> Lines:
    """Lines from rows of (first rank, rank, entry or -1, kind, order), sorted by (dwelling, rank)."""
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    found = found[np.lexsort((found[:, 1], dwelling))]
    at, kind = found[:, 2], found[:, 3].astype(np.int32)
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    seat = np.flatnonzero(at < 0)
    app = np.where(at >= 0, _taken(problem.entry_app, at), -1).astype(np.int32)
    score = np.where(at >= 0, _taken(problem.entry_score, at), 0).astype(np.int64)
    fit = np.where(at >= 0, _taken(problem.entry_fit, at) + problem.bonus[dwelling], 0).astype(np.int64)
    value = problem.fill_value + score + fit
    for i in seat.tolist():
        value[i] = pools.seat_value(int(dwelling[i]), int(kind[i]))
        score[i] = value[i] - problem.fill_value
    return Lines(
        dwelling=dwelling.astype(np.int32),
        rank=found[:, 1].astype(np.int32),
        app=app,
        kind=kind,
        account=problem.kinds.account[kind].astype(np.int32),
        score=score,
        fit=fit,
        value=value,
        order=found[:, 4].astype(np.int32),
    )


def _taken(column: NDArray[np.integer], at: I64) -> I64:
    """Values at positions, whatever where the position is -1 (a seat)."""
    return column[np.maximum(at, 0)].astype(np.int64) if len(column) else np.zeros(len(at), np.int64)


class _Filler:
    """Finds the next reserve of a list by walking its menu from the best value down, no further than needed."""

    def __init__(
        self, problem: Problem, pools: Pools, dalo: B, kinds: _KindClass, max_lists: int, first: FirstRanks
    ) -> None:
        self.problem, self.pools, self.dalo, self.kinds, self.max_lists = (
            problem,
            pools,
            dalo,
            kinds,
            max_lists,
        )
        self.lists = np.zeros(len(problem.application_ids), np.int32)
        self.free = np.full(len(self.lists), max_lists > 0)
        self.free[first.app[first.app >= 0]] = False

    def take(self, app: int) -> None:
        """The household stands on one more list."""
        self.lists[app] += 1
        if self.lists[app] >= self.max_lists:
            self.free[app] = False

    def next_named(self, dwelling: int, above: list[int], own: I32) -> int:
        """Entry of the réservataire's next household that is free, -1 when there is none."""
        part = self.pools.entries(dwelling)
        for a in own.tolist():
            if self.free[a] and a not in above:
                at: int = part.start + int(np.flatnonzero(self.problem.entry_app[part] == a)[0])
                return at
        return -1

    def best(self, dwelling: int, account: int, first_app: int, first_kind: int, above: list[int]) -> int:
        """Entry of the best free household: same class first, then (value, seniority, h), then id; -1 without any.

        A menu is sorted by (value, seniority): the first that fits is the best, but for those tied with it.
        """
        kind_of = self.pools.kinds(dwelling, account)
        same = self.kinds.same(first_kind, kind_of) if self.kinds.demanding(first_kind) else None
        fillers = bool(self.dalo[first_app])
        part = self.pools.entries(dwelling)
        spare, start, step = -1, part.start, _STEP
        while start < part.stop:
            block = slice(start, min(part.stop, start + step))
            types, fine = self._fitting(block, kind_of, fillers, above)
            if len(fine):
                if same is None:
                    return self._tied(
                        block.start + int(fine[0]),
                        part.stop,
                        kind_of,
                        None,
                        fillers,
                        above,
                        dwelling,
                        account,
                    )
                if spare < 0:
                    spare = block.start + int(fine[0])
                good = fine[same[types[fine]]]
                if len(good):
                    return self._tied(
                        block.start + int(good[0]),
                        part.stop,
                        kind_of,
                        same,
                        fillers,
                        above,
                        dwelling,
                        account,
                    )
            start, step = block.stop, min(step * 2, _LONGEST)
        return (
            spare
            if spare < 0
            else self._tied(spare, part.stop, kind_of, None, fillers, above, dwelling, account)
        )

    def _fitting(
        self, block: slice, kind_of: I32, fillers: bool, above: list[int]
    ) -> tuple[I32, NDArray[np.intp]]:
        """Types of a block of entries, and positions of those whom the list may take."""
        apps = self.problem.entry_app[block]
        types = self.problem.entry_type[block]
        fine = (kind_of[types] >= 0) & self.free[apps]
        if not fillers:
            fine &= ~self.dalo[apps]
        hit = np.flatnonzero(fine)
        for a in above[1:]:
            hit = hit[apps[hit] != a]
        return types, hit

    def _tied(
        self, at: int, stop: int, kind_of: I32, same: B | None, fillers: bool, above: list[int], dwelling: int, account: int,
    ) -> int:  # fmt: skip
        """Among the entries tied with ``at`` in (value, seniority) that fit as it does: the best by lottery, then id."""
        problem, end, step = self.problem, at + 1, 8
        value = int(problem.entry_score[at]) + int(problem.entry_fit[at])
        days = problem.seniority[problem.entry_app[at]]
        while end < stop:
            block = slice(end, min(stop, end + step))
            equal = problem.entry_score[block].astype(np.int64) + problem.entry_fit[block] == value
            equal &= problem.seniority[problem.entry_app[block]] == days
            if not equal.all():
                end += int(np.argmin(equal))
                break
            end, step = block.stop, step * 2
        if end == at + 1:
            return at
        types, fine = self._fitting(slice(at, end), kind_of, fillers, above)
        if same is not None:
            fine = fine[same[types[fine]]]
        if len(fine) == 1:
            return at + int(fine[0])
        apps = problem.entry_app[at:end]
        best: int = at + min(
            fine.tolist(), key=lambda j: (-self.pools.lottery(int(apps[j]), dwelling, account), int(apps[j]))
        )
        return best
