"""Pricing problem: best assignment for given multipliers, exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.solve.policy import DEFAULT, GenerationPolicy
from optimizer.solve.transport.cells import IMPOSSIBLE
from optimizer.solve.transport.leases import Leases, no_leases
from optimizer.solve.transport.model import Ints
from optimizer.solve.transport.pricing import COUNTERS, Pricer, network_of
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure

ROUGHEST = 1 << 40
"""Slack, in objective units, above any that is asked."""


@dataclass(frozen=True)
class LagrangianSolution:
    """One pricing: leases, class prices, and the Lagrangian bound (times the quantum)."""

    multipliers: Ints
    leases: Leases
    price: Ints
    bound: int


class Lagrangian:
    """Solve the transport problem for integer multipliers, each time from the last answer.

    The multipliers become credits per cell and outside values per class; the rest is the pricer's (`pricing`).
    """

    def __init__(
        self,
        structure: Structure,
        rows: RowSystem,
        quantum: int,
        threads: int,
        policy: GenerationPolicy = DEFAULT.generation,
    ) -> None:
        self.structure = structure
        self.rows = rows
        self.quantum = quantum
        self.work = np.zeros(COUNTERS, np.int64)
        self.pricer = Pricer(network_of(structure), quantum, threads, policy)
        """Goes on from its last answer, or from the one it is told."""
        self._known: tuple[Leases, Ints] | None = None

    def heed(self, halt: Callable[[], bool]) -> None:
        """Stop between components once ``halt`` says so; the bound then rests on what there is."""
        self.pricer.heed(halt)

    def repair(self, leases: Leases, price: Ints) -> None:
        """Have the next pricing repair an assignment at some prices (classes,), times the quantum, instead of placing everybody.

        The first pricing is the longest of a run. Any assignment and any prices may be repaired (`repair`), and what comes out
        is an optimum for the multipliers asked, as without.
        """
        self._known = leases, price

    def credits(self, multipliers: Ints) -> tuple[Ints, Ints]:
        """Credit of each household cell and outside value of each class, times the quantum."""
        return cell_credits(self.structure, self.rows, multipliers, self.quantum)

    def begin(self, multipliers: Ints, price: Ints) -> None:
        """Prices (classes,), times the quantum, from which the next pricing starts; near those of these multipliers.

        They change how long it takes, never whether it is the best.
        """
        # said to be coarser than anything asked, so that it is solved though no credit moved
        self.pricer.resume(no_leases(), price, *self.credits(multipliers), ROUGHEST)

    def go_on(self, last: LagrangianSolution) -> None:
        """Price from an answer on that was given under other rows; its multipliers are those of these rows."""
        # said to be coarser than anything asked: it is not known how well it was solved
        self.pricer.resume(last.leases, last.price, *self.credits(last.multipliers), ROUGHEST)

    def solve(self, multipliers: Ints, slack: int = 0) -> LagrangianSolution:
        """Best assignment when each row unit costs ``multipliers / quantum``.

        With ``slack`` (objective units) households that lose at most so much may stay where the last answer had them;
        the bound is that of the prices found, exact for any prices.
        """
        credit, outside = self.credits(multipliers)
        if self._known is not None:
            # said to be coarser than asked, so that it is solved again though no credit moved
            self.pricer.resume(*self._known, credit, outside, slack + 1)
            self._known = None
        answer = self.pricer.price(credit, outside, slack)
        self.work += answer.work
        bound = answer.gains + answer.dwellings - int((multipliers * self.rows.constant).sum())
        return LagrangianSolution(multipliers, answer.leases, answer.price, bound)


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
