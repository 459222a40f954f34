"""From facts, scores and rules to the `Problem`.

Dwellings that nothing tells apart form a class; a class has a menu (whom it suits, with the values) and a group (who may
name and what counts where). In a menu each application has a type: all that a group needs to know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

import optimizer.eligibility as eligibility
from optimizer.domain.memory import give_back
from optimizer.errors import Said
from optimizer.problem.awaited import awaited
from optimizer.problem.entries import NARROW_FROM, read_entries
from optimizer.problem.groups import read_groups
from optimizer.problem.kinds import KindTable
from optimizer.problem.leans import Leans
from optimizer.problem.model import I64, Problem
from optimizer.problem.naming import Naming
from optimizer.problem.notes import notes_of
from optimizer.problem.option_table import option_table
from optimizer.problem.own_lists import own_lists
from optimizer.problem.registry import hundredths
from optimizer.problem.remembered import Remembered
from optimizer.problem.rulebook import RuleBook, rule_book
from optimizer.problem.seats import pack_seats, seat_sets

if TYPE_CHECKING:
    from optimizer.domain.case import Case
    from optimizer.eligibility.facts import Facts
    from optimizer.policy import RuleSet


class Points(Protocol):
    """What building needs of `scoring.Scores`."""

    @property
    def notes(self) -> Sequence[Said]: ...

    @property
    def span(self) -> int: ...

    def points(self, apps: NDArray[np.int32], epci: int) -> I64:
        """Hundredths of a point."""
        ...


Held = tuple[tuple[str, str, str], ...]
"""(dwelling_id, account, application_id) of the first ranks of an earlier proposal."""


def build(
    case: Case,
    facts: Facts,
    scores: Points,
    rules: RuleSet,
    menus: eligibility.Menus | None = None,
    *,
    price_assumed: bool = False,
    kept: Held = (),
    book: RuleBook | None = None,
    remembered: Remembered | None = None,
) -> Problem:
    """The optimisation problem of a case.

    Parameters
    ----------
    scores : points of an application in an EPCI, hundredths, and the span of the score.
    menus : spare computing them again.
    price_assumed : rows whose target is assumed keep their price in a case that is not synthetic.
    kept : first ranks of an earlier proposal, which weigh ``national.lean.keep_points`` each; those whose dwelling, household
        or account is not in the case say nothing.
    book : of the same case before some decisions, which change none of its rows: spare counting them again.
    remembered : what builds of the same case before some decisions have worked out; this one adds to it.

    Notes
    -----
    The value of a pair is exactly ``fill_value + score + fit − burden − awaited + lean`` with ``fit`` = fit of the entry + bonus of the
    dwelling, in hundredths of a point (of a freed dwelling the bonus takes the fill value back). Nothing depends on the order of the rows of a file.
    """
    facts = facts.with_span(scores.span)
    if book is None:
        book = rule_book(case, facts, rules, price_assumed=price_assumed)
    else:
        book = book.read_from(facts)
    known = eligibility.menus(facts, rules, lean=True) if menus is None else menus
    fill_value = hundredths(rules.get("national.fit.fill_value"))
    table = KindTable(book, None if remembered is None else remembered.marks)
    many = len(known.app) >= NARROW_FROM
    if many:
        give_back()
    held = _kept(facts, kept)
    naming = Naming(facts, replace(known, fit=known.fit[:0]), held, remembered)
    menus_known = None if remembered is None else remembered.menus
    leans = Leans(rules, naming.nominees, held)
    kept_for = awaited(facts, rules)
    entries = read_entries(book, known, scores, naming.singled, kept_for, menus_known)
    known = naming.menus  # a country's fits weigh half a gigabyte, and are in the entries now
    if many:
        give_back()
    groups = read_groups(book, naming, leans, entries, table)
    met = list(entries.menu_types())
    sets, set_of = seat_sets(book, naming, entries, met, table, remembered)
    menu = np.where(known.menu_of_dwelling < 0, len(known.ptr) - 1, known.menu_of_dwelling).astype(np.int64)
    keys = np.stack([menu, groups.of_dwelling.astype(np.int64), set_of], axis=1)
    classes, member, klass = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    pinned = np.zeros(len(facts.dwellings.ids), bool)
    pinned[facts.pins[:, 0]] = True
    options = option_table(book, naming, leans, groups, entries, met, table)
    lists = own_lists(facts, groups.member, entries.ptr, entries.app) if naming.by_lists else None
    seats = pack_seats(sets, classes[:, 2], member.astype(np.int64), book, naming, table, fill_value)
    return Problem(
        dwelling_ids=facts.dwellings.ids,
        application_ids=facts.applications.ids,
        klass=klass.reshape(-1).astype(np.int32),
        bonus=bonus_of(facts, rules),
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
        kinds=table.packed(naming.orders),
        seats=seats,
        rows=book.rows,
        accounts=facts.accounts,
        seniority=facts.applications.seniority_days.astype(np.int64),
        fill_value=fill_value,
        seed=facts.seed,
        notes=(*scores.notes, *notes_of(book, facts.span)),
        orders=naming.orders.orders,
        entry_burden=entries.burden,
        awaited=kept_for,
        own_lists=lists if naming.unwritten else None,
        order_lists=None if naming.unwritten else lists,
    )


def bonus_of(facts: Facts, rules: RuleSet) -> I64:
    """(D,) hundredths a dwelling itself adds to the value of a household: its vacancy days; of a freed one, no fill value
    (it would be let at a later session) and the cost of a link more."""
    dwellings = facts.dwellings
    if not dwellings.freed.any():
        return dwellings.vacancy_points.astype(np.int64)
    less = hundredths(rules.get("national.fit.fill_value")) + hundredths(
        rules.get("national.chain.link_cost")
    )
    return np.asarray(dwellings.vacancy_points - np.where(dwellings.freed, less, 0), np.int64)


def _kept(facts: Facts, kept: Held) -> dict[int, tuple[int, int]]:
    """Earlier first ranks by index, as far as the case knows their dwelling, household and account."""
    dwellings = {name: i for i, name in enumerate(facts.dwellings.ids.tolist())} if kept else {}
    apps = {name: i for i, name in enumerate(facts.applications.ids.tolist())} if kept else {}
    accounts = {name: i for i, name in enumerate(facts.accounts)}
    return {
        dwellings[d]: (apps[a], accounts[r])
        for d, r, a in kept
        if d in dwellings and a in apps and r in accounts
    }
