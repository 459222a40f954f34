"""Leases that are missing for want of whole numbers: one row at a time is pushed a little, from the incumbent itself.

Multipliers that prove a bound say what a lease of a row is worth, a few points, and leave the rest to chance: among the
many assignments worth the same, the incumbent may lack half a lease that costs hundreds. Pricing anew would change half
of them at once, in pieces too large to choose from. So the last answer is taken to be the incumbent, a household stays
where it is unless that costs it more than ``STAY``, and one row's multiplier is raised: what moves are the few chains that
serve this row at least loss, and mixing keeps those that pay.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from optimizer.solve.scale.leases import Leases
from optimizer.solve.scale.model import Ints
from optimizer.solve.scale.oracle import cell_credits
from optimizer.solve.scale.pricing import LocalPricer, whole
from optimizer.solve.scale.run import Run

STEPS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Points a lease by which a row's multiplier is raised, in turn."""
STAY = 1.0
"""Points a household may lose by staying where the incumbent has it."""
SHAKE = 0.1
"""Part of a push by which the other multipliers are shaken from the second round on, so that other chains are seen."""
MOST_ARCS = 1_000_000
"""Arcs above which nothing is pushed: on 1.2 million of them a run to 0.01 % took 154 s with pushes and 118 s without."""
NODES = 20
IN_VAIN = 20
"""Pushes in a row without a gain after which pushing ends."""
LEFT, ROUGHLY = 0.02, 0.2
"""Part of what is missing that a mix with whole counts may leave: the last one, and one that others follow. On the tight Doubs year
of the full model the second takes two seconds where the first takes six, and what it leaves the next ones find."""
TURNS, VAIN = 16, 2
"""Most mixes of two assignments each with which a run from an earlier proposal catches up, and how many in a row may find little."""
LITTLE = 0.05
"""Part of what is missing below which a try has found little."""
CATCH_UP = 20
"""Pushes that follow them."""
SATURATED = 0.999
"""Part of its price from which a row's multiplier says that the lease is not to be had."""


