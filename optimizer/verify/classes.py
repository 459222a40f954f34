"""Classes of dwellings with the same eligible applications, and those applications with all that a line needs.

A class keeps, for every application that passes the codes of design §4 up to ``FORBIDDEN``: its value without the
dwelling's vacancy points, the accounts that may name it and those on which it may be first (bits of the class's own
list of accounts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.naming import Entries, name_all
from optimizer.verify.scores import Scores
from optimizer.verify.world import World


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


class Classes:
    """All classes of a case; entries are built on demand and kept while they fit in memory."""

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
        self._kept: dict[int, Entries] = {}
        self._rooms: dict[str, tuple[I64, I64]] = {}
        self._ceiling: dict[tuple[int, int], I64] = {}
        self._elsewhere: dict[str, B] = {}
        self._reach_cache: dict[int, tuple[I32, I64]] = {}

    def _group(self) -> None:
        w, d = self.world, self.world.dwellings
        own = {x[0] for lines in w.nominations.values() for x in lines if x[0] >= 0}
        own |= set(w.pins) | set(w.forbidden)
        own |= set(w.apps.current_dwelling[w.apps.current_dwelling >= 0].tolist())
        found: dict[tuple[object, ...], int] = {}
        columns = zip(
            d.landlord, d.place.tolist(), d.rooms.tolist(), d.financing.tolist(), d.qpv.tolist(),
            d.accessible.tolist(), d.upstairs.tolist(), d.factor.tolist(), d.reserved_to, d.exclusion, d.district,
            d.priority_mix.tolist(), d.residence, strict=True,
        )  # fmt: skip
        for i, key in enumerate(columns):
            *same, mix, residence = key
            full = (*same, residence if mix else "", i if i in own else -1)
            c = found.setdefault(full, len(found))
            if c == len(self.members):
                self.members.append([])
            self.members[c].append(i)
            self.klass[i] = c

    def __len__(self) -> int:
        return len(self.members)

    def open_members(self, c: int) -> list[int]:
        """Dwellings of the class that may be proposed in this run."""
        return [d for d in self.members[c] if not self.world.blocked[d]]

    def receivers(self, c: int) -> tuple[str, ...]:
        """Accounts that may receive the dwellings of the class."""
        return self.world.receivers(self.members[c][0])

    def all_entries(self) -> Iterator[tuple[int, Entries]]:
        """Every class with an open dwelling, with its entries."""
        for c in range(len(self)):
            if self.open_members(c):
                yield c, self.entries(c)

    def entries(self, c: int) -> Entries:
        if c not in self._kept:
            self._kept[c] = self._build(c)
        return self._kept[c]

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
        if place not in self._reach_cache:
            ptr, owner, rank = self._wishes
            at = slice(int(ptr[place]), int(ptr[place + 1]))
            known = np.full(len(self.world.apps), -1, np.int64)
            epci = self.world.law.places.epci[place]
            if epci:
                known[self.scores.reach(epci) & self.world.apps.extend] = 0
            known[owner[at]] = rank[at]
            apps = np.flatnonzero(known >= 0).astype(np.int32)
            self._reach_cache[place] = (apps, known[apps])
        return self._reach_cache[place]

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
        """First refusal code before ``ACCOUNT`` (1..8) of applications for the class; 0 = none.

        ``reached`` says who wishes the commune or reaches it by ``extend``.
        """
        w, a = self.world, self.world.apps
        d = self.members[c][0]
        dw = w.dwellings
        bits, _ = self.rooms_of(dw.landlord[d])
        code = np.zeros(len(apps), np.int32)
        need, access = a.mobility[apps], int(dw.accessible[d])
        above = (a.income[apps] >= 0) & (
            a.income[apps] * 10_000
            > self.ceiling(int(dw.financing[d]), int(w.law.places.zone[dw.place[d]]))[apps] * dw.factor[d]
        )
        far = ~reached
        if dw.district[d]:
            far = far | self.elsewhere(dw.district[d])[apps]
        closed = ((need == 3) & (access != 2)) | ((need == 2) & (access == 0))
        if dw.upstairs[d]:
            closed |= need > 0
        forbidden = w.forbidden_all[apps]
        if d in w.forbidden:
            forbidden = forbidden | np.isin(apps, sorted(w.forbidden[d]))
        refusals = (
            ~a.active[apps], w.live_offer[apps], far, (bits[apps] >> (int(dw.rooms[d]) - 1)) & 1 == 0, above, closed,
            a.current_dwelling[apps] == d, forbidden,
        )  # fmt: skip
        for number in range(8, 0, -1):
            code[refusals[number - 1]] = number
        return code

    def _build(self, c: int) -> Entries:
        w, a = self.world, self.world.apps
        d = self.members[c][0]
        dw = w.dwellings
        apps, rank = self.reach(int(dw.place[d]))
        fine = self.code(c, apps, np.ones(len(apps), bool)) == 0
        apps, rank = apps[fine], rank[fine]
        epci = w.place(d)[1]
        score = self.scores.of(epci)[apps]
        _, first_rooms = self.rooms_of(dw.landlord[d])
        fit = self.fit.preference_points(rank)
        fit = fit + np.where(first_rooms[apps] == dw.rooms[d], self.fit.first_rooms, 0)
        if dw.accessible[d] == 2:
            fit = fit + np.where(a.mobility[apps] == 3, self.fit.adapted, 0)
        return name_all(w, d, self.receivers(c), apps, score, fit, self.fit.fill)
