"""Classes of dwellings with the same eligible applications, and those applications with all that a line needs.

A class keeps, for every application that passes the codes of design §4 before ``ACCOUNT``: its value without the
dwelling's vacancy points, the accounts that may name it and those on which it may be first (bits of the class's own
list of accounts).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.naming import Entries, name_all
from optimizer.verify.recent import Recent
from optimizer.verify.scores import Scores
from optimizer.verify.world import World

Column = TypeVar("Column")


@dataclass(frozen=True)
class Fit:
    """Points of ``fit`` from the law, hundredths."""

    fill: int
    preference: int
    span: int
    first_rooms: int
    adapted: int
    days_per_point: int
    vacancy_max: int

    def preference_points(self, rank: I64) -> I64:
        """``preference × max(0, 1 − (rank − 1)/span)``, rounded half up; 0 for rank 0 (reached by ``extend``)."""
        top = self.preference * np.maximum(0, self.span - rank + 1)
        return np.where(rank > 0, (2 * top + self.span) // (2 * self.span), 0)

    def vacancy(self, days: I64) -> I64:
        return np.minimum(self.vacancy_max, (200 * days + self.days_per_point) // (2 * self.days_per_point))


@dataclass(frozen=True)
class Some:
    """Some applications, and what was asked of them: the classes of a commune ask the same few questions."""

    apps: I32
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, ask: Callable[[], Column]) -> Column:
        """The answer kept under a key, else the one given now."""
        if key not in self.kept:
            self.kept[key] = ask()
        answer: Column = self.kept[key]
        return answer


HELD = 20_000_000
"""Entries of classes that are kept; those read before are built again when they are asked for again."""


class Classes:
    """All classes of a case; entries are built on demand and the last ones kept."""

    def __init__(self, world: World, scores: Scores) -> None:
        self.world, self.scores = world, scores
        law = world.law
        self.fit = Fit(
            law.hundredths("national.fit.fill_value"),
            law.hundredths("national.fit.preference_points"),
            law.whole("national.fit.preference_span"),
            law.hundredths("national.fit.first_choice_rooms_points"),
            law.hundredths("national.fit.adapted_points"),
            law.whole("national.fit.vacancy_days_per_point"),
            law.hundredths("national.fit.vacancy_points_max"),
        )
        self.bonus = self.fit.vacancy(world.dwellings.vacancy_days)
        self.members: list[list[int]] = []
        self.klass = np.full(len(world.dwellings), -1, np.int64)
        self._group()
        self._kept: Recent[int, Entries] = Recent(HELD)
        self._rooms: dict[str, tuple[I64, I64]] = {}
        self._ceiling: dict[tuple[int, int], I64] = {}
        self._elsewhere: dict[str, B] = {}
        self._extend_cache: Recent[str, I32] = Recent(HELD)
        self._near: Recent[int, Some] = Recent(HELD)
        self._reach_cache: Recent[int, tuple[I32, I64]] = Recent(HELD)

    def _group(self) -> None:
        w, d = self.world, self.world.dwellings
        own = {x[0] for lines in w.nominations.values() for x in lines if x[0] >= 0}
        own |= set(w.pins) | set(w.forbidden)
        own |= set(w.apps.current_dwelling[w.apps.current_dwelling >= 0].tolist())
        found: dict[tuple[object, ...], int] = {}
        columns = zip(
            d.landlord, d.place.tolist(), d.rooms.tolist(), d.financing.tolist(), d.qpv.tolist(),
            d.accessible.tolist(), d.upstairs.tolist(), d.factor.tolist(), d.reserved_to, d.exclusion, d.district,
            d.first_letting.tolist(), d.priority_mix.tolist(), d.residence, self._costs(), strict=True,
        )  # fmt: skip
        for i, key in enumerate(columns):
            *same, mix, residence, cost = key
            full = (*same, residence if mix else "", cost, i if i in own else -1)
            c = found.setdefault(full, len(found))
            if c == len(self.members):
                self.members.append([])
            self.members[c].append(i)
            self.klass[i] = c

    def _costs(self) -> list[int]:
        """Rent and charges of each dwelling whose landlord limits the effort rate, -1 elsewhere or unknown."""
        w, d = self.world, self.world.dwellings
        limited = {*w.effort_max, *w.effort_credit_max}
        pairs = zip(d.landlord, d.rent.tolist(), d.housing_cost.tolist(), strict=True)
        return [cost if name in limited and rent >= 0 else -1 for name, rent, cost in pairs]

    def __len__(self) -> int:
        return len(self.members)

    def open_members(self, c: int) -> list[int]:
        """Dwellings of the class that may be proposed in this run."""
        return [d for d in self.members[c] if not self.world.blocked[d]]

    def receivers(self, c: int) -> tuple[str, ...]:
        """Accounts that may receive the dwellings of the class."""
        return self.world.receivers(self.members[c][0])

    def all_entries(self) -> Iterator[tuple[int, Entries]]:
        """Every class with an open dwelling, with its entries, place by place."""
        for c in np.argsort(self.order).tolist():
            if self.open_members(c):
                yield c, self.entries(c)

    def entries(self, c: int) -> Entries:
        return self._kept.get(c, lambda: self._build(c), lambda x: len(x.app))

    @cached_property
    def order(self) -> I64:
        """Rank of each class by EPCI and commune: read in this order, what depends on a place is asked once."""
        places = self.world.law.places
        first = [members[0] for members in self.members]
        at = [int(self.world.dwellings.place[d]) for d in first]
        keys = sorted(
            range(len(first)),
            key=lambda c: (places.epci[at[c]], at[c], self.world.dwellings.landlord[first[c]], c),
        )
        rank = np.empty(len(keys), np.int64)
        rank[keys] = np.arange(len(keys))
        return rank

    @cached_property
    def _wishes(self) -> tuple[I64, I32, I64]:
        """(ptr by commune, application, rank): who wishes each commune, at its first mention."""
        wished = self.world.apps.wished
        owner, commune = wished.owner, wished.values
        rank = np.arange(len(commune)) - wished.ptr[owner] + 1
        order = np.lexsort((rank, owner, commune))
        owner, commune, rank = owner[order], commune[order], rank[order]
        keep = commune >= 0
        keep[1:] &= (commune[1:] != commune[:-1]) | (owner[1:] != owner[:-1])
        owner, commune, rank = owner[keep], commune[keep], rank[keep]
        ptr = np.searchsorted(commune, np.arange(len(self.world.law.places.insee) + 1))
        return ptr, owner, rank

    def reach(self, place: int) -> tuple[I32, I64]:
        """Applications that wish the commune (preference rank) or reach it by ``extend`` (rank 0), ascending."""
        return self._reach_cache.get(place, lambda: self._reaching(place), lambda x: len(x[0]))

    def _reaching(self, place: int) -> tuple[I32, I64]:
        ptr, owner, rank = self._wishes
        at = slice(int(ptr[place]), int(ptr[place + 1]))
        wishing, ranks = owner[at], rank[at]
        epci = self.world.law.places.epci[place]
        if not epci:
            return wishing.astype(np.int32), ranks
        extending = self._extending(epci)
        more = extending[~np.isin(extending, wishing)]
        apps, ranks = np.concatenate([wishing, more]), np.concatenate([ranks, np.zeros(len(more), np.int64)])
        order = np.argsort(apps, kind="stable")
        return apps[order].astype(np.int32), ranks[order]

    def _extending(self, epci: str) -> I32:
        """Applications that accept the other communes of the EPCI, ascending."""

        def ask() -> I32:
            return np.flatnonzero(self.scores.reach(epci) & self.world.apps.extend).astype(np.int32)

        return self._extend_cache.get(epci, ask, len)

    def rooms_of(self, landlord: str) -> tuple[I64, I64]:
        """(accepted bits, first choice) of every application by the landlord's table."""
        name = self.world.law_rooms(landlord)
        if name not in self._rooms:
            mask, first = self.world.law.rooms_table(name)
            row = np.minimum(self.world.apps.size, len(mask) - 1)
            bits = mask[row]
            if self.world.law.flag("national.rooms.t1_single_only"):
                bits = np.where(self.world.apps.never_t1, bits & ~np.int64(1), bits)
            wanted = self.world.apps.rooms_wanted
            bits = np.where(wanted > 0, bits & wanted, bits)
            bits = np.where(self.world.apps.dalo_rooms > 0, self.world.apps.dalo_rooms, bits)
            self._rooms[name] = (bits, first[row])
        return self._rooms[name]

    def ceiling(self, financing: int, zone: int) -> I64:
        """Ceiling of every application in cents per year."""
        key = (financing, zone)
        if key not in self._ceiling:
            table = self.world.law.ceilings_cents(financing)[zone]
            category = self.world.apps.category
            self._ceiling[key] = table[np.clip(category, 1, 6) - 1] + np.maximum(0, category - 6) * table[6]
        return self._ceiling[key]

    def elsewhere(self, district: str) -> B:
        """Applications that want other districts only."""
        if district not in self._elsewhere:
            a = self.world.apps
            wanted = a.districts.lengths > 0
            if district in a.district_words:
                mine = a.districts.values == a.district_words.index(district)
                wanted = wanted.copy()
                wanted[a.districts.owner[mine]] = False
            self._elsewhere[district] = wanted
        return self._elsewhere[district]

    def code(self, c: int, apps: I32, reached: B) -> I32:
        """First refusal code before ``ACCOUNT`` (1..9) of applications for the class; 0 = none.

        ``reached`` says who wishes the commune or reaches it by ``extend``.
        """
        refusals = self._refusals(c, Some(apps))
        refusals[2] = refusals[2] | ~reached
        code = np.zeros(len(apps), np.int32)
        for number in range(len(refusals), 0, -1):
            code[refusals[number - 1]] = number
        return code

    def _refusals(self, c: int, some: Some) -> list[B]:
        """Who each code before ``ACCOUNT`` refuses, in their order, all of ``some`` reaching the commune."""
        w, a, apps = self.world, self.world.apps, some.apps
        d = self.members[c][0]
        dw = w.dwellings
        rooms, access, upstairs = int(dw.rooms[d]), int(dw.accessible[d]), bool(dw.upstairs[d])
        table, factor = w.law_rooms(dw.landlord[d]), int(dw.factor[d])
        money = (int(dw.financing[d]), int(w.law.places.zone[dw.place[d]]))
        nobody = some.once("nobody", lambda: np.zeros(len(apps), bool))

        def above() -> B:
            income = some.once("income", lambda: a.income[apps])
            found: B = (income >= 0) & (income * 10_000 > self.ceiling(*money)[apps] * factor)
            return found

        def closed() -> B:
            need = some.once("need", lambda: a.mobility[apps])
            shut: B = ((need == 3) & (access != 2)) | ((need == 2) & (access == 0))
            if upstairs:
                shut |= need > 0
            return shut

        def small() -> B:
            unfit: B = (self.rooms_of(dw.landlord[d])[0][apps] >> (rooms - 1)) & 1 == 0
            return unfit

        forbidden = some.once("forbidden", lambda: w.forbidden_all[apps])
        if d in w.forbidden:
            forbidden = forbidden | np.isin(apps, sorted(w.forbidden[d]))
        district, home = dw.district[d], some.once("home", lambda: a.current_dwelling[apps])
        return [
            some.once("gone", lambda: ~a.active[apps]),
            some.once("live", lambda: w.live_offer[apps]),
            some.once(("district", district), lambda: self.elsewhere(district)[apps]) if district else nobody,
            some.once(("rooms", table, rooms), small),
            some.once(("ceiling", *money, factor), above),
            some.once(("access", access, upstairs), closed),
            home == d,
            forbidden,
            w.effort_above(w.effort_max, d, apps),
        ]

    def _build(self, c: int) -> Entries:
        w, a = self.world, self.world.apps
        d = self.members[c][0]
        dw = w.dwellings
        place = int(dw.place[d])
        apps, rank = self.reach(place)
        some = self._near.get(place, lambda: Some(apps), lambda x: 20 * len(x.apps))
        refused = np.zeros(len(apps), bool)
        for refusal in self._refusals(c, some):
            refused |= refusal
        fine = np.flatnonzero(~refused)
        apps, rank = apps[fine], rank[fine]
        epci = w.place(d)[1]
        score = self.scores.of(epci)[apps]
        _, first_rooms = self.rooms_of(dw.landlord[d])
        fit = self.fit.preference_points(rank)
        fit = fit + np.where(first_rooms[apps] == dw.rooms[d], self.fit.first_rooms, 0)
        if dw.accessible[d] == 2:
            fit = fit + np.where(a.mobility[apps] == 3, self.fit.adapted, 0)
        return name_all(w, d, self.receivers(c), apps, score, fit, self.fit.fill)
