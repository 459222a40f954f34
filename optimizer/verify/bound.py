"""The bound of a leaf over all eligible pairs and seats, in whole units of 1e-10 point.

Every first rank possible is a *kind* (the rows it enters, with or without num); a pair may be of several kinds (one per
account) and is worth ``value + max over kinds of the multipliers' balance − price of the application``. Value and price
are of the household and the door, the balance of its type and the class: one compiled pass over the households of a door
keeps the best ``value − price`` of each type, and a class is a maximum over the types it may take. Each dwelling of the
class then adds its own vacancy points.

Why no sum leaves 64 bits: |value| + Σ |multipliers| + the largest price is computed in unlimited integers and refused
from 2^61 (`Field._demand_range`); an application that a leaf takes away costs 2^61 and a segment without anybody is
worth −2^62, so no sum goes below −2^62 − 2^61.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np

from optimizer.verify.blocks import Block
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.kinds import Kinds, Marks
from optimizer.verify.naming import Named
from optimizer.verify.passes import class_tops, on_step, tops
from optimizer.verify.rows import PROFILES, TRAITS, Book, Lease, lease_of, profile_at
from optimizer.verify.verdict import Unreadable

UNIT = 10**10
"""Units in one point."""
FROM_HUNDREDTH = UNIT // 100
FROM_MICRO = UNIT // 10**6
LIMIT = 2**61
BARRED = -(2**62)


@dataclass(frozen=True)
class Special:
    """What a leaf says of one dwelling: the only pair allowed, pairs and accounts excluded or required."""

    only: tuple[int, str] | None = None
    without: frozenset[tuple[int, str]] = frozenset()
    account: str | None = None
    not_accounts: frozenset[str] = frozenset()

    @property
    def must(self) -> bool:
        return self.only is not None or self.account is not None


HELD = 20_000_000
"""Pairs held for repeated bounds (16 bytes each); beyond, each bound passes over the doors again."""


@dataclass(frozen=True)
class Part:
    """The types of a door that some open class may put first: their segments start at ``start``."""

    door: int
    types: I64
    start: int

    def segments(self, n_types: int) -> I32:
        """Segment of each type of the door, -1 where nobody asks."""
        found = np.full(n_types, -1, np.int32)
        found[self.types] = np.arange(self.start, self.start + len(self.types), dtype=np.int32)
        return found


class Field:
    """All first ranks possible of a case, for repeated bounds.

    A *segment* is the households of one type at one door; a class is a list of segments, each with what it may be there
    (a set of kinds). Values of a segment are held while they fit in memory. A country's do not: each bound then passes
    over the doors again, and a segment keeps one number, its best.
    """

    def __init__(self, classes: Classes, book: Book, foreseen: I64 | None = None) -> None:
        """``foreseen``: prices of the only leaf of the proof, whose bests are then found as the doors are read."""
        self.classes, self.book = classes, book
        self._foreseen, self._ahead = foreseen, list[I64]()
        self.kinds = Kinds()
        self._tables: dict[tuple[int, tuple[str, ...]], I32] = {}
        self._kinds_of: list[I32] = []
        self._lengths: list[I32] = []
        self._n_sets = 0
        self._block: Block | None = None
        self._shared: dict[tuple[int, tuple[str, ...], bytes], I32] = {}
        self._seats: list[tuple[int, int, int]] = []
        self.class_row: dict[int, int] = {}
        self._parts: list[Part] = []
        self._segments: list[I32] = []
        self._sets: list[I32] = []
        self._held: list[tuple[I64, I32, I32]] | None = []
        self._size, self._count, self.top = 0, 0, 0

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add the classes of a door."""
        classes, world = self.classes, self.classes.world
        wanted = np.zeros(len(door.count), bool)
        rows = []
        for c, who in named:
            if not classes.open_members(c):
                continue
            d = classes.members[c][0]
            row = self.class_row[c] = len(self.class_row)
            for account, worth, _ in who.seats:
                marks = self.marks_of(lease_of(world, d), account, 0, seat=True)
                self._seats.append((row, worth, self.kinds.of(marks)))
            types = np.flatnonzero((who.first > 0) & (door.count > 0))
            wanted[types] = True
            rows.append((types, self._by_type(door, d, who)[types]))
        part = Part(door.number, np.flatnonzero(wanted), self._count)
        at = part.segments(len(wanted))
        self._segments += [at[types] for types, _ in rows]
        self._sets += [sets for _, sets in rows]
        self._parts.append(part)
        self._count += len(part.types)
        block = door.block
        self.top = max(self.top, block.once("top", lambda: int(np.abs(block.base).max(initial=0))))
        self._size += int(door.count[wanted].sum())
        if self._size > HELD:
            self._held = None
        if self._foreseen is not None and len(part.types):
            top = np.full(len(part.types), BARRED, np.int64)
            self._door_tops(door, np.where(at < 0, at, at - np.int32(part.start)), self._foreseen, top)
            self._ahead.append(top)
        if self._held is not None and len(part.types):
            segment = at[door.type[door.fine]]
            order = np.argsort(segment, kind="stable")[int((segment < 0).sum()) :]
            value = door.value[order] + classes.fit.fill
            self._held.append((value, block.app[door.fine[order]], segment[order]))

    def close(self) -> None:
        """Everything is read: what each bound needs, end to end."""
        fit = self.classes.fit
        self.ptr = np.cumsum([0, *(len(x) for x in self._segments)]).astype(np.int64)
        self.segment = _joined(self._segments, np.int32)
        self.set_of = _joined(self._sets, np.int32)
        self._segments, self._sets, self._tables = [], [], {}
        self._block, self._shared = None, {}
        self.kinds.forget()
        self.seat = np.array(self._seats, np.int64).reshape(-1, 3)
        if self._held is not None:
            values, apps, segments = zip(*self._held, strict=True) if self._held else ((), (), ())
            joined = _joined(segments, np.int32)
            self.value, self.app = _joined(values, np.int64), _joined(apps, np.int32)
            self.start = np.searchsorted(joined, np.arange(self._count)).astype(np.int64)
            self._held = []
        self.rows_of = self._dwellings()
        self.set_ptr = np.append(0, np.cumsum(_joined(self._lengths, np.int32), dtype=np.int64)).astype(
            np.int64
        )
        self.set_kind = _joined(self._kinds_of, np.int32)
        self._kinds_of, self._lengths = [], []
        marks = list(self.kinds.number)
        self.kind_ptr = np.cumsum([0, *(len(m) for m in marks)]).astype(np.int64)
        self.mark_row = np.array([k for m in marks for k, _ in m], np.int64)
        self.mark_num = np.array([n for m in marks for _, n in m], np.int64)
        self.top += fit.fill + fit.first_rooms + fit.adapted
        self.top = max(self.top, int(np.abs(self.seat[:, 1]).max(initial=0)))
        self.top += int(self.classes.bonus.max(initial=0))
        """At least the largest value of a first rank, in hundredths and without sign: what 64 bits must hold."""

    def _tops(self, best: I64, barred: I64) -> I64:
        """Best net value of each class row, without the dwellings' own points."""
        top = np.full(self._count, BARRED, np.int64)
        if self._foreseen is not None and np.array_equal(barred, self._foreseen):
            top = _joined(self._ahead, np.int64)
        elif self._held is not None:
            if self._count:
                net = self.value * FROM_HUNDREDTH - barred[self.app]
                top = np.maximum.reduceat(net, self.start)
        else:
            for part in self._parts:
                if len(part.types):
                    door = self.classes.door(part.door)
                    self._door_tops(door, part.segments(len(door.count)), barred, top)
        found = np.full(len(self.ptr) - 1, BARRED, np.int64)
        class_tops(self.ptr, self.segment, self.set_of, top, best, found)
        return found

    def _door_tops(self, door: Door, segment: I32, barred: I64, top: I64) -> None:
        """Best net value of each segment of a door, put into ``top``; ``segment`` by type, -1 where nobody asks."""
        value = door.value + self.classes.fit.fill
        tops(door.fine, door.type, door.block.app, value, barred, FROM_HUNDREDTH, segment, top)

    def _dwellings(self) -> tuple[I64, I64, B]:
        """(class row, bonus, must be filled) of every open dwelling with a class row, by dwelling index order."""
        found = [
            (d, row, int(self.classes.bonus[d]), d in self.classes.world.pins)
            for c, row in self.class_row.items()
            for d in self.classes.open_members(c)
        ]
        self.dwelling = np.array([x[0] for x in found], np.int64)
        self.position = {int(x[0]): i for i, x in enumerate(found)}
        return (
            np.array([x[1] for x in found], np.int64),
            np.array([x[2] for x in found], np.int64),
            np.array([x[3] for x in found], bool),
        )

    def marks_of(self, lease: Lease, account: str, bits: int, seat: bool = False) -> Marks:
        """The (row, num) marks of one lease."""
        one = np.array([bits], np.int64)
        found = self.book.marks(lease, account, seat=seat)
        return tuple(sorted((k, int(TRAITS[t](one)[0])) for k, t in found))

    def _kinds_by_profile(self, lease: Lease, account: str) -> I32:
        return self.kinds.by_profile(tuple(sorted(self.book.marks(lease, account))))

    def _by_type(self, door: Door, d: int, who: Named) -> I32:
        """Number of the set of kinds of each type (-1: never first), asked once where doors of a block share it."""
        if self._block is not door.block:
            self._block, self._shared = door.block, {}
        key = (self.book.spot(d), who.accounts, who.first.tobytes())
        if key not in self._shared:
            found = np.full(len(who.first), -1, np.int32)
            some = who.first > 0
            found[some] = self._sets_of(d, who.accounts, who.first[some] * PROFILES + door.profile[some])
            self._shared[key] = found
        return self._shared[key]

    def _sets_of(self, d: int, accounts: tuple[str, ...], keys: I64) -> I32:
        """Number of the set of kinds of each key (mask of accounts × PROFILES + profile) at a dwelling."""
        here = (self.book.spot(d), accounts)
        if here not in self._tables:
            lease = lease_of(self.classes.world, d)
            tables = [self._kinds_by_profile(lease, x) for x in accounts]
            self._tables[here] = np.array(tables, np.int32).reshape(len(accounts), PROFILES)
        unique, inverse = np.unique(keys, return_inverse=True)
        may = (unique[:, None] // PROFILES >> np.arange(len(accounts)) & 1) > 0
        row, account = np.nonzero(may)
        self._kinds_of.append(self._tables[here][account, unique[row] % PROFILES])
        self._lengths.append(may.sum(axis=1, dtype=np.int32))
        found = np.arange(self._n_sets, self._n_sets + len(unique), dtype=np.int32)
        self._n_sets += len(unique)
        return found[inverse.reshape(-1)]

    def on_grid(self, step: int, prices: Sequence[tuple[int, int]]) -> bool:
        """Whether every possible objective is a multiple of ``step`` micropoints.

        ``prices``: (price in hundredths, rate in ten-thousandths) of the rows.
        """
        if any(price * 10_000 % step or price * rate % step for price, rate in prices):
            return False
        each = step // gcd(step, 10_000)
        if each == 1:
            return True
        if each >= LIMIT:
            return not len(self.seat) and not self._count
        if bool((self.seat[:, 1] % each).any()):
            return False
        klass, bonus, _ = self.rows_of
        shift: dict[int, set[int]] = {}
        for row, more in zip(klass.tolist(), bonus.tolist(), strict=True):
            shift.setdefault(row, set()).add(self.classes.fit.fill + more)
        rest = np.full(self._count, -1, np.int64)
        for part in self._parts:
            door = self.classes.door(part.door)
            by_type = np.full(len(door.count), -1, np.int64)
            on_step(door.fine, door.type, door.value, each, by_type)
            rest[part.start : part.start + len(part.types)] = by_type[part.types]
        for row, more in shift.items():
            mine = rest[self.segment[self.ptr[row] : self.ptr[row + 1]]]
            if bool((mine < 0).any()) or any(bool(((mine + x) % each).any()) for x in more):
                return False
        return True

    def balance(self, num: I64, den: I64) -> I64:
        """Units each kind adds for multipliers per row (``num`` and ``den`` coefficients in units).

        The running total may pass 64 bits, its differences may not (:meth:`_demand_range`): modulo 2^64 they are exact.
        """
        each = num[self.mark_row] * self.mark_num + den[self.mark_row] if len(self.mark_row) else np.zeros(0)
        total = np.concatenate([[0], np.cumsum(each, dtype=np.int64)])
        return np.asarray(total[self.kind_ptr[1:]] - total[self.kind_ptr[:-1]], np.int64)

    def bound(
        self,
        num: I64,
        den: I64,
        price: I64,
        special: Mapping[int, Special],
        taken: Sequence[int] = (),
        more: I64 | None = None,
    ) -> int | None:
        """Σ over dwellings of the best first rank (units); None when a dwelling that must be filled cannot be.

        Parameters
        ----------
        num, den : units added per row when a lease enters its num, its den.
        price : units per application.
        special : dwelling -> what the leaf says of it.
        taken : applications fixed elsewhere, allowed only where ``special`` says so.
        more : units each kind adds besides.
        """
        kinds = self._balances(num, den, price, more)
        best = np.maximum.reduceat(kinds[self.set_kind], self.set_ptr[:-1]) if self._n_sets else kinds[:0]
        barred = price.copy()
        barred[list(taken)] = LIMIT
        top = self._tops(best, barred)
        seats = np.full(len(top), BARRED, np.int64)
        if len(self.seat):
            np.maximum.at(seats, self.seat[:, 0], self.seat[:, 1] * FROM_HUNDREDTH + kinds[self.seat[:, 2]])
        klass, bonus, must = self.rows_of
        each = np.maximum(top[klass] + bonus * FROM_HUNDREDTH, seats[klass])
        keep = np.ones(len(each), bool)
        keep[[self.position[d] for d in special if d in self.position]] = False
        if bool((must & keep & (each < BARRED // 2)).any()):
            return None
        total = _sum(np.where(must, each, np.maximum(each, 0))[keep])
        for d in sorted(special):
            one = self._one(d, special[d], kinds, price, frozenset(taken))
            if one is None:
                return None
            total += one
        return total

    def _balances(self, num: I64, den: I64, price: I64, more: I64 | None) -> I64:
        self._demand_range(num, den, price, 0 if more is None else int(np.abs(more).max(initial=0)))
        kinds = self.balance(num, den)
        return kinds if more is None else kinds + more

    def _demand_range(self, num: I64, den: I64, price: I64, more: int) -> None:
        widest = more + sum(abs(int(x)) for x in num) + sum(abs(int(x)) for x in den)
        widest += self.top * FROM_HUNDREDTH + int(price.max(initial=0))
        if widest >= LIMIT or int(price.min(initial=0)) < 0:
            raise Unreadable("certificate.json", "multiplicateurs hors limites")

    def _one(self, d: int, rule: Special, kinds: I64, price: I64, taken: frozenset[int]) -> int | None:
        """Best first rank of one dwelling under a leaf's restrictions, in Python integers."""
        if d not in self.position:
            return None if rule.must else 0
        classes = self.classes
        entries = classes.entries(int(classes.klass[d]))
        lease = lease_of(classes.world, d)
        bits = profile_at(classes.world, d, entries.app.astype(np.int64))
        best: int | None = None if rule.must or d in classes.world.pins else 0
        allowed = [
            b
            for b, account in enumerate(entries.accounts)
            if (rule.account is None or account == rule.account) and account not in rule.not_accounts
        ]
        worth = entries.score + entries.fit + classes.fit.fill + int(classes.bonus[d])
        for b in allowed:
            account = entries.accounts[b]
            may = entries.first >> b & 1 > 0
            if rule.only is not None:
                may = may & (entries.app == rule.only[0]) & (account == rule.only[1])
            else:
                barred = sorted({a for a, r in rule.without if r == account and a >= 0} | taken)
                if barred:
                    may = may & ~np.isin(entries.app, barred)
            if may.any():
                kind = self._kinds_by_profile(lease, account)[bits[may]]
                net = worth[may] * FROM_HUNDREDTH + kinds[kind] - price[entries.app[may]]
                best = max(int(net.max()), best) if best is not None else int(net.max())
        for account, value, _ in entries.seats:
            here = (rule.account in (None, account)) and account not in rule.not_accounts
            here &= (-1, account) not in rule.without and rule.only in (None, (-1, account))
            if here:
                kind_of_seat = self.kinds.number[self.marks_of(lease, account, 0, seat=True)]
                net_seat = value * FROM_HUNDREDTH + int(kinds[kind_of_seat])
                best = max(net_seat, best) if best is not None else net_seat
        return best


def field_of(classes: Classes, book: Book) -> Field:
    """All first ranks possible, read door by door."""
    found = Field(classes, book)
    for door, named in classes.sweep():
        found.read(door, named)
    found.close()
    return found


def _joined(parts: Sequence[np.ndarray[Any, Any]], kind: type) -> np.ndarray[Any, Any]:
    return np.concatenate(parts) if len(parts) else np.zeros(0, kind)


def _sum(values: I64) -> int:
    """Exact sum in unlimited integers."""
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int(high.sum()) << 32) + int(low.sum())
