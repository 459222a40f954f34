"""Kinds of first ranks: an account, its marks on the rows, what it adds to the value, and the orders it enters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.problem.entries import traits_in_play
from optimizer.problem.ground import Place
from optimizer.problem.model import I32, I64, RATE_UNIT, Kinds
from optimizer.problem.orders import Signs
from optimizer.problem.registry import ALWAYS, NEVER
from optimizer.problem.rulebook import RuleBook

if TYPE_CHECKING:
    pass

Marks = tuple[tuple[int, int, int], ...]
"""(row, bit of a trait, or _ALWAYS / _NEVER, rate above the row's), sorted by row."""
_ALWAYS, _NEVER = -1, -2


class Brings(NamedTuple):
    """A row of a rule of households that a first rank enters; ``bit`` of the trait that counts in num (None: all do)."""

    row: int
    bit: int | None


class _Kind(NamedTuple):
    account: int
    marks: tuple[tuple[int, int, int], ...]
    """(row, num, rate above the row's)."""
    value: int
    keep: int
    signs: Signs
    nominee: int
    """The household on a list whose own kind it is, −1 for others."""


class KindTable:
    """Numbers kinds as they are met; asks every rule's view for the marks of a place and an account."""

    def __init__(self, book: RuleBook) -> None:
        ground = book.ground
        self._bit = {name: bit for bit, (name, _) in enumerate(traits_in_play(book))}
        self._views = [(s, s.rule.view(s.lines, ground)) for s in book.sections if s.lines]
        self._rows = book.rows
        self._kinds: dict[_Kind, int] = {}

    def marks(self, place: Place, account: int, seat: bool = False) -> Marks:
        """Rows a first rank enters there; for a seat, those of the rules that count seats."""
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
        return self._number(_Kind(account, num, 0, 0, signs, -1))

    def of_types(
        self,
        account: int,
        marks: Marks,
        bits: I64,
        value: I64,
        keep: I64,
        signs: list[Signs] | Signs,
        nominee: I64,
    ) -> I32:
        """Kind of each type, given its trait bits, the points it adds, the orders it enters (one for all, or of each), and the
        household it is of where that one stands on a list."""
        mask = 0
        for _, how, _ in marks:
            mask |= 1 << how if how >= 0 else 0
        each = signs if isinstance(signs, list) else [signs]
        known: dict[Signs, int] = {}
        order = np.array([known.setdefault(one, len(known)) for one in each], np.int64)
        order = order if len(order) == len(bits) else np.zeros(len(bits), np.int64)
        names = list(known)
        columns = np.stack([bits & mask, value, keep, order, nominee])
        codes, back = np.unique(columns, axis=1, return_inverse=True)
        numbers = []
        for code, points, kept, at, who in codes.T.tolist():
            num = tuple(
                (row, int(how == _ALWAYS or (how >= 0 and code >> how & 1)), more) for row, how, more in marks
            )
            numbers.append(self._number(_Kind(account, num, points, kept, names[at], who)))
        return np.asarray(np.array(numbers, np.int32)[back.reshape(-1)])

    def _number(self, kind: _Kind) -> int:
        return self._kinds.setdefault(kind, len(self._kinds))

    def packed(self) -> Kinds:
        """All kinds met so far."""
        kinds = list(self._kinds)
        marks = [mark for kind in kinds for mark in kind.marks]
        signs = [sign for kind in kinds for sign in kind.signs]
        return Kinds(
            account=np.array([kind.account for kind in kinds], np.int32),
            ptr=np.cumsum([0, *(len(kind.marks) for kind in kinds)]).astype(np.int64),
            row=np.array([row for row, _, _ in marks], np.int32),
            num=np.array([num for _, num, _ in marks], np.int8),
            den=np.ones(len(marks), np.int8),
            value=np.array([kind.value for kind in kinds], np.int64),
            keep=np.array([kind.keep for kind in kinds], np.int64),
            more=np.array([more for _, _, more in marks], np.int32),
            order_ptr=np.cumsum([0, *(len(kind.signs) for kind in kinds)]).astype(np.int64),
            order_row=np.array([row for row, _ in signs], np.int32),
            order_sign=np.array([sign for _, sign in signs], np.int8),
            nominee=np.array([kind.nominee for kind in kinds], np.int32),
        )
