"""When solutions are looked for while the multipliers still move, and how hard."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.solve.scale.nudge import Nudger
from optimizer.solve.scale.oracle import Priced
from optimizer.solve.scale.run import FAR_OFF, Run

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
LITTLE = 0.05
"""Part of what is missing below which approaching the best assignment has found little, and waits twice as long."""
NUDGED = 5e-3
"""Relative gap from which a try is followed by pushes on single rows (`nudge`), once the bound is settled: above it their
bound is too far, and below `FAR_OFF`, or when an earlier run's cases wait for a proof, cases tell the rest apart sooner."""
SETTLED = 0.25
"""Part of the gap asked that the bound may still lose when pushes begin."""
PUSHES = 40
"""Most pushes after one try."""
NEAR = 2e-3
"""Relative gap up to which the cases of an earlier run are gone over once the bound moves slowly: above it the
multipliers have first to move, and programs would search far too wide."""
SLOW = 0.1
"""Part of what is missing below which a pricing has moved the bound slowly."""


class Tries:
    """Schedule of one run: what is worth trying after a pricing, the cheapest first."""

    def __init__(self, run: Run, nudger: Nudger, *, warm: bool) -> None:
        self.run, self.nudger, self.warm = run, nudger, warm
        self.first = self.next = max(FIRST_TRY, 0.5 * run.options.gap)
        self.tried, self.step = -FRESH, FRESH
        self.approached, self.pause = 0, 1
        self.cases = run.options.gap == 0 and run.options.max_leaves > 0

    def make(self, lp_gap: float, *, converged: bool) -> bool:
        """Try what is due when the master may still lower the bound by ``lp_gap``; whether anything was.

        A mix pays when there are new columns, and all the more when the last one did: at 20,000 dwellings of the full
        model the bound is settled long before the incumbent, and three mixes three pricings apart close what one mix
        every ten leaves open.
        """
        run, gap = self.run, self.run.options.gap
        soon = lp_gap <= max(self.next, gap) and run.iteration >= self.tried + self.step
        early = self.warm and run.iteration <= WARM_TRIES and (gap > 0 or run.gap <= NEAR)
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
            settled = lp_gap <= SETTLED * gap or converged
            if settled and FAR_OFF < run.gap <= NUDGED and not (self.warm and gap == 0):
                self.nudger.improve(PUSHES)
        self.next = min(self.next, lp_gap) / 4
        self.tried = run.iteration
        self.step = SOON if self._value() - held > MUCH * missing else FRESH
        return True

    def hurry(self, before: Priced | None) -> bool:
        """Approach now and then; whether the cases of an earlier run may as well be gone over now."""
        run = self.run
        assert run.best is not None
        if run.iteration % SOON == 1:
            self.nudger.approach()
        if run.gap <= FAR_OFF:
            return True
        gained = None if before is None else (before.bound - run.best.bound) / run.quantum
        return gained is not None and gained < SLOW * (run.bound - self._value()) and run.gap <= NEAR

    def _value(self) -> int:
        assert self.run.incumbent is not None
        return self.run.incumbent.objective

    def _approach(self) -> None:
        run = self.run
        held, missing = self._value(), run.bound - self._value()
        self.nudger.approach()
        self.pause = 1 if self._value() - held > LITTLE * missing else 2 * self.pause
        self.approached = run.iteration

    def _everything(self) -> None:
        """All that mixing can give, one assignment at a time first: without packing rows the programs are short."""
        run = self.run
        steps: tuple[Callable[[], None], ...] = (
            lambda: run.improve(1, 6, 20),
            self.nudger.approach,
            lambda: run.widen(1, 4, 20),
            self.nudger.approach,
            lambda: run.improve(4, 2, 50),
            lambda: run.widen(4, 8, 50),
        )
        for step in steps:
            step()
            if (
                run.closed()
                or (self.cases and run.gap <= FAR_OFF)
                or run.stopped() in ("interrupted", "time_limit")
            ):
                return
