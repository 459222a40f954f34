"""Pricing problem: best assignment for given multipliers, exact, component by component on threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.scale.cells import IMPOSSIBLE
from optimizer.solve.scale.leases import Leases
from optimizer.solve.scale.model import Ints, SmallInts
from optimizer.solve.scale.paths import place_component
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

    offer_credit: Ints
    outside: Ints
    price: Ints
    count: Ints
    base: Ints
    owner: SmallInts
    cell: SmallInts


class Oracle:
    """Solve the transport problem for integer multipliers; components whose credits did not move are not re-solved."""

    def __init__(self, structure: Structure, rows: RowSystem, quantum: int, threads: int) -> None:
        self.structure = structure
        self.rows = rows
        self.quantum = quantum
        self.threads = threads
        self.work = np.zeros(3, np.int64)
        size = np.diff(structure.applicant_start) * np.maximum(1, np.diff(structure.class_start))
        self._order = np.argsort(-size, kind="stable")
        self._last: _Outcome | None = None

    def credits(self, multipliers: Ints) -> tuple[Ints, Ints]:
        """Credit of each household cell and outside value of each class, times the quantum."""
        return cell_credits(self.structure, self.rows, multipliers, self.quantum)

    def solve(self, multipliers: Ints) -> Priced:
        """Best assignment when each row unit costs ``multipliers / quantum``."""
        s = self.structure
        credit, outside = self.credits(multipliers)
        n, k = s.n_applicants, s.n_classes
        out = _Outcome(
            credit[s.offer_cell], outside, np.zeros(k, np.int64), np.zeros(k, np.int64), np.zeros(n, np.int64),
            np.full(n, -1, np.int32), np.full(n, -1, np.int32),
        )  # fmt: skip
        moved = [e for e in self._order if not self._reuse(e, out)]
        slot = np.zeros(n, np.int64)
        member = np.zeros(int(s.slot_start[-1]), np.int32)

        def one(e: int) -> NDArray[np.int64]:
            work = np.zeros(3, np.int64)
            place_component(
                s.class_start[e], s.class_start[e + 1], s.applicant_start[e], s.applicant_start[e + 1],
                s.pair_start[e], s.pair_start[e + 1], self.quantum, s.capacity, s.slot_start,
                s.offer_start, s.offer_class, s.offer_cell, out.offer_credit, outside, s.bonus_start, s.bonus,
                s.arc_start, s.arc_pair, s.arc_value,
                out.price, out.base, out.owner, out.cell, slot, member, out.count, work,
            )  # fmt: skip
            return work

        if self.threads > 1 and len(moved) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                works = list(pool.map(one, moved))
        else:
            works = [one(e) for e in moved]
        for work in works:
            self.work += work
        self._last = out
        held = np.flatnonzero(out.owner >= 0)
        value = (out.base[held] - credit[out.cell[held]]) // self.quantum
        leases = Leases(held.astype(np.int32), out.owner[held], out.cell[held], value)
        gains = int(out.base[held].sum()) - int((out.price * out.count).sum())
        dwellings = class_worth(s, out.price, outside, self.quantum)
        bound = gains + dwellings - int((multipliers * self.rows.constant).sum())
        return Priced(multipliers, leases, out.price, bound)

    def _reuse(self, e: int, out: _Outcome) -> bool:
        """Copy a component from the last call when its credits and outside values are the same."""
        last, s = self._last, self.structure
        if last is None:
            return False
        offers = slice(s.offer_start[s.pair_start[e]], s.offer_start[s.pair_start[e + 1]])
        classes = slice(s.class_start[e], s.class_start[e + 1])
        people = slice(s.applicant_start[e], s.applicant_start[e + 1])
        same = np.array_equal(last.offer_credit[offers], out.offer_credit[offers])
        if not same or not np.array_equal(last.outside[classes], out.outside[classes]):
            return False
        out.price[classes], out.count[classes] = last.price[classes], last.count[classes]
        out.base[people], out.owner[people] = last.base[people], last.owner[people]
        out.cell[people] = last.cell[people]
        return True


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
