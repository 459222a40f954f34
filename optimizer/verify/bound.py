"""The bound of a leaf over all eligible pairs and seats, in whole units of 1e-10 point.

Every first rank possible is a *kind* (the rows it enters, with or without num); a pair may be of several kinds (one per
account) and is worth ``value + max over accounts of lean + the multipliers' balance − price of the application``. Value and
price are of the household and the door, lean and balance of its type and the class: one compiled pass over the households of a
door keeps the best ``value − price`` of each type, and a class is a maximum over the types it may take. Each dwelling of the
class then adds its own vacancy points.

Nominations as an order: whoever is placed after nominee b at a dwelling is first there only if b is first somewhere else, so
that ``Σ x(after b) ≤ Σ x(of b on other dwellings)``. Any σ ≥ 0 times the difference may be added to an objective that is
maximised: the price of b falls by σ wherever b is but there, and those after b lose σ at that dwelling, which is then looked
at by itself.

Why no sum leaves 64 bits: |value| + Σ |multipliers| + the largest price is computed in unlimited integers and refused
from 2^61 (`Field._demand_range`); an application that a leaf takes away costs 2^61 and a segment without anybody is
worth −2^62, so no sum goes below −2^62 − 2^61.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.verify.behind import Behind, Two
from optimizer.verify.blocks import Block
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.distinct import distinct
from optimizer.verify.kinds import ByProfile, Kinds, Marks
from optimizer.verify.naming import Named, Order
from optimizer.verify.passes import account_tops, class_tops, on_step, tops
from optimizer.verify.rows import LEASE, PROFILES, TRAITS, Book, Lease, Row, lease_of, profile_at
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import follows

UNIT = 10**10
"""Units in one point."""
FROM_HUNDREDTH = UNIT // 100
FROM_MICRO = UNIT // 10**6
LIMIT = 2**61
BARRED = -(2**62)
THE_SEAT = np.full(1, -1, np.int32)
BLOCK = 500_000
"""Sets of kinds weighed at once."""


@dataclass
class Weights:
    """What a leaf adds to a first rank, in units: by row where it enters num and den, per ten-thousandth it asks for above the
    row's rate (``more``), by kind besides; ``price`` by application, negative where others wait for it."""

    num: I64
    den: I64
    more: I64
    price: I64
    kinds: I64 | None = None

    @classmethod
    def none(cls, n_rows: int, n_apps: int) -> Weights:
        """Nothing at all."""
        return cls(*(np.zeros(n, np.int64) for n in (n_rows, n_rows, n_rows, n_apps)))


@dataclass(frozen=True)
class Special:
    """What a leaf says of one dwelling: the only pair allowed, pairs and accounts excluded or required."""

    only: tuple[int, str] | None = None
    without: frozenset[tuple[int, str]] = frozenset()
    account: str | None = None
    not_accounts: frozenset[str] = frozenset()
    orders: tuple[tuple[str, int, int], ...] = ()
    """(account, place of the nominee in its order, units) of the order rows that a leaf uses at the dwelling."""
    after: tuple[tuple[str, int, int], ...] = ()
    """(account, household, units): what one household loses on the account by standing behind a nominee of the list that names it."""

    @property
    def must(self) -> bool:
        return self.only is not None or self.account is not None

    @property
    def only_orders(self) -> bool:
        """Whether every first rank is possible."""
        return not (self.must or self.without or self.not_accounts)


@dataclass(frozen=True)
class Possible:
    """First ranks of a dwelling on one account under a leaf: households (-1: the seat), value in hundredths, profile, net value in
    units."""

    account: str
    app: I32
    worth: I64
    bits: I64
    net: I64


@dataclass(frozen=True)
class Listed:
    """A class whose households réservataires name in an order; each nominee is a type of its own."""

    accounts: tuple[str, ...]
    orders: tuple[Order, ...]
    rep: I32
    """The household that stands for each of the class's types, in the order of its segments."""

    def order_of(self, account: str) -> Order | None:
        return next((x for x in self.orders if x.account == account), None)


