"""Kinds of first ranks: an account and its marks on the rows; and the table of kinds by group and type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.problem.entries import Entries, traits_in_play
from optimizer.problem.ground import Place
from optimizer.problem.model import I32, I64, B, Kinds, Options
from optimizer.problem.registry import ALWAYS, NEVER
from optimizer.problem.rulebook import RuleBook

if TYPE_CHECKING:
    from optimizer.problem.groups import Groups
    from optimizer.problem.naming import Naming

Marks = tuple[tuple[int, int], ...]
"""(row, bit of a trait, or _ALWAYS / _NEVER), sorted by row."""
_ALWAYS, _NEVER = -1, -2


class KindTable:
    """Numbers kinds as they are met; asks every rule's view for the marks of a place and an account."""

    def __init__(self, book: RuleBook) -> None:
        ground = book.ground
        self._bit = {name: bit for bit, (name, _) in enumerate(traits_in_play(book))}
        self._views = [(s, s.rule.view(s.lines, ground)) for s in book.sections if s.lines]
        self._kinds: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}

    def marks(self, place: Place, account: int, seat: bool = False) -> Marks:
        """Rows a first rank enters there; for a seat, those of the rules that count seats."""
        found = []
        for section, view in self._views:
            if seat and not section.rule.counts_seats:
                continue
            for line, counts in view(place, account):
                how = {ALWAYS: _ALWAYS, NEVER: _NEVER}.get(counts)
                if how is None:
                    how = self._bit[section.rule.id, counts]
                found.append((section.start + line, how))
        return tuple(sorted(found))

    def seat_kind(self, place: Place, account: int) -> int:
        """The kind of a seat: marks of the rules that count leases without household."""
        marks = self.marks(place, account, seat=True)
        return self._number(account, tuple((row, int(how == _ALWAYS)) for row, how in marks))

    def of_types(self, account: int, marks: Marks, bits: I64) -> I32:
        """Kind of each type, given its trait bits."""
        mask = 0
        for _, how in marks:
            mask |= 1 << how if how >= 0 else 0
        codes, back = np.unique(bits & mask, return_inverse=True)
        numbers = []
        for code in codes.tolist():
            num = tuple((row, int(how == _ALWAYS or (how >= 0 and code >> how & 1))) for row, how in marks)
            numbers.append(self._number(account, num))
        return np.asarray(np.array(numbers, np.int32)[back.reshape(-1)])

    def _number(self, account: int, num: tuple[tuple[int, int], ...]) -> int:
        return self._kinds.setdefault((account, num), len(self._kinds))

    def packed(self) -> Kinds:
        """All kinds met so far."""
        kinds = list(self._kinds)
        return Kinds(
            account=np.array([account for account, _ in kinds], np.int32),
            ptr=np.cumsum([0, *(len(num) for _, num in kinds)]).astype(np.int64),
            row=np.array([row for _, num in kinds for row, _ in num], np.int32),
            num=np.array([n for _, num in kinds for _, n in num], np.int8),
            den=np.ones(sum(len(num) for _, num in kinds), np.int8),
        )


def option_table(
    book: RuleBook, naming: Naming, groups: Groups, entries: Entries, table: KindTable
) -> Options:
    """Kinds possible for every group and every type met in its menus.

    Naming is asked once per group, for one application of each type: groups and types are made so that the answer holds
    for all.
    """
    keys: list[I64] = []
    kinds: list[I32] = []
    firsts: list[B] = []
    met = list(entries.menu_types())
    for group, member in enumerate(groups.member.tolist()):
        used = groups.menus[group]
        if not used:
            continue
        types, at = np.unique(np.concatenate([met[m][0] for m in used]), return_index=True)
        apps = np.concatenate([met[m][1] for m in used])[at]
        accounts, eligible, first = naming.ask(member, groups.led[group], apps)
        place = groups.place(book.ground, member)
        for j, account in enumerate(accounts.tolist()):
            named = np.flatnonzero(eligible[:, j])
            if len(named):
                marks = table.marks(place, account)
                keys.append(types[named].astype(np.int64) + np.int64(group) * entries.n_types)
                kinds.append(table.of_types(account, marks, entries.bits[types[named]]))
                firsts.append(first[named, j])
    if not keys:
        return Options(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, bool))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    unique, start = np.unique(key[order], return_index=True)
    return Options(
        key=unique,
        ptr=np.append(start, len(key)).astype(np.int64),
        kind=np.concatenate(kinds)[order],
        first=np.concatenate(firsts)[order],
    )
