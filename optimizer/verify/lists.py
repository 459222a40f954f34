"""Ranks 2…k and leapfrogs of every published list, from the first ranks and the order of design §6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.verify.cells import I32, I64, U8, B, ascending
from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import NOBODY, Named, mode_of
from optimizer.verify.rows import PROFILES, TRAITS, Book, lease_of
from optimizer.verify.solution import RATE, Counts, Lines, lottery
from optimizer.verify.verdict import Findings, Unreadable
from optimizer.verify.walks import best, ranks

NEVER = np.iinfo(np.int64).max
LIMIT = 2**56


@dataclass(frozen=True)
class Stand:
    """What a class's account means at a door, by type: who may be named, who may be first, which binding rows one gives.

    ``marks``: (row, number of the trait) of the rows that a lease there enters.
    """

    allowed: B
    first: B
    given: I64
    marks: tuple[tuple[int, int], ...]
    mode: str


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
    own_ptr: I64
    own: I32
    """Eligible nominees in the réservataire's order."""
    direct: B

    @property
    def allowed(self) -> U8:
        """(stand, type) -> may be named there."""
        return np.array([x.allowed for x in self.stands], np.uint8)

    @property
    def may_first(self) -> U8:
        """(stand, type) -> may be first there."""
        return np.array([x.first for x in self.stands], np.uint8)

    @property
    def given(self) -> I64:
        """(stand, type) -> binding rows that a lease to them gives."""
        return np.array([x.given for x in self.stands], np.int64)


