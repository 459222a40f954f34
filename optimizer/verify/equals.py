"""Whether another proposal of the same value comes before the published one by the tie rules (design §5).

Such a proposal lies in a leaf of the proof that is still in play, and each of its first ranks loses there at most what the leaf
leaves open above the objective: few pairs do. Among these are tried, with their exact value, all proposals that differ in one first rank
from the published one, then in two, then every other one leaf by leaf, as far as ``MOST_TRIED`` goes for each: small cases whole. One with more
days of seniority, as many and a larger sum of lottery numbers, or as much of both and a smaller list, refuses the published one.

Rejected: a proof of each stage beside the certificate (a second tree, as large as the first, for equals that differ by a day).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np

from optimizer.verify.bound import Field
from optimizer.verify.naming import Order
from optimizer.verify.proof import InPlay
from optimizer.verify.rows import TRAITS, Book, lease_of, profile_at
from optimizer.verify.solution import RATE, Counts, Lines, lottery
from optimizer.verify.verdict import Findings

CHECK = "equals"
MOST_HOMES = 1_000
"""Dwellings up to which equals are looked for."""
MOST_WHOLE = 200
"""Dwellings up to which all proposals of a leaf are gone through, a dwelling at a time: beyond, the trials end before the last one."""
MOST_READ = 6_000
"""Dwellings of leaves, one by one, whose first ranks are weighed."""
MOST_PAIRED = 500_000
"""Pairs of first ranks looked at."""
MOST_TRIED = 10_000
"""Proposals valued of those near the published one; proposals valued and steps of the search through all."""
MOST_NEAR = 400
"""First ranks of a dwelling beyond which only that many are tried."""

Key = tuple[int, int]
"""Days of seniority, sum of lottery numbers."""


@dataclass(frozen=True)
class Rank:
    """A first rank: account, household (-1: the seat) and value in hundredths; of an empty dwelling no account and nobody."""

    account: str
    app: int
    worth: int
    bits: int = 0


EMPTY = Rank("", -1, 0)
Options = dict[int, list[tuple[int, Rank]]]
"""Of each dwelling, first ranks with the units that each loses in a leaf, the least first."""


class Try(NamedTuple):
    """Another first rank in the place of the published one, by what it adds: units lost in a leaf, days, lottery."""

    lost: int
    days: int
    drawn: int
    rank: Rank


class Equals:
    """The proposals of the published value near the published one."""

    def __init__(self, space: Field, book: Book, lines: Lines, counts: Counts) -> None:
        self.space, self.book, self.counts = space, book, counts
        self.world = space.classes.world
        first = np.flatnonzero(lines.rank == 1)
        homes, apps = lines.dwelling[first].tolist(), lines.app[first].tolist()
        accounts = lines.accounts_of(lines.account[first])
        self.now: dict[int, Rank] = dict.fromkeys(space.dwelling.tolist(), EMPTY)
        for d, account, app, value in zip(homes, accounts, apps, lines.value[first].tolist(), strict=True):
            bits = int(profile_at(self.world, d, np.array([app], np.int64))[0]) if app >= 0 else 0
            self.now[d] = Rank(account, app, value, bits)
        self.key = counts.seniority, counts.lottery
        self.tried, self.paired = 0, 0
        self._marks: dict[tuple[int, str, int], list[tuple[int, int, int]]] = {}
        self._draws: dict[tuple[int, str, int], int] = {}

    def before(self, leaves: Sequence[InPlay]) -> bool:
        """Whether a proposal of the same value that comes before the published one was found."""
        homes = len(self.space.dwelling)
        if homes > MOST_HOMES:
            return False
        mine = leaves[: max(1, MOST_READ // max(1, homes))]
        weighed = [self._near(leaf) for leaf in mine]
        for ways in (self._few, self._all) if homes <= MOST_WHOLE else (self._few,):
            self.tried = 0
            for leaf, options in zip(mine, weighed, strict=True):
                if any(self._comes_before(changes) for changes in ways(leaf.slack, options)):
                    return True
        return False

    def _near(self, leaf: InPlay) -> Options:
        """Of each dwelling the first ranks that a proposal of the leaf worth the objective may have, with what each loses."""
        found: dict[int, list[tuple[int, Rank]]] = {}
        for d, empty, parts in self.space.first_ranks(
            leaf.use, leaf.special, leaf.taken, leaf.links, leaf.departures, leaf.after
        ):
            best = max((int(part.net.max()) for part in parts), default=0)
            best = max(best, 0) if empty else best
            mine = [(best, EMPTY)] if empty and best <= leaf.slack else []
            for part in parts:
                for i in np.flatnonzero(part.net >= best - leaf.slack)[:MOST_NEAR].tolist():
                    rank = Rank(part.account, int(part.app[i]), int(part.worth[i]), int(part.bits[i]))
                    mine.append((best - int(part.net[i]), rank))
            found[d] = sorted(mine, key=lambda x: x[0])
        return found

    def _few(self, slack: int, options: Options) -> Iterator[dict[int, Rank]]:
        """Changes of one or two first ranks of the published proposal that a leaf allows and that may come before."""
        lost = {
            d: next((x for x, rank in ranks if rank == self.now[d]), None) for d, ranks in options.items()
        }
        must = [d for d, x in lost.items() if x is None]
        left = slack - sum(x for x in lost.values() if x is not None)
        if len(must) > 2:
            return
        tries: dict[int, list[Try]] = {}
        for d, ranks in options.items():
            now = self.now[d]
            tries[d] = [
                Try(left_out - (lost[d] or 0), self._days(x) - self._days(now), self._draw(d, x) - self._draw(d, now), x)
                for left_out, x in ranks
                if x != now
            ]  # fmt: skip
        for d in must or tries:
            if set(must) <= {d}:
                for one in tries[d]:
                    if one.lost <= left and (one.days, one.drawn) >= (0, 0):
                        yield {d: one.rank}
        some = [d for d in tries if tries[d]]
        for d, e in combinations(some, 2):
            if not set(must) <= {d, e}:
                continue
            self.paired += len(tries[d]) * len(tries[e])
            if self.paired > MOST_PAIRED:
                return
            for one in tries[d]:
                for two in tries[e]:
                    if one.lost + two.lost > left or (one.days + two.days, one.drawn + two.drawn) < (0, 0):
                        continue
                    if self.tried > MOST_TRIED:
                        return
                    if one.rank.app < 0 or one.rank.app != two.rank.app:
                        yield {d: one.rank, e: two.rank}

    def _all(self, slack: int, options: Options) -> Iterator[dict[int, Rank]]:
        """Every proposal of a leaf whose first ranks lose no more together than it leaves open, and that may come before."""
        homes = sorted(options, key=lambda d: len(options[d]))
        days = {d: max((self._days(rank) for _, rank in options[d]), default=0) for d in homes}
        draws = {d: max((self._draw(d, rank) for _, rank in options[d]), default=0) for d in homes}
        ahead = [(0, 0)]
        for d in reversed(homes):
            ahead.append((ahead[-1][0] + days[d], ahead[-1][1] + draws[d]))
        ahead.reverse()

        def go(
            at: int, left: int, key: Key, taken: frozenset[int], chosen: dict[int, Rank]
        ) -> Iterator[dict[int, Rank]]:
            self.tried += 1
            if self.tried > MOST_TRIED or (key[0] + ahead[at][0], key[1] + ahead[at][1]) < self.key:
                return
            if at == len(homes):
                yield {d: rank for d, rank in chosen.items() if rank != self.now[d]}
                return
            d = homes[at]
            for lost, rank in options[d]:
                if lost > left:
                    return
                if rank.app < 0 or rank.app not in taken:
                    more = key[0] + self._days(rank), key[1] + self._draw(d, rank)
                    who = taken if rank.app < 0 else taken | {rank.app}
                    yield from go(at + 1, left - lost, more, who, {**chosen, d: rank})

        yield from go(0, slack, (0, 0), frozenset(), {})

    def _comes_before(self, changes: Mapping[int, Rank]) -> bool:
        """Whether the published proposal so changed is a proposal, worth as much, that the tie rules prefer."""
        self.tried += 1
        if not changes:
            return False
        days, drawn = self.key
        for d, rank in changes.items():
            days += self._days(rank) - self._days(self.now[d])
            drawn += self._draw(d, rank) - self._draw(d, self.now[d])
        if (days, drawn) < self.key:
            return False
        if (days, drawn) == self.key and not self._smaller(changes):
            return False
        return self._gain(changes) == 0 and self._allowed(changes)

    def _smaller(self, changes: Mapping[int, Rank]) -> bool:
        """Whether the sorted list of (dwelling, account, household) becomes smaller."""

        def told(ranks: Mapping[int, Rank]) -> list[tuple[str, str, str]]:
            ids, names = self.world.dwellings.ids, self.world.apps.ids
            return sorted(
                (str(ids[d]), x.account, str(names[x.app]) if x.app >= 0 else "")
                for d, x in ranks.items()
                if x != EMPTY
            )

        return told({**self.now, **changes}) < told(self.now)

    def _gain(self, changes: Mapping[int, Rank]) -> int:
        """Micropoints that the objective wins."""
        moved: dict[int, tuple[int, int, int]] = {}
        won = 0
        for d, rank in changes.items():
            old = self.now[d]
            won += (rank.worth - old.worth) * RATE
            for sign, x in ((-1, old), (1, rank)):
                for k, num, more in self._counted(d, x):
                    n, den, m = moved.get(k, (0, 0, 0))
                    moved[k] = n + sign * num, den + sign, m + sign * more
        counts = self.counts
        for k, (num, den, more) in moved.items():
            row = self.book.rows[k]
            short = row.missing(counts.num[k] + num, counts.den[k] + den, counts.more[k] + more)
            won += row.price * (counts.short[k] - short)
        return won

    def _counted(self, d: int, rank: Rank) -> list[tuple[int, int, int]]:
        """(row, 1 if counted in num, what is asked above the row's rate) of a first rank."""
        if rank == EMPTY:
            return []
        key = self.book.spot(d), rank.account, rank.bits if rank.app >= 0 else -1
        if key not in self._marks:
            lease, one = lease_of(self.world, d), np.array([rank.bits], np.int64)
            self._marks[key] = [
                (k, int(TRAITS[trait](one)[0]), self.book.more(k, lease))
                for k, trait in self.book.marks(lease, rank.account, seat=rank.app < 0)
            ]
        return self._marks[key]

    def _allowed(self, changes: Mapping[int, Rank]) -> bool:
        """Whether every household is first once at most, and no list is passed over."""
        ranks = {**self.now, **changes}
        placed = [x.app for x in ranks.values() if x.app >= 0]
        if len(set(placed)) < len(placed):
            return False
        there = set(placed)
        if not self._freed({rank.app: d for d, rank in ranks.items() if rank.app >= 0}, ranks):
            return False
        return all(
            order is None or there.issuperset(order.before(rank.app).tolist())
            for d, rank in ranks.items()
            if rank != EMPTY and (order := self._order(d, rank.account)) is not None
        )

    def _freed(self, home_of: Mapping[int, int], ranks: Mapping[int, Rank]) -> bool:
        """Whether the tenant of every freed dwelling that is let leaves for one that opens it."""
        world = self.world
        return all(
            ranks[d] == EMPTY or (tenant in home_of and world.opens(home_of[tenant], d))
            for d, tenant in world.tenant.items()
            if d in ranks
        )

    def _order(self, d: int, account: str) -> Order | None:
        return self._orders.get((self.space.row_of(d), account)) if account in self._listing else None

    @cached_property
    def _orders(self) -> dict[tuple[int, str], Order]:
        found = {}
        for row in set(self.space.rows_of[0].tolist()):
            mine = self.space.listed(row)
            for order in () if mine is None else mine.orders:
                found[row, order.account] = order
        return found

    @cached_property
    def _listing(self) -> set[str]:
        return {account for _, account in self._orders}

    def _days(self, rank: Rank) -> int:
        return int(self.world.apps.seniority[rank.app]) if rank.app >= 0 else 0

    def _draw(self, d: int, rank: Rank) -> int:
        if rank == EMPTY:
            return 0
        key = d, rank.account, rank.app
        if key not in self._draws:
            name = str(self.world.apps.ids[rank.app]) if rank.app >= 0 else ""
            self._draws[key] = lottery(
                self.world.settings.seed, name, str(self.world.dwellings.ids[d]), rank.account
            )
        return self._draws[key]


def check_equals(
    space: Field, book: Book, lines: Lines, counts: Counts, leaves: Sequence[InPlay], found: Findings
) -> None:
    """Refuse a proven proposal that another of its value comes before."""
    found.demand(
        CHECK, not Equals(space, book, lines, counts).before(leaves), "autre proposition de même valeur"
    )
