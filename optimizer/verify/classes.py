"""Doors and classes: dwellings that refuse the same households, and of those the ones that accounts and rules see alike.

A *door* is what the codes of design §4 before ``ACCOUNT`` and the points see of a dwelling: commune, rooms, ceiling,
access, district. A *class* is a door with a landlord, accounts that may receive it and rules that count it. Codes are one
compiled pass over the block of the commune per door; accounts and rules are worked out per class and type of household.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.verify.awaited import awaited
from optimizer.verify.blocks import HELD, LIMIT, Block, Blocks, Column, Fit
from optimizer.verify.burden import Burdens
from optimizer.verify.cells import I32, I64, U8, B
from optimizer.verify.lean import Lean
from optimizer.verify.naming import (
    Entries,
    Named,
    NamedTypes,
    Nominees,
    Order,
    name_types,
    ordered,
    receivers_of,
    types_of,
)
from optimizer.verify.passes import by_account, door_codes, inside, worths
from optimizer.verify.recent import Recent
from optimizer.verify.rows import Book, lease_of
from optimizer.verify.scores import Scores
from optimizer.verify.seats import seat_points
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import World


@dataclass(frozen=True)
class Door:
    """A door and the households of its block."""

    number: int
    block: Block
    code: U8
    """First refusal before ``ACCOUNT`` by position in the block, 0 = none."""
    type: I32
    """By position in the block."""
    fine: I32
    """Positions that no code refuses, the highest score first."""
    count: I64
    """Of ``fine``, by type."""
    best: I64
    """Best score of ``fine``, by type."""
    worth: I64
    """Score + fit − burden − awaited by position, without the dwellings' own points and what depends on the account."""
    burden: I64
    """By position, at least 0."""
    awaited: I64
    """Likewise."""
    profile: I64
    """Profile bits by type."""
    rep: I32
    kept: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def value(self) -> I64:
        """``worth`` of ``fine``."""
        return self.worth[self.fine]

    def entries(self, named: Named, at: I32) -> Entries:
        """The households at some positions, for a class of the door."""
        score, kind, burden = self.block.score[at], self.type[at], self.burden[at]
        return Entries(
            named.accounts,
            self.block.app[at],
            score,
            self.worth[at] - score + burden,
            named.named[kind],
            named.first[kind],
            named.seats,
            burden,
            named.lean[kind],
            named.orders,
        )

    def once(self, key: Hashable, ask: Callable[[], Column]) -> Column:
        """The answer kept under a key, else the one given now."""
        if key not in self.kept:
            self.kept[key] = ask()
        answer: Column = self.kept[key]
        return answer


