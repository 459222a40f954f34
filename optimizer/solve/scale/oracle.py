"""Pricing problem: best assignment for given multipliers, exact, component by component on threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.scale.cells import IMPOSSIBLE
from optimizer.solve.scale.leases import Leases
from optimizer.solve.scale.model import Ints, SmallInts
from optimizer.solve.scale.paths import place_component
from optimizer.solve.scale.repair import applicant_gains, offers_by_class, repair_component, transpose
from optimizer.solve.scale.rows import RowSystem
from optimizer.solve.scale.structure import Structure


@dataclass(frozen=True)
class Priced:
    """One pricing: leases, class prices, and the Lagrangian bound (times the quantum)."""

    multipliers: Ints
    leases: Leases
    price: Ints
    bound: int


@dataclass
class _Outcome:
    """Arrays the kernel fills, and the credits they answer."""

    credit: Ints
    offer_credit: Ints
    outside: Ints
    slack: int
    price: Ints
    count: Ints
    worth: Ints
    base: Ints
    owner: SmallInts
    cell: SmallInts


class Oracle:
    """Solve the transport problem for integer multipliers, each time from the last answer.

    A component whose credits did not move is not solved again; the others are repaired (`repair`).
    """

    def __init__(self, structure: Structure, rows: RowSystem, quantum: int, threads: int) -> None:
        self.structure = structure
        self.rows = rows
        self.quantum = quantum
        self.threads = threads
        self.work = np.zeros(3, np.int64)
        size = np.diff(structure.applicant_start) * np.maximum(1, np.diff(structure.class_start))
        self._order = np.argsort(-size, kind="stable")
        self._last: _Outcome | None = None

    @cached_property
    def _by_pair(self) -> tuple[Ints, SmallInts, NDArray[np.integer]]:
        s = self.structure
        return transpose(s.arc_start, s.arc_pair, s.arc_value, len(s.offer_start) - 1)

    @cached_property
    def _by_class(self) -> tuple[Ints, SmallInts, SmallInts]:
        s = self.structure
        return offers_by_class(s.offer_start, s.offer_class, s.n_classes)

    def credits(self, multipliers: Ints) -> tuple[Ints, Ints]:
        """Credit of each household cell and outside value of each class, times the quantum."""
        return cell_credits(self.structure, self.rows, multipliers, self.quantum)

    def solve(self, multipliers: Ints, slack: int = 0) -> Priced:
        """Best assignment when each row unit costs ``multipliers / quantum``.

        With ``slack`` (objective units) households that lose at most so much may stay where the last answer had them;
        the bound is that of the prices found, exact for any prices.
        """
        s, q = self.structure, self.quantum
        credit, outside = self.credits(multipliers)
        out = self._start(credit, outside, slack)
        last = self._last
        moved = [e for e in self._order if not self._reuse(e, out)]
        slot = np.zeros(s.n_applicants, np.int64)
        member = np.zeros(int(s.slot_start[-1]), np.int32)
        rise = np.zeros(0, np.int64)
        if last is not None:
            rise = np.where(out.owner >= 0, credit[out.cell] - last.credit[out.cell], 0)

        def one(e: int) -> NDArray[np.int64]:
            work = np.zeros(3, np.int64)
            place = (
                s.class_start[e], s.class_start[e + 1], s.applicant_start[e], s.applicant_start[e + 1],
                s.pair_start[e], s.pair_start[e + 1],
            )  # fmt: skip
            offers = (s.capacity, s.slot_start, s.offer_start, s.offer_class, s.offer_cell, out.offer_credit)
            arcs = (outside, s.bonus_start, s.bonus, s.arc_start, s.arc_pair, s.arc_value)
            answer = (out.price, out.worth, out.base, out.owner, out.cell, slot, member, out.count, work)
            if last is None:
                place_component(*place, q, *offers, *arcs, *answer)
            else:
                repair_component(
                    *place, q, slack * q, *offers, *arcs, *self._by_class, *self._by_pair, credit, rise, *answer
                )
            return work

        if last is not None:
            _ = self._by_class, self._by_pair  # built once, before threads ask for them
        if self.threads > 1 and len(moved) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                works = list(pool.map(one, moved))
        else:
            works = [one(e) for e in moved]
        for work in works:
            self.work += work
        self._last = out
        held = np.flatnonzero(out.owner >= 0)
        leases = Leases(held.astype(np.int32), out.owner[held], out.cell[held], out.worth[held] // q)
        gains = applicant_gains(
            q, s.offer_start, s.offer_class, out.offer_credit, s.arc_start, s.arc_pair, s.arc_value, out.price
        )
        dwellings = class_worth(s, out.price, outside, q)
        bound = int(gains) + dwellings - int((multipliers * self.rows.constant).sum())
        return Priced(multipliers, leases, out.price, bound)

    def _start(self, credit: Ints, outside: Ints, slack: int) -> _Outcome:
        """Arrays to fill, holding the last answer when there is one."""
        s, last = self.structure, self._last
        n, k = s.n_applicants, s.n_classes
        offers = credit[s.offer_cell]
        if last is None:
            return _Outcome(
                credit, offers, outside, slack, np.zeros(k, np.int64), np.zeros(k, np.int64), np.zeros(n, np.int64),
                np.zeros(n, np.int64), np.full(n, -1, np.int32), np.full(n, -1, np.int32),
            )  # fmt: skip
        held = (last.price, last.count, last.worth, last.base, last.owner, last.cell)
        return _Outcome(credit, offers, outside, slack, *(x.copy() for x in held))

    def _reuse(self, e: int, out: _Outcome) -> bool:
        """Whether a component's credits and outside values are those of the last call, solved at least as well."""
        last, s = self._last, self.structure
        if last is None or last.slack > out.slack:
            return False
        offers = slice(s.offer_start[s.pair_start[e]], s.offer_start[s.pair_start[e + 1]])
        classes = slice(s.class_start[e], s.class_start[e + 1])
        return np.array_equal(last.offer_credit[offers], out.offer_credit[offers]) and np.array_equal(
            last.outside[classes], out.outside[classes]
        )


def cell_credits(structure: Structure, rows: RowSystem, multipliers: Ints, quantum: int) -> tuple[Ints, Ints]:
    """Credit per (group, type) cell and outside value per class under integer multipliers."""
    cells = structure.cells
    credit = cells.fixed_value * quantum - rows.fixed @ multipliers
    credit[~cells.admissible] = IMPOSSIBLE
    if cells.n_pools:
        label = cells.label_value * quantum - rows.label @ multipliers
        best = np.maximum.reduceat(label, cells.label_start[:-1])
        pooled = cells.pool >= 0
        credit[pooled] += best[cells.pool[pooled]]
    outside = np.zeros(structure.n_classes, np.int64)
    outside[cells.seat_classes] = credit[cells.n_household_cells :]
    return credit[: cells.n_household_cells], outside


def class_worth(structure: Structure, price: Ints, outside: Ints, quantum: int) -> int:
    """Sum over dwellings of max(outside, price + bonus): the dwellings' part of the bound."""
    s = structure
    plain = np.diff(s.bonus_start) == 0
    total = int((np.maximum(outside, price) * s.capacity)[plain].sum())
    if plain.all():
        return total
    which = np.repeat(np.arange(s.n_classes), np.diff(s.bonus_start))
    return total + int(np.maximum(outside[which], price[which] + s.bonus[: len(which)] * quantum).sum())