HELD = 20_000_000
"""Pairs held for the bounds of several leaves (16 bytes each); beyond, each bound passes over the doors again."""


@dataclass(frozen=True)
class DoorPart:
    """The types of a door that some open class may put first: their segments start at ``start``."""

    door: int
    types: I64
    start: int

    def segments(self, n_types: int) -> I32:
        """Segment of each type of the door, -1 where nobody asks."""
        found = np.full(n_types, -1, np.int32)
        found[self.types] = np.arange(self.start, self.start + len(self.types), dtype=np.int32)
        return found


LISTS: Mapping[str, type] = {
    "_kinds_of": np.int32, "_lengths": np.int32, "_leans": np.int32, "_bits": np.int8, "_ahead": np.int64, "_segments": np.int32,
    "_sets": np.int32,
}  # fmt: skip
"""Columns of a `Field` while it is read, in pieces, and what they hold."""
PLAIN = (
    "_seats", "seat_accounts", "class_row", "class_of", "_sizes", "_n_sets", "_count", "_size", "top", "_most_lean",
)  # fmt: skip


@dataclass(frozen=True)
class Gathered:
    """What a `Field` in another process has read: columns end to end, parts, kinds by number, pairs held, places behind nominees,
    the rest by name."""

    joined: Mapping[str, np.ndarray[Any, Any]]
    parts: list[tuple[int, I64, int]]
    kinds: list[bytes]
    held: list[tuple[I64, I32, I32]] | None
    behind: I64
    plain: Mapping[str, Any]


