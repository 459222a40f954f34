"""One node of the tree (`branch_and_bound`): its rows, and its best pricing.

All nodes share one system of rows, with the counts watched at price 0, and one master: a node only changes prices and
constants.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.solve.transport.branching import Count, branch_price, count_of
from optimizer.solve.transport.count_rows import watch
from optimizer.solve.transport.lagrangian import Lagrangian, LagrangianSolution
from optimizer.solve.transport.leases import pool_matrix
from optimizer.solve.transport.model import Branch, Floats, Ints
from optimizer.solve.transport.programs import Tail, build_tail
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.run import Run

UNKNOWN = 1 << 62
"""Above every bound."""


@dataclass(frozen=True)
class AssignmentNode:
    """A node still to be treated.

    Attributes
    ----------
    branches : from the root
    start : multipliers that its pricings begin near: those of its parent or, ``own``, its own
    multipliers, price : of the rows and the classes, which prove ``bound`` for it
    bound : times the quantum; the least that was proven of any node above it, since a side may be priced worse than what it
        is a side of, and what was proven before still holds (``UNKNOWN``: a node of an earlier run)
    """

    branches: tuple[Branch, ...]
    start: Ints
    multipliers: Ints
    price: Ints
    bound: int = UNKNOWN
    own: bool = False

    def told(self, best: LagrangianSolution) -> AssignmentNode:
        """The node with what a pricing of it proves, if that is more."""
        if best.bound > self.bound:
            return self
        return replace(self, multipliers=best.multipliers, price=best.price, bound=best.bound)


class NodeRelaxation:
    """The rows and the master of all nodes of one run; prices any one of them."""

    def __init__(self, run: Run, counts: list[Count], start: LagrangianSolution) -> None:
        """``counts`` are watched from the beginning; ``start``: pricing of the root, its multipliers with those of the counts."""
        self.run, self.counts = run, counts
        self.n_rows, self.big = run.model.n_rows, branch_price(run.model)
        self.roughly = False
        """Whether the last node was left before its pricings had ended."""
        self._watch(start)

    def _watch(self, last: LagrangianSolution) -> None:
        """(Re)write rows, tail and master for the counts watched now, and price from ``last`` on."""
        run = self.run
        cells, self.rows = watch(run.model, run.structure.cells, run.rows, self.counts)
        self.n_watch = 2 * len(self.counts)
        self.structure = replace(run.structure, cells=cells)
        self.tail = build_tail(self.structure, self.rows, pool_matrix(self.structure))
        run.master.structure = self.structure
        run.master.replace_rows(self.tail)
        self.lagrangian = Lagrangian(
            self.structure, self.rows, run.quantum, run.options.threads, run.policy.generation
        )
        self.lagrangian.heed(run.halted)
        self.lagrangian.go_on(last)

    def _case(self, branches: tuple[Branch, ...]) -> tuple[RowSystem, Tail]:
        """Prices and constants of a node."""
        price, constant = self.rows.price.copy(), self.rows.constant.copy()
        for b in branches:
            i = self._position(b)
            value = b.threshold if b.at_least else -b.threshold
            constant[i] = value if price[i] == 0 else max(int(constant[i]), value)
            price[i] = self.big
        rows = replace(self.rows, price=price, constant=constant)
        cost = self.tail.cost.copy()
        cost[self.tail.n_labels :] = -(price * self.tail.norm[: len(price)]) / self.tail.money
        return rows, replace(self.tail, cost=cost, constant=constant)

    def watched(self, cells: Floats | Ints, labels: Floats | Ints) -> Floats:
        """The counts watched, of leases per cell and labels."""
        watch = self.n_rows + 2 * np.arange(len(self.counts))
        return np.asarray(
            -(cells @ self.rows.fixed[:, watch] + labels @ self.rows.label[:, watch]), np.float64
        )

    def _position(self, branch: Branch) -> int:
        return self.n_rows + 2 * self.counts.index(count_of(branch)) + (0 if branch.at_least else 1)

    def converge(
        self, node: AssignmentNode, rows: RowSystem, tail: Tail, *, to_the_end: bool = False
    ) -> LagrangianSolution | None:
        """Best pricing of a node, as good as it gets or good enough; None when a limit stops the run.

        The box is that of the root (`column_generation.iterate`): few pricings, each of a few households that move. Where nobody knows
        the multiplier of the newest branch the master is asked first: at the parent's the answer is the parent's. Unless
        asked ``to_the_end``, a node that will have to be divided all the same is left a little before (`roughly`).
        """
        run, policy = self.run, self.run.policy.nodes
        best: LagrangianSolution | None = None
        y = rows.clip(node.start / run.quantum, run.quantum)
        radius = np.full(rows.n_rows, policy.radius)
        for branch in node.branches[-1:]:
            radius[self._position(branch)] = policy.branch_radius
        pressed = np.ones(rows.n_rows, bool)
        self.roughly = False
        if node.branches and not node.own:
            now = time.perf_counter()
            run.master.confine(y / run.quantum, radius)
            y = rows.clip(run.master.solve(), run.quantum)
            run.clock.charge("master", now)
        for _ in range(policy.pricings):
            now = time.perf_counter()
            priced = self.lagrangian.solve(y)
            now = run.clock.charge("pricing", now)
            run.iteration += 1
            toward = None if best is None else best.leases
            better = best is None or priced.bound < best.bound
            if best is None or better:
                best = priced
            if self.closes(best):
                return best
            if run.halted():
                return None
            fresh = run.master.add(priced.leases, toward)
            confined = bool(pressed.any())
            if better:
                radius = np.where(pressed, radius * run.policy.generation.grow, radius)
            else:
                radius = np.maximum(radius * run.policy.generation.shrink, 1e-3)
            centre = best.multipliers / run.quantum
            run.master.confine(centre, radius)
            wanted = run.master.solve()
            run.master.tidy()
            pressed = np.abs(wanted - centre) > radius * tail.money / tail.norm * (1 - 1e-6)
            run.clock.charge("master", now)
            rest = best.bound / run.quantum - run.master.value
            if rest <= policy.settled * run.grid:
                break
            if (
                not to_the_end
                and run.gap <= run.policy.primal.nodes_within
                and rest <= policy.sure * self._open_anyway()
            ):
                self.roughly = True
                break
            if not fresh and not (better and confined):
                break
            y = rows.clip(wanted, run.quantum)
        run.master.confine(np.zeros(rows.n_rows), None)
        run.master.solve()
        return best

    def _open_anyway(self) -> float:
        """By how much the master says that a node stays above what closes it, in points."""
        assert self.run.incumbent is not None
        return self.run.master.value - self.run.incumbent.objective - self.run.grid

    def closes(self, best: LagrangianSolution) -> bool:
        """Whether a bound says that its node holds nothing better than the incumbent."""
        return self.run.missing(best) <= 0
