"""The bound of a leaf over all eligible pairs and seats, in whole units of 1e-10 point.

Every first rank possible is a *kind* (the rows it enters, with or without num); an entry of a class may hold several
kinds (one per account) and is worth ``value + max over kinds of the multipliers' balance − price of the application``.
The maximum over a class is one vectorised pass; each dwelling of the class then adds its own vacancy points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes
from optimizer.verify.naming import Entries
from optimizer.verify.rows import PROFILES, TRAITS, Book, Lease, lease_of, profile_at
from optimizer.verify.verdict import Unreadable

UNIT = 10**10
"""Units in one point."""
FROM_HUNDREDTH = UNIT // 100
FROM_MICRO = UNIT // 10**6
LIMIT = 2**61
BARRED = -(2**62)
Marks = tuple[tuple[int, int], ...]


@dataclass
class Kinds:
    """Kinds met so far: the (row, num) marks of each, numbered."""

    number: dict[Marks, int] = field(default_factory=dict)

    def of(self, marks: Marks) -> int:
        return self.number.setdefault(marks, len(self.number))


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


HELD = 60_000_000
"""Entries of classes held for repeated bounds (16 bytes each); beyond, each bound reads the classes again."""


@dataclass(frozen=True)
class Columns:
    """Households that may be first in a class: who, value in hundredths without vacancy points, type."""

    app: I32
    value: I64
    type: I32


class Field:
    """All first ranks possible of a case, for repeated bounds.

    Held end to end while they fit in memory. A country's do not: its bounds are taken class by class as they are read.
    """

    def __init__(self, classes: Classes, book: Book) -> None:
        self.classes, self.book = classes, book
        self.kinds = Kinds()
        self._by_lease: dict[tuple[Lease, str], I64] = {}
        self._by_marks: dict[tuple[tuple[int, str], ...], I64] = {}
        self._types: dict[tuple[int, ...], int] = {}
        seats: list[tuple[int, int, int]] = []
        self.class_row: dict[int, int] = {}
        self._steps: list[tuple[int, int]] = []
        self._present: list[I32] = []
        size: list[int] = []
        top = held = 0
        parts: list[Columns] | None = []
        for c, entries in classes.all_entries():
            columns = self._columns(c, entries)
            row = self.class_row[c] = len(size)
            size.append(len(columns.value))
            self._present.append(np.unique(columns.type))
            first = int(columns.value[0]) if len(columns.value) else 0
            self._steps.append(
                (first, int(np.gcd.reduce(columns.value - first)) if len(columns.value) else 0)
            )
            top = max(top, int(np.abs(columns.value).max(initial=0)))
            if parts is not None:
                parts.append(columns)
                held += size[-1]
                if held > HELD:
                    parts = None
            lease = lease_of(classes.world, classes.members[c][0])
            for account, worth, _ in entries.seats:
                seats.append((row, worth, self.kinds.of(self.marks_of(lease, account, 0, seat=True))))
        self.start = np.cumsum([0, *size]).astype(np.int64)
        self.held = None if parts is None else _together(parts)
        """Columns of all classes end to end, None when there are too many: then a bound reads the classes again."""
        self.seat = np.array(seats, np.int64).reshape(-1, 3)
        self.rows_of = self._dwellings()
        self.type_ptr = np.cumsum([0, *(len(t) for t in self._types)]).astype(np.int64)
        self.type_kind = np.array([k for t in self._types for k in t], np.int64)
        marks = list(self.kinds.number)
        self.kind_ptr = np.cumsum([0, *(len(m) for m in marks)]).astype(np.int64)
        self.mark_row = np.array([k for m in marks for k, _ in m], np.int64)
        self.mark_num = np.array([n for m in marks for _, n in m], np.int64)
        self.top = max(top, int(np.abs(self.seat[:, 1]).max(initial=0)))
        self.top += int(classes.bonus.max(initial=0))
        """Largest value of a first rank, in hundredths and without sign: what 64 bits must hold."""

    def _columns(self, c: int, entries: Entries) -> Columns:
        """Who may be first in a class, for what value, as what type."""
        world, d = self.classes.world, self.classes.members[c][0]
        first = entries.first > 0
        app = entries.app[first]
        bits = profile_at(world, d, app.astype(np.int64))
        types = self._types_of(lease_of(world, d), entries.accounts, entries.first[first] * PROFILES + bits)
        return Columns(app, entries.score[first] + entries.fit[first] + self.classes.fit.fill, types)

    def _tops(self, best: I64, barred: I64) -> I64:
        """Best net value of each class row, without the dwellings' own points."""
        top = np.full(len(self.start) - 1, BARRED, np.int64)
        if self.held is not None:
            net = self.held.value * FROM_HUNDREDTH + best[self.held.type] - barred[self.held.app]
            filled = np.flatnonzero(np.diff(self.start) > 0)
            if len(filled):
                top[filled] = np.maximum.reduceat(net, self.start[filled])
            return top
        for c, entries in self.classes.all_entries():
            part = self._columns(c, entries)
            if len(part.value):
                net = part.value * FROM_HUNDREDTH + best[part.type] - barred[part.app]
                top[self.class_row[c]] = net.max()
        return top

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

    def _kinds_by_profile(self, lease: Lease, account: str) -> I64:
        known = self._by_lease.get((lease, account))
        if known is None:
            marks = tuple(sorted(self.book.marks(lease, account)))
            if marks not in self._by_marks:
                self._by_marks[marks] = self._numbered(marks)
            known = self._by_lease[lease, account] = self._by_marks[marks]
        return known

    def _numbered(self, marks: tuple[tuple[int, str], ...]) -> I64:
        """Kind of each profile where a lease enters these rows."""
        every = np.arange(PROFILES)
        rows = [k for k, _ in marks]
        code = np.zeros(PROFILES, np.int64)
        for bit, (_, trait) in enumerate(marks):
            code |= TRAITS[trait](every) << bit
        unique, inverse = np.unique(code, return_inverse=True)
        numbers = [
            self.kinds.of(tuple((k, one >> bit & 1) for bit, k in enumerate(rows))) for one in unique.tolist()
        ]
        return np.array(numbers, np.int64)[inverse.reshape(-1)]

    def _types_of(self, lease: Lease, accounts: tuple[str, ...], keys: I64) -> I32:
        unique, inverse = np.unique(keys, return_inverse=True)
        tables = [self._kinds_by_profile(lease, account) for account in accounts]
        types = np.zeros(len(unique), np.int32)
        for i, key in enumerate(unique.tolist()):
            mask, bits = divmod(key, PROFILES)
            kinds = {int(table[bits]) for b, table in enumerate(tables) if mask >> b & 1}
            types[i] = self._types.setdefault(tuple(sorted(kinds)), len(self._types))
        return types[inverse.reshape(-1)]

    def grid(self, prices: Sequence[tuple[int, int]]) -> int:
        """Largest step (micropoints) of which every possible objective is a multiple; 0 when nothing is possible.

        ``prices``: (price in hundredths, rate in ten-thousandths) of the rows.
        """
        found = 0
        if len(self.seat):
            found = int(np.gcd.reduce(self.seat[:, 1]))
        klass, bonus, _ = self.rows_of
        shift: dict[int, set[int]] = {}
        for row, more in zip(klass.tolist(), bonus.tolist(), strict=True):
            shift.setdefault(row, set()).add(more)
        for row, bonuses in shift.items():
            if self.start[row] == self.start[row + 1] or found == 1:
                continue
            least, (first, step) = min(bonuses), self._steps[row]
            found = gcd(found, first + least, step, *(b - least for b in bonuses))
        found *= 10_000
        for price, rate in prices:
            found = gcd(found, price * 10_000, price * rate)
        return found

    def most(self) -> dict[tuple[str, int], int]:
        """("num" or "den", row) -> dwellings with a first rank that would be counted there."""
        counted: dict[int, set[tuple[str, int]]] = {}
        for kind, marks in enumerate(self.kinds.number):
            counted[kind] = {("den", k) for k, _ in marks} | {("num", k) for k, n in marks if n}
        of_type = [set().union(*(counted[k] for k in t)) for t in self._types]
        klass, _, _ = self.rows_of
        size = np.bincount(klass, minlength=len(self.start) - 1)
        found: dict[tuple[str, int], int] = {}
        seats: dict[int, list[int]] = {}
        for row, kind in self.seat[:, [0, 2]].tolist():
            seats.setdefault(row, []).append(kind)
        for row, present in enumerate(self._present):
            here: set[tuple[str, int]] = set()
            for t in present.tolist():
                here |= of_type[t]
            for kind in seats.get(row, ()):
                here |= counted[kind]
            for key in here:
                found[key] = found.get(key, 0) + int(size[row])
        return found

    def balance(self, num: I64, den: I64) -> I64:
        """Units each kind adds for multipliers per row (``num`` and ``den`` coefficients in units).

        The running total may pass 64 bits, its differences may not (:meth:`_demand_range`): modulo 2^64 they are exact.
        """
        each = num[self.mark_row] * self.mark_num + den[self.mark_row] if len(self.mark_row) else np.zeros(0)
        total = np.concatenate([[0], np.cumsum(each, dtype=np.int64)])
        return np.asarray(total[self.kind_ptr[1:]] - total[self.kind_ptr[:-1]], np.int64)

    def bound(
        self, num: I64, den: I64, price: I64, special: Mapping[int, Special], taken: Sequence[int] = ()
    ) -> int | None:
        """Σ over dwellings of the best first rank (units); None when a dwelling that must be filled cannot be.

        Parameters
        ----------
        num, den : units added per row when a lease enters its num, its den.
        price : units per application.
        special : dwelling -> what the leaf says of it.
        taken : applications fixed elsewhere, allowed only where ``special`` says so.
        """
        self._demand_range(num, den, price)
        kinds = self.balance(num, den)
        best = (
            np.maximum.reduceat(kinds[self.type_kind], self.type_ptr[:-1]) if len(self._types) else kinds[:0]
        )
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

    def _demand_range(self, num: I64, den: I64, price: I64) -> None:
        widest = sum(abs(int(x)) for x in num) + sum(abs(int(x)) for x in den)
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


def _together(parts: Sequence[Columns]) -> Columns:
    """The columns of classes end to end."""
    if not parts:
        return Columns(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int32))
    return Columns(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("app", "value", "type")))


def _sum(values: I64) -> int:
    """Exact sum in unlimited integers."""
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int(high.sum()) << 32) + int(low.sum())
