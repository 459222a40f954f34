"""Menu entries: score, fit and type of every application in every menu, sorted from the best value down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.problem.model import I32, I64
from optimizer.problem.registry import Trait
from optimizer.problem.rulebook import RuleBook

if TYPE_CHECKING:
    from optimizer.eligibility import Menus


class _Scores(Protocol):
    def points(self, apps: NDArray[np.int32], epci: int) -> I64: ...


@dataclass(frozen=True)
class Entries:
    """Entries of all menus, each menu sorted by (value descending, seniority descending, application).

    ``type`` joins what the rules ask of the household (``bits`` of the type), who may name it, and whether it is a
    sitting tenant of the n-th landlord of the menu (``landlord_at``: (menu, landlord) -> n from 1).
    """

    ptr: I64
    app: I32
    score: I64
    fit: I64
    type: I32
    n_types: int
    bits: I64
    landlord_at: dict[tuple[int, int], int]

    def menu_types(self, menu: int) -> tuple[I32, I32]:
        """Types met in a menu, ascending, and one application of each."""
        part = slice(int(self.ptr[menu]), int(self.ptr[menu + 1]))
        types, at = np.unique(self.type[part], return_index=True)
        return types, self.app[part][at]


def traits_in_play(book: RuleBook) -> list[tuple[tuple[str, str], Trait]]:
    """((rule, trait), function) of the rules that have lines; position = bit of a type."""
    found = []
    for section in book.sections:
        if section.lines:
            traits = section.rule.traits
            found += [((section.rule.id, name), traits[name]) for name in sorted(traits)]
    return found


def read_entries(book: RuleBook, menus: Menus, scores: _Scores) -> Entries:
    """Score, type and order of the entries of ``menus`` (which come in ascending application order)."""
    facts = book.ground.facts
    lengths = np.diff(menus.ptr)
    menu_epci = _menu_epci(facts, menus)
    epci = np.repeat(menu_epci, lengths)
    score = np.zeros(len(menus.app), np.int64)
    bits = np.zeros(len(menus.app), np.int64)
    order = np.argsort(epci, kind="stable")
    cuts = np.flatnonzero(np.diff(epci[order])) + 1
    traits = traits_in_play(book)
    for part in np.split(order, cuts) if len(order) else []:
        here = int(epci[part[0]])
        apps, back = np.unique(menus.app[part], return_inverse=True)
        score[part] = scores.points(apps, here)[back]
        marks = np.zeros(len(apps), np.int64)
        for bit, (_, trait) in enumerate(traits):
            marks |= trait(book.ground, apps, here).astype(np.int64) << bit
        bits[part] = marks[back]
    menu = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    landlord_at, tenant = _sitting(facts, menus, menu)
    profile = naming_profile(facts)[menus.app]
    width, depth = int(profile.max(initial=0)) + 1, int(tenant.max(initial=0)) + 1
    codes, type_ = np.unique((bits * width + profile) * depth + tenant, return_inverse=True)
    sorted_by = _best_first(menu, score + menus.fit, facts.applications.seniority_days[menus.app])
    return Entries(
        ptr=menus.ptr,
        app=menus.app[sorted_by],
        score=score[sorted_by],
        fit=menus.fit[sorted_by].astype(np.int64),
        type=type_.reshape(-1)[sorted_by].astype(np.int32),
        n_types=max(1, len(codes)),
        bits=codes // depth // width,
        landlord_at=landlord_at,
    )


def _menu_epci(facts: Facts, menus: Menus) -> I64:
    has = np.flatnonzero(menus.menu_of_dwelling >= 0)
    epci = np.zeros(len(menus.ptr) - 1, np.int64)
    epci[menus.menu_of_dwelling[has]] = facts.dwellings.epci[has]
    return epci


def _sitting(facts: Facts, menus: Menus, menu: I64) -> tuple[dict[tuple[int, int], int], I64]:
    """Rank of each landlord among those of a menu (from 1), and that of each entry's present landlord (0: none)."""
    has = np.flatnonzero(menus.menu_of_dwelling >= 0)
    n = len(facts.landlords) + 1
    pairs = np.unique(
        menus.menu_of_dwelling[has].astype(np.int64) * n + facts.dwellings.landlord[has].astype(np.int64)
    )
    if not len(pairs):
        return {}, np.zeros(len(menu), np.int64)
    first = np.searchsorted(pairs // n, pairs // n)
    rank = np.arange(len(pairs)) - first + 1
    landlord_at = {(int(p // n), int(p % n)): int(r) for p, r in zip(pairs, rank, strict=True)}
    tenant = np.zeros(len(menu), np.int64)
    now = facts.applications.current_landlord[menus.app].astype(np.int64)
    sitting = np.flatnonzero(now >= 0)
    code = menu[sitting] * n + now[sitting]
    at = np.minimum(np.searchsorted(pairs, code), len(pairs) - 1)
    hit = pairs[at] == code
    tenant[sitting[hit]] = rank[at[hit]]
    return landlord_at, tenant


def naming_profile(facts: Facts) -> I64:
    """(A,) equal numbers for households that every account names alike, present landlord aside.

    Pools, explicit accounts, relocation; a household that is pinned, or nominated for one dwelling, is alone in its
    profile, since the réservataire's order then tells it apart from all others.
    """
    a = facts.applications
    n = len(a.ids)
    labelled = a.priority_any & np.isin(a.proof, np.array(facts.labelled_proofs, np.int8))
    flags = (
        a.als_employee.astype(np.int64)
        | a.public_agent.astype(np.int64) << 1
        | a.dalo.astype(np.int64) << 2
        | labelled.astype(np.int64) << 3
        | a.relocation.astype(np.int64) << 4
    )
    explicit = a.explicit_accounts
    alone: dict[int, tuple[object, ...]] = {}
    for i in np.flatnonzero(np.diff(explicit.ptr) > 0).tolist():
        alone[i] = ("accounts", *sorted(explicit.row(i).tolist()))
    nominated: dict[int, set[int]] = {}
    for line in facts.nominations:
        nominated.setdefault(line.application, set()).add(line.account if line.dwelling < 0 else -1)
    for i, accounts in nominated.items():
        own = ("only", i) if -1 in accounts else ("nominated", *sorted(accounts))
        alone[i] = (*alone.get(i, ()), *own)
    for i in facts.pins[:, 1].tolist():
        alone[i] = ("only", i)
    special = np.zeros(n, np.int64)
    number = {key: k + 1 for k, key in enumerate(sorted(set(alone.values()), key=repr))}
    for i, key in alone.items():
        special[i] = number[key]
    _, profile = np.unique(special << 8 | flags, return_inverse=True)
    numbered: I64 = profile.reshape(-1).astype(np.int64)
    return numbered


def _best_first(menu: I64, value: I64, seniority: NDArray[np.integer]) -> NDArray[np.int64]:
    """Order by (menu, value descending, seniority descending), ties in the order given: one key when it fits 63 bits."""
    if not len(menu):
        return np.zeros(0, np.int64)
    worth, days = int(value.max()) - value, int(seniority.max()) - seniority.astype(np.int64)
    spans = [int(menu.max()) + 1, int(worth.max()) + 1, int(days.max()) + 1]
    order: I64
    if spans[0] * spans[1] * spans[2] < 1 << 62:
        order = np.argsort((menu * spans[1] + worth) * spans[2] + days, kind="stable")
    else:
        order = np.lexsort((days, worth, menu))
    return order
