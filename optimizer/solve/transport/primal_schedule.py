"""When solutions are looked for while the multipliers still move, and how hard; and how in one case of a proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.solve.transport.lagrangian import Lagrangian, Priced
from optimizer.solve.transport.leases import Leases
from optimizer.solve.transport.local_search import LITTLE, LocalSearch
from optimizer.solve.transport.restricted_mip import value_of
from optimizer.solve.transport.run import FAR_OFF, Case, Run

FIRST_TRY = 2e-4
"""Gap between bound and master at which solutions are first looked for, relative; half the gap asked when that is more."""
WARM_TRIES = 6
"""Pricings of a warm run after each of which assignments are mixed: its bound is good long before its master knows."""
FRESH = 10
"""Pricings between two tries to mix assignments: without new ones another try finds what the last one found."""
SOON = 3
"""The same when the last try found much of what was missing."""
MUCH = 0.3
"""Part of what is missing from which a try has found much."""
NUDGED = 5e-3
"""Relative gap from which a try is followed by pushes on single rows (`nudge`), once the bound is settled: above it their
bound is too far, and below `FAR_OFF`, or when an earlier run's cases wait for a proof, cases tell the rest apart sooner."""
SETTLED = 0.25
"""Part of the gap asked that the bound may still lose when pushes begin."""
CLOSE = 3.0
"""Times the gap asked up to which a warm run catches up (`nudge`), or as soon as a try finds little: from 2 to 4 times all of
thirteen changes of the tight Doubs year of the full model end within 30 s, half of them within 15; where it began after the first
pricing, at 10 times, one took 144 s."""
PAIRS = 4
"""Pairs of assignments mixed with whole counts when all else leaves a gap."""
PERTURBATIONS = 40
"""Most pushes after one try."""
NEAR = 2e-3
"""Relative gap up to which the cases of an earlier run are gone over once the bound moves slowly: above it the
multipliers have first to move, and programs would search far too wide."""
SLOW = 0.1
"""Part of what is missing below which a pricing has moved the bound slowly."""
HEAVIEST = 5
"""Assignments of the master that are mixed in a case."""
LOOKS, FAR = 8, 4
"""Pricings for shaken multipliers that are mixed in a case, and how much more every other one is shaken."""
NODES = 20
"""Nodes of a mix's program in a case."""


LOOSE = 5e-3
"""Relative gap of the first pricing, without any multiplier, up to which rows hardly bind: then mixes are short and worth
making at once, as in a warm run. A country then ends proven after 8 pricings instead of within 0.0014 %."""


