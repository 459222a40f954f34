"""Leases that are missing for want of whole numbers: one row at a time is pushed a little, from the incumbent itself.

Multipliers that prove a bound say what a lease of a row is worth, a few points, and leave the rest to chance: among the
many assignments worth the same, the incumbent may lack half a lease that costs hundreds. Pricing anew would change half
of them at once, in exchanges too large to choose from. So the last answer is taken to be the incumbent, a household stays
where it is unless that costs it more than a point, and one row's multiplier is raised: what moves are the few chains that
serve this row at least loss, and recombination keeps those that pay.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from optimizer.solve.transport.lagrangian import cell_credits
from optimizer.solve.transport.leases import Leases, cell_counts
from optimizer.solve.transport.model import Ints
from optimizer.solve.transport.pricing import Pricer, network_of
from optimizer.solve.transport.restricted_mip import needs
from optimizer.solve.transport.run import Run


class LocalSearch:
    """Pushes rows of one run; keeps a pricer of its own."""

    def __init__(self, run: Run) -> None:
        self.run, self.policy = run, run.policy.primal
        self.small = len(run.structure.arc_pair) <= self.policy.local_arcs
        self._pricer: Pricer | None = None
        self.caught_up = False
        """Whether `catch_up` has looked for what was missing."""

    def improve(self, calls: int, *, beyond: bool = False) -> None:
        """At most ``calls`` perturbations, the dearest missing lease first; ends early when a round finds nothing.

        ``beyond``: goes on when the gap asked is reached, until nothing is open.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None:
            return
        rng = np.random.default_rng(run.iteration)
        idle = 0
        for number in range(calls):
            before = run.incumbent.objective
            for push in self.policy.local_steps:
                for row in self._short_rows():
                    held = run.incumbent.objective
                    self._perturb(row, push, rng if number else None)
                    calls -= 1
                    idle = 0 if run.incumbent.objective > held else idle + 1
                    done = run.gap <= 0 if beyond else run.closed()
                    if calls <= 0 or (beyond and idle >= self.policy.local_in_vain) or done or run.halted():
                        return
            if run.incumbent.objective == before and number:
                return

    def approach(self) -> None:
        """Move towards the best assignment for the best multipliers as far as it pays."""
        run = self.run
        assert run.best is not None
        self.toward(run.best.price, *cell_credits(run.structure, run.rows, run.best.multipliers, run.quantum))

    def settle(self, pairs: int = 0) -> None:
        """Recombine with the counts that labels decide in whole numbers: the best assignment, then ``pairs`` of others near it.

        A recombination leaves labels to be made whole afterwards (`primal`), and so sees no loss where a landlord's shares cannot all
        be met with the leases it has. This one does, in seconds instead of tenths; on the tight Doubs year of the full
        model it gains in one recombination a third of what is missing, where 40 perturbations gain a hundredth of it.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None or not run.tail.counted[0].shape[1]:
            return
        self.mix_whole([run.best.leases])
        if not pairs or run.closed() or run.halted():
            return
        near = run.around(2 * pairs)
        for at in range(0, len(near), 2):
            self.mix_whole(near[at : at + 2])
            if run.closed() or run.halted():
                return

    def catch_up(self) -> None:
        """What an earlier proposal lacks after a change, once it is near.

        The earlier multipliers bound the changed problem as closely as twenty pricings more would. What is missing are leases
        in whole numbers: a third of one that a row lacks at its whole price, two thirds of one too many of another, three
        quarters of the gap on the tight Doubs year of the full model. Assignments for other multipliers differ in large exchanges
        that serve one row and harm three. Those of the incumbent with one row perturbed differ in a hundred small ones; of all
        that exclude no other, one recombination with whole counts finds half of what is missing.
        """
        run = self.run
        if not self.small or run.best is None or run.incumbent is None or not run.tail.counted[0].shape[1]:
            return
        self.caught_up = True
        vain = 0
        for turn in range(self.policy.catch_up_turns):
            if vain >= self.policy.catch_up_vain or run.closed() or run.halted():
                break
            held, missing = run.incumbent.objective, run.bound - run.incumbent.objective
            enough = run.bound - int(self.policy.catch_up_enough * run.options.gap * abs(run.bound))
            self.mix_whole(self.perturbed_apart(turn), self.policy.whole_roughly, enough)
            vain = vain + 1 if run.incumbent.objective - held < self.policy.found_little * missing else 0
        if not (run.closed() or run.halted()):
            self.improve(self.policy.catch_up_local)
        if not (run.closed() or run.halted()):
            self.mix_whole([run.best.leases])

    def mix_whole(self, others: list[Leases], left: float | None = None, enough: int | None = None) -> None:
        """Recombine others into the incumbent with whole counts."""
        run = self.run
        assert run.incumbent is not None
        now = time.perf_counter()
        left = self.policy.recombined_missing if left is None else left
        tolerance = left * (run.bound - run.incumbent.objective) / run.model.scale
        recombined = run.recombine(
            run.incumbent, others, self.policy.recombined_nodes, tolerance, whole_counts=True, enough=enough
        )
        run.offer(recombined)
        run.clock.charge("primal", now)

    def perturbed_apart(self, turn: int) -> list[Leases]:
        """The incumbent repaired for the best multipliers, and from there once for each of the rows that cost most, with its own
        raised where leases are missing and lowered where there are too many.

        A row costs what it asks for too much at its multiplier, and what it lacks at the rest of its price: nothing if leases
        came in parts. ``turn``: from the second on the other multipliers are shaken as well.
        """
        run = self.run
        assert run.best is not None and run.incumbent is not None
        now = time.perf_counter()
        price, known = run.model.row_price, run.best.multipliers / run.quantum
        need = needs(run.rows, cell_counts(run.structure, run.incumbent.leases), run.incumbent.labels)
        y = known[: len(price)]
        lost = np.where(need > 0, (price - y) * need, -y * need)
        unit = run.tail.money / run.tail.norm
        rng = np.random.default_rng((run.iteration, turn))
        credits = cell_credits(run.structure, run.rows, run.best.multipliers, run.quantum)
        out = [self._moved(run.best.price, credits, credits)]
        assert self._pricer is not None
        repaired = self._pricer.last
        for row in np.argsort(-lost, kind="stable")[: self.policy.catch_up_rows].tolist():
            wanted = known.copy()
            wanted[row] += self.policy.catch_up_points * unit[row] * (1 if need[row] > 0 else -1)
            if turn:
                wanted += (
                    self.policy.local_shake
                    * self.policy.catch_up_points
                    * unit
                    * rng.standard_normal(len(wanted))
                    * (known > 0)
                )
            asked = run.rows.clip(wanted, run.quantum)
            self._pricer.last = repaired
            credit = cell_credits(run.structure, run.rows, asked, run.quantum)
            out.append(self._pricer.price(*credit, int(self.policy.local_stay * run.model.scale)).leases)
        run.clock.charge("pricing", now)
        return out

    def toward(self, price: Ints, credit: Ints, outside: Ints) -> None:
        """Repair the incumbent for credits which class prices answer, and keep what pays of what moves.

        Whoever is well placed at these prices stays, so the exchanges are few and short: a try in hundredths of a second.
        """
        now = time.perf_counter()
        found = self._moved(price, (credit, outside), (credit, outside))
        self.run.clock.charge("pricing", now)
        self._keep(found)

    def _short_rows(self) -> Iterator[int]:
        """Rows that lack leases which are to be had, the dearest first, each once, as the incumbent stands by then."""
        run = self.run
        assert run.best is not None
        price = run.model.row_price
        n = len(price)
        to_be_had = run.best.multipliers[:n] < self.policy.not_to_be_had * price * run.quantum
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

    def _perturb(self, row: int, push: float, rng: np.random.Generator | None) -> None:
        """Raise one multiplier, see what moves, keep what pays."""
        run = self.run
        assert run.best is not None and run.incumbent is not None
        unit = run.tail.money / run.tail.norm
        centre = run.best.multipliers / run.quantum
        wanted = centre.copy()
        wanted[row] += push * unit[row]
        if rng is not None:
            wanted += self.policy.local_shake * push * unit * rng.standard_normal(len(centre)) * (centre > 0)
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
        run.clock.charge("pricing", now)
        self._keep(found)

    def _keep(self, found: Leases) -> None:
        """Recombine in what pays."""
        run = self.run
        assert run.incumbent is not None
        now = time.perf_counter()
        run.offer(
            run.recombine(
                run.incumbent,
                [found],
                self.policy.recombined_nodes,
                run.recombination_gap(run.incumbent.objective),
            )
        )
        run.clock.charge("primal", now)

    def _moved(self, price: Ints, known: tuple[Ints, Ints], asked: tuple[Ints, Ints]) -> Leases:
        """The incumbent repaired for what is asked, from prices that answer what is known."""
        run = self.run
        assert run.incumbent is not None
        if self._pricer is None:
            self._pricer = Pricer(
                network_of(run.structure), run.quantum, run.options.threads, run.policy.generation
            )
            self._pricer.heed(run.halted)
        slack = int(self.policy.local_stay * run.model.scale)
        # said to be coarser than asked, so that every component is looked at though its credits did not move
        self._pricer.resume(run.incumbent.leases, price, *known, slack + 1)
        return self._pricer.price(*asked, slack).leases
