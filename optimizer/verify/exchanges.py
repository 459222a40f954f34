"""What giving a dwelling's first rank to somebody else would change, everything else staying: exact, rules and orders included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimizer.verify.cells import I64
from optimizer.verify.classes import Classes
from optimizer.verify.naming import Entries, Order
from optimizer.verify.rows import TRAITS, Book, lease_of, profile, profile_at
from optimizer.verify.solution import RATE, Counts, Lines
from optimizer.verify.waiters import Waiters

NEVER = -(2**62)
KEPT = 20_000
"""Dwellings and accounts whose rows are kept: the households of a class come one after the other."""
Marked = list[tuple[int, int, int]]
"""(row, 1 if counted in num, what the lease asks for above the row's rate)."""


class Follows(NamedTuple):
    """The list that the first ranks of an account follow, who is on it, and whether one of them holds no first rank."""

    order: Order
    apps: frozenset[int]
    waits: bool


Accounts = list[tuple[int, str, Follows | None]]
"""Bit, name and list of each account of a class."""


class FirstRankExchanges:
    """What giving a dwelling's first rank to another household would change, everything else staying."""

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: Lines, waiters: Waiters) -> None:
        self.classes, self.book, self.counts, self.lines = classes, book, counts, lines
        self.waiters = waiters
        self._first = np.full(len(classes.world.dwellings), -1, np.int64)
        at_first = np.flatnonzero(lines.rank == 1)
        self._first[lines.dwelling[at_first]] = at_first
        self._placed = np.zeros(len(classes.world.apps), bool)
        self._placed[lines.placed] = True
        self._best: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._gone: dict[int, Marked] = {}
        """Marks of the first ranks there are, by dwelling."""
        self._asked: dict[tuple[int, str, bool], list[tuple[int, str, int]]] = {}
        self._won: dict[tuple[int, str, int], int] = {}
        """What the rules ask less, by dwelling, account and profile of whoever takes the first rank."""
        self._alike: dict[tuple[tuple[tuple[int, int, int], ...], int, str, int], int] = {}
        """The same by marks given up, what the rules see of the dwelling, account and profile."""
        self._falls: dict[int, tuple[Marked, int, tuple[int, ...] | None]] = {}
        """Of the dwellings that open a chain: what falls with them."""
        self._home_of = {app: d for d, app in classes.world.tenant.items() if self._first[d] >= 0}
        """Tenant -> the dwelling it frees, of those let."""
        self._counted: dict[tuple[str, int], int] = {}
        self._profiles: dict[tuple[str, int], int] = {}
        """Profile of a household at the dwellings of an EPCI."""

    def gains(self, entries: Entries, homes: Sequence[int], profiles: Sequence[int]) -> list[int]:
        """Micropoints that each of some households of a class wins at a dwelling on its best account; very negative where it may
        not be first.

        ``profiles``: bits of each at its dwelling, one of the class.
        """
        points = ((entries.score + entries.fit - entries.burden)[:, None] + entries.lean).tolist()
        orders = {x.account: x for x in entries.orders}
        listed = [
            (bit, account, self._follows(orders.get(account))) for bit, account in enumerate(entries.accounts)
        ]
        rows = zip(entries.app.tolist(), entries.first.tolist(), points, homes, profiles, strict=True)
        return [self._gain(listed, *row) for row in rows]

    def best(self, entries: Entries, home: int, bits: I64) -> I64:
        """The same of every household of a class at one dwelling of it; ``bits``: the profile of each."""
        found = np.full(len(entries.app), NEVER, np.int64)
        if home in self.classes.world.pins:
            return found
        gone, held, leavers = self._given_up(home)
        if leavers is None:
            return found
        base = self.classes.fit.fill + int(self.classes.bonus[home]) - held
        orders = {x.account: x for x in entries.orders}
        profiles, profile_of = np.unique(bits, return_inverse=True)
        for bit, account in enumerate(entries.accounts):
            may = entries.first >> bit & 1 > 0
            follows = self._follows(orders.get(account))
            if follows is not None:
                shut = follows.waits or not follows.apps.isdisjoint(leavers)
                for at in np.flatnonzero(may & (shut | np.isin(entries.app, follows.order.app))).tolist():
                    app = int(entries.app[at])
                    may[at] = app in follows.apps and not any(
                        self._passes(follows.order, app, leaver) for leaver in leavers
                    )
            if may.any():
                won = np.array([self._of_kind(gone, home, account, int(x)) for x in profiles], np.int64)
                gain = (base + entries.worth(bit)) * RATE + won[profile_of.reshape(-1)]
                found = np.where(may, np.maximum(found, gain), found)
        return found

    def _of_kind(self, gone: Marked, home: int, account: str, bits: int) -> int:
        """What the rules ask less, kept for all dwellings that they see alike."""
        key = tuple(gone), self.book.spot(home), account, bits
        if key not in self._alike:
            self._alike[key] = self._saved(gone, self._marks(home, account, bits))
        return self._alike[key]

    def _follows(self, order: Order | None) -> Follows | None:
        """What an account's list says of those who are not on it."""
        if order is None:
            return None
        return Follows(order, frozenset(order.app.tolist()), bool((~self._placed[order.app]).any()))

    def _gain(
        self, accounts: Accounts, app: int, first: int, points: Sequence[int], home: int, bits: int
    ) -> int:
        if home in self.classes.world.pins:
            return NEVER
        gone, held, leavers = self._given_up(home)
        if leavers is None:
            return NEVER
        base, best = self.classes.fit.fill + int(self.classes.bonus[home]) - held, NEVER
        for bit, account, follows in accounts:
            if not first >> bit & 1:
                continue
            if follows is not None:
                if app in follows.apps:
                    over = any(self._passes(follows.order, app, leaver) for leaver in leavers)
                else:
                    over = follows.waits or not follows.apps.isdisjoint(leavers)
                if over:
                    continue
            key = home, account, bits
            if key not in self._won:
                if len(self._won) >= KEPT:
                    self._won.clear()
                self._won[key] = self._saved(gone, self._marks(home, account, bits))
            best = max(best, (base + points[bit]) * RATE + self._won[key])
        return best

    def _given_up(self, home: int) -> tuple[Marked, int, tuple[int, ...] | None]:
        """Marks, points and households of the first ranks that fall when somebody else takes a dwelling.

        That of the dwelling itself, and where its household frees a dwelling that is let, those down the chain. No households (None)
        where it cannot be taken: the dwelling is freed by its own chain, or somebody first elsewhere waits for one of them.
        """
        gone, held, leaver = self._standing(home)
        if leaver not in self.waiters.moving:
            wanted = leaver >= 0 and self.waiters.elsewhere(leaver, home)
            return gone, held, None if wanted else (leaver,)
        if home not in self._falls:
            self._falls[home] = self._chain(home, leaver, gone, held)
        return self._falls[home]

    def _chain(
        self, home: int, leaver: int, gone: Marked, held: int
    ) -> tuple[Marked, int, tuple[int, ...] | None]:
        """The same of a first rank that opens a chain."""
        fallen = {home: leaver}
        while leaver in self.waiters.moving:
            down = self._home_of[leaver]
            if down in fallen or down in self.classes.world.pins:
                return gone, held, None
            more, points, leaver = self._standing(down)
            fallen[down], gone, held = leaver, gone + more, held + points
        behind = self.waiters.behind
        wanted = any(behind.get(app, set()) - fallen.keys() for app in fallen.values())
        return gone, held, None if wanted else tuple(fallen.values())

    @property
    def round_trips(self) -> bool:
        """Whether tenants exchange their dwellings, so that none of these can be taken alone."""
        return any(self._returns(app) for app in self.waiters.moving)

    def _returns(self, app: int) -> bool:
        """Whether who takes the dwelling of a tenant frees the next, and so on back to that tenant."""
        seen: set[int] = set()
        while app in self.waiters.moving and app not in seen:
            seen.add(app)
            app = self._standing(self._home_of[app])[2]
        return app in seen

    def _standing(self, home: int) -> tuple[Marked, int, int]:
        """Marks, points and household of the first rank there is; none, 0 and -1 without, -1 of a seat too."""
        now = int(self._first[home])
        if now < 0:
            return [], 0, -1
        app = int(self.lines.app[now])
        account = self.lines.accounts[self.lines.account[now]]
        return self._left(home, account, app), int(self.lines.value[now]), app

    def _left(self, home: int, account: str, app: int) -> Marked:
        """Marks of the first rank there is, a household's or a seat's (−1)."""
        if home not in self._gone:
            self._gone[home] = self._marks(home, account, self._bits(home, app), seat=app < 0)
        return self._gone[home]

    def _bits(self, home: int, app: int) -> int:
        """Profile of a household at a dwelling; 0 for a seat."""
        if app < 0:
            return 0
        world = self.classes.world
        key = world.place(home)[1], app
        if key not in self._profiles:
            if len(self._profiles) >= KEPT:
                self._profiles.clear()
            self._profiles[key] = int(profile(world, key[0], np.array([app]))[0])
        return self._profiles[key]

    def switched(self, c: int, entries: Entries, bit: int, home: int) -> int:
        """Micropoints won by the best switch of a dwelling to an account of its class ``c``; very negative without any.

        It goes to a household without a first rank, to the one it has, or to the account's seat.
        """
        now = int(self._first[home])
        account = entries.accounts[bit]
        leaver, held, gone = -1, 0, Marked()
        if now >= 0:
            leaver, held = int(self.lines.app[now]), int(self.lines.value[now])
            gone = self._left(home, self.lines.accounts[self.lines.account[now]], leaver)
        order = next((x for x in entries.orders if x.account == account), None)
        base = self.classes.fit.fill + int(self.classes.bonus[home])
        stays = leaver < 0 or not self.waiters.elsewhere(leaver, home)
        tried = [(base + value, app) for value, app in self._takers(c, entries, bit, home)] if stays else []
        seat = next((x for x in entries.seats if x.account == account), None)
        if seat is not None and stays:
            tried.append((self.classes.fit.fill + seat.worth, -1))
        found = [x for x in tried if order is None or not self._passes(order, x[1], leaver)]
        if leaver >= 0:
            at = int(np.searchsorted(entries.app, leaver))
            there = at < len(entries.app) and entries.app[at] == leaver and entries.first[at] >> bit & 1
            if there and (order is None or not self._passes(order, leaver, -1)):
                found.append((base + int(entries.worth(bit)[at]), leaver))
        won = (
            (v - held) * RATE
            + self._saved(gone, self._marks(home, account, self._bits(home, app), seat=app < 0))
            for v, app in found
        )
        return max(won, default=NEVER)

    def _takers(self, c: int, entries: Entries, bit: int, home: int) -> list[tuple[int, int]]:
        """(points, household) of the best of those without a first rank, for each profile; nominees one by one."""
        if (c, bit) not in self._best:
            at = np.flatnonzero((entries.first >> bit & 1 > 0) & ~self._placed[entries.app])
            apps, value = entries.app[at], entries.worth(bit)[at]
            bits_of = profile_at(self.classes.world, home, apps.astype(np.int64))
            alone = self.classes.world.is_nominated[apps]
            best: dict[int, tuple[int, int]] = {}
            for app, v, bits, own in zip(
                apps.tolist(), value.tolist(), bits_of.tolist(), alone.tolist(), strict=True
            ):
                key = -1 - app if own else bits
                best[key] = max(best.get(key, (v, app)), (v, app))
            self._best[c, bit] = list(best.values())
        return self._best[c, bit]

    def _passes(self, order: Order, app: int, leaver: int) -> bool:
        """Whether a household would pass over a nominee who holds no first rank then."""
        before = order.before(app)
        return bool((~self._placed[before] | (before == leaver)).any())

    def _saved(self, gone: Marked, new: Marked) -> int:
        """Micropoints that the rules ask less when one lease takes the place of another."""
        changed: dict[int, tuple[int, int, int]] = {}
        for sign, marks in ((-1, gone), (1, new)):
            for at, num, more in marks:
                n, d, m = changed.get(at, (0, 0, 0))
                changed[at] = (n + sign * num, d + sign, m + sign * more)
        won, counts = 0, self.counts
        for number, (num, den, more) in changed.items():
            row = self.book.rows[number]
            short = row.missing(
                counts.num[number] + num, counts.den[number] + den, counts.more[number] + more
            )
            won += row.price * (counts.short[number] - short)
        return won

    def _marks(self, home: int, account: str, bits: int, seat: bool = False) -> Marked:
        """(row, 1 if counted in num, what the lease asks for above the row's rate) of a first rank."""
        key = home, account, seat
        if key not in self._asked:
            if len(self._asked) >= KEPT:
                self._asked.clear()
            lease = lease_of(self.classes.world, home)
            self._asked[key] = [
                (k, trait, self.book.more(k, lease))
                for k, trait in self.book.marks(lease, account, seat=seat)
            ]
        return [(k, self._count(trait, bits), more) for k, trait, more in self._asked[key]]

    def _count(self, trait: str, bits: int) -> int:
        if (trait, bits) not in self._counted:
            self._counted[trait, bits] = int(TRAITS[trait](np.array([bits], np.int64))[0])
        return self._counted[trait, bits]
