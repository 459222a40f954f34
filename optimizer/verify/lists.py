"""Ranks 2…k built again from the first ranks, in the order of design §6, and the leapfrogs of every line."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.naming import mode_of, nominees
from optimizer.verify.rows import PROFILES, TRAITS, Book, lease_of, profile
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


@dataclass
class Filling:
    """A list under construction."""

    line: Line
    pool: Pool
    own: list[int] | None
    given: I64
    """Bit k of the pool's entries: a lease to them gives binding row k (of this place and account) its num."""
    apps: list[int] = field(default_factory=list)


class Lists:
    """Expected lines of every dwelling that has a first rank."""

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: list[Line], size: int) -> None:
        self.classes, self.book, self.counts, self.size = classes, book, counts, size
        self.world = classes.world
        self.max_lists = self.world.law.whole("national.caleol.max_lists")
        self.binding = [
            row.price > 0 and row.rate * counts.den[k] > (counts.num[k] - 1) * RATE
            for k, row in enumerate(book.rows)
        ]
        n = len(self.world.apps)
        self.placed = np.zeros(n, bool)
        self.firsts = [x for x in lines if x.rank == 1]
        self.placed[[x.app for x in self.firsts if x.app >= 0]] = True
        self.reserve = np.zeros(n, np.int64)
        self.full_at = np.full(n, np.iinfo(np.int64).max)
        self.order: dict[tuple[int, int], int] = {}
        """(dwelling, application) -> when the reserve was filled."""
        self.filling: dict[int, Filling] = {}
        self._given: dict[tuple[object, str], I64] = {}
        for line in self.firsts:
            if line.app >= 0:
                pool = self.pool(line.dwelling, line.account)
                own = self.own_order(line.dwelling, line.account, pool)
                given = self.given(line.dwelling, line.account)[pool.profile]
                self.filling[line.dwelling] = Filling(line, pool, own, given, [line.app])
        self._fill()

    def pool(self, dwelling: int, account: str) -> Pool:
        entries = self.classes.entries(int(self.classes.klass[dwelling]))
        bit = entries.accounts.index(account)
        here = entries.named >> bit & 1 > 0
        app = entries.app[here]
        fit = entries.fit[here] + self.classes.bonus[dwelling]
        epci = self.world.place(dwelling)[1]
        return Pool(
            app,
            entries.first[here] >> bit & 1 > 0,
            entries.score[here],
            entries.score[here] + fit + self.classes.fit.fill,
            profile(self.world, epci, app.astype(np.int64)),
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

    def _fill(self) -> None:
        w = self.world
        turn = sorted(
            (self.h(f.line.app, d, f.line.account), w.dwellings.ids[d], d) for d, f in self.filling.items()
        )
        clock = 0
        for _ in range(2, self.size + 1):
            for _, _, d in turn:
                clock += 1
                at = self._next(d)
                if at >= 0:
                    a = int(self.filling[d].pool.app[at])
                    self.filling[d].apps.append(a)
                    self.order[d, a] = clock
                    self.reserve[a] += 1
                    if self.reserve[a] == self.max_lists:
                        self.full_at[a] = clock

    def h(self, app: int, dwelling: int, account: str) -> int:
        w = self.world
        return lottery(w.settings.seed, w.apps.ids[app], w.dwellings.ids[dwelling], account)

    def _next(self, dwelling: int) -> int:
        f = self.filling[dwelling]
        pool = f.pool
        free = ~self.placed[pool.app] & (self.reserve[pool.app] < self.max_lists)
        for a in f.apps:
            free[pool.at(a)] = False
        if f.own is not None:
            return next((pool.at(a) for a in f.own if free[pool.at(a)]), -1)
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