class Field:
    """All first ranks possible of a case, for repeated bounds.

    A *segment* is the households of one type at one door; a class is a list of segments, each with what it may be there
    (a set of kinds). Values of a segment are held while they fit in memory. A country's do not: each bound then passes
    over the doors again, and a segment keeps one number, its best.
    """

    def __init__(
        self, classes: Classes, book: Book, foreseen: I64 | None = None, two: Sequence[Two] = ()
    ) -> None:
        """``foreseen``: prices of the only leaf of the proof, whose bests are then found as the doors are read; ``two``: the rows on two
        households that leaves of it use."""
        self.classes, self.book = classes, book
        self.behind = Behind(two)
        self._foreseen, self._ahead = foreseen, list[I64]()
        self.kinds = Kinds()
        self._tables: dict[tuple[int, tuple[str, ...]], list[ByProfile]] = {}
        self._kinds_of: list[I32] = []
        self._lengths: list[I32] = []
        self._leans: list[NDArray[np.integer]] = []
        self._bits: list[NDArray[np.int8]] = []
        self._n_sets = 0
        self._block: Block | None = None
        self._shared: dict[tuple[int, tuple[str, ...], bytes, bytes], I32] = {}
        self._seats: list[tuple[int, int, int, int]] = []
        self.seat_accounts: list[str] = []
        self.class_row: dict[int, int] = {}
        self.class_of: list[int] = []
        """Class of each class row."""
        self._listed: dict[int, Listed | None] = {}
        """By class row, of those that a leaf asked about."""
        self._parts: list[DoorPart] = []
        self._sizes: list[int] = []
        """Segments of each class row."""
        self._segments: list[I32] = []
        self._sets: list[I32] = []
        self._held: list[tuple[I64, I32, I32]] | None = [] if foreseen is None else None
        self._size, self._count, self.top, self._most_lean = 0, 0, 0, 0

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
            self.class_of.append(c)
            self._most_lean = max(self._most_lean, int(np.abs(who.lean).max(initial=0)))
            for seat in who.seats:
                marks = self.marks_of(lease_of(world, d), seat.account, 0, seat=True)
                self.seat_accounts.append(seat.account)
                bit = who.accounts.index(seat.account)
                self._seats.append((row, classes.fit.fill + seat.worth, self.kinds.of(marks), bit))
            types = np.flatnonzero((who.first > 0) & (door.count > 0))
            wanted[types] = True
            rows.append((types, self._by_type(door, d, who)[types]))
            self.behind.read(row, door.block.rep[types], who)
        part = DoorPart(door.number, np.flatnonzero(wanted), self._count)
        at = part.segments(len(wanted))
        self._sizes += [len(types) for types, _ in rows]
        self._segments += [at[types] for types, _ in rows]
        self._sets += [sets for _, sets in rows]
        self._parts.append(part)
        self._count += len(part.types)
        self.top = max(self.top, int(np.abs(door.worth).max(initial=0)))
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
            self._held.append((value, door.block.app[door.fine[order]], segment[order]))

    def told(self) -> Gathered:
        """What was read, for :meth:`join`."""
        joined = {name: _joined(getattr(self, name), kind) for name, kind in LISTS.items()}
        parts = [(part.door, part.types, part.start) for part in self._parts]
        plain = {name: getattr(self, name) for name in PLAIN}
        return Gathered(joined, parts, self.kinds.told(), self._held, self.behind.told(), plain)

    def join(self, more: Gathered) -> None:
        """Add what was read of other doors, as if it had been read here after those that were."""
        kind = self.kinds.join(more.kinds)
        rows, sets, count = len(self.class_of), self._n_sets, self._count
        joined, plain = more.joined, more.plain
        self._kinds_of.append(kind[joined["_kinds_of"]])
        self._segments.append(joined["_segments"] + np.int32(count))
        self._sets.append(joined["_sets"] + np.int32(sets))
        for name in ("_lengths", "_leans", "_bits", "_ahead"):
            getattr(self, name).append(joined[name])
        self.behind.join(more.behind, rows)
        self._parts += [DoorPart(door, types, start + count) for door, types, start in more.parts]
        self._seats += [
            (row + rows, worth, int(kind[number]), bit) for row, worth, number, bit in plain["_seats"]
        ]
        self.class_row.update({c: row + rows for c, row in plain["class_row"].items()})
        for name in ("seat_accounts", "class_of", "_sizes"):
            getattr(self, name).extend(plain[name])
        if self._held is None or more.held is None or self._size + plain["_size"] > HELD:
            self._held = None
        else:
            self._held += [(value, app, segment + np.int32(count)) for value, app, segment in more.held]
        for name in ("_n_sets", "_count", "_size"):
            setattr(self, name, getattr(self, name) + plain[name])
        self.top, self._most_lean = max(self.top, plain["top"]), max(self._most_lean, plain["_most_lean"])

    def close(self) -> None:
        """Everything is read: what each bound needs, end to end."""
        fit = self.classes.fit
        self.ptr = np.cumsum([0, *self._sizes]).astype(np.int64)
        self.segment = _joined(self._segments, np.int32)
        self.set_of = _joined(self._sets, np.int32)
        self.behind.close(self.ptr)
        self._segments, self._sets, self._tables = [], [], {}
        self._block, self._shared = None, {}
        self.kinds.forget()
        self.seat = np.array(self._seats, np.int64).reshape(-1, 4)
        """Class row, value, kind and place of the account of every seat."""
        if self._held is not None:
            values, apps, segments = zip(*self._held, strict=True) if self._held else ((), (), ())
            joined = _joined(segments, np.int32)
            self.value, self.app = _joined(values, np.int64), _joined(apps, np.int32)
            self.start = np.searchsorted(joined, np.arange(self._count)).astype(np.int64)
            self._held = []
        self.rows_of = self._dwellings()
        self._position = np.zeros(len(self.ptr) - 1, np.int64)
        """Position in its chain of the dwellings of each class row: a freed one is alone in its class."""
        for d, at in self.classes.world.position.items():
            if d in self.position:
                self._position[self.rows_of[0][self.position[d]]] = at
        self.set_ptr = np.append(0, np.cumsum(_joined(self._lengths, np.int32), dtype=np.int64)).astype(
            np.int64
        )
        self.set_kind = _joined(self._kinds_of, np.int32)
        self.set_lean = _joined(self._leans, np.int32)
        self.set_bit = _joined(self._bits, np.int8)
        """Of each kind of a set, the place of its account among those of the class."""
        self._kinds_of, self._lengths, self._leans, self._bits = [], [], [], []
        self.kind_ptr, marks = self.kinds.marks()
        self.mark_row, self.mark_num, self.mark_more = (marks[:, i] for i in range(3))
        self.top += self._most_lean + fit.fill + fit.first_rooms + fit.adapted
        self.top = max(self.top, int(np.abs(self.seat[:, 1]).max(initial=0)))
        self.top += int(self.classes.bonus.max(initial=0))
        """At least the largest value of a first rank, in hundredths and without sign: what 64 bits must hold."""

    def _segment_tops(self, barred: I64) -> I64:
        """Largest value less price of the households of each segment."""
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
        return top

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
        return tuple(sorted((k, int(TRAITS[t](one)[0]), self.book.more(k, lease)) for k, t in found))

    def kind_of(self, d: int, account: str, app: int) -> int:
        """Kind of a household first on an account of a dwelling."""
        world = self.classes.world
        bits = int(profile_at(world, d, np.array([app]))[0])
        return self.kinds.of(self.marks_of(lease_of(world, d), account, bits))

    def _kinds_by_profile(self, lease: Lease, account: str) -> ByProfile:
        marks = self.book.marks(lease, account)
        return self.kinds.by_profile(tuple(sorted((k, t, self.book.more(k, lease)) for k, t in marks)))

    def _by_type(self, door: Door, d: int, who: Named) -> I32:
        """Number of the set of kinds of each type (-1: never first), asked once where doors of a block share it."""
        if self._block is not door.block:
            self._block, self._shared = door.block, {}
        key = (self.book.spot(d), who.accounts, who.first.tobytes(), who.lean.tobytes())
        if key not in self._shared:
            found = np.full(len(who.first), -1, np.int32)
            some = who.first > 0
            found[some] = self._sets_of(
                d, who.accounts, who.first[some] * PROFILES + door.profile[some], who.lean[some]
            )
            self._shared[key] = found
        return self._shared[key]

    def _sets_of(self, d: int, accounts: tuple[str, ...], keys: I64, lean: I64) -> I32:
        """Number of the set of (kind, lean) of each type: key (mask of accounts × PROFILES + profile), lean by account."""
        here = (self.book.spot(d), accounts)
        if here not in self._tables:
            lease = lease_of(self.classes.world, d)
            self._tables[here] = [self._kinds_by_profile(lease, x) for x in accounts]
        both, inverse = distinct(np.column_stack([keys, lean]))
        unique = both[:, 0]
        may = (unique[:, None] // PROFILES >> np.arange(len(accounts)) & 1) > 0
        row, account = np.nonzero(may)
        least, most = int(lean.min(initial=0)), int(lean.max(initial=0))
        narrow = np.iinfo(np.int32).min <= least and most <= np.iinfo(np.int32).max
        self._leans.append(both[row, account + 1].astype(np.int32 if narrow else np.int64))
        self._bits.append(account.astype(np.int8))
        kinds = np.empty(len(row), np.int32)
        for b, table in enumerate(self._tables[here]):
            mine = account == b
            kinds[mine] = self.kinds.at(table, unique[row[mine]] % PROFILES)
        self._kinds_of.append(kinds)
        self._lengths.append(may.sum(axis=1, dtype=np.int32))
        found = np.arange(self._n_sets, self._n_sets + len(unique), dtype=np.int32)
        self._n_sets += len(unique)
        return found[inverse]

    def on_grid(self, step: int, rows: Sequence[Row]) -> bool:
        """Whether every possible objective is a multiple of ``step`` micropoints."""
        above = dict.fromkeys(zip(self.mark_row.tolist(), self.mark_more.tolist(), strict=True))
        amounts = [(row.price, x) for row in rows for x in (LEASE, row.rate, row.slack)]
        amounts += [(rows[k].price, x) for k, x in above]
        if any(price * amount % step for price, amount in amounts):
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
        lean = self.set_lean.astype(np.int64) % each
        first = lean[self.set_ptr[:-1]] if self._n_sets else lean
        alike = np.ones(self._n_sets, bool)
        if self._n_sets:
            alike = np.maximum.reduceat(lean, self.set_ptr[:-1]) == np.minimum.reduceat(
                lean, self.set_ptr[:-1]
            )
        for row, more in shift.items():
            here = slice(int(self.ptr[row]), int(self.ptr[row + 1]))
            mine, sets = rest[self.segment[here]], self.set_of[here]
            if bool((mine < 0).any()) or not bool(alike[sets].all()):
                return False
            if any(bool(((mine + first[sets] + x) % each).any()) for x in more):
                return False
        return True

    def balance(self, num: I64, den: I64, more: I64 | None = None) -> I64:
        """Units each kind adds for multipliers per row (``num`` and ``den`` coefficients in units; ``more`` per ten-thousandth).

        The running total may pass 64 bits, its differences may not (:meth:`_demand_range`): modulo 2^64 they are exact.
        """
        if not len(self.mark_row):
            return np.zeros(len(self.kind_ptr) - 1, np.int64)
        each = num[self.mark_row] * self.mark_num + den[self.mark_row]
        if more is not None:
            each = each + more[self.mark_row] * self.mark_more
        total = np.concatenate([[0], np.cumsum(each, dtype=np.int64)])
        return np.asarray(total[self.kind_ptr[1:]] - total[self.kind_ptr[:-1]], np.int64)

    def bound(
        self,
        use: Weights,
        special: Mapping[int, Special],
        taken: Sequence[int] = (),
        links: Mapping[int, int] | None = None,
        departures: Mapping[int, int] | None = None,
        after: I64 | None = None,
    ) -> int | None:
        """Σ over dwellings of the best first rank (units); None when a dwelling that must be filled cannot be.

        Parameters
        ----------
        use : what a lease adds for each row it enters, and what an application costs.
        special : dwelling -> what the leaf says of it.
        taken : applications fixed elsewhere, allowed only where ``special`` says so.
        links : freed dwelling -> units that a first rank there pays, and that its tenant's departure earns.
        departures : freed dwelling -> units that its tenant's departure earns alone (negative: costs).
        after : units of each row on two households (`Behind.number`).
        """
        kinds = self._balances(use)
        behind = after if after is not None and after.any() else None
        set_of, best = self._sets_behind(kinds, self._bests(kinds), behind)
        links = links or {}
        prices = self._prices(use.price, _earned(links, departures or {}))
        of_segments: dict[int, I64] = {}
        top = np.full(len(self.ptr) - 1, BARRED, np.int64)
        """Best net value of each class row, without the dwellings' own points."""
        for position, price in prices.items():
            barred = price.copy()
            barred[list(taken)] = LIMIT
            of_segment = of_segments[position] = self._segment_tops(barred)
            here = np.full(len(top), BARRED, np.int64)
            class_tops(self.ptr, self.segment, set_of, of_segment, best, here)
            top = np.where(self._position == position, here, top)
        seats = np.full(len(top), BARRED, np.int64)
        if len(self.seat):
            np.maximum.at(seats, self.seat[:, 0], self.seat[:, 1] * FROM_HUNDREDTH + kinds[self.seat[:, 2]])
        klass, bonus, must = self.rows_of
        each = np.maximum(top[klass] + bonus * FROM_HUNDREDTH, seats[klass])
        for d, units in links.items():
            if d in self.position:
                each[self.position[d]] -= units
        keep = np.ones(len(each), bool)
        keep[[self.position[d] for d in special if d in self.position]] = False
        if bool((must & keep & (each < BARRED // 2)).any()):
            return None
        total = _sum(np.where(must, each, np.maximum(each, 0))[keep])
        for d in sorted(special):
            rule = replace(special[d], after=self._behind_at(d, behind))
            at, owed = self.classes.world.position.get(d, 0), links.get(d, 0)
            if rule.only_orders and d in self.position and d not in self.classes.world.pins:
                total += self._waiting(d, rule, kinds, of_segments[at], owed)
                continue
            one = self._one(d, rule, kinds, prices[at], frozenset(taken), owed)
            if one is None:
                return None
            total += one
        return total

    def account_tops(self, use: Weights) -> I64:
        """(class rows, accounts) best first rank of each account of a class, in units, without the dwellings' own points.

        What the rules take is rounded up to a whole micropoint; BARRED for an account without any.
        """
        kinds = self._balances(use) // FROM_MICRO * FROM_MICRO
        worth = self.set_lean.astype(np.int64) * FROM_HUNDREDTH + kinds[self.set_kind]
        width = 1 + max(int(self.set_bit.max(initial=0)), int(self.seat[:, 3].max(initial=0)))
        found = np.full((len(self.ptr) - 1, width), BARRED, np.int64)
        of_segment = self._segment_tops(use.price)
        account_tops(
            self.ptr, self.segment, self.set_of, of_segment, self.set_ptr, worth, self.set_bit, found
        )
        row, value, kind, bit = self.seat.T
        np.maximum.at(found, (row, bit), value * FROM_HUNDREDTH + kinds[kind])
        return found

    def _bests(self, kinds: I64) -> I64:
        """The best balance with ``lean`` of each set of kinds."""
        best = np.empty(self._n_sets, np.int64)
        for first in range(0, self._n_sets, BLOCK):  # a country's sets hold tens of millions of kinds
            start = self.set_ptr[first : first + BLOCK + 1]
            here = slice(int(start[0]), int(start[-1]))
            worth = self.set_lean[here].astype(np.int64) * FROM_HUNDREDTH
            worth += kinds[self.set_kind[here]]
            best[first : first + BLOCK] = np.maximum.reduceat(worth, start[:-1] - start[0])
        return best

    def _balances(self, use: Weights) -> I64:
        self._demand_range(use)
        kinds = self.balance(use.num, use.den, use.more)
        return kinds if use.kinds is None else kinds + use.kinds

    def _demand_range(self, use: Weights) -> None:
        widest = 0 if use.kinds is None else int(np.abs(use.kinds).max(initial=0))
        widest += sum(abs(int(x)) for x in use.num) + sum(abs(int(x)) for x in use.den)
        widest += sum(abs(int(x)) for x in use.more) * int(self.mark_more.max(initial=0))
        widest += self.top * FROM_HUNDREDTH + max(
            abs(int(use.price.max(initial=0))), abs(int(use.price.min(initial=0)))
        )
        if widest >= LIMIT:
            raise Unreadable("certificate.json", "multiplicateurs hors limites")

    def _prices(self, price: I64, earned: Mapping[int, int]) -> dict[int, I64]:
        """Position of a dwelling in its chain -> what each application costs there: less what its departure then opens."""
        world = self.classes.world
        found = {0: price, **{p: price for p in world.position.values()}}
        for at in found:
            mine = price.copy()
            for d, units in earned.items():
                if follows(at, world.position[d]):
                    mine[world.tenant[d]] -= units
            found[at] = mine
        return found

    def _one(
        self, d: int, rule: Special, kinds: I64, price: I64, taken: frozenset[int], owed: int
    ) -> int | None:
        """Best first rank of one dwelling under a leaf's restrictions, in Python integers."""
        if d not in self.position:
            return None if rule.must else 0
        best: int | None = None if rule.must or d in self.classes.world.pins else 0
        for part in self._each(d, rule, kinds, price, taken, owed):
            here = int(part.net.max())
            best = here if best is None else max(here, best)
        return best

    def _each(
        self, d: int, rule: Special, kinds: I64, price: I64, taken: frozenset[int], owed: int
    ) -> Iterator[Possible]:
        """The first ranks of one dwelling under a leaf's restrictions, account by account, then its seats."""
        classes = self.classes
        entries = classes.entries(int(classes.klass[d]))
        lease = lease_of(classes.world, d)
        bits = profile_at(classes.world, d, entries.app.astype(np.int64))
        allowed = [
            b
            for b, account in enumerate(entries.accounts)
            if (rule.account is None or account == rule.account) and account not in rule.not_accounts
        ]
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
                kind = self.kinds.at(self._kinds_by_profile(lease, account), bits[may])
                worth = entries.worth(b)[may] + classes.fit.fill + int(classes.bonus[d])
                net = worth * FROM_HUNDREDTH + kinds[kind] - price[entries.app[may]]
                net -= self._passing(d, account, entries.app[may], rule) + owed
                yield Possible(account, entries.app[may], worth, bits[may], net)
        for seat in entries.seats:
            account = seat.account
            here = (rule.account in (None, account)) and account not in rule.not_accounts
            here &= (-1, account) not in rule.without and rule.only in (None, (-1, account))
            if here:
                kind_of_seat = self.kinds.of(self.marks_of(lease, account, 0, seat=True))
                worth_here = np.array([classes.fit.fill + seat.worth], np.int64)
                net = worth_here * FROM_HUNDREDTH + kinds[kind_of_seat]
                net -= self._passing(d, account, THE_SEAT, rule) + owed
                yield Possible(account, THE_SEAT, worth_here, np.zeros(1, np.int64), net)

    def first_ranks(
        self,
        use: Weights,
        special: Mapping[int, Special],
        taken: Sequence[int],
        links: Mapping[int, int],
        departures: Mapping[int, int],
        after: I64,
    ) -> Iterator[tuple[int, bool, list[Possible]]]:
        """(dwelling, whether it may stay empty, its first ranks) of every open dwelling under a leaf, weighed as `bound` does."""
        kinds = self._balances(use)
        behind = after if after.any() else None
        prices = self._prices(use.price, _earned(links, departures))
        for d in self.dwelling.tolist():
            price = prices[self.classes.world.position.get(d, 0)]
            rule = replace(special.get(d, Special()), after=self._behind_at(d, behind))
            must = rule.must or d in self.classes.world.pins
            yield d, not must, list(self._each(d, rule, kinds, price, frozenset(taken), links.get(d, 0)))

    def _waiting(self, d: int, rule: Special, kinds: I64, of_segment: I64, owed: int) -> int:
        """Best first rank of a dwelling whose lists alone are weighed, from the bests of its types.

        Households of one type lose the same there: a nominee is a type of its own, the others are after every nominee.
        """
        row = self.row_of(d)
        mine = self.listed(row)
        segments, sets = (x[self.ptr[row] : self.ptr[row + 1]] for x in (self.segment, self.set_of))
        best = 0
        names = () if mine is None else mine.accounts
        if len(segments):
            length = self.set_ptr[sets + 1] - self.set_ptr[sets]
            end = np.cumsum(length)
            at = np.arange(int(end[-1])) + np.repeat(self.set_ptr[sets] - end + length, length)
            net = kinds[self.set_kind[at]] + self.set_lean[at].astype(np.int64) * FROM_HUNDREDTH
            net += np.repeat(of_segment[segments], length) + int(self.classes.bonus[d]) * FROM_HUNDREDTH
            if mine is not None:
                lost = self._passing_on(d, names, mine.rep, rule)
                net -= lost[self.set_bit[at], np.repeat(np.arange(len(sets)), length)]
            best = max(best, int(net.max()) - owed)
        for at_seat in np.flatnonzero(self.seat[:, 0] == row).tolist():
            _, value, kind, _ = self.seat[at_seat].tolist()
            lost_seat = int(self._passing(d, self.seat_accounts[at_seat], THE_SEAT, rule)[0])
            best = max(best, value * FROM_HUNDREDTH + int(kinds[kind]) - lost_seat - owed)
        return best

    def listed(self, row: int) -> Listed | None:
        """What réservataires name in an order for a class row; None where none does."""
        if row not in self._listed:
            c = self.class_of[row]
            door = self.classes.door(self.classes.door_of[c])
            who = self.classes.named(c, door)
            types = np.flatnonzero((who.first > 0) & (door.count > 0))
            found = Listed(who.accounts, who.orders, door.block.rep[types])
            self._listed[row] = found if who.orders else None
        return self._listed[row]

    def _sets_behind(self, kinds: I64, best: I64, units: I64 | None) -> tuple[I32, I64]:
        """The sets of kinds, and the best of each, with one more for each type of a class that stands behind a nominee there: what it may
        be on that account is worth less."""
        if units is None:
            return self.set_of, best
        at, bit, lost = self.behind.lost(units)
        place = np.unique(at)
        if not len(place):
            return self.set_of, best
        sets = self.set_of[place]
        length = self.set_ptr[sets + 1] - self.set_ptr[sets]
        end = np.cumsum(length)
        each = np.arange(int(end[-1])) + np.repeat(self.set_ptr[sets] - end + length, length)
        net = kinds[self.set_kind[each]] + self.set_lean[each].astype(np.int64) * FROM_HUNDREDTH
        width = 1 + int(self.set_bit.max(initial=0))
        known = np.searchsorted(place, at) * width + bit
        asked = np.repeat(np.arange(len(place)), length) * width + self.set_bit[each]
        found = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        net -= np.where(known[found] == asked, lost[found], 0)
        set_of = self.set_of.copy()
        set_of[place] = self._n_sets + np.arange(len(place), dtype=np.int32)
        return set_of, np.append(best, np.maximum.reduceat(net, end - length))

    def _behind_at(self, d: int, units: I64 | None) -> tuple[tuple[str, int, int], ...]:
        """(account, household, units) that households lose at a dwelling by standing behind nominees."""
        mine = None if units is None or d not in self.position else self.listed(row := self.row_of(d))
        if mine is None or units is None:
            return ()
        start, end = self.ptr[row : row + 2].tolist()
        lost = self.behind.lost_in(units, start, end)
        return tuple((mine.accounts[bit], int(mine.rep[at]), each) for at, bit, each in lost)

    def row_of(self, d: int) -> int:
        """Class row of an open dwelling."""
        return int(self.rows_of[0][self.position[d]])

    def order_of(self, d: int, account: str) -> Order | None:
        """The eligible nominees of an account for an open dwelling."""
        if d not in self.position:
            return None
        mine = self.listed(self.row_of(d))
        return None if mine is None else mine.order_of(account)

    def _passing(self, d: int, account: str, apps: I32, rule: Special) -> I64:
        """Units that each household (-1: the seat) loses at the dwelling: by standing after nominees, or by being one.

        A nominee that takes the dwelling itself makes no room there: what its price fell by for these rows comes back.
        """
        return np.asarray(self._passing_on(d, (account,), apps, rule)[0], np.int64)

    def _passing_on(self, d: int, accounts: Sequence[str], apps: I32, rule: Special) -> I64:
        """The same on each of several accounts: (accounts, households)."""
        lost = np.zeros((len(accounts), len(apps)), np.int64)
        place = {name: i for i, name in enumerate(accounts)}
        ranks: dict[str, I64] = {}
        for name, b, units in rule.orders:
            order = self.order_of(d, name)
            if order is None:
                continue
            lost[:, apps == order.app[b]] += units
            if name in place:
                if name not in ranks:
                    ranks[name] = order.ranks(apps)
                lost[place[name], ranks[name] > order.rank[b]] += units
        for name, app, units in rule.after:
            if name in place:
                lost[place[name], apps == app] += units
        return lost


def _earned(links: Mapping[int, int], departures: Mapping[int, int]) -> dict[int, int]:
    """Freed dwelling -> units that its tenant's departure earns."""
    return {d: links.get(d, 0) + departures.get(d, 0) for d in {*links, *departures}}


def _joined(parts: Sequence[np.ndarray[Any, Any]], kind: type) -> np.ndarray[Any, Any]:
    return np.concatenate(parts) if len(parts) else np.zeros(0, kind)


def _sum(values: I64) -> int:
    """Exact sum in unlimited integers."""
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int(high.sum()) << 32) + int(low.sum())
