"""When solutions are looked for while the multipliers still move, and how hard; and how in one node of a proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.solve.transport.lagrangian import Lagrangian, LagrangianSolution
from optimizer.solve.transport.leases import Leases
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.restricted_mip import value_of
from optimizer.solve.transport.run import NodeRows, Run


class PrimalSchedule:
    """Schedule of one run: what is worth trying after a pricing, the cheapest first."""

    def __init__(self, run: Run, local_search: LocalSearch, *, warm: bool, piloted: bool = False) -> None:
        self.run, self.local_search, self.warm, self.piloted = run, local_search, warm, piloted
        self.policy = run.policy.primal
        self.first = self.next = max(self.policy.first_try, 0.5 * run.options.gap)
        self.tried, self.step = (
            (2 if piloted else 0) - self.policy.try_apart,
            self.policy.try_apart,
        )  # one assignment gives nothing to recombine
        self.approached, self.pause = 0, 1
        self.loose = False
        self.proving = run.options.gap == 0 and run.options.max_leaves > 0

    def make(self, lp_gap: float, *, converged: bool, confined: bool = False) -> bool:
        """Try what is due when the master may still lower the bound by ``lp_gap``; whether anything was.

        Nothing is where nodes will tell the little that is missing apart: on the tight Doubs year a week later, tries at the
        root were a quarter of the proof and found nothing from there on.
        ``confined``: the box holds the master back, and what it promises says little.

        A recombination pays when there are new columns, and all the more when the last one did: at 20,000 dwellings of the full
        model the bound is settled long before the incumbent, and three recombinations three pricings apart close what one recombination
        every ten leaves open. A pilot's multipliers are good at once, and so are recombinations: with one after each of the first
        few pricings, parts of a country of 17,000 and 18,000 dwellings close after 3 and 4 pricings; after 5 and 12 when
        the next recombination waits because the last one found little.
        """
        run, gap = self.run, self.run.options.gap
        if self.proving and run.gap <= self.policy.nodes_within:
            return False
        soon = lp_gap <= max(self.next, gap) and run.iteration >= self.tried + self.step
        if run.iteration == 1 and gap > 0:
            self.loose = run.gap <= self.policy.loose_rows
        good = self.warm or self.loose or (self.piloted and run.iteration > 1)
        early = (
            good and run.iteration <= self.policy.warm_tries and (gap > 0 or run.gap <= self.policy.warm_near)
        )
        if not (soon or converged or early):
            near = lp_gap <= self.first and run.gap <= self.policy.perturbed_within
            if near and run.iteration >= self.approached + self.pause:
                self._approach()
                return True
            return False
        held, missing = self._value(), run.bound - self._value()
        self._approach()
        if not run.closed():
            if converged and not run.near_enough():
                self._everything()
            else:
                run.improve(1, 3 if self.tried > 0 else 1, 20)
            behind = (
                run.gap <= self.policy.catch_up_within * gap
                or self._value() - held < self.policy.found_little * missing
            )
            once = self.warm and gap > 0 and run.iteration > 1 and not self.local_search.caught_up
            if once and behind and not run.closed():
                self.local_search.catch_up()
            settled = (lp_gap <= self.policy.perturbed_settled * gap and not confined) or converged
            if (
                settled
                and self.policy.nodes_within < run.gap <= self.policy.perturbed_within
                and not (self.warm and gap == 0)
            ):
                if gap > 0:
                    self.local_search.settle()
                if not run.closed():
                    self.local_search.improve(self.policy.perturbations)
        self.next = min(self.next, lp_gap) / 4
        self.tried = run.iteration
        self.step = (
            self.policy.try_soon
            if self._value() - held > self.policy.found_much * missing
            else self.policy.try_apart
        )
        return True

    def hurry(self, before: LagrangianSolution | None) -> bool:
        """Approach now and then; whether the nodes of an earlier run may as well be gone over now."""
        run = self.run
        assert run.best is not None
        if run.iteration % self.policy.try_soon == 1:
            self.local_search.approach()
        if run.gap <= self.policy.nodes_within:
            return True
        if run.best is before:
            return False  # no better bound: the box was too wide, and nothing is known of the pace
        gained = None if before is None else (before.bound - run.best.bound) / run.quantum
        return (
            gained is not None
            and gained < self.policy.warm_slow * (run.bound - self._value())
            and run.gap <= self.policy.warm_near
        )

    def _value(self) -> int:
        assert self.run.incumbent is not None
        return self.run.incumbent.objective

    def _approach(self) -> None:
        run = self.run
        held, missing = self._value(), run.bound - self._value()
        self.local_search.approach()
        self.pause = 1 if self._value() - held > self.policy.found_little * missing else 2 * self.pause
        self.approached = run.iteration

    def _everything(self) -> None:
        """All that recombination can give, one assignment at a time first: without packing rows the programs are short.

        When nodes may be distinguished they tell sooner which solution is missing, and look for it themselves (`branch_and_bound`):
        then only what the master combines is recombined.
        """
        run = self.run
        steps: tuple[Callable[[], None], ...] = (
            lambda: run.improve(1, 6, 20),
            self.local_search.approach,
            lambda: run.widen(1, 4, 20),
            self.local_search.approach,
            lambda: run.improve(4, 2, 50),
            lambda: run.widen(4, 8, 50),
            lambda: self.local_search.settle(self.policy.pairs),
        )
        for step in steps[:2] if self.proving else steps:
            step()
            if run.closed() or (self.proving and run.gap <= self.policy.nodes_within) or run.halted():
                return


@dataclass(frozen=True)
class NodeHeuristics:
    """Solutions looked for in one node, whose best pricing is ``best``."""

    run: Run
    local_search: LocalSearch
    lagrangian: Lagrangian
    node_rows: NodeRows
    best: LagrangianSolution

    def improve(self) -> None:
        """Approach the best assignment, then recombine those the master combines, one at a time."""
        run = self.run
        self.local_search.toward(self.best.price, *self.lagrangian.credits(self.best.multipliers))
        if run.missing(self.best) > 0:
            self._recombine_in(run.ranked(run.policy.nodes.heaviest), 1)

    def shake(self, by: float) -> None:
        """Recombine what is best for multipliers up to ``by`` points per lease from those of the node, two at a time.

        Where dividing promises nothing a solution is missing, and it is worth nearly the same as many others. Near the
        node's own multipliers and under its rows it was found where shaking those of the root had not. Every multiplier
        moves alike: in parts of itself, that of a branch, which nothing bounds, moved a hundred times more than others and
        found a third as often.
        """
        run, (_, rows, tail, _) = self.run, self.node_rows
        rng = np.random.default_rng(run.iteration)
        centre = self.best.multipliers / run.quantum
        unit = np.where(centre > 0, by * tail.money / tail.norm, 0.0)
        for _ in range(run.policy.nodes.shaken // 2):
            now = time.perf_counter()
            others = []
            for times in (run.policy.nodes.shaken_far, 1):
                shaken = centre + times * unit * rng.uniform(-1, 1, rows.n_rows)
                others.append(self.lagrangian.solve(rows.clip(shaken, run.quantum)).leases)
            run.clock.charge("pricing", now)
            self._recombine_in(others, 2)
            if run.missing(self.best) <= 0 or run.halted():
                return

    def _recombine_in(self, others: list[Leases], width: int) -> None:
        run = self.run
        assert run.incumbent is not None
        structure, rows = self.node_rows[:2]
        now = time.perf_counter()
        tolerance = (
            max(0.5 * run.grid, run.policy.primal.recombined_missing * run.missing(self.best))
            / run.model.scale
        )
        start = value_of(structure, rows, run.incumbent.leases, run.incumbent.labels)
        for at in range(0, len(others), width):
            start = run.recombine(
                start, others[at : at + width], run.policy.primal.recombined_nodes, tolerance, self.node_rows
            )
            run.offer(value_of(run.structure, run.rows, start.leases, start.labels))
            if run.missing(self.best) <= 0 or run.halted():
                break
        run.clock.charge("primal", now)
