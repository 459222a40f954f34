"""Seats: dwellings oriented to a direct réservataire that has named nobody, and what such an orientation is worth (design §3).

A seat is worth the fill value and the median score of the households known that the account could name there, less what
these may not bring to the rules that look at households: price × what the required rate asks above their own share of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from optimizer.eligibility.naming import accounts_of
from optimizer.problem.entries import Entries
from optimizer.problem.groups import Groups, spots
from optimizer.problem.kinds import Brings, KindTable
from optimizer.problem.model import I32, I64, RATE_UNIT, B, Seats
from optimizer.problem.naming import Naming, median
from optimizer.problem.remembered import Remembered
from optimizer.problem.required import half_up
from optimizer.problem.rulebook import RuleBook


class Seat(NamedTuple):
    """A direct account's seat at a dwelling: median score and deduction in hundredths, deadline in days.

    ``owed`` is the row that most of the deduction is for, -1 without one.
    """

    account: int
    score: int
    deduction: int
    deadline: int
    owed: int


Sets = dict[int, tuple[Seat, ...]]


def seat_sets(
    book: RuleBook,
    naming: Naming,
    entries: Entries,
    met: Sequence[tuple[I32, I32]],
    table: KindTable,
    remembered: Remembered | None = None,
) -> tuple[Sets, I64]:
    """Seats by set number, and the set number of each dwelling (0: no seat). ``met``: `Entries.menu_types`."""
    facts = naming.facts
    kind, _ = naming.kinds()
    spot, _ = spots(facts)
    known: dict[tuple[int, int, int], Seat] = {}
    number: dict[tuple[Seat, ...], int] = {}
    of_dwelling = np.zeros(len(facts.dwellings.ids), np.int64)
    for dwelling in range(len(of_dwelling)):
        found = []
        for account, days in naming.pools(dwelling):
            key = int(kind[dwelling]), int(spot[dwelling]), account
            if key not in known:
                menu = entries.known.get(int(naming.menus.menu_of_dwelling[dwelling]))
                worth = None
                if menu is not None and remembered is not None:
                    was, worth = remembered.seats.get((dwelling, account), (menu, None))
                    worth = worth if was is menu else None
                if worth is None:
                    worth = _worth(book, naming, entries, met, table, dwelling, account)
                    if menu is not None and remembered is not None:
                        remembered.seats[dwelling, account] = menu, worth
                known[key] = Seat(account, *worth[:2], days, worth[2])
            found.append(known[key])
        if found:
            of_dwelling[dwelling] = number.setdefault(tuple(found), len(number) + 1)
    return {n: seats for seats, n in number.items()}, of_dwelling


def _worth(
    book: RuleBook,
    naming: Naming,
    entries: Entries,
    met: Sequence[tuple[I32, I32]],
    table: KindTable,
    dwelling: int,
    account: int,
) -> tuple[int, int, int]:
    """Median score of the known pool, what a seat pays for what that pool may not bring (hundredths), and the row it pays most.

    The pool is whom the account could name among the applications of the case, its nominations aside: all of a type, or none.
    """
    menu = int(naming.menus.menu_of_dwelling[dwelling])
    if menu < 0:
        return 0, 0, -1
    line = dict(zip(*(x.tolist() for x in accounts_of(naming.facts, dwelling)), strict=True))[account]
    types, apps = met[menu]
    here = slice(int(entries.ptr[menu]), int(entries.ptr[menu + 1]))
    inside = np.zeros(entries.n_types, bool)
    inside[types[naming.nominees.pools.of(naming.facts, account, line, dwelling, apps)]] = True
    of_type = entries.type[here]
    pool = inside[of_type]
    score = entries.score[here][pool]
    if not len(score):
        return 0, 0, -1
    # of thousands of types a menu has some
    many, bits = np.bincount(of_type[pool], minlength=entries.n_types)[types], entries.bits[types]
    owed, most, owed_to = Fraction(0), Fraction(0), -1
    for mark in table.asked(Groups.place(book.ground, dwelling), account):
        row = book.rows[mark.row]
        bringing = int(many[_brings(mark, bits)].sum())
        short = row.rate * len(score) - bringing * RATE_UNIT
        if short > 0:
            part = row.price * Fraction(short, RATE_UNIT * len(score))
            owed += part
            if part > most:
                most, owed_to = part, mark.row
    return median(score.astype(np.int64)), half_up(owed, 1), owed_to


def _brings(mark: Brings, bits: I64) -> B:
    return np.ones(len(bits), bool) if mark.bit is None else (bits >> mark.bit & 1).astype(bool)


def pack_seats(
    sets: Sets,
    set_of_class: I64,
    member: I64,
    book: RuleBook,
    naming: Naming,
    table: KindTable,
    fill_value: int,
) -> Seats:
    """The seats of every class, given the set of each and one dwelling of it."""
    klass, kind, value, deadline, deduction, owed = [], [], [], [], [], []
    for c, number in enumerate(set_of_class.tolist()):
        dwelling = int(member[c])
        for seat in sets.get(number, ()):
            signs = naming.orders.signs(dwelling, seat.account)
            klass.append(c)
            kind.append(table.seat_kind(Groups.place(book.ground, dwelling), seat.account, signs))
            value.append(fill_value + seat.score - seat.deduction)
            deadline.append(seat.deadline)
            deduction.append(seat.deduction)
            owed.append(seat.owed)
    return Seats(
        np.array(klass, np.int32),
        np.array(kind, np.int32),
        np.array(value, np.int64),
        np.array(deadline, np.int32),
        np.array(deduction, np.int64),
        np.array(owed, np.int32),
    )
