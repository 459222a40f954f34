"""Ranks 2…k and leapfrogs of every published list, from the first ranks and the order of design §6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.verify.cells import I32, I64, U8, B, ascending
from optimizer.verify.classes import Classes, Door
from optimizer.verify.distinct import distinct
from optimizer.verify.naming import NOBODY, Named, Order, mode_of
from optimizer.verify.rows import HOUSEHOLD_RULES, PROFILES, TRAITS, Book, lease_of
from optimizer.verify.solution import RATE, Counts, Lines, lottery
from optimizer.verify.verdict import Findings, Unreadable
from optimizer.verify.waiters import Waiters
from optimizer.verify.walks import (
    AtDoor,
    ByStand,
    ByType,
    Housed,
    Ledger,
    Limits,
    Ordered,
    ShownLists,
    best,
    may_stand,
    ranks,
)

NEVER = np.iinfo(np.int64).max
LIMIT = 2**56


@dataclass(frozen=True)
class Stand:
    """What a class's account means at a door, by type: who may be named, who may be first, which binding rows one gives.

    ``marks``: (row, number of the trait) of the rows that a lease there enters. ``order``: the list that first ranks follow.
    """

    allowed: B
    first: B
    lean: I64
    given: I64
    marks: tuple[tuple[int, int], ...]
    mode: str
    order: Order | None


@dataclass(frozen=True)
class Shown:
    """The lists of a door: list q shows positions ``at[ptr[q]:ptr[q + 1]]`` of the block, its first rank first."""

    dwelling: I32
    account: list[str]
    ptr: I64
    at: I32
    stand: I32
    stands: list[Stand]
    turn: I64
    own: Ordered
    """Eligible nominees."""
    listed: Ordered
    """Of those, the nominees whose order binds the first rank."""
    direct: B

    @cached_property
    def by_stand(self) -> ByStand:
        """What the accounts of the lists mean to each type."""
        table = self.stands
        return ByStand(
            np.array([x.allowed for x in table], np.uint8), np.array([x.first for x in table], np.uint8),
            np.array([x.lean for x in table], np.int64), np.array([x.given for x in table], np.int64),
        )  # fmt: skip

    @property
    def lists(self) -> ShownLists:
        """The lists as the walks read them."""
        return ShownLists(self.ptr, self.at, self.stand, self.turn, self.direct)


def at_door(door: Door) -> AtDoor:
    """The households of a door as the walks read them."""
    block = door.block
    return AtDoor(door.fine, block.app, block.score, door.worth, door.type, door.burden, door.awaited)


def ordered(who: Sequence[I32], rank: Sequence[I64]) -> Ordered:
    """Nominees and their places, list by list."""
    return Ordered(
        np.cumsum([0, *map(len, who)]).astype(np.int64),
        np.concatenate([NOBODY, *who]),
        np.concatenate([np.zeros(0, np.int64), *rank]),
    )


def binding_rows(book: Book, counts: Counts) -> list[bool]:
    """By row: it looks at households, has a price, and would miss a lease if one of its num were taken away."""
    return [
        row.rule in HOUSEHOLD_RULES
        and row.price > 0
        and row.rate * counts.den[k] > (counts.num[k] - 1) * RATE
        for k, row in enumerate(book.rows)
    ]


class Lists:
    """The published lists, and whom each rank should hold.

    Lists are filled one after the other, those that few may stand on first, and who is still free then depends on the lists
    filled before. A first reading of the doors counts who may stand on each list (:meth:`count`), which gives the turns
    (:meth:`settle`). The published lists then say when each household came to its last list, and each rank is checked by
    itself in a second reading, in any order. If every rank is the one expected given those before it, the lists are those
    that filling from nothing would give (by induction on the turns); the first rank that differs is found, which refuses.

    With ``after`` beyond 1 the ranks up to it are taken as they are, and those behind were drawn when every list was there.
    """

    def __init__(
        self,
        classes: Classes,
        book: Book,
        counts: Counts,
        lines: Lines,
        size: int,
        waiters: Waiters,
        after: int = 1,
    ) -> None:
        self.classes, self.book, self.counts, self.size, self.after = classes, book, counts, size, after
        self.waiters = waiters
        self.world = w = classes.world
        self.max_lists = w.law.whole("national.caleol.max_lists")
        self.binding = binding_rows(book, counts)
        first = lines.rank == 1
        household = lines.app[first] >= 0
        self.homes = lines.dwelling[first][household]
        self._draw = np.zeros(len(w.dwellings), np.int64)
        self._draw[self.homes] = counts.draws[household]
        self._may_stand = np.zeros(len(w.dwellings), np.int64)
        self.placed = np.zeros(len(w.apps), bool)
        self.placed[lines.placed] = True
        self.turn = np.zeros(len(w.dwellings), np.int64)
        has_first = np.zeros(len(w.dwellings), bool)
        has_first[self.homes] = True
        people = lines.take(np.flatnonzero(lines.app >= 0))
        self.orphans = int(np.count_nonzero(~has_first[people.dwelling]))
        """Lines of lists without a first rank."""
        people = people.take(np.flatnonzero(has_first[people.dwelling]))
        klass = classes.klass[people.dwelling]
        at = np.argsort(klass, kind="stable")
        self.lines = people.take(at)
        self.start = np.searchsorted(klass[at], np.arange(len(classes) + 1))
        self.full_at = np.full(len(w.apps), NEVER)
        self.keep = w.law.hundredths("national.lean.keep_points")
        self._given: dict[tuple[int, str], tuple[I64, tuple[tuple[int, int], ...]]] = {}

    @property
    def wanted(self) -> B:
        """(classes,) whether a dwelling of it has a list."""
        found: B = np.diff(self.start) > 0
        return found

    def count(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """First reading: how many may stand on each list."""
        dalo = self.world.apps.dalo[door.rep]
        known: dict[tuple[int, int, bool], int] = {}
        for c, who in named:
            mine = self.waiters.firsts(c)
            names = mine.accounts_of(mine.account)
            for d, account, app in zip(mine.dwelling.tolist(), names, mine.app.tolist(), strict=True):
                if account not in who.accounts:
                    continue
                if app < 0:
                    continue
                every = bool(self.world.apps.dalo[app])
                key = (c, who.accounts.index(account), every)
                if key not in known:
                    known[key] = may_stand(
                        door.fine, door.block.app, door.type, who.allowed(account, 2).astype(np.uint8), ~dalo, every,
                        self.placed,
                    )  # fmt: skip
                self._may_stand[d] = known[key]

    def told(self) -> I64:
        """What was counted, for :meth:`join`."""
        return self._may_stand

    def join(self, more: I64) -> None:
        """Add what was counted behind other doors."""
        self._may_stand += more

    def settle(self) -> None:
        """Every list has been counted: the turns, and when each household came to its last list."""
        ids = ascending(self.world.dwellings.ids)
        order = np.lexsort((ids[self.homes], self._draw[self.homes], self._may_stand[self.homes]))
        self.turn[self.homes[order]] = np.arange(1, len(order) + 1)
        reserve = self.lines.rank > 1
        app, turn = self.lines.app[reserve], self.turn[self.lines.dwelling[reserve]]
        turn = turn + np.where(self.lines.rank[reserve] > self.after, self._later, 0)
        order = np.lexsort((turn, app))
        app, turn = app[order], turn[order]
        if self.max_lists > 0 and len(app):
            last = np.arange(len(app)) - np.searchsorted(app, app) == self.max_lists - 1
            self.full_at[app[last]] = turn[last]

    @property
    def _later(self) -> int:
        """What is added to the turns of lists that go on."""
        return len(self.homes) if self.after > 1 else 0

    def shown(self, door: Door, named: Sequence[tuple[int, Named]]) -> Shown | None:
        """The lists of a door; None when it has none. Lists with a household that is not eligible are left to `Pairs`."""
        slices = [np.arange(a, b) for a, b in ((self.start[c], self.start[c + 1]) for c, _ in named) if b > a]
        if not slices:
            return None
        lines = self.lines.take(np.concatenate(slices))
        at = door.block.where(lines.app)
        first = _starts(lines.dwelling)
        klass = self.classes.klass[lines.dwelling[first]]
        account = lines.accounts_of(lines.account[first])
        who = dict(named)
        numbers: dict[tuple[int, str], int] = {}
        stands: list[Stand] = []
        stand = np.empty(len(first), np.int32)
        own, own_rank = [], []
        listed, list_rank = [], []
        direct = np.zeros(len(first), bool)
        known: dict[tuple[int, int], tuple[I32, I64]] = {}
        orders: dict[int, I32] = {}
        for q, (d, c, name) in enumerate(
            zip(lines.dwelling[first].tolist(), klass.tolist(), account, strict=True)
        ):
            if name not in who[c].accounts:
                return None
            number = stand[q] = numbers.setdefault((c, name), len(stands))
            if number == len(stands):
                stands.append(self._stand(door, d, name, who[c]))
            mine = stands[number]
            direct[q] = mine.mode == "direct"
            own_list = d if self._named_here(door, name, d) else -1
            if (number, own_list) not in known:
                known[number, own_list] = self._own(door, d, name, mine)
            at_own, rank_own = known[number, own_list]
            own.append(at_own)
            own_rank.append(rank_own)
            order = mine.order
            listed.append(NOBODY if order is None else orders.setdefault(number, door.block.where(order.app)))
            list_rank.append(np.zeros(0, np.int64) if order is None else order.rank)
        fine = (at >= 0) & (door.code[np.maximum(at, 0)] == 0)
        if not fine.all():
            return None
        return Shown(
            dwelling=lines.dwelling[first],
            account=account,
            ptr=np.append(first, len(lines)),
            at=at,
            stand=stand,
            stands=stands,
            turn=self.turn[lines.dwelling[first]] + self._later,
            own=ordered(own, own_rank),
            listed=ordered(listed, list_rank),
            direct=direct,
        )

    def _stand(self, door: Door, d: int, account: str, who: Named) -> Stand:
        by_profile, marks = self.given(d, account)
        order = next((x for x in who.orders if x.account == account), None)
        return Stand(
            who.allowed(account, 2), who.allowed(account, 1), who.lean[:, who.accounts.index(account)],
            by_profile[door.profile], marks, mode_of(self.world, d, account), order,
        )  # fmt: skip

    def _named_here(self, door: Door, account: str, d: int) -> bool:
        """Whether the account named households for this very dwelling."""
        return d in self.classes.nominees(door.block).get(account, {})

    def _own(self, door: Door, d: int, account: str, stand: Stand) -> tuple[I32, I64]:
        """Eligible nominees in the réservataire's order, for this dwelling, then for any, with their places."""
        if stand.mode == "delegated":
            return NOBODY, np.zeros(0, np.int64)
        mine = self.classes.nominees(door.block).get(account, {})
        found, part, ranks_ = [NOBODY], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for number, x in enumerate((d, -1)):
            if x in mine:
                at = door.block.where(mine[x][0])
                fine = np.flatnonzero((at >= 0) & (door.code[at] == 0) & stand.allowed[door.type[at]])
                found.append(at[fine])
                part.append(np.full(len(fine), number))
                ranks_.append(mine[x][1][fine])
        each = np.concatenate(found)
        _, once = np.unique(each, return_index=True)
        once.sort()
        _, place = distinct(np.column_stack([np.concatenate(part)[once], np.concatenate(ranks_)[once]]))
        return each[once], place

    def given(self, dwelling: int, account: str) -> tuple[I64, tuple[tuple[int, int], ...]]:
        """(by profile: bits of the binding rows whose num a lease there would give, all its (row, trait))."""
        key = (self.book.spot(dwelling), account)
        if key not in self._given:
            every = np.arange(PROFILES)
            out = np.zeros(PROFILES, np.int64)
            marks = sorted(self.book.marks(lease_of(self.world, dwelling), account))
            binding = [(k, t) for k, t in marks if self.binding[k]]
            for bit, (_, trait) in enumerate(binding):
                out |= TRAITS[trait](every) << bit
            self._given[key] = (out, tuple((k, NAMES.index(t)) for k, t in marks))
        return self._given[key]

    def check(self, door: Door, shown: Shown, found: Findings) -> None:
        """Ranks 2…k of the lists of a door."""
        a = self.world.apps
        block, here = door.block, at_door(door)
        stands, types, housed = shown.by_stand, self.by_type(door), self.housed
        ties = np.empty((len(shown.at) + len(shown.stand), 4), np.int64)
        above = int((door.worth - block.score)[door.fine].max(initial=0))
        most = above + stands.lean.max(axis=1, initial=0)
        limits = Limits(self.size, self.max_lists, self.after)
        ends = np.zeros(len(shown.stand), np.int64)
        drawn = ranks(here, stands, types, shown.lists, shown.own, housed, limits, most, ties, ends)
        tie = np.empty(len(door.fine) if drawn else 0, np.int32)
        for q, rank, asked, at in ties[:drawn].tolist():
            start, row, d = int(shown.ptr[q]), int(shown.stand[q]), int(shown.dwelling[q])
            if at >= 0:
                equals = self._equal_nominees(door, shown, q, rank, at)
            else:
                n = best(here, stands, types, shown.lists, q, rank, asked, int(most[row]), housed, tie)
                equals = tie[:n].tolist()
            apps = block.app[equals].tolist()
            drawn_first = min(apps, key=lambda x: (-self.h(x, d, shown.account[q]), a.ids[x]))
            published = int(block.app[shown.at[start + rank - 1]])
            if drawn_first != published:
                found.add("shortlists", f"dwelling_id={self.world.dwellings.ids[d]}, rank={rank}")
        for q in np.flatnonzero(ends).tolist():
            name = self.world.dwellings.ids[int(shown.dwelling[q])]
            found.add("shortlists", f"dwelling_id={name}, rank={ends[q]}")

    def _equal_nominees(self, door: Door, shown: Shown, q: int, rank: int, at: int) -> list[int]:
        """The best by class, value and seniority of the free nominees at one place of the réservataire's order."""
        start, row = int(shown.ptr[q]), int(shown.stand[q])
        above = set(shown.at[start : start + rank - 1].tolist())
        app, stand = door.block.app, shown.stands[row]
        turn = int(shown.turn[q])
        ptr, who, place = shown.own
        free = [int(who[k]) for k in range(int(ptr[q]), int(ptr[q + 1])) if place[k] == place[at]]
        free = [
            i for i in free if i not in above and not self.placed[app[i]] and self.full_at[app[i]] >= turn
        ]
        need = int(stand.given[door.type[shown.at[start]]])

        def key(i: int) -> tuple[bool, int, int]:
            t = int(door.type[i])
            same = int(stand.given[t]) & need == need
            return same, int(door.worth[i] + stand.lean[t]), int(self.world.apps.seniority[app[i]])

        top = max(map(key, free))
        return [i for i in free if key(i) == top]

    def by_type(self, door: Door) -> ByType:
        """What is the same of all households of a type at a door."""
        return ByType(self.world.apps.dalo[door.rep], door.profile)

    @property
    def housed(self) -> Housed:
        """What the lists say of each application."""
        return Housed(self.placed, self.full_at, self.world.apps.seniority)

    def h(self, app: int, dwelling: int, account: str) -> int:
        w = self.world
        return lottery(w.settings.seed, w.apps.ids[app], w.dwellings.ids[dwelling], account)


def _starts(values: I32) -> I64:
    """Where each run of equal values begins."""
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return np.flatnonzero(new)


NAMES = tuple(TRAITS)


def traits() -> U8:
    """(trait, profile) -> whether a household of that profile counts."""
    every = np.arange(PROFILES)
    return np.array([TRAITS[name](every) for name in NAMES], np.uint8)


def ledger_of(book: Book, counts: Counts) -> Ledger:
    """The rows of a run; refused where an exchange of two households could leave 64 bits."""
    for k, row in enumerate(book.rows):
        if row.price * (row.rate * (counts.den[k] + 1) + counts.more[k] + counts.short[k] + RATE) >= LIMIT:
            raise Unreadable("rules", row.rule)
    asked = [r.rate * counts.den[k] + counts.more[k] - r.slack for k, r in enumerate(book.rows)]
    columns = (asked, counts.num, counts.short, [r.price for r in book.rows])
    return Ledger(*(np.array(x, np.int64) for x in columns))
