"""Kinds of first ranks: an account, its marks on the rows, what it adds to the value, and the orders it enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from optimizer.problem.entries import traits_in_play
from optimizer.problem.ground import Place
from optimizer.problem.model import I32, I64, RATE_UNIT, Kinds
from optimizer.problem.order_rows import listed
from optimizer.problem.orders import OrderTable, Signs
from optimizer.problem.registry import ALWAYS, NEVER, view_of
from optimizer.problem.rulebook import RuleBook

Marks = tuple[tuple[int, int, int], ...]
"""(row, bit of a trait, or _ALWAYS / _NEVER, rate above the row's), sorted by row; of a kind, 1 or 0 in place of the bit."""
_ALWAYS, _NEVER = -1, -2


KnownMarks = dict[tuple[Place, int, bool], Marks]
"""By place, account, and whether it is a seat."""


class Brings(NamedTuple):
    """A row of a rule of households that a first rank enters; ``bit`` of the trait that counts in num (None: all do)."""

    row: int
    bit: int | None


_Kind = tuple[int, int, int, int, int, int]
"""Account; number of its (row, num, rate above the row's); value; keep; number of the orders it enters; the household on a list
whose own kind it is, −1 for others."""
_CALL, _BITS = 0, 1


@dataclass(frozen=True)
class AskedKinds:
    """Types whose kinds are asked for, account by account of each group of dwellings (a *call*).

    Attributes
    ----------
    calls : (account, marks) of each
    signs : (m, 5) int64    the orders that their types enter, call after call (`orders.Signs`); ``many`` of each
    columns : (6, n) int64    of each type: call, trait bits, points it adds, those of them for a first rank kept, place of its
        orders among the call's, and the household it is of where that one stands on a list (else −1)
    """

    calls: Sequence[tuple[int, Marks]]
    signs: I64
    many: Sequence[int]
    columns: I64


class KindTable:
    """Numbers kinds as they are met; asks every rule's view for the marks of a place and an account, or ``known`` ones."""

    def __init__(self, book: RuleBook, known: KnownMarks | None = None) -> None:
        ground = book.ground
        self._bit = {name: bit for bit, (name, _) in enumerate(traits_in_play(book))}
        self._views = [(s, view_of(s.rule, s.lines, ground)) for s in book.sections if s.lines]
        self._rows = book.rows
        self._kinds: dict[_Kind, int] = {}
        # long and few: numbered, so that a kind is found by six numbers
        self._entered: dict[Marks, int] = {}
        self._signed: dict[Signs, int] = {}
        self._marks: KnownMarks = {} if known is None else known

    def marks(self, place: Place, account: int, seat: bool = False) -> Marks:
        """Rows a first rank enters there; for a seat, those of the rules that count seats."""
        key = place, account, seat
        if key not in self._marks:
            self._marks[key] = self._of_place(place, account, seat)
        return self._marks[key]

    def _of_place(self, place: Place, account: int, seat: bool) -> Marks:
        found = []
        for section, view in self._views:
            if seat and not section.rule.counts_seats:
                continue
            for line, counts, commune in view(place, account):
                how = {ALWAYS: _ALWAYS, NEVER: _NEVER}.get(counts)
                if how is None:
                    how = self._bit[section.rule.id, counts]
                row = section.start + line
                shares = section.lines[line].by_commune
                more = 0
                if commune >= 0 and shares is not None:
                    more = RATE_UNIT - shares[commune] - self._rows[row].rate
                found.append((row, how, more))
        return tuple(sorted(found))

    def asked(self, place: Place, account: int) -> list[Brings]:
        """Priced rows of the rules of households that a first rank enters there."""
        found = []
        for section, view in self._views:
            if section.rule.of_households:
                for line, counts, _ in view(place, account):
                    row = section.start + line
                    if self._rows[row].price and counts != ALWAYS:
                        found.append(Brings(row, self._bit[section.rule.id, counts]))
        return found

    def seat_kind(self, place: Place, account: int, signs: Signs) -> int:
        """The kind of a seat: marks of the rules that count leases without household."""
        marks = self.marks(place, account, seat=True)
        num = tuple((row, int(how == _ALWAYS), more) for row, how, more in marks)
        kind = account, self._enter(num), 0, 0, self.sign(signs), -1
        return self._kinds.setdefault(kind, len(self._kinds))

    def of_types(self, asked: AskedKinds) -> I32:
        """Kind of each type, numbered as they are met: call by call, and inside a call by what tells the types apart."""
        calls = asked.calls
        masks = np.array([_bits_of(marks) for _, marks in calls], np.int64)
        table = asked.columns.copy()
        table[_BITS] &= masks[table[_CALL]]
        at, back = _distinct(table)
        call, code, points, kept, order, who = table[:, at]
        numbered: dict[Marks, int] = {}
        of_call = np.array([numbered.setdefault(marks, len(numbered)) for _, marks in calls], np.int64)
        pairs = list(zip(of_call[call].tolist(), code.tolist(), strict=True))
        like = list(numbered)
        entered = {
            (n, bits): self._enter(
                tuple(
                    (row, int(how == _ALWAYS or (how >= 0 and bits >> how & 1)), more)
                    for row, how, more in like[n]
                )
            )
            for n, bits in dict.fromkeys(pairs)
        }
        begin = np.cumsum([0, *asked.many])
        signed = self._numbers(asked.signs)[begin[call] + order]
        account = np.array([account for account, _ in calls], np.int64)[call]
        columns = (
            account.tolist(),
            map(entered.__getitem__, pairs),
            points.tolist(),
            kept.tolist(),
            signed.tolist(),
        )
        known = self._kinds
        numbers = [known.setdefault(kind, len(known)) for kind in zip(*columns, who.tolist(), strict=True)]
        return np.asarray(np.array(numbers, np.int32)[back])

    def _enter(self, marks: Marks) -> int:
        return self._entered.setdefault(marks, len(self._entered))

    def sign(self, signs: Signs) -> int:
        """Number of some orders entered."""
        return self._signed.setdefault(signs, len(self._signed))

    def _numbers(self, signs: I64) -> I64:
        """`sign` of many."""
        at, back = _distinct(signs.T)
        # numbered in the order they are met
        order = np.argsort(at)
        numbers = np.empty(len(at), np.int64)
        numbers[order] = [self.sign(Signs(*one)) for one in signs[at[order]].tolist()]
        return numbers[back]

    def packed(self, orders: OrderTable) -> Kinds:
        """All kinds met so far; ``orders`` lists the rows that their `Signs` name."""
        columns = np.array(list(self._kinds), np.int64).reshape(len(self._kinds), 6)
        account, marks, value, keep, signs, nominee = columns.T
        ptr, (row, num, more) = _ragged(list(self._entered), marks, 3)
        named = np.array(list(self._signed), np.int64).reshape(-1, len(Signs._fields))
        order_ptr, order_row, order_sign = listed(named, signs, orders.rows)
        return Kinds(
            account=account.astype(np.int32),
            ptr=ptr,
            row=row.astype(np.int32),
            num=num.astype(np.int8),
            den=np.ones(len(row), np.int8),
            value=value.copy(),
            keep=keep.copy(),
            more=more.astype(np.int32),
            order_ptr=order_ptr,
            order_row=order_row,
            order_sign=order_sign,
            nominee=nominee.astype(np.int32),
        )


def _bits_of(marks: Marks) -> int:
    """Bits of the traits that some marks look at."""
    found = 0
    for _, how, _ in marks:
        found |= 1 << how if how >= 0 else 0
    return found


def _ragged(lists: Sequence[Sequence[Sequence[int]]], chosen: I64, width: int) -> tuple[I64, I64]:
    """The lists chosen one after the other: where each begins, and (width, n) their items."""
    items = np.array([item for one in lists for item in one], np.int64).reshape(-1, width)
    return _chosen(items, np.array([len(one) for one in lists], np.int64), chosen)


def _chosen(items: I64, length: I64, chosen: I64) -> tuple[I64, I64]:
    """Where each of the lists chosen begins, and their items, one after the other."""
    start = np.cumsum(length) - length
    many = length[chosen]
    ptr = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
    at = np.arange(int(ptr[-1])) - np.repeat(ptr[:-1] - start[chosen], many)
    return ptr, items[at].T


def _distinct(columns: I64) -> tuple[I64, I64]:
    """One place of each different column of a table, these in the order of the columns, and the number of every column.

    The rows are written as the digits of one number, the first the most significant: as they are where they fit, else by the
    ranks of their numbers. A table too wide for that is sorted column by column.
    """
    for table in (columns, None):
        if table is None:
            table = np.stack([np.unique(row, return_inverse=True)[1].reshape(-1) for row in columns]).astype(
                np.int64
            )
        least = table.min(axis=1, initial=0)
        spans = (table.max(axis=1, initial=0) - least + 1).tolist()
        if prod(spans) < 2**62:
            code = np.zeros(table.shape[1], np.int64)
            for row, low, span in zip(table, least.tolist(), spans, strict=True):
                code = code * span + (row - low)
            _, at, back = np.unique(code, return_index=True, return_inverse=True)
            return at.astype(np.int64), back.astype(np.int64)
    _, at, back = np.unique(columns, axis=1, return_index=True, return_inverse=True)
    return at.astype(np.int64), back.reshape(-1).astype(np.int64)
