"""The households of one commune, side by side: what every dwelling there asks of them, looked up once.

A block holds who wishes the commune or reaches it by ``extend``, the highest score first, equal scores by identifier
(the order of leapfrogs). Households that no account and no rule tells apart share a *type*: what depends on accounts
and rules is worked out by type, what depends on one household (rooms, ceiling, access, score) in compiled passes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from optimizer.verify.cells import I32, I64, U8, B
from optimizer.verify.passes import EVERYWHERE, GONE, LIVE, but_for, local_types
from optimizer.verify.recent import Recent
from optimizer.verify.rows import profile
from optimizer.verify.scores import Scores
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import World

Column = TypeVar("Column")
HELD = 500_000
"""Entries of blocks, and of doors, that are kept; those read before are built again when they are asked for again."""
LIMIT = 2**61


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
class Block:
    """One value per household that reaches a commune, the highest score first; ``base``: score + preference points."""

    app: I32
    score: I64
    base: I64
    type: I32
    status: U8
    need: U8
    rep: I32
    """By type: the household that stands for it, ascending."""
    profile: I64
    """By type: profile bits in the EPCI of the commune."""
    by_app: I32
    """Positions in the order of applications."""
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, ask: Callable[[], Column]) -> Column:
        """The answer kept under a key, else the one given now."""
        if key not in self.kept:
            self.kept[key] = ask()
        answer: Column = self.kept[key]
        return answer

    def where(self, apps: I32) -> I32:
        """Position of each application, -1 for those that do not reach the commune."""
        if not len(self.app):
            return np.full(len(apps), -1, np.int32)
        ordered = self.once("ordered", lambda: self.app[self.by_app])
        at = np.minimum(np.searchsorted(ordered, apps), len(ordered) - 1)
        return np.where(ordered[at] == apps, self.by_app[at], np.int32(-1)).astype(np.int32)


class Blocks:
    """The block of each commune, built on demand and the last ones kept."""

    def __init__(self, world: World, scores: Scores, fit: Fit) -> None:
        self.world, self.scores, self.fit = world, scores, fit
        self._blocks: Recent[int, Block] = Recent(HELD)
        self._extend: Recent[str, I32] = Recent(HELD)
        self._rooms: dict[str, tuple[U8, U8]] = {}
        if int(world.apps.income.max(initial=0)) * 10_000 >= LIMIT:
            raise Unreadable("applications", "tax_income_eur")

    def of(self, place: int) -> Block:
        return self._blocks.get(place, lambda: self._build(place), lambda x: len(x.app))

    @cached_property
    def _wishes(self) -> tuple[I64, I32, I64]:
        """(ptr by commune, application, rank): who wishes each commune, at its first mention."""
        wished = self.world.apps.wished
        owner, commune = wished.owner, wished.values
        rank = self.world.apps.wished_rank
        order = np.lexsort((rank, owner, commune))
        owner, commune, rank = owner[order], commune[order], rank[order]
        keep = commune >= 0
        keep[1:] &= (commune[1:] != commune[:-1]) | (owner[1:] != owner[:-1])
        owner, commune, rank = owner[keep], commune[keep], rank[keep]
        ptr = np.searchsorted(commune, np.arange(len(self.world.law.places.insee) + 1))
        return ptr, owner, rank

    def reach(self, place: int) -> tuple[I32, I64]:
        """Applications that wish the commune (preference rank) or reach it by ``extend`` (rank 0), ascending."""
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
            near = self.scores.reach(epci)
            return near[self.world.apps.extend[near]]

        return self._extend.get(epci, ask, len)

    @cached_property
    def _alike(self) -> tuple[I32, I32]:
        """(number of each application, scratch): the same number, the same for every account and rule but Q1.

        A household that somebody nominates or pins, or whose earlier first rank is kept, stands alone.
        """
        w, a = self.world, self.world.apps
        bits = a.dalo.astype(np.int64)
        for more, width in (
            (a.priority_any, 1), (a.proof, 2), (a.public_agent, 1), (a.als_employee, 1), (a.essential, 1),
            (a.accepts_qpv, 1), (a.relocation, 3), (a.prefet, 1), (a.dossier == 2, 1),
        ):  # fmt: skip
            bits = bits << width | more
        sets: dict[frozenset[str], int] = {}
        given = np.zeros(len(a), np.int64)
        for i, names in a.accounts.items():
            given[i] = sets.setdefault(names, len(sets) + 1)
        key = (given * len(a.landlord_words) + a.landlord) << 13 | bits
        some = {x for lines in w.nominations.values() for _, _, x in lines} | w.pinned_apps
        some |= {x for x, _ in w.kept.values()}
        alone = np.array(sorted(some), np.int64)
        key[alone] = -1 - alone
        numbers, found = np.unique(key, return_inverse=True)
        return found.reshape(-1).astype(np.int32), np.full(3 * len(numbers), -1, np.int32)

    @cached_property
    def _status(self) -> U8:
        w = self.world
        found = ~w.apps.active * GONE + w.live_offer * LIVE + w.forbidden_all * EVERYWHERE
        return np.asarray(found, np.uint8)

    def _build(self, place: int) -> Block:
        w, a = self.world, self.world.apps
        epci = w.law.places.epci[place]
        apps, rank = self.reach(place)
        score = self.scores.at(epci, apps)
        number, scratch = self._alike
        kind, first = local_types(number[apps].astype(np.int64) * 3 + w.pools.q1(epci, apps), scratch)
        order = np.lexsort((w.id_rank[apps], -score))
        by_app = np.empty(len(order), np.int32)
        by_app[order] = np.arange(len(order), dtype=np.int32)
        rep = apps[first]
        score, mine = score[order], apps[order]
        return Block(
            app=mine,
            score=score,
            base=score + self.fit.preference_points(rank)[order],
            type=kind[order],
            status=self._status[mine],
            need=a.mobility[mine].astype(np.uint8),
            rep=rep,
            profile=profile(w, epci, rep),
            by_app=by_app,
        )

    def rooms(self, block: Block, landlord: str) -> tuple[U8, U8]:
        """(accepted bits, first choice) of the block's households by the landlord's table."""
        name = self.world.law_rooms(landlord)

        def ask() -> tuple[U8, U8]:
            bits, first = self._rooms_of(name)
            return bits[block.app], first[block.app]

        return block.once(("rooms", name), ask)

    def _rooms_of(self, name: str) -> tuple[U8, U8]:
        if name not in self._rooms:
            bits, first, _ = accepted_rooms(self.world, name)
            self._rooms[name] = (bits.astype(np.uint8), first.astype(np.uint8))
        return self._rooms[name]

    def elsewhere(self, block: Block, district: str) -> B:
        """Households of the block that want other districts only; empty = nobody."""
        if not district:
            return np.zeros(0, bool)

        def ask() -> B:
            a = self.world.apps
            start, length = a.districts.ptr[block.app], a.districts.lengths[block.app]
            wanted = length > 0
            if district in a.district_words:
                but_for(wanted, start, length, a.districts.values, a.district_words.index(district))
            return wanted

        return block.once(("district", district), ask)


def accepted_rooms(world: World, name: str) -> tuple[I64, I64, B]:
    """(accepted bits, first choice, single room accepted because asked for) of every household by a table."""
    a = world.apps
    mask, first = world.law.rooms_table(name)
    row = np.minimum(a.size, len(mask) - 1)
    bits = mask[row]
    if world.law.flag("national.rooms.t1_single_only"):
        bits = np.where(a.never_t1, bits & ~np.int64(1), bits)
    wanted, fixed = a.rooms_wanted, a.dalo_rooms
    small = (a.size == 2) & (wanted & 1 > 0) & (bits & 1 == 0) & (fixed == 0)
    bits = np.where(wanted > 0, bits & wanted, bits) | small
    return np.where(fixed > 0, fixed, bits), first[row], small