class Nudger:
    """Pushes rows of one run; keeps a pricer of its own, in this process, so that engines change no byte."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.small = len(run.structure.arc_pair) <= MOST_ARCS
        self._pricer: LocalPricer | None = None

    def improve(self, calls: int, *, beyond: bool = False) -> None:
        """At most ``calls`` pushes, the dearest missing lease first; ends early when a round finds nothing.

        ``beyond``: goes on when the gap asked is reached, until nothing is open.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None:
            return
        rng = np.random.default_rng(run.iteration)
        idle = 0
        for number in range(calls):
            before = run.incumbent.objective
            for push in STEPS:
                for row in self._short_rows():
                    held = run.incumbent.objective
                    self._push(row, push, rng if number else None)
                    calls -= 1
                    idle = 0 if run.incumbent.objective > held else idle + 1
                    done = run.gap <= 0 if beyond else run.closed()
                    if calls <= 0 or (beyond and idle >= IN_VAIN) or done or run.halted():
                        return
            if run.incumbent.objective == before and number:
                return

    def approach(self) -> None:
        """Move towards the best assignment for the best multipliers as far as it pays."""
        run = self.run
        assert run.best is not None
        self.toward(run.best.price, *cell_credits(run.structure, run.rows, run.best.multipliers, run.quantum))

    def settle(self, pairs: int = 0) -> None:
        """Mix with the counts that labels decide in whole numbers: the best assignment, then ``pairs`` of others near it.

        A mix leaves labels to be made whole afterwards (`primal`), and so sees no loss where a landlord's shares cannot all
        be met with the leases it has. This one does, in seconds instead of tenths; on the tight Doubs year of the full
        model it gains in one mix a third of what is missing, where 40 pushes gain a hundredth of it.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None or not run.tail.counted[0].shape[1]:
            return
        self._mix_whole([run.best.leases])
        if not pairs or run.closed() or run.halted():
            return
        near = run.around(2 * pairs)
        for at in range(0, len(near), 2):
            self._mix_whole(near[at : at + 2])
            if run.closed() or run.halted():
                return

    def catch_up(self) -> None:
        """What an earlier proposal lacks after a change, once mixing what the master combines finds little.

        The earlier multipliers bound the changed problem as closely as twenty pricings more would, and of the assignments to
        mix the master knows too few. On the tight Doubs year of the full model 300 points of 32 million are missing then,
        after a pin, to 1,000, a week later: one to three mixes with whole counts find them, in 5 to 20 s.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None or not run.tail.counted[0].shape[1]:
            return
        self._mix_whole([run.best.leases])
        vain = 0
        for turn in range(1, TURNS + 1):
            if vain >= VAIN or run.closed() or run.halted():
                break
            held, missing = run.incumbent.objective, run.bound - run.incumbent.objective
            self._mix_whole(run.around(2, turn), ROUGHLY)
            vain = vain + 1 if run.incumbent.objective - held < LITTLE * missing else 0
        if not (run.closed() or run.halted()):
            self.improve(CATCH_UP)
        if not (run.closed() or run.halted()):
            self._mix_whole([run.best.leases])

    def _mix_whole(self, others: list[Leases], left: float = LEFT) -> None:
        """Mix others into the incumbent with whole counts."""
        run = self.run
        assert run.incumbent is not None
        now = time.perf_counter()
        tolerance = left * (run.bound - run.incumbent.objective) / run.model.scale
        run.offer(run.blend(run.incumbent, others, NODES, tolerance, whole_counts=True))
        run.clock.charge("primal", now)

    def toward(self, price: Ints, credit: Ints, outside: Ints) -> None:
        """Repair the incumbent for credits which class prices answer, and keep what pays of what moves.

        Whoever is well placed at these prices stays, so the pieces are few and short: a try in hundredths of a second.
        """
        now = time.perf_counter()
        found = self._moved(price, (credit, outside), (credit, outside))
        self.run.clock.charge("oracle", now)
        self._keep(found)

    def _short_rows(self) -> Iterator[int]:
        """Rows that lack leases which are to be had, the dearest first, each once, as the incumbent stands by then."""
        run = self.run
        assert run.best is not None
        price = run.model.row_price
        n = len(price)
        to_be_had = run.best.multipliers[:n] < SATURATED * price * run.quantum
        done = np.zeros(n, bool)
        while True:
            assert run.incumbent is not None
            lost = np.asarray(run.incumbent.shortfall[:n], np.float64) * price
            lost[done | ~to_be_had] = 0.0
            row = int(np.argmax(lost)) if n else 0
            if not n or lost[row] <= 0:
                return
            done[row] = True
            yield row

    def _push(self, row: int, push: float, rng: np.random.Generator | None) -> None:
        """Raise one multiplier, see what moves, keep what pays."""
        run = self.run
        assert run.best is not None and run.incumbent is not None
        unit = run.tail.money / run.tail.norm
        centre = run.best.multipliers / run.quantum
        wanted = centre.copy()
        wanted[row] += push * unit[row]
        if rng is not None:
            wanted += SHAKE * push * unit * rng.standard_normal(len(centre)) * (centre > 0)
        self._reach(run.rows.clip(wanted, run.quantum))

    def _reach(self, multipliers: Ints) -> None:
        """Repair the incumbent for these multipliers, and keep what pays."""
        run = self.run
        assert run.best is not None
        now = time.perf_counter()
        known, asked = (
            cell_credits(run.structure, run.rows, y, run.quantum) for y in (run.best.multipliers, multipliers)
        )
        found = self._moved(run.best.price, known, asked)
        run.clock.charge("oracle", now)
        self._keep(found)

    def _keep(self, found: Leases) -> None:
        """Mix in what pays."""
        run = self.run
        assert run.incumbent is not None
        now = time.perf_counter()
        run.offer(run.blend(run.incumbent, [found], NODES, run.mixing_gap(run.incumbent.objective)))
        run.clock.charge("primal", now)

    def _moved(self, price: Ints, known: tuple[Ints, Ints], asked: tuple[Ints, Ints]) -> Leases:
        """The incumbent repaired for what is asked, from prices that answer what is known."""
        run = self.run
        assert run.incumbent is not None
        if self._pricer is None:
            self._pricer = LocalPricer(whole(run.structure), run.quantum, run.options.threads)
            self._pricer.heed(run.halted)
        slack = int(STAY * run.model.scale)
        # said to be coarser than asked, so that every component is looked at though its credits did not move
        self._pricer.resume(run.incumbent.leases, price, *known, slack + 1)
        return self._pricer.price(*asked, slack).leases