class Lists:
    """The published lists, and whom each rank should hold.

    Ranks are filled in turn, and who is still free then depends on the ranks filled before. The published lists say when
    each household came to its last list; each rank is then checked by itself, in any order, so that doors are read one by
    one and never held together. If every rank is the one expected given those before it, the lists are those that filling
    from nothing would give (by induction on the turns); the first rank that differs is found, which refuses.
    """

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: Lines, size: int) -> None:
        self.classes, self.book, self.counts, self.size = classes, book, counts, size
        self.world = w = classes.world
        self.max_lists = w.law.whole("national.caleol.max_lists")
        self.binding = [
            row.price > 0 and row.rate * counts.den[k] > (counts.num[k] - 1) * RATE
            for k, row in enumerate(book.rows)
        ]
        first = lines.rank == 1
        household = lines.app[first] >= 0
        homes = lines.dwelling[first][household]
        self.placed = np.zeros(len(w.apps), bool)
        self.placed[lines.placed] = True
        self.turn = np.zeros(len(w.dwellings), np.int64)
        order = np.lexsort((ascending(w.dwellings.ids)[homes], counts.draws[household]))
        self.turn[homes[order]] = np.arange(1, len(homes) + 1)
        self.n_turns = len(homes)
        people = lines.take(np.flatnonzero(lines.app >= 0))
        self.orphans = int(np.count_nonzero(self.turn[people.dwelling] == 0))
        """Lines of lists without a first rank."""
        people = people.take(np.flatnonzero(self.turn[people.dwelling] > 0))
        self.full_at = self._full_at(people)
        klass = classes.klass[people.dwelling]
        at = np.argsort(klass, kind="stable")
        self.lines = people.take(at)
        self.start = np.searchsorted(klass[at], np.arange(len(classes) + 1))
        self._given: dict[tuple[int, str], tuple[I64, tuple[tuple[int, int], ...]]] = {}

    def clock(self, dwelling: int, rank: int) -> int:
        """When a rank of a list is filled: rank by rank, each in the order of the turns."""
        return (rank - 2) * self.n_turns + int(self.turn[dwelling])

    def _full_at(self, lines: Lines) -> I64:
        """When each application came to its last allowed list as a reserve (a large number: never)."""
        full = np.full(len(self.world.apps), NEVER)
        reserve = lines.rank > 1
        app = lines.app[reserve]
        clock = (lines.rank[reserve] - 2) * self.n_turns + self.turn[lines.dwelling[reserve]]
        order = np.lexsort((clock, app))
        app, clock = app[order], clock[order]
        if self.max_lists > 0 and len(app):
            start = np.searchsorted(app, app)
            last = np.arange(len(app)) - start == self.max_lists - 1
            full[app[last]] = clock[last]
        return full

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
        own, direct = [], np.zeros(len(first), bool)
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
            own.append(self._own(door, d, name, mine) if mine.mode != "delegated" else NOBODY)
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
            turn=self.turn[lines.dwelling[first]],
            own_ptr=np.cumsum([0, *map(len, own)]).astype(np.int64),
            own=np.concatenate([NOBODY, *own]),
            direct=direct,
        )

    def _stand(self, door: Door, d: int, account: str, who: Named) -> Stand:
        by_profile, marks = self.given(d, account)
        mode = mode_of(self.world, d, account)
        return Stand(who.allowed(account, 2), who.allowed(account, 1), by_profile[door.profile], marks, mode)

    def _own(self, door: Door, d: int, account: str, stand: Stand) -> I32:
        """Eligible nominees in the réservataire's order: for this dwelling, then for any."""
        mine = self.classes.nominees(door.block).get(account, {})
        at = door.block.where(np.concatenate([NOBODY, *(mine[x] for x in (d, -1) if x in mine)]))
        at = at[(at >= 0) & (door.code[np.maximum(at, 0)] == 0)] if len(at) else at
        at = at[stand.allowed[door.type[at]]]
        return np.array(list(dict.fromkeys(at.tolist())), np.int32)

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
        block, value = door.block, door.worth
        allowed, given = shown.allowed, shown.given
        dalo = a.dalo[door.rep]
        ties = np.empty((len(shown.at) + len(shown.stand), 3), np.int64)
        wrong, drawn = ranks(
            door.fine, block.app, block.score, value, door.type, allowed, given, dalo, shown.ptr, shown.at,
            shown.stand, shown.turn, shown.own_ptr, shown.own, shown.direct, self.n_turns, self.size,
            self.max_lists, self.placed, self.full_at, a.seniority, ties,
        )  # fmt: skip
        most = int((value - block.score)[door.fine].max(initial=0)) if drawn else 0
        tie = np.empty(len(door.fine) if drawn else 0, np.int32)
        for q, rank, asked in ties[:drawn].tolist():
            start, row, d = int(shown.ptr[q]), int(shown.stand[q]), int(shown.dwelling[q])
            n = best(
                door.fine, block.app, block.score, value, door.type, most, allowed[row], given[row], asked, ~dalo,
                bool(dalo[door.type[shown.at[start]]]), shown.at, start, start + rank - 1, self.clock(d, rank),
                self.placed, self.full_at, a.seniority, tie,
            )  # fmt: skip
            apps = block.app[tie[:n]].tolist()
            drawn_first = min(apps, key=lambda x: (-self.h(x, d, shown.account[q]), a.ids[x]))
            wrong += drawn_first != int(block.app[shown.at[start + rank - 1]])
        if wrong:
            found.add("shortlists", "ordre des rangs", wrong)

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


@dataclass(frozen=True)
class Ledger:
    """The rows as columns, for what an exchange of two households changes; refused where it could leave 64 bits."""

    rate: I64
    num: I64
    den: I64
    short: I64
    price: I64

    @classmethod
    def of(cls, book: Book, counts: Counts) -> Ledger:
        """The rows of a run."""
        for k, row in enumerate(book.rows):
            if row.price * (row.rate * (counts.den[k] + 1) + counts.short[k] + RATE) >= LIMIT:
                raise Unreadable("rules", row.rule)
        columns = (
            [r.rate for r in book.rows],
            counts.num,
            counts.den,
            counts.short,
            [r.price for r in book.rows],
        )
        return cls(*(np.array(x, np.int64) for x in columns))
