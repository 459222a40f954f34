"""What putting a dwelling on another account costs at most: the best exact exchange, all other first ranks kept.

The prices of the proof only give a lower bound (`orientation.losses`); staff who change a réservataire in the room want to
know what they give up by that one move. The exchange gives the dwelling to the best household of the other account that
has no first rank (or to its seat) and charges what the rules then charge, exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import Asked, housed
from optimizer.shortlist.exchange import NEVER, Exchange
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.nearest import current_values, once_left

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

UNKNOWN = -1
"""No household without a first rank may take the dwelling on that account."""


def switch_costs(
    problem: Problem, first: FirstRanks, counted: Evaluation, dwelling: I32, account: I32
) -> I64:
    """Hundredths of a point that each (dwelling, account) costs at most, rounded up; `UNKNOWN` where nobody is free.

    Parameters
    ----------
    counted : the proposal counted again
    """
    search = Switching(problem, first, counted)
    lists = problem.own_lists
    whoever: list[Open] = (
        [ANYBODY] * len(dwelling) if lists is None else search.open_to(lists, dwelling, account)
    )
    pairs = zip(dwelling.tolist(), account.tolist(), whoever, strict=True)
    return np.array([search.cost(d, r, who) for d, r, who in pairs], np.int64)


class Open(NamedTuple):
    """Who may take a dwelling on an account without passing over a nominee of a list."""

    stays: bool
    """Whether the household that holds the dwelling may hold it on that account."""
    others: bool
    """Whether whoever the account may name, or its seat, may take it."""
    named: tuple[tuple[int, int], ...]
    """(entry, kind) of the nominees who may all the same where the others may not."""


ANYBODY = Open(True, True, ())


class Switching:
    """The best takers of each class and account, found once."""

    def __init__(self, problem: Problem, first: FirstRanks, counted: Evaluation) -> None:
        self.problem, self.pools, self.first = problem, Pools(problem), first
        self.exchange = Exchange(problem, first, counted)
        self.free = np.ones(len(problem.application_ids), bool)
        self.free[first.app[first.app >= 0]] = False
        count = len(problem.dwelling_ids)
        self.held = current_values(problem, first)
        self.app, self.kind = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
        self.app[first.dwelling], self.kind[first.dwelling] = first.app, first.kind
        self.seats: dict[int, list[int]] = {}
        for i, klass in enumerate(problem.seats.klass.tolist()):
            self.seats.setdefault(klass, []).append(i)
        self._best: dict[int, tuple[I64, I64]] = {}
        self._takers: dict[tuple[int, int], dict[int, int]] = {}

    def open_to(self, lists: OwnLists, dwelling: I32, account: I32) -> list[Open]:
        """Who may take each dwelling on each account where the orders are lists.

        Nobody takes the dwelling of a household that others elsewhere come after. Once it has left, it waits on the list itself.
        """
        problem = self.problem
        at = np.flatnonzero(lists.binds[problem.class_group[problem.klass[dwelling]], account])
        holder = self.app[dwelling]
        asked = Asked(*(x[at].astype(np.int32) for x in (dwelling, account, holder)))
        shut, stays = np.zeros(len(dwelling), bool), np.ones(len(dwelling), bool)
        shut[at], stays[at], found = once_left(problem, lists, asked, housed(problem, self.first))
        pairs = zip(holder.tolist(), dwelling.tolist(), strict=True)
        leaves = np.array([not self.exchange.needed(a, d) for a, d in pairs], bool)
        named: list[list[tuple[int, int]]] = [[] for _ in holder]
        for place, entry, kind in zip(*(x.tolist() for x in found[:3]), strict=True):
            if leaves[at[place]]:
                named[int(at[place])].append((entry, kind))
        who = zip(stays.tolist(), (leaves & ~shut).tolist(), named, strict=True)
        return [Open(stay, others, tuple(sorted(some))) for stay, others, some in who]

    def cost(self, d: int, r: int, who: Open) -> int:
        """As `switch_costs`, for one pair."""
        gains = [value * MICRO_PER_HUNDREDTH - charge for _, value, charge in self.exchanges(d, r, who)]
        if not gains:
            return UNKNOWN
        return -(-max(0, int(self.held[d]) * MICRO_PER_HUNDREDTH - max(gains)) // MICRO_PER_HUNDREDTH)

    def exchanges(self, d: int, r: int, who: Open) -> list[tuple[int, int, int]]:
        """Of each kind that may take a dwelling on an account: the most its first rank is worth (hundredths), and what rules then
        charge more than they do (micropoints)."""
        problem, klass = self.problem, int(self.problem.klass[d])
        bonus = int(problem.bonus[d])
        worth: dict[int, int] = {}
        if who.others:
            worth = {kind: value + bonus for kind, value in self.takers(klass, r).items()}
        more = [*self._own_seats(klass, r)] if who.others else []
        for entry, kind in who.named:
            value = int(problem.values(np.array([entry]))[0]) + int(problem.kinds.value[kind])
            more.append((kind, value + bonus))
        if who.stays:
            more += self._same_household(d, klass, r)
        for kind, value in more:
            worth[kind] = max(worth.get(kind, value), value)
        charges = self.exchange.known_costs(int(self.kind[d]), list(worth))
        both = zip(worth.items(), charges, strict=True)
        return [(kind, value, charge) for (kind, value), (charge, _) in both if charge < NEVER]

    def takers(self, klass: int, r: int) -> dict[int, int]:
        """Kind -> the most that a household without a first rank is worth (hundredths, without the dwelling's bonus)."""
        known = self._takers.get((klass, r))
        if known is None:
            types, values = self._best_of_types(int(self.problem.class_menu[klass]), self._menu(klass))
            kinds, may = self.pools.kinds_by_type(int(self.problem.class_group[klass]), r)
            at = np.flatnonzero(may[types])
            value = values[at] + self.problem.kinds.value[kinds[types[at]]]
            order = np.argsort(value, kind="stable")
            known = dict(zip(kinds[types[at]][order].tolist(), value[order].tolist(), strict=True))
            self._takers[klass, r] = known
        return known

    def _best_of_types(self, menu: int, entries: slice) -> tuple[I64, I64]:
        """Types of the households of a menu without a first rank, and the most that one of each is worth: the first, in its order."""
        known = self._best.get(menu)
        if known is None:
            problem = self.problem
            at = np.flatnonzero(self.free[problem.entry_app[entries]])[::-1]
            first = np.full(problem.n_types, -1, np.int64)
            first[problem.entry_type[entries][at]] = at
            types = np.flatnonzero(first >= 0)
            known = self._best[menu] = types, problem.values(first[types] + entries.start)
        return known

    def _same_household(self, d: int, klass: int, r: int) -> list[tuple[int, int]]:
        """(kind, value) of the household that holds the dwelling now, should it hold it on that account."""
        if self.app[d] < 0:
            return []
        entries = self._menu(klass)
        kinds, may = self.pools.kinds_by_type(int(self.problem.class_group[klass]), r)
        at = np.flatnonzero(self.problem.entry_app[entries] == self.app[d])
        types = self.problem.entry_type[entries][at].tolist()
        lean = self.problem.kinds.value
        plain = int(self.held[d]) - int(lean[self.kind[d]])
        return [(int(kinds[t]), plain + int(lean[kinds[t]])) for t in types if may[t]]

    def _own_seats(self, klass: int, r: int) -> list[tuple[int, int]]:
        seats = self.problem.seats
        found = [(int(seats.kind[i]), int(seats.value[i])) for i in self.seats.get(klass, ())]
        return [(kind, value) for kind, value in found if self.problem.kinds.account[kind] == r]

    def _menu(self, klass: int) -> slice:
        menu = int(self.problem.class_menu[klass])
        if menu < 0:
            return slice(0, 0)
        return slice(int(self.problem.menu_ptr[menu]), int(self.problem.menu_ptr[menu + 1]))
