"""Menu entries: score, fit and type of every application in every menu, sorted from the best value down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

import optimizer.eligibility as eligibility
from optimizer.eligibility.facts import Facts
from optimizer.problem.model import I32, I64
from optimizer.problem.registry import Trait, trait_of
from optimizer.problem.rulebook import RuleBook
from optimizer.problem.sorted_menus import SortedMenu, SortedMenus

if TYPE_CHECKING:
    from optimizer.eligibility import Menus


Points = NDArray[Any]
"""Hundredths of a point: int64, or 16 or 32 bits in a problem of many entries."""


class _Scores(Protocol):
    def points(self, apps: NDArray[np.int32], epci: int) -> I64: ...


@dataclass(frozen=True)
class Entries:
    """Entries of all menus, each menu sorted by (value descending, seniority descending, application).

    ``fit`` is less ``burden`` (hundredths, ≥ 0), which is what the effort rate of the pair takes off its value, and less what the
    household is awaited for.
    ``type`` joins what the rules ask of the household (``bits`` of the type), who may name it, and whether it is a
    sitting tenant of the n-th landlord of the menu (``landlord_at``: (menu, landlord) -> n from 1).
    """

    ptr: I64
    app: I32
    score: Points
    fit: Points
    burden: Points
    type: I32
    """16 bits in a problem of many entries."""
    n_types: int
    bits: I64
    landlord_at: dict[tuple[int, int], int]
    known: dict[int, SortedMenu]
    """Menus that stay as they are until a decision takes somebody off them, where that is remembered."""

    def menu_types(self) -> Iterator[tuple[I32, I32]]:
        """For each menu: types met, ascending, and the first application of each."""
        first = np.zeros(self.n_types, np.int64)
        for a, b in itertools.pairwise(self.ptr.tolist()):
            types = self.type[a:b]
            first[:] = -1
            # the last assignment wins: backwards, so that it is the first entry
            first[types[::-1]] = np.arange(b - 1, a - 1, -1)
            present = np.flatnonzero(first >= 0)
            yield present.astype(np.int32), self.app[first[present]]


def traits_in_play(book: RuleBook) -> list[tuple[tuple[str, str], Trait]]:
    """((rule, trait), function) of the rules that have lines; position = bit of a type."""
    found = []
    for section in book.sections:
        if section.lines:
            rule = section.rule
            found += [((rule.id, name), trait_of(rule, name)) for name in sorted(rule.traits)]
    return found


NARROW_FROM = 8_000_000
"""Entries from which scores and fits are held in 16 or 32 bits: whoever adds them up widens first (`Problem.values`)."""
BLOCK = 2_000_000
"""Entries handled at once: columns of the work in between stay in a few tens of megabytes."""


def read_entries(
    book: RuleBook,
    menus: Menus,
    scores: _Scores,
    singled: frozenset[int],
    awaited: I64 | None = None,
    remembered: SortedMenus | None = None,
) -> Entries:
    """Score, burden, type and order of the entries of ``menus`` (which come in ascending application order).

    ``singled``: households that are of a type of their own. ``awaited`` (A,): points taken off the value of each household,
    none where it is empty. ``remembered``: menus of the same case before some decisions.

    Lean menus are sorted in place, their columns becoming those of the entries; others are left as they are. Menus are
    read EPCI by EPCI: what depends on the household and the EPCI is looked up once, in columns as short as its people.
    """
    total = len(menus.app)
    own = not len(menus.pref) and total > 0
    many = total >= NARROW_FROM
    app = menus.app if own else menus.app.copy()
    points = np.int16 if many else np.int64
    people = _People(
        book,
        menus,
        scores,
        singled,
        _Columns(np.empty(total, points), np.empty(total, points), np.empty(total, points)),
        np.empty(total, np.int16 if many else np.int32),
        None if many or (awaited is not None and len(awaited)) else remembered,
    )
    for epci, block in _blocks(menus, _menu_epci(book.ground.facts, menus)):
        people.sort(epci, block, app, awaited)
    rank, codes = people.types()
    for start in range(0, total, BLOCK):
        part = slice(start, start + BLOCK)
        people.type[part] = rank[people.type[part]]
    return Entries(
        ptr=menus.ptr,
        app=app,
        score=people.columns.score,
        fit=people.columns.fit,
        burden=people.columns.burden,
        type=people.type,
        n_types=max(1, len(codes)),
        bits=codes // people.depth // people.width,
        landlord_at=people.landlords.at,
        known=people.known,
    )


def _blocks(menus: Menus, epci: I64) -> Iterator[tuple[int, list[int]]]:
    """Menus of one EPCI, as many at once as fit a block."""
    order = np.argsort(epci, kind="stable")
    block: list[int] = []
    size, here = 0, -1
    for menu in order.tolist():
        length = int(menus.ptr[menu + 1] - menus.ptr[menu])
        if block and (int(epci[menu]) != here or size + length > BLOCK):
            yield here, block
            block, size = [], 0
        here = int(epci[menu])
        block.append(menu)
        size += length
    if block:
        yield here, block


@dataclass
class _Columns:
    """Score, fit and burden of each entry: 16, then 32 bits each as long as they are enough in a problem of many entries."""

    score: Points
    fit: Points
    burden: Points

    def hold(self, name: str, points: I64) -> None:
        """Widen a column for larger points.

        Raises
        ------
        OverflowError
            32 bits do not hold them either, in a problem of so many entries.
        """
        column = getattr(self, name)
        top = int(np.abs(points).max(initial=0))
        if top <= np.iinfo(column.dtype).max:
            return
        if top > np.iinfo(np.int32).max:
            raise OverflowError("points too large for a problem of that many entries")
        setattr(self, name, column.astype(np.int32))


class _People:
    """What the entries of a block say of their households, and the types met so far.

    A type is numbered as it is met, by its code ``(bits × width + profile) × depth + tenant``, and renumbered at the end
    in the order of the codes.
    """

    def __init__(
        self,
        book: RuleBook,
        menus: Menus,
        scores: _Scores,
        singled: frozenset[int],
        columns: _Columns,
        type_: NDArray[Any],
        remembered: SortedMenus | None,
    ) -> None:
        self.ground, self.menus, self.scores = book.ground, menus, scores
        facts = book.ground.facts
        self.traits = traits_in_play(book)
        self.profile = naming_profile(facts, singled)
        self.dwelling = _member(menus)
        self.width = int(self.profile.max(initial=0)) + 1
        self.landlords = _Landlords(facts, menus)
        self.depth = self.landlords.depth
        self.days = facts.applications.seniority_days.astype(np.int64)
        self.lodged = facts.applications.current_landlord
        self.position = np.zeros(len(facts.applications.ids), np.int32)
        self.met: dict[int, int] = {}
        self.columns = columns
        self.type = type_
        """Number of each entry's type: 16 bits as long as they are enough."""
        self.remembered = remembered
        self.known: dict[int, SortedMenu] = {}

    def sort(self, epci: int, block: list[int], app: I32, awaited: I64 | None) -> None:
        """Sort the menus of a block, all of one EPCI, and fill their columns and provisional types."""
        ptr = self.menus.ptr
        slices = [slice(int(ptr[m]), int(ptr[m + 1])) for m in block]
        listed = np.concatenate([app[part] for part in slices])
        here = _present(listed, self.position)
        at = self.position[listed]
        points = self.scores.points(here, epci)
        self.columns.hold("score", points)
        marks = np.zeros(len(here), np.int64)
        for bit, (_, trait) in enumerate(self.traits):
            marks |= trait(self.ground, here, epci).astype(np.int64) << bit
        plain, days = self.profile[here], self.days[here]
        bases, base = np.unique(marks * self.width + plain, return_inverse=True)
        local = base.reshape(-1).astype(np.int64)[at]
        local = local * self.depth + self._tenants(block, slices, here, at)
        number = self._number(bases, local)
        if len(self.met) > np.iinfo(self.type.dtype).max:
            self.type = self.type.astype(np.int32)
        start = 0
        for m, part in zip(block, slices, strict=True):
            there = slice(start, start + part.stop - part.start)
            start = there.stop
            known = self._remembered(m, part, app)
            if known is None:
                known = self._sorted(m, part, app, awaited, points[at[there]], days[at[there]])
                self._remember(m, known)
            self.columns.hold("fit", known.net)
            self.columns.hold("burden", known.burden)
            order = known.order
            self.columns.score[part], self.columns.fit[part] = known.score, known.net
            self.columns.burden[part] = known.burden
            self.type[part] = number[local[there][order]]
            app[part] = listed[there][order]

    def _sorted(
        self, menu: int, part: slice, app: I32, awaited: I64 | None, points: I64, days: I64
    ) -> SortedMenu:
        """Best first; the burden of a menu's households is taken off their fit."""
        facts = self.ground.facts
        listed, fit = app[part].copy(), self.menus.fit[part]
        burden = eligibility.burden(facts, int(self.dwelling[menu]), listed)
        net = fit - burden
        if awaited is not None and len(awaited):
            net -= awaited[listed]
        order = _best_first(points + net, days)
        return SortedMenu(listed, fit, order, points[order], net[order], burden[order])

    def _remembered(self, menu: int, part: slice, app: I32) -> SortedMenu | None:
        """The menu as it was sorted before, where nothing but households taken off it has changed."""
        if self.remembered is None:
            return None
        known = self.remembered.of(int(self.dwelling[menu]), app[part], self.menus.fit[part])
        if known is not None:
            self.known[menu] = known
        return known

    def _remember(self, menu: int, sorted_: SortedMenu) -> None:
        if self.remembered is None:
            return
        known = replace(sorted_, fit=sorted_.fit.copy())
        self.known[menu] = known
        self.remembered.learn(int(self.dwelling[menu]), known)

    def _tenants(self, block: list[int], slices: list[slice], here: I32, at: I32) -> I64:
        """Rank of the present landlord of each entry's household among those of its menu, 0 for none."""
        tenant = np.zeros(len(at), np.int64)
        lodged = self.lodged[here]
        sitting = np.flatnonzero(lodged[at] >= 0)
        if len(sitting):
            menu = np.repeat(np.array(block, np.int64), [part.stop - part.start for part in slices])
            tenant[sitting] = self.landlords.rank(menu[sitting], lodged[at[sitting]].astype(np.int64))
        return tenant

    def _number(self, bases: I64, local: I64) -> I32:
        """Number of each local code (position of a base × depth + tenant), those not met left at 0."""
        seen = np.zeros(len(bases) * self.depth, bool)
        seen[local] = True
        number = np.zeros(len(seen), np.int32)
        for code in np.flatnonzero(seen).tolist():
            whole = int(bases[code // self.depth]) * self.depth + code % self.depth
            number[code] = self.met.setdefault(whole, len(self.met))
        return number

    def types(self) -> tuple[I32, I64]:
        """Rank of each provisional number among the codes, and the codes ascending."""
        codes = np.array(list(self.met), np.int64)
        order = np.argsort(codes)
        rank = np.empty(len(codes), np.int32)
        rank[order] = np.arange(len(codes), dtype=np.int32)
        return rank, codes[order]


def _present(listed: I32, position: I32) -> I32:
    """Applications listed, ascending and once each; ``position`` (A,) then holds the place of each."""
    if len(listed) * 8 < len(position):
        here = np.unique(listed)
    else:
        mask = np.zeros(len(position), bool)
        mask[listed] = True
        here = np.flatnonzero(mask).astype(np.int32)
    position[here] = np.arange(len(here), dtype=np.int32)
    return here


def _member(menus: Menus) -> I64:
    """One dwelling of each menu."""
    has = np.flatnonzero(menus.menu_of_dwelling >= 0)[::-1]
    member = np.zeros(len(menus.ptr) - 1, np.int64)
    member[menus.menu_of_dwelling[has]] = has
    return member


def _menu_epci(facts: Facts, menus: Menus) -> I64:
    has = np.flatnonzero(menus.menu_of_dwelling >= 0)
    epci = np.zeros(len(menus.ptr) - 1, np.int64)
    epci[menus.menu_of_dwelling[has]] = facts.dwellings.epci[has]
    return epci


class _Landlords:
    """The landlords of each menu, numbered from 1."""

    def __init__(self, facts: Facts, menus: Menus) -> None:
        has = np.flatnonzero(menus.menu_of_dwelling >= 0)
        self._n = n = len(facts.landlords) + 1
        self._pairs = pairs = np.unique(
            menus.menu_of_dwelling[has].astype(np.int64) * n + facts.dwellings.landlord[has].astype(np.int64)
        )
        self._rank = np.arange(len(pairs)) - np.searchsorted(pairs // n, pairs // n) + 1
        self.depth = int(self._rank.max(initial=0)) + 1
        self.at = {
            (p // n, p % n): r for p, r in zip(pairs.tolist(), self._rank.tolist(), strict=True)
        }  # menu, landlord -> rank

    def rank(self, menu: I64, landlord: I64) -> I64:
        """Rank of each landlord in each menu, 0 where it has no dwelling there."""
        code = menu * self._n + landlord
        at = np.minimum(np.searchsorted(self._pairs, code), len(self._pairs) - 1)
        return np.where(self._pairs[at] == code, self._rank[at], 0)


def naming_profile(facts: Facts, singled: frozenset[int] = frozenset()) -> I64:
    """(A,) equal numbers for households that every account names alike and leans to alike, present landlord aside.

    Pools, explicit accounts, relocation, what `lean` looks at; a household that is pinned, nominated for one dwelling or
    ``singled`` is alone in its profile: a list or a decision tells it apart from all others.
    """
    a = facts.applications
    n = len(a.ids)
    labelled = a.priority_any & np.isin(a.proof, np.array(facts.labelled_proofs, np.int8))
    flags = (
        a.als_employee.astype(np.int64)
        | a.public_agent.astype(np.int64) << 1
        | a.dalo.astype(np.int64) << 2
        | labelled.astype(np.int64) << 3
        | a.prefet_designated.astype(np.int64) << 4
        | a.unreachable.astype(np.int64) << 5
        | a.relocation.astype(np.int64) << 6
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
    for i in (*facts.pins[:, 1].tolist(), *singled):
        alone[i] = ("only", i)
    special = np.zeros(n, np.int64)
    number = {key: k + 1 for k, key in enumerate(sorted(set(alone.values()), key=repr))}
    for i, key in alone.items():
        special[i] = number[key]
    _, profile = np.unique(special << 10 | flags, return_inverse=True)
    numbered: I64 = profile.reshape(-1).astype(np.int64)
    return numbered


def _best_first(value: I64, seniority: I64) -> NDArray[np.int64]:
    """Order by (value descending, seniority descending), ties in the order given.

    One sort of keys that end with the position, which is several times faster than an indirect sort; where they would
    not fit 63 bits, the indirect sort.
    """
    n = len(value)
    worth, days = int(value.max()) - value, int(seniority.max()) - seniority
    spans = [int(worth.max()) + 1, int(days.max()) + 1, n]
    order: I64
    if spans[0] * spans[1] * spans[2] < 1 << 62:
        order = np.sort((worth * spans[1] + days) * n + np.arange(n)) % n
    else:
        order = np.lexsort((days, worth))
    return order
