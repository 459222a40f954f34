"""First multipliers of a large model: rows and dwellings are cleared together on the smoothed market (`market`).

From multipliers of nothing, column generation needs some ten pricings: a row that nobody can meet reaches its price in
three or four, and meanwhile the others are perturbed too far and come back. But the dual is a market like that of dwellings.
A row that is short of leases raises what such a lease brings, a row that has too many lowers it, and the labels of a pool
are taken by the same rule as offers are. One reading of all arcs tells every class and every row whether to go up or
down, so a few dozen readings, two or three pricings' worth, give prices *and* multipliers. What comes out is only where
the exact method starts. On regions of a country the first bound is then within 0.01 % of the last, and two pricings do
where ten did.

Steps are those of prices, each with a length of its own (Riedmiller and Braun 1993), but never beyond ``FARTHEST``: prices
follow multipliers that move, their signs hold for long, and longer steps have all of them fall far below what clears.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.bundles import Component, Demand, PairOffers
from optimizer.solve.transport.market import (
    ABOVE,
    HEATS,
    LONGER,
    MOST,
    NEAR,
    SHORTER,
    SWEEPS,
    demand_at,
    first_prices,
    logarithm,
    power,
    reprice,
)
from optimizer.solve.transport.model import Floats, Ints
from optimizer.solve.transport.pricing import network_of
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure

FARTHEST = 8.0
"""Most heats a price or a multiplier moves in one step."""
AGAIN = 4.0
"""Most heats of a multiplier's first step at each heat."""
NEVER = -1e17
"""Credit of a cell that admits nobody."""


@njit(cache=True, nogil=True)
def _choose_labels(heat, start, value, best, share):  # type: ignore[no-untyped-def]
    """Smoothed best of each pool's labels, and the part of its leases that takes each."""
    for p in range(len(start) - 1):
        top = value[start[p]]
        for i in range(start[p], start[p + 1]):
            top = max(top, value[i])
        total = 0.0
        for i in range(start[p], start[p + 1]):
            x = (value[i] - top) / heat
            share[i] = power(x) if x > -30.0 else 0.0
            total += share[i]
        best[p] = top + heat * logarithm(total)
        for i in range(start[p], start[p + 1]):
            share[i] /= total


class _Side:
    """The rows' side: multipliers, what they make of cells, and what leases make of rows; money times the quantum."""

    def __init__(self, structure: Structure, rows: RowSystem, quantum: int) -> None:
        n = self.n = len(rows.price)
        self.cells = cells = structure.cells
        self.fixed, self.label = rows.fixed[:, :n].tocsr(), rows.label[:, :n].tocsr()
        self.by_row = self.fixed.T.tocsr(), self.label.T.tocsr()
        self.constant = rows.constant[:n].astype(float)
        self.norm = np.ones(n)
        for matrix in (self.fixed, self.label):
            if matrix.nnz:
                self.norm = np.maximum(self.norm, abs(matrix).max(axis=0).toarray().ravel())
        self.limit = rows.price.astype(float) * quantum
        self.value = cells.fixed_value * float(quantum)
        self.label_value = cells.label_value * float(quantum)
        self.share = np.zeros(len(cells.label_value))
        self.best = np.zeros(cells.n_pools)
        self.pooled = np.flatnonzero(cells.pool >= 0)
        self.multipliers = np.zeros(n)
        self.step, self.turn = np.zeros(n), np.zeros(n)

    def warm_to(self, heat: float) -> None:
        """Steps for a new heat."""
        self.step = np.clip(self.step, heat / self.norm, AGAIN * heat / self.norm)

    def credits(self, heat: float) -> Floats:
        """What a lease of each cell brings besides its household's value."""
        credit: Floats = self.value - self.fixed @ self.multipliers
        if self.cells.n_pools:
            label = self.label_value - self.label @ self.multipliers
            _choose_labels(heat, self.cells.label_start, label, self.best, self.share)
            credit[self.pooled] += self.best[self.cells.pool[self.pooled]]
        credit[~self.cells.admissible] = NEVER
        return credit

    def follow(self, heat: float, count: Floats) -> None:
        """Move every multiplier by one step, as ``count`` leases per cell leave its row short or not."""
        cells, (by_fixed, by_label) = self.cells, self.by_row
        need = self.constant + by_fixed @ count
        if cells.n_pools:
            there = np.bincount(cells.pool[self.pooled], count[self.pooled], cells.n_pools)
            need = need + by_label @ (self.share * np.repeat(there, np.diff(cells.label_start)))
        sign = np.sign(need)
        sign[(need < 0) & (self.multipliers <= 0)] = 0.0
        longer = np.minimum(self.step * LONGER, FARTHEST * heat / self.norm)
        same = sign * self.turn
        self.step = np.where(same > 0, longer, np.where(same < 0, self.step * SHORTER, self.step))
        self.turn = sign
        self.multipliers = np.clip(self.multipliers + sign * self.step, 0.0, self.limit)


