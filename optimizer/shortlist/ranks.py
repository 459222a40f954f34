"""Ranks 2…k behind the first rank of each dwelling (design §6).

1. List by list, the scarcest first: ascending (households that may stand on the list, h of its first rank, dwelling id).
   May stand: eligible for the dwelling on the account of its first rank, without a first rank this session; DALO only
   behind a DALO. They are counted before any list is filled.
2. On a list, the best of those who may stand on it and are on fewer than two lists so far:
   the réservataire's own order, then the class, the value, the seniority, h; the smallest application id last.
3. The class: households that give its num to every priced row that the first rank serves and that would miss a lease
   without it: ``rate × den_run > num_run − 1``.

4. Names to call (``--prospects``): once every list is there, the same once more, in the same turns, for the ranks behind. A
   household published on a list is thus among those to call for it, whatever others are called for.

On an account that names its own households (`direct`, or `partial` with nominations) the réservataire's order comes
first; on a `partial` account the engine goes on once its nominations are used up (design §3).

Rejected: rank by rank over all lists (half of them then got one reserve where others held three: the scarce lists were
served when their households stood on two lists already).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import RATE_UNIT, FirstRanks, Problem
from optimizer.shortlist.lookup import Pools, kind_marks, menu_of
from optimizer.shortlist.passes import best_entries, lacking, may_stand

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]


class OwnOrder(NamedTuple):
    """A réservataire's nominees for one list, best placed first: applications (n,) and the place of each (equal ranks: the same)."""

    app: I32
    place: I32


@dataclass(frozen=True)
class Lines:
    """All lines, sorted by (dwelling, rank). ``app`` is -1 on the line of a seat (awaiting the réservataire).

    ``order`` (n,) is not published: the turn of the list (0 on first ranks), which the leapfrogs need to know who was still
    free then.
    """

    dwelling: I32
    rank: I32
    app: I32
    kind: I32
    account: I32
    score: I64
    fit: I64
    burden: I64
    awaited: I64
    lean: I64
    value: I64
    order: I32

    def __len__(self) -> int:
        return len(self.dwelling)


def binding_rows(problem: Problem, counted: Evaluation) -> B:
    """Rows that would miss a lease if one of their num were taken away (price above zero); a ceiling never does."""
    play = np.array([row.play for row in problem.rows], np.int64)
    price = np.array([row.price for row in problem.rows], np.int64)
    ceiling = np.array([row.ceiling for row in problem.rows], np.bool_)
    short = counted.asked - play > (counted.num_run - 1) * RATE_UNIT
    return np.asarray((price > 0) & ~ceiling & short, np.bool_)