class PrimalSchedule:
    """Schedule of one run: what is worth trying after a pricing, the cheapest first."""

    def __init__(self, run: Run, local_search: LocalSearch, *, warm: bool, piloted: bool = False) -> None:
        self.run, self.local_search, self.warm, self.piloted = run, local_search, warm, piloted
        self.first = self.next = max(FIRST_TRY, 0.5 * run.options.gap)
        self.tried, self.step = (2 if piloted else 0) - FRESH, FRESH  # one assignment gives nothing to mix
        self.approached, self.pause = 0, 1
        self.loose = False
        self.cases = run.options.gap == 0 and run.options.max_leaves > 0

    def make(self, lp_gap: float, *, converged: bool, confined: bool = False) -> bool:
        """Try what is due when the master may still lower the bound by ``lp_gap``; whether anything was.

        Nothing is where cases will tell the little that is missing apart: on the tight Doubs year a week later, tries at the
        root were a quarter of the proof and found nothing from there on.
        ``confined``: the box holds the master back, and what it promises says little.

        A mix pays when there are new columns, and all the more when the last one did: at 20,000 dwellings of the full
        model the bound is settled long before the incumbent, and three mixes three pricings apart close what one mix
        every ten leaves open. A pilot's multipliers are good at once, and so are mixes: with one after each of the first
        few pricings, parts of a country of 17,000 and 18,000 dwellings close after 3 and 4 pricings; after 5 and 12 when
        the next mix waits because the last one found little.
        """
        run, gap = self.run, self.run.options.gap
        if self.cases and run.gap <= FAR_OFF:
            return False
        soon = lp_gap <= max(self.next, gap) and run.iteration >= self.tried + self.step
        if run.iteration == 1 and gap > 0:
            self.loose = run.gap <= LOOSE
        good = self.warm or self.loose or (self.piloted and run.iteration > 1)
        early = good and run.iteration <= WARM_TRIES and (gap > 0 or run.gap <= NEAR)
        if not (soon or converged or early):
            near = lp_gap <= self.first and run.gap <= NUDGED
            if near and run.iteration >= self.approached + self.pause:
                self._approach()
                return True
            return False
        held, missing = self._value(), run.bound - self._value()
        self._approach()
        if not run.closed():
            if converged:
                self._everything()
            else:
                run.improve(1, 3 if self.tried > 0 else 1, 20)
            behind = run.gap <= CLOSE * gap or self._value() - held < LITTLE * missing
            once = self.warm and gap > 0 and run.iteration > 1 and not self.local_search.caught_up
            if once and behind and not run.closed():
                self.local_search.catch_up()
            settled = (lp_gap <= SETTLED * gap and not confined) or converged
            if settled and FAR_OFF < run.gap <= NUDGED and not (self.warm and gap == 0):
                if gap > 0:
                    self.local_search.settle()
                if not run.closed():
                    self.local_search.improve(PERTURBATIONS)
        self.next = min(self.next, lp_gap) / 4
        self.tried = run.iteration
        self.step = SOON if self._value() - held > MUCH * missing else FRESH
        return True

    def hurry(self, before: Priced | None) -> bool:
        """Approach now and then; whether the cases of an earlier run may as well be gone over now."""
        run = self.run
        assert run.best is not None
        if run.iteration % SOON == 1:
            self.local_search.approach()
        if run.gap <= FAR_OFF:
            return True
        if run.best is before:
            return False  # no better bound: the box was too wide, and nothing is known of the pace
        gained = None if before is None else (before.bound - run.best.bound) / run.quantum
        return gained is not None and gained < SLOW * (run.bound - self._value()) and run.gap <= NEAR

    def _value(self) -> int:
        assert self.run.incumbent is not None
        return self.run.incumbent.objective

    def _approach(self) -> None:
        run = self.run
        held, missing = self._value(), run.bound - self._value()
        self.local_search.approach()
        self.pause = 1 if self._value() - held > LITTLE * missing else 2 * self.pause
        self.approached = run.iteration

    def _everything(self) -> None:
        """All that mixing can give, one assignment at a time first: without packing rows the programs are short.

        When cases may be distinguished they tell sooner which solution is missing, and look for it themselves (`tree`):
        then only what the master combines is mixed.
        """
        run = self.run
        steps: tuple[Callable[[], None], ...] = (
            lambda: run.improve(1, 6, 20),
            self.local_search.approach,
            lambda: run.widen(1, 4, 20),
            self.local_search.approach,
            lambda: run.improve(4, 2, 50),
            lambda: run.widen(4, 8, 50),
            lambda: self.local_search.settle(PAIRS),
        )
        for step in steps[:2] if self.cases else steps:
            step()
            if run.closed() or (self.cases and run.gap <= FAR_OFF) or run.halted():
                return


@dataclass(frozen=True)
class NodeHeuristics:
    """Solutions looked for in one case, whose best pricing is ``best``."""

    run: Run
    local_search: LocalSearch
    lagrangian: Lagrangian
    case: Case
    best: Priced

    def improve(self) -> None:
        """Approach the best assignment, then mix those the master combines, one at a time."""
        run = self.run
        self.local_search.toward(self.best.price, *self.lagrangian.credits(self.best.multipliers))
        if run.missing(self.best) > 0:
            self._recombine_in(run.ranked(HEAVIEST), 1)

    def shake(self, by: float) -> None:
        """Mix what is best for multipliers up to ``by`` points per lease from those of the case, two at a time.

        Where dividing promises nothing a solution is missing, and it is worth nearly the same as many others. Near the
        case's own multipliers and under its rows it was found where shaking those of the root had not. Every multiplier
        moves alike: in parts of itself, that of a branch, which nothing bounds, moved a hundred times more than others and
        found a third as often.
        """
        run, (_, rows, tail, _) = self.run, self.case
        rng = np.random.default_rng(run.iteration)
        centre = self.best.multipliers / run.quantum
        unit = np.where(centre > 0, by * tail.money / tail.norm, 0.0)
        for _ in range(LOOKS // 2):
            now = time.perf_counter()
            others = []
            for times in (FAR, 1):
                shaken = centre + times * unit * rng.uniform(-1, 1, rows.n_rows)
                others.append(self.lagrangian.solve(rows.clip(shaken, run.quantum)).leases)
            run.clock.charge("pricing", now)
            self._recombine_in(others, 2)
            if run.missing(self.best) <= 0 or run.halted():
                return

    def _recombine_in(self, others: list[Leases], width: int) -> None:
        run = self.run
        assert run.incumbent is not None
        structure, rows = self.case[:2]
        now = time.perf_counter()
        tolerance = max(0.5 * run.grid, 0.02 * run.missing(self.best)) / run.model.scale
        start = value_of(structure, rows, run.incumbent.leases, run.incumbent.labels)
        for at in range(0, len(others), width):
            start = run.recombine(start, others[at : at + width], NODES, tolerance, self.case)
            run.offer(value_of(run.structure, run.rows, start.leases, start.labels))
            if run.missing(self.best) <= 0 or run.halted():
                break
        run.clock.charge("primal", now)
