"""Ranks 2…k built again from the first ranks, in the order of design §6, and the leapfrogs of every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.naming import mode_of, nominees
from optimizer.verify.rows import PROFILES, TRAITS, Book, lease_of, profile_at
from optimizer.verify.solution import RATE, Counts, Line, lottery


@dataclass(frozen=True)
class Pool:
    """Households eligible for a dwelling on an account, by application index."""

    app: I32
    first: B
    score: I64
    value: I64
    profile: I64

    def at(self, app: int) -> int:
        return int(np.searchsorted(self.app, app))


@dataclass(frozen=True)
class Filling:
    """A published list with what it was filled from."""

    line: Line
    pool: Pool
    own: list[int] | None
    given: I64
    """Bit k of the pool's entries: a lease to them gives binding row k (of this place and account) its num."""
    apps: list[int]
    """Households of the published list, first rank first."""


class Lists:
    """The published lists, and whom each rank should hold.

    Ranks are filled in turn, and who is still free then depends on the ranks filled before. The published lists say when
    each household came to its last list; each rank is then checked by itself, in any order, so that pools are read class
    by class and never held together. If every rank is the one expected given those before it, the lists are those that
    filling from nothing would give (by induction on the turns); the first rank that differs is found, which refuses.
    """

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: list[Line], size: int) -> None:
        self.classes, self.book, self.counts, self.size = classes, book, counts, size
        self.world = w = classes.world
        self.max_lists = w.law.whole("national.caleol.max_lists")
        self.binding = [
            row.price > 0 and row.rate * counts.den[k] > (counts.num[k] - 1) * RATE
            for k, row in enumerate(book.rows)
        ]
        n = len(w.apps)
        self.firsts = {x.dwelling: x for x in lines if x.rank == 1 and x.app >= 0}
        self.placed = np.zeros(n, bool)
        self.placed[[x.app for x in self.firsts.values()]] = True
        self.published: dict[int, list[int]] = {}
        for line in lines:
            if line.app >= 0:
                self.published.setdefault(line.dwelling, []).append(line.app)
        turn = sorted((self.h(x.app, d, x.account), w.dwellings.ids[d], d) for d, x in self.firsts.items())
        self._turn = {d: i for i, (_, _, d) in enumerate(turn, start=1)}
        self.full_at = self._full_at()
        self._given: dict[tuple[object, str], I64] = {}

    def clock(self, dwelling: int, rank: int) -> int:
        """When a rank of a list is filled: rank by rank, each in the order of the turns."""
        return (rank - 2) * len(self._turn) + self._turn[dwelling]

    def _full_at(self) -> I64:
        """When each application came to its last allowed list as a reserve (a large number: never)."""
        taken = sorted(
            (self.clock(d, rank), a)
            for d, apps in self.published.items()
            if d in self._turn
            for rank, a in enumerate(apps[1:], start=2)
        )
        count: dict[int, int] = {}
        full = np.full(len(self.world.apps), np.iinfo(np.int64).max)
        for clock, a in taken:
            count[a] = count.get(a, 0) + 1
            if count[a] == self.max_lists:
                full[a] = clock
        return full

    def fillings(self) -> Iterator[Filling]:
        """Every list with a household at its first rank, class by class."""
        order = self.classes.order[self.classes.klass]
        for d in sorted(self.firsts, key=lambda d: (int(order[d]), d)):
            line = self.firsts[d]
            pool = self.pool(d, line.account)
            own = self.own_order(d, line.account, pool)
            given = self.given(d, line.account)[pool.profile]
            yield Filling(line, pool, own, given, self.published[d])

    def pool(self, dwelling: int, account: str) -> Pool:
        entries = self.classes.entries(int(self.classes.klass[dwelling]))
        bit = entries.accounts.index(account)
        here = entries.named >> bit & 1 > 0
        app = entries.app[here]
        fit = entries.fit[here] + self.classes.bonus[dwelling]
        return Pool(
            app,
            entries.first[here] >> bit & 1 > 0,
            entries.score[here],
            entries.score[here] + fit + self.classes.fit.fill,
            profile_at(self.world, dwelling, app.astype(np.int64)),
        )

    def own_order(self, dwelling: int, account: str, pool: Pool) -> list[int] | None:
        """Eligible nominees in the réservataire's order; None where the engine chooses."""
        if mode_of(self.world, dwelling, account) == "delegated":
            return None
        inside = frozenset(pool.app.tolist())
        found = [a for _, _, a in nominees(self.world, dwelling, account) if a in inside]
        return list(dict.fromkeys(found)) or None

    def given(self, dwelling: int, account: str) -> I64:
        """By profile: bits of the binding rows whose num a lease there would give."""
        lease = lease_of(self.world, dwelling)
        key = (lease, account)
        if key not in self._given:
            every = np.arange(PROFILES)
            out = np.zeros(PROFILES, np.int64)
            binding = [(k, t) for k, t in sorted(self.book.marks(lease, account)) if self.binding[k]]
            for bit, (_, trait) in enumerate(binding):
                out |= TRAITS[trait](every) << bit
            self._given[key] = out
        return self._given[key]

    def h(self, app: int, dwelling: int, account: str) -> int:
        w = self.world
        return lottery(w.settings.seed, w.apps.ids[app], w.dwellings.ids[dwelling], account)

    def expected(self, f: Filling, rank: int) -> int:
        """Position in the pool of whom the rank should hold, given the ranks above it; -1 for nobody."""
        pool, dwelling = f.pool, f.line.dwelling
        free = ~self.placed[pool.app] & (self.full_at[pool.app] >= self.clock(dwelling, rank))
        if self.max_lists <= 0:
            free[:] = False
        for a in f.apps[: rank - 1]:
            free[pool.at(a)] = False
        if f.own is not None:
            named = next((pool.at(a) for a in f.own if free[pool.at(a)]), -1)
            if named >= 0 or mode_of(self.world, dwelling, f.line.account) == "direct":
                return named
        if not self.world.apps.dalo[f.line.app]:
            free &= ~self.world.apps.dalo[pool.app]
        need = f.given[pool.at(f.line.app)]
        same = free & (f.given & need == need)
        pick = np.flatnonzero(same if same.any() else free)
        if not len(pick):
            return -1
        pick = pick[pool.value[pick] == pool.value[pick].max()]
        senior = self.world.apps.seniority[pool.app[pick]]
        pick = pick[senior == senior.max()]
        if len(pick) == 1:
            return int(pick[0])
        ids = self.world.apps.ids
        best: int = min(
            pick.tolist(),
            key=lambda j: (-self.h(int(pool.app[j]), dwelling, f.line.account), ids[pool.app[j]]),
        )
        return best