@dataclass
class _Homes:
    """The dwellings' side: prices of classes, and the demand they meet."""

    structure: Structure
    quantum: int
    credit: Floats
    outside: Floats = field(init=False)
    price: Floats = field(init=False)
    worth: float = 1.0

    def __post_init__(self) -> None:
        s = self.structure
        self.capacity = s.capacity.astype(float)
        bonus = np.diff(s.bonus_start) > 0
        self.first_bonus = np.zeros(s.n_classes)
        self.first_bonus[bonus] = s.bonus[s.bonus_start[:-1][bonus]] * float(self.quantum)
        self.network = network_of(s)
        self.demand, self.lot = np.zeros(s.n_classes), np.zeros(len(s.offer_cell))
        self.level, self.asked = np.zeros(len(s.offer_start) - 1), np.zeros(len(s.offer_start) - 1)
        self.longest = int(np.diff(s.arc_start).max(initial=0))
        self.price = np.zeros(s.n_classes)
        self.take(self.credit)
        for e in range(s.n_components):
            component, classes, _ = self._place(e)
            most = first_prices(
                component, self.quantum, s.capacity, self.least[classes], self.offers, self.network.arcs,
                self.price[classes],
            )  # fmt: skip
            self.worth = max(self.worth, most)
        self.step, self.turn = np.zeros(s.n_classes), np.zeros(s.n_classes)

    def _place(self, e: int) -> tuple[Component, slice, slice]:
        """A component, its classes and its pairs."""
        c = self.network.component(e)
        return c, slice(c.k0, c.k1), slice(c.p0, c.p1)

    def take(self, credit: Floats) -> None:
        """New credits of cells."""
        s = self.structure
        self.offers = PairOffers(s.offer_start, s.offer_class, s.offer_cell, credit[s.offer_cell])
        outside = np.zeros(s.n_classes)
        outside[s.cells.seat_classes] = credit[s.cells.n_household_cells :]
        self.least = outside - self.first_bonus
        self.price = np.maximum(self.price, self.least)

    def read(self, e: int, heat: float) -> bool:
        """Demand in one component; True, as it is known then."""
        component, classes, pairs = self._place(e)
        out = Demand(
            self.level[pairs], self.asked[pairs], np.empty(self.longest), self.lot, self.demand[classes]
        )
        demand_at(component, heat, self.price[classes], self.offers, self.network.arcs, self.quantum, out)
        return True

    def leases(self) -> Floats:
        """Expected leases of each cell: no more than there are dwellings, the others vacant."""
        s = self.structure
        held = np.minimum(1.0, self.capacity / np.maximum(self.demand, 1e-12))
        count = np.bincount(s.offer_cell, self.lot * held[s.offer_class], s.cells.n_cells).astype(float)
        vacant = np.maximum(0.0, self.capacity - self.demand)
        count[s.cells.n_household_cells :] = vacant[s.cells.seat_classes]
        return count


def pilot(
    structure: Structure,
    rows: RowSystem,
    quantum: int,
    threads: int,
    halt: Callable[[], bool] = lambda: False,
) -> tuple[Ints, Ints]:
    """Multipliers of the rows and prices of the classes near those that clear both, times the quantum.

    Cuts keep a multiplier of nothing. The same on any number of threads: components are read apart, and what they add to
    rows is summed in a fixed order.

    Parameters
    ----------
    structure, rows : the model's working form and its priced rows
    quantum : multiplier steps per objective unit
    threads : components read at the same time
    halt : asked before each component is read, from any thread; once it says so, what was reached by then is the answer

    Returns
    -------
    multipliers : (rows and cuts,) int64, admissible (`RowSystem.clip`)
    prices : (classes,) int64, a start for the first pricing (`Lagrangian.begin`); any prices would be valid
    """
    side = _Side(structure, rows, quantum)
    homes = _Homes(structure, quantum, side.credits(1.0))
    worth, dwellings = homes.worth, float(homes.capacity.sum())
    size = np.diff(structure.arc_start[structure.applicant_start])
    order = np.argsort(-size, kind="stable").tolist()
    with ThreadPoolExecutor(threads) as pool:
        for h, part in enumerate(HEATS):
            heat, net = part * worth, 0.0
            if h:
                homes.price = np.maximum(homes.least, homes.price - ABOVE * (HEATS[h - 1] - part) * worth)
            homes.step = np.clip(homes.step, heat, FARTHEST * heat)
            side.warm_to(heat)
            for sweep in range(MOST * SWEEPS[h]):
                if sweep >= SWEEPS[h] and abs(net) <= NEAR * dwellings:
                    break
                homes.take(side.credits(heat))
                if not all(pool.map(lambda e, heat=heat: not halt() and homes.read(e, heat), order)):
                    return _answer(side, homes, rows, quantum)
                leases = homes.leases()
                net = reprice(
                    heat, FARTHEST * heat, homes.capacity, homes.demand, homes.least,
                    homes.price, homes.step, homes.turn,
                )  # fmt: skip
                side.follow(heat, leases)
    return _answer(side, homes, rows, quantum)


def _answer(side: _Side, homes: _Homes, rows: RowSystem, quantum: int) -> tuple[Ints, Ints]:
    """Multipliers and prices as they stand, in integers."""
    price = np.maximum(homes.least, homes.price - ABOVE * HEATS[-1] * homes.worth)
    y = np.r_[side.multipliers, np.zeros(rows.n_rows - side.n)]
    return rows.clip(y / quantum, quantum), np.rint(price).astype(np.int64)
