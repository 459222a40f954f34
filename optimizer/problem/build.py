"""From facts, scores and rules to the `Problem`.

Dwellings that nothing tells apart form a class; a class has a menu (whom it suits, with the values) and a group (who may
name and what counts where). In a menu each application has a type: all that a group needs to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

import optimizer.eligibility as eligibility
from optimizer.domain.memory import give_back
from optimizer.problem.entries import NARROW_FROM, Entries, read_entries
from optimizer.problem.groups import Groups, read_groups
from optimizer.problem.kinds import KindTable, option_table
from optimizer.problem.model import I64, Problem, Seats
from optimizer.problem.naming import Naming, Orientation
from optimizer.problem.registry import hundredths
from optimizer.problem.rulebook import RuleBook, rule_book

if TYPE_CHECKING:
    from optimizer.domain.case import Case
    from optimizer.eligibility.facts import Facts
    from optimizer.policy import RuleSet


class Points(Protocol):
    """What building needs of `scoring.Scores`."""

    @property
    def notes_fr(self) -> Sequence[str]: ...

    def points(self, apps: NDArray[np.int32], epci: int) -> I64:
        """Hundredths of a point."""
        ...


def build(
    case: Case, facts: Facts, scores: Points, rules: RuleSet, menus: eligibility.Menus | None = None
) -> Problem:
    """The optimisation problem of a case.

    Parameters
    ----------
    scores : points of an application in an EPCI, hundredths.
    menus : spare computing them again.

    Notes
    -----
    The value of a pair is exactly ``fill_value + score + fit`` with ``fit`` = fit of the entry + bonus of the dwelling, in
    hundredths of a point. Nothing depends on the order of the rows of a file.
    """
    book = rule_book(case, facts, rules)
    known = eligibility.menus(facts, rules, lean=True) if menus is None else menus
    fill_value = hundredths(rules.get("national.fit.fill_value"))
    table = KindTable(book)
    many = len(known.app) >= NARROW_FROM
    if many:
        give_back()
    entries = read_entries(book, known, scores)
    if many:
        give_back()
    naming = Naming(facts, known)
    groups = read_groups(book, naming, entries, table)
    seats, seat_sets = _seat_sets(naming, entries)
    menu = np.where(known.menu_of_dwelling < 0, len(known.ptr) - 1, known.menu_of_dwelling).astype(np.int64)
    keys = np.stack([menu, groups.of_dwelling.astype(np.int64), seat_sets], axis=1)
    classes, member, klass = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    pinned = np.zeros(len(facts.dwellings.ids), bool)
    pinned[facts.pins[:, 0]] = True
    options = option_table(book, naming, groups, entries, table)
    packed = _pack_seats(seats, classes[:, 2], member, book, table, fill_value)
    return Problem(
        dwelling_ids=facts.dwellings.ids,
        application_ids=facts.applications.ids,
        klass=klass.reshape(-1).astype(np.int32),
        bonus=facts.dwellings.vacancy_points.astype(np.int64),
        class_menu=classes[:, 0].astype(np.int32),
        class_group=classes[:, 1].astype(np.int32),
        must_fill=pinned[member],
        menu_ptr=np.append(known.ptr, known.ptr[-1]).astype(np.int64),
        entry_app=entries.app,
        entry_score=entries.score,
        entry_fit=entries.fit,
        entry_type=entries.type,
        n_types=entries.n_types,
        n_groups=groups.count,
        options=options,
        kinds=table.packed(),
        seats=packed,
        rows=book.rows,
        accounts=facts.accounts,
        seniority=facts.applications.seniority_days.astype(np.int64),
        fill_value=fill_value,
        seed=facts.seed,
        notes=tuple(scores.notes_fr),
    )


def _seat_sets(naming: Naming, entries: Entries) -> tuple[dict[int, tuple[Orientation, ...]], I64]:
    """Seats by set number, and the set number of each dwelling (0: no seat)."""
    by_dwelling: dict[int, list[Orientation]] = {}
    for dwelling, seat in naming.seats(entries.score, entries.app):
        by_dwelling.setdefault(dwelling, []).append(seat)
    sets = sorted({tuple(seats) for seats in by_dwelling.values()})
    number = {seats: i + 1 for i, seats in enumerate(sets)}
    of_dwelling = np.zeros(len(naming.facts.dwellings.ids), np.int64)
    for dwelling, seats in by_dwelling.items():
        of_dwelling[dwelling] = number[tuple(seats)]
    return {number[seats]: seats for seats in sets}, of_dwelling


def _pack_seats(
    seats: Mapping[int, tuple[Orientation, ...]],
    set_of_class: I64,
    member: NDArray[np.integer],
    book: RuleBook,
    table: KindTable,
    fill_value: int,
) -> Seats:
    klass, kind, value, deadline = [], [], [], []
    for c, number in enumerate(set_of_class.tolist()):
        for seat in seats.get(number, ()):
            klass.append(c)
            kind.append(table.seat_kind(Groups.place(book.ground, int(member[c])), seat.account))
            value.append(fill_value + seat.score)
            deadline.append(seat.deadline)
    return Seats(
        np.array(klass, np.int32),
        np.array(kind, np.int32),
        np.array(value, np.int64),
        np.array(deadline, np.int32),
    )
