"""What would have brought a first rank: the cheapest exchange for each household, exactly.

Putting household a in the place of the first rank of dwelling d changes the objective by ``value(a) − value(now)`` less what
the rules then charge, where no réservataire's order is passed over. If a's score rose by more than the loss of its cheapest exchange, that exchange would beat the optimum;
every proposal without a is worth what it was, so the new optimum would hold a at a first rank. The points needed are
therefore sufficient (never promised too low); the sample of ``confirming`` shows it by solving again.

Where the first rank of d is a tenant whose departure frees a dwelling that is let, the exchange gives up what hangs on it: that
dwelling and all that follow in its chain stay lived in, and their first ranks are lost beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import MICRO_PER_HUNDREDTH, B, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import LAST, Asked, Offers, housed, offers, waiting
from optimizer.shortlist.departures import falling, without
from optimizer.shortlist.exchange import NEVER, Exchange
from optimizer.shortlist.lookup import Pools, menu_of
from optimizer.shortlist.passes import offer

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
NONE = np.iinfo(np.int64).max
NONE_WAITS = np.iinfo(np.int64).min
"""A rank that no nominee has."""


@dataclass(frozen=True)
class Nearest:
    """Per application: micropoints its cheapest exchange loses (-1: no first rank is open to it), and that dwelling."""

    lacking: I64
    dwelling: I32


def nearest_exchanges(problem: Problem, first: FirstRanks, counted: Evaluation) -> Nearest:
    """Cheapest exchange of every application over all dwellings it may hold a first rank of.

    Notes
    -----
    Pinned dwellings are left out: their place was decided before the run.
    """
    n = len(problem.application_ids)
    search = _Search(
        problem,
        Pools(problem),
        Exchange(problem, first, counted),
        np.full(n, NONE, np.int64),
        np.full(n, -1, np.int32),
    )
    if problem.own_lists is None:
        falls = falling(problem, first)
        for klass, out, dwelling, worth in _places(problem, first):
            if dwelling in falls:
                _opened(problem, first, counted, search, klass, dwelling, falls[dwelling])
            else:
                search.offer(klass, out, dwelling, worth, ())
    else:
        _by_lists(problem, problem.own_lists, first, search)
    search.lacking[search.where < 0] = -1
    return Nearest(search.lacking, search.where)


def _opened(
    problem: Problem, first: FirstRanks, counted: Evaluation, search: _Search, klass: int, dwelling: int, falls: frozenset[int]
) -> None:  # fmt: skip
    """Compare a dwelling whose first rank opens a chain: the chain is given up, then the dwelling is taken as an empty one.

    In an exchange the dwelling itself stays lived in, so that nobody can take it.
    """
    left = None if dwelling in falls else without(problem, first, falls | {dwelling})
    if left is None:
        return
    alone = replace(search, exchange=Exchange(problem, *left), given_up=counted.objective - left[1].objective)
    alone.offer(klass, -1, dwelling, -int(problem.bonus[dwelling]), ())


def _by_lists(problem: Problem, lists: OwnLists, first: FirstRanks, search: _Search) -> None:
    """The same where the réservataires' orders are lists: who would pass over a nominee is not exchanged.

    A dwelling whose household others elsewhere come after is exchanged with nobody. An account that follows a list is open to
    all that it may name when nobody on the list waits once the household has left; else to those who wait first, one by one.
    """
    holder = np.full(len(problem.dwelling_ids), -1, np.int64)
    holder[first.dwelling] = first.app
    nominee = (holder >= 0) & (lists.number[holder] >= 0)
    held = np.zeros(len(holder), bool)
    held[nominee] = [search.exchange.needed(int(holder[d]), int(d)) for d in np.flatnonzero(nominee).tolist()]
    places = list(_places(problem, first, held, np.where(nominee, np.arange(len(holder)), -1)))
    dwelling = np.array([d for _, _, d, _ in places], np.int64)
    group = problem.class_group[problem.klass[dwelling]]
    at, account = np.nonzero(lists.binds[group])
    asked = Asked(
        dwelling[at].astype(np.int32), account.astype(np.int32), holder[dwelling[at]].astype(np.int32)
    )
    placed = housed(problem, first)
    shut, _, found = once_left(problem, lists, asked, placed)
    ptr = np.searchsorted(at, np.arange(len(places) + 1))
    for i, (klass, out, home, worth) in enumerate(places):
        here = slice(int(ptr[i]), int(ptr[i + 1]))
        search.offer(klass, out, home, worth, tuple(account[here][shut[here]].tolist()))
    order = np.lexsort((found.entry, found.place))
    for place, entry, kind in zip(*(x[order].tolist() for x in found[:3]), strict=True):
        _, out, home, worth = places[int(at[place])]
        search.one(entry, kind, out, home, worth)


def once_left(problem: Problem, lists: OwnLists, asked: Asked, placed: B) -> tuple[B, B, Offers]:
    """Who may take places that follow a list when their households leave, each waiting on its own list from then on.

    Parameters
    ----------
    asked : places and the household of each
    placed : (A,) who holds a first rank

    Returns
    -------
    shut : (places,) whether only nominees who wait may: a better placed one would be passed over
    stays : (places,) whether the household of the place passes nobody over there
    offers : those nominees, in no order
    """
    free, rank = waiting(problem, lists, asked, placed)
    named = np.where((free < LAST) & (rank >= free), free, NONE_WAITS)
    return np.minimum(free, rank) < LAST, rank <= free, offers(problem, lists, asked, placed, named)


def _places(
    problem: Problem,
    first: FirstRanks,
    held: NDArray[np.bool_] | None = None,
    apart: NDArray[np.integer] | None = None,
) -> Iterator[tuple[int, int, int, int]]:
    """(class, kind to leave or -1, dwelling, what is lost there without its bonus): the cheapest dwelling of each kind.

    Dwellings of one class that hold leases of one kind differ only by what their household is worth: the one which loses
    least (then the first) is the nearest of them to everybody. Groups come together. ``held`` (D,): dwellings left out;
    ``apart`` (D,): dwellings of different numbers are not alike.
    """
    count = len(problem.dwelling_ids)
    out = np.full(count, -1, np.int64)
    out[first.dwelling] = first.kind
    worth = current_values(problem, first) - problem.bonus
    klass = problem.klass.astype(np.int64)
    left_out = problem.must_fill[klass] if held is None else problem.must_fill[klass] | held
    open_ = np.flatnonzero((klass >= 0) & ~left_out)
    own = np.full(count, -1, np.int64) if apart is None else apart
    group = problem.class_group[klass]
    order = open_[np.lexsort((open_, worth[open_], own[open_], klass[open_], out[open_], group[open_]))]
    if not len(order):
        return
    change = np.ones(len(order), bool)
    change[1:] = (np.diff(klass[order]) != 0) | (np.diff(out[order]) != 0) | (np.diff(own[order]) != 0)
    for d in order[change].tolist():
        yield int(klass[d]), int(out[d]), d, int(worth[d])


@dataclass
class _Search:
    """Nearest exchange of every application so far; the answers of the last group and kind are kept."""

    problem: Problem
    pools: Pools
    exchange: Exchange
    lacking: I64
    where: I32
    given_up: int = 0
    """Micropoints that every exchange loses beside, of first ranks left out of ``exchange``."""
    _place: tuple[int, int, tuple[int, ...]] = field(default=(-1, -1, ()), init=False)
    _charge: I64 = field(default_factory=lambda: np.zeros(0, np.int64), init=False)

    def one(self, entry: int, kind: int, out: int, dwelling: int, worth: int) -> None:
        """Compare a dwelling with the nearest found so far of one household, on one account."""
        problem, a = self.problem, int(self.problem.entry_app[entry])
        ((cost, _),) = self.exchange.known_costs(out, [kind])
        if cost >= NEVER:
            return
        value = int(problem.values(np.array([entry]))[0]) + int(problem.kinds.value[kind])
        loss = (worth - value) * MICRO_PER_HUNDREDTH + cost
        if (loss, dwelling) < (int(self.lacking[a]), int(self.where[a])):
            self.lacking[a], self.where[a] = loss, dwelling

    def offer(self, klass: int, out: int, dwelling: int, worth: int, closed: tuple[int, ...]) -> None:
        """Compare a dwelling with the nearest found so far, for everybody in its menu; ``closed``: accounts left out."""
        problem, menu = self.problem, int(self.problem.class_menu[klass])
        entries = (
            slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])) if menu >= 0 else slice(0, 0)
        )
        if entries.stop == entries.start:
            return
        offer(
            menu_of(problem, entries), self._charges(int(problem.class_group[klass]), out, closed), NONE,
            worth - problem.fill_value, dwelling, self.lacking, self.where,
        )  # fmt: skip

    def _charges(self, group: int, out: int, closed: tuple[int, ...]) -> I64:
        """For each type: the least that its first rank in the place of ``out`` costs, its lean taken off (NONE: not open)."""
        if self._place != (group, out, closed):
            options, here = self.problem.options, self.pools.options_of(group)
            first = np.flatnonzero(options.first[here]) + here.start
            cost, _ = self.exchange.costs(out, options.kind[first])
            kept = (cost < NEVER) & ~np.isin(self.pools.option_account[first], closed)
            gain = self.problem.kinds.value[options.kind[first[kept]]] * MICRO_PER_HUNDREDTH
            self._charge = np.full(self.problem.n_types, NONE, np.int64)
            np.minimum.at(
                self._charge, self.pools.option_type[first[kept]], cost[kept] - gain + self.given_up
            )
            self._place = (group, out, closed)
        return self._charge


def current_values(problem: Problem, first: FirstRanks) -> I64:
    """(D,) value in hundredths of the first rank each dwelling has, 0 for none."""
    found = np.zeros(len(problem.dwelling_ids), np.int64)
    pools = Pools(problem)
    for i in np.flatnonzero(first.app < 0).tolist():
        found[first.dwelling[i]], _ = pools.seat_value(int(first.dwelling[i]), int(first.kind[i]))
    housed = np.flatnonzero(first.app >= 0)
    home = first.dwelling[housed]
    lean = problem.kinds.value[first.kind[housed]]
    found[home] = (
        problem.values(entries_of_pairs(problem, home, first.app[housed])) + problem.bonus[home] + lean
    )
    return found