class Classes:
    """All doors and classes of a case; doors are built on demand and the last ones kept."""

    def __init__(self, world: World, scores: Scores, book: Book) -> None:
        """``book``: the rules, counted up to the run (a seat pays what it may not bring)."""
        self.world, self.scores, self.book = world, scores, book
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
        self.blocks = Blocks(world, scores, self.fit)
        self.burdens = Burdens(world, scores)
        self.lean = Lean(world, scores)
        self.bonus = self.fit.vacancy(world.dwellings.vacancy_days)
        if world.tenant:
            self.bonus[sorted(world.tenant)] -= world.less
        self.members: list[list[int]] = []
        self.klass = np.full(len(world.dwellings), -1, np.int64)
        self.door_of: list[int] = []
        """Door of each class."""
        self.classes_of: list[list[int]] = []
        """Classes of each door."""
        self._group()
        self._doors: Recent[int, Door] = Recent(HELD)
        self._caps: dict[tuple[int, int, int], I64] = {}

    def _group(self) -> None:
        w, d = self.world, self.world.dwellings
        homes = set(w.apps.current_dwelling[w.apps.current_dwelling >= 0].tolist()) | set(w.forbidden)
        homes |= self.burdens.efforts.simulated
        own = {x[0] for lines in w.nominations.values() for x in lines if x[0] >= 0}
        own |= {*w.pins, *w.orient, *w.kept, *w.tenant}
        found: dict[tuple[object, ...], int] = {}
        doors: dict[tuple[object, ...], int] = {}
        tables = {name: w.law_rooms(name) for name in set(d.landlord)}
        of_door = zip(
            d.place.tolist(), map(tables.__getitem__, d.landlord), d.rooms.tolist(), d.financing.tolist(),
            d.accessible.tolist(), d.upstairs.tolist(), d.factor.tolist(), d.district, self.burdens.keys(), strict=True,
        )  # fmt: skip
        of_class = zip(
            d.landlord, d.qpv.tolist(), d.reserved_to, d.exclusion, d.first_letting.tolist(),
            d.priority_mix.tolist(), d.residence, d.subsidised.tolist(), strict=True,
        )  # fmt: skip
        for i, (door_key, (*same, mix, residence, subsidised)) in enumerate(
            zip(of_door, of_class, strict=True)
        ):
            door = doors.setdefault((*door_key, i if i in homes else -1), len(doors))
            if door == len(self.classes_of):
                self.classes_of.append([])
            full = (door, *same, residence if mix else "", subsidised, i if i in own else -1)
            c = found.setdefault(full, len(found))
            if c == len(self.members):
                self.members.append([])
                self.door_of.append(door)
                self.classes_of[door].append(c)
            self.members[c].append(i)
            self.klass[i] = c

    def __len__(self) -> int:
        return len(self.members)

    def open_members(self, c: int) -> list[int]:
        """Dwellings of the class that may be proposed in this run."""
        return [d for d in self.members[c] if not self.world.blocked[d]]

    @cached_property
    def door_order(self) -> list[int]:
        """Doors by EPCI and commune: read in this order, what depends on a place is asked once."""
        epci, place = self.world.law.places.epci, self.world.dwellings.place
        at = [int(place[self.members[classes[0]][0]]) for classes in self.classes_of]
        return sorted(range(len(at)), key=lambda k: (epci[at[k]], at[k], k))

    def sweep(
        self, doors: Sequence[int] | None = None, wanted: B | None = None, seats: bool = True
    ) -> Iterator[tuple[Door, list[tuple[int, Named]]]]:
        """Doors with their classes, place by place.

        Parameters
        ----------
        doors : their numbers in the order of `door_order`; all by default
        wanted : (classes,) the classes asked for, all by default; a door without any is not opened
        seats : as in :meth:`named`
        """
        for k in self.door_order if doors is None else doors:
            mine = [c for c in self.classes_of[k] if wanted is None or wanted[c]]
            if mine:
                door = self.door(k)
                yield door, [(c, self.named(c, door, seats)) for c in mine]

    def halves(self, wanted: B | None = None) -> tuple[list[int], list[int]]:
        """The doors in two parts that share no commune and take about as long to read; ``wanted`` as in :meth:`sweep`."""
        order = np.array(self.door_order, np.int64)
        place = self.world.dwellings.place[[self.members[self.classes_of[k][0]][0] for k in self.door_order]]
        read = [sum(wanted is None or bool(wanted[c]) for c in self.classes_of[k]) for k in self.door_order]
        # opening a door takes as long as some two classes of it
        cost = np.cumsum([n + 2 if n else 0 for n in read])
        middle = int(np.searchsorted(cost, cost[-1] // 2)) if len(cost) else 0
        while 0 < middle < len(order) and place[middle] == place[middle - 1]:
            middle += 1
        return order[:middle].tolist(), order[middle:].tolist()

    def door(self, k: int) -> Door:
        return self._doors.get(k, lambda: self._open(k), lambda x: 2 * len(x.code))

    def _open(self, k: int) -> Door:
        w = self.world
        dw, d = w.dwellings, self.members[self.classes_of[k][0]][0]
        place, a = int(dw.place[d]), w.apps
        block = self.blocks.of(place)
        bits, first = self.blocks.rooms(block, dw.landlord[d])
        room = int(dw.rooms[d])
        code = door_codes(
            block.status,
            self.blocks.elsewhere(block, dw.district[d]),
            bits,
            block.once("income", lambda: a.income[block.app]),
            block.once("category", lambda: a.category[block.app]),
            block.need,
            block.once("home", lambda: a.current_dwelling[block.app]),
            block.app,
            room,
            self.cap_of(d),
            int(dw.accessible[d]),
            bool(dw.upstairs[d]),
            d,
            np.array(sorted(w.forbidden.get(d, ())), np.int32),
        )
        fine, count, best = inside(code, block.type, block.score, len(block.rep))
        adapted = self.fit.adapted if dw.accessible[d] == 2 else 0
        burden = self.burdens.at(d, block.app, block.once)
        kept_for = block.once("awaited", lambda: self.awaited[block.app])
        points = worths(block.base, first, room, self.fit.first_rooms, block.need, adapted) - burden
        points -= kept_for
        parts = (burden, kept_for, block.profile, block.rep)
        return Door(k, block, code, block.type, fine, count, best, points, *parts)

    @cached_property
    def awaited(self) -> I64:
        """(A,) what is taken off the value of a household that a dwelling expected would miss, hundredths."""
        return awaited(self.world, self.blocks)

    def cap_of(self, d: int) -> I64:
        """Ceiling × factor of a dwelling (ten-thousandths of a cent): categories 1..6, then each further person."""
        w = self.world.dwellings
        zone = int(self.world.law.places.zone[int(w.place[d])])
        return self._cap(int(w.financing[d]), zone, int(w.factor[d]))

    def _cap(self, financing: int, zone: int, factor: int) -> I64:
        """Ceiling × factor: categories 1..6, then each further person; what leaves 64 bits is refused."""
        key = (financing, zone, factor)
        if key not in self._caps:
            table = [int(x) * factor for x in self.world.law.ceilings_cents(financing)[zone]]
            beyond = max(0, int(self.world.apps.category.max(initial=0)) - 6)
            if max(abs(x) for x in table) + beyond * abs(table[6]) >= LIMIT:
                raise Unreadable("dwellings", "ceiling_factor")
            self._caps[key] = np.array(table, np.int64)
        return self._caps[key]

    def named(self, c: int, door: Door, seats: bool = True) -> Named:
        """Who names whom for a class of the door, by type; ``seats``: also what an orientation without a household is worth."""
        w, d = self.world, self.members[c][0]
        block = door.block
        found, modes = self._nameable(c, door, seats)
        listed, behind = found, door
        if d in w.lists_of:
            # one household alone may be first here: the names missing, and a réservataire's order, are those of the dwelling
            other = int(self.klass[w.lists_of[d]])
            behind = self.door(self.door_of[other])
            listed, _ = self._nameable(other, behind, False)
            found = ordered(found, listed, modes, block.rep)
        people, _ = by_account(listed.named, behind.count, behind.best, len(found.accounts))
        marks = block.once("lean", lambda: self.lean.marks(block.rep))
        return replace(found, lean=self.lean.of(d, found, modes, people, marks, block.rep))

    def _nameable(self, c: int, door: Door, seats: bool) -> tuple[Named, list[str]]:
        """Who names whom, without the points of ``lean``; the mode of each account."""
        w, d = self.world, self.members[c][0]
        block, dw = door.block, self.world.dwellings
        n = len(block.rep)
        key = ("receivers", dw.landlord[d], dw.reserved_to[d], dw.exclusion[d])
        receivers = block.once(key, lambda: receivers_of(w, d, block.rep))

        def worth(account: str, pool: B) -> tuple[int, int]:
            def ask() -> tuple[int, int]:
                mine = door.fine[pool[door.type[door.fine]]] if n else door.fine
                traits = door.profile[door.type[mine]]
                lease = lease_of(w, d)
                return seat_points(block.score[mine], traits, self.book, lease, account)

            return door.once((account, self.book.spot(d), pool.tobytes()), ask)

        nominees = self._named_types(block)
        found = name_types(w, d, receivers, nominees, block.rep, door.count > 0, worth if seats else None)
        return found, [x.mode for x in receivers[0]]

    def nominees(self, block: Block) -> dict[str, dict[int, Nominees]]:
        """Account -> dwelling, -1 for any -> households of the block it named there, in its order, with their ranks."""
        w = self.world
        return block.once("nominees", lambda: w.nominees(block.rep[w.is_nominated[block.rep]].tolist()))

    def _named_types(self, block: Block) -> dict[str, dict[int, NamedTypes]]:
        """The same by the types of the block, asked once for all its doors."""

        def ask() -> dict[str, dict[int, NamedTypes]]:
            every = self.nominees(block).items()
            return {
                account: {d: types_of(lines, block.rep) for d, lines in mine.items()}
                for account, mine in every
            }

        return block.once("named types", ask)

    def orders(self, c: int) -> tuple[Order, ...]:
        """The eligible nominees of each account that names its households, for a class."""
        return self.named(c, self.door(self.door_of[c])).orders

    def entries(self, c: int) -> Entries:
        """The households eligible for a class one by one, by application index."""
        door = self.door(self.door_of[c])
        named = self.named(c, door)
        at = door.fine[named.named[door.type[door.fine]] > 0]
        at = at[np.argsort(door.block.app[at], kind="stable")]
        return door.entries(named, at)