def fill_ranks(
    problem: Problem,
    first: FirstRanks,
    *,
    dalo: B,
    binding: B,
    size: int,
    max_lists: int,
    named: Mapping[tuple[int, int], OwnOrder],
    shared: frozenset[tuple[int, int]] = frozenset(),
    pools: Pools | None = None,
    names: int = 0,
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
        (dwelling, account) -> nominees in the réservataire's own order, for lists it names itself.
    shared : those of ``named`` where the engine goes on after the nominations.
    names : int
        Lines wanted once the lists are there: where more than ``size``, the lists go on to so many.
    """
    pools = pools or Pools(problem)
    account = problem.kinds.account[first.kind]
    filler = _Filler(problem, pools, dalo, binding, max_lists, first)
    named_first = np.flatnonzero(first.app >= 0)
    todo = sorted(
        (filler.standing(int(first.dwelling[i]), int(account[i]), bool(dalo[first.app[i]])),
         pools.lottery(int(first.app[i]), int(first.dwelling[i]), int(account[i])),
         str(problem.dwelling_ids[first.dwelling[i]]), i)
        for i in named_first.tolist()
    )  # fmt: skip
    lists: dict[int, list[int]] = {i: [] for *_, i in todo}
    count = len(first)
    names = min(names, len(problem.application_ids))  # nobody is called twice for a dwelling
    found = np.empty((count + max(0, size - 1, names - 1) * len(todo), 5), np.int64)
    found[:count, 0], found[:count, 1] = np.arange(count), 1
    found[:count, 2] = entries_of_pairs(problem, first.dwelling, first.app)
    found[:count, 3], found[:count, 4] = first.kind, 0
    ends = (size, names) if names > size else (size,)
    turns = [(end, i) for end in ends for *_, i in todo]
    for order, (end, i) in enumerate(turns, start=1):
        d, r = int(first.dwelling[i]), int(account[i])
        above, kind, more = lists[i], int(first.kind[i]), max(0, end - 1 - len(lists[i]))
        own = named.get((d, r))
        chosen = [] if own is None else filler.nominees(d, r, kind, own, more, above)
        if len(chosen) < more and (own is None or (d, r) in shared):
            chosen += filler.best(d, r, kind, bool(dalo[first.app[i]]), more - len(chosen), [*above, *chosen])
        kinds = pools.kinds(d, r)
        for rank, at in enumerate(chosen, start=2 + len(above)):
            filler.take(int(problem.entry_app[at]))
            found[count] = i, rank, at, kinds[problem.entry_type[at]], order
            count += 1
        above += chosen
    return _lines(problem, pools, first, found[:count])


def _lines(problem: Problem, pools: Pools, first: FirstRanks, found: I64) -> Lines:
    """Lines from rows of (first rank, rank, entry or -1, kind, order), sorted by (dwelling, rank)."""
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    found = found[np.lexsort((found[:, 1], dwelling))]
    at, kind = found[:, 2], found[:, 3].astype(np.int32)
    dwelling = first.dwelling[found[:, 0]].astype(np.int64)
    seat = np.flatnonzero(at < 0)
    app = np.where(at >= 0, _taken(problem.entry_app, at), -1).astype(np.int32)
    score = np.where(at >= 0, _taken(problem.entry_score, at), 0).astype(np.int64)
    burden = np.where(at >= 0, _taken(problem.entry_burden, at), 0).astype(np.int64)
    net = np.where(at >= 0, _taken(problem.entry_fit, at) + problem.bonus[dwelling], 0).astype(np.int64)
    lean = np.where(at >= 0, problem.kinds.value[kind], 0).astype(np.int64)
    value = problem.fill_value + score + net + lean
    for i in seat.tolist():
        value[i], lean[i] = pools.seat_value(int(dwelling[i]), int(kind[i]))
        score[i] = value[i] - lean[i] - problem.fill_value
    awaited = problem.awaited_of(app)
    fit = net + burden + awaited
    return Lines(
        dwelling=dwelling.astype(np.int32),
        rank=found[:, 1].astype(np.int32),
        app=app,
        kind=kind,
        account=problem.kinds.account[kind].astype(np.int32),
        score=score,
        fit=fit,
        burden=burden,
        awaited=awaited,
        lean=lean,
        value=value,
        order=found[:, 4].astype(np.int32),
    )


def _taken(column: NDArray[np.integer], at: I64) -> I64:
    """Values at positions, whatever where the position is -1 (a seat)."""
    return column[np.maximum(at, 0)].astype(np.int64) if len(column) else np.zeros(len(at), np.int64)


class _Filler:
    """Finds who stands on each list, and remembers on how many each household stands already."""

    def __init__(
        self, problem: Problem, pools: Pools, dalo: B, binding: B, max_lists: int, first: FirstRanks
    ) -> None:
        self.problem, self.pools, self.dalo, self.binding, self.max_lists = (
            problem, pools, dalo, binding, max_lists,
        )  # fmt: skip
        self.lists = np.zeros(len(problem.application_ids), np.int32)
        self.placed = np.zeros(len(self.lists), np.bool_)
        self.placed[first.app[first.app >= 0]] = True
        self.free = ~self.placed & (max_lists > 0)
        self._marks = kind_marks(problem)
        self._standing: dict[tuple[int, int, bool], int] = {}
        self._lacks = np.zeros(problem.n_types, np.bool_)
        self._need = np.zeros(len(problem.rows), np.bool_)

    def take(self, app: int) -> None:
        """The household stands on one more list."""
        self.lists[app] += 1
        if self.lists[app] >= self.max_lists:
            self.free[app] = False

    def standing(self, dwelling: int, account: int, fillers: bool) -> int:
        """Households that may stand behind a first rank there; ``fillers``: DALO households too."""
        key = (int(self.problem.klass[dwelling]), account, fillers)
        known = self._standing.get(key)
        if known is None:
            part = self.pools.entries(dwelling)
            known = self._standing[key] = int(
                may_stand(
                    menu_of(self.problem, part), self.pools.kinds(dwelling, account), self.placed, self.dalo, fillers
                )
            )  # fmt: skip
        return known

    def nominees(
        self, dwelling: int, account: int, first_kind: int, own: OwnOrder, most: int, above: list[int]
    ) -> list[int]:
        """Entries of the réservataire's next households that are free, in its order, at most so many, without the entries ``above``.

        Between nominees it makes no difference between, what decides elsewhere does: class, value, seniority, h.
        """
        if most <= 0:
            return []
        apps = self.problem.entry_app[self.pools.entries(dwelling)]
        start = self.pools.entries(dwelling).start
        free = self.free[own.app] & ~np.isin(own.app, self.problem.entry_app[above])
        names, places = own.app[free], own.place[free]
        if len(names) > most:  # those beyond the last place taken matter to nobody
            near = places <= places[most - 1]
            names, places = names[near], places[near]
        place = dict(zip(names.tolist(), places.tolist(), strict=True))
        entries = [start + int(np.flatnonzero(apps == a)[0]) for a in place]
        key = self._key(dwelling, account, first_kind)
        return sorted(entries, key=lambda at: (place[int(self.problem.entry_app[at])], *key(at)))[:most]

    def _key(
        self, dwelling: int, account: int, first_kind: int
    ) -> Callable[[int], tuple[bool, int, int, int, int]]:
        """What orders households on a list behind a first rank: class, value, seniority, h, smallest application."""
        problem, pools = self.problem, self.pools
        here = pools.by_type(pools.group(dwelling), account)
        types, lean_of = here.named, here.lean
        lacking(
            here.kind[types], types, self._marks, self.binding, first_kind, np.zeros(0, np.int32), self._need, self._lacks,
            np.zeros(0, np.bool_),
        )  # fmt: skip

        def key(at: int) -> tuple[bool, int, int, int, int]:
            a, t = int(problem.entry_app[at]), int(problem.entry_type[at])
            value = int(problem.values(np.array([at]))[0] + lean_of[t])
            return (
                bool(self._lacks[t]), -value, -int(problem.seniority[a]), -pools.lottery(a, dwelling, account), a,
            )  # fmt: skip

        return key

    def best(
        self, dwelling: int, account: int, first_kind: int, fillers: bool, most: int, above: list[int]
    ) -> list[int]:
        """Entries of the best free households, best first, without those of the entries ``above``."""
        problem, pools = self.problem, self.pools
        part, here = pools.entries(dwelling), pools.by_type(pools.group(dwelling), account)
        key = self._key(dwelling, account, first_kind)
        entries = best_entries(
            menu_of(problem, part), problem.seniority, here.kind, here.lean, self._lacks, self.free, self.dalo, fillers,
            most + len(above),
        )  # fmt: skip
        ordered = sorted((int(at) for at in entries), key=key)
        return [at for at in ordered if at not in above][:most]
