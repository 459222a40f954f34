"""State and steps of one run: pricing, master, solutions, what to tell the caller."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from math import gcd

import numpy as np

from optimizer.solve.transport.lagrangian import Lagrangian, LagrangianSolution
from optimizer.solve.transport.leases import Leases, pool_matrix, splice
from optimizer.solve.transport.master import AssignmentMaster
from optimizer.solve.transport.mir import CutMaker, propose_cuts
from optimizer.solve.transport.model import (
    Branch,
    Ints,
    LabelledTransport,
    PricingProgress,
    ScaleOptions,
    StopReason,
    TracePoint,
)
from optimizer.solve.transport.programs import INF, Tail, build_tail
from optimizer.solve.transport.restricted_mip import FeasibleSolution, label, recombine, unlabelled
from optimizer.solve.transport.rows import RowSystem, with_cuts
from optimizer.solve.transport.structure import Structure

STEPS = 1_024
"""Multiplier steps in one point, of rows whose largest coefficient is one or two. What rounding a multiplier costs the bound is half a step
for each lease by which the best assignment misses a row: with a quarter of these steps 500 dwellings lost .8 of a point, and a tree was
grown over a gap that was not there."""

NodeRows = tuple[Structure, RowSystem, Tail, tuple[Branch, ...]]
"""Structure, rows and tail of a node, and its branches (`branch_and_bound`)."""

Callback = Callable[[PricingProgress], None]


def objective_grid(model: LabelledTransport) -> int:
    """Greatest integer that divides every possible objective: the bound is floored to its multiples."""
    step = 0
    for start, row, coef in (
        (model.effect_start, model.effect_row, model.effect_coef),
        (model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef),
    ):
        if len(row) and len(start):
            step = gcd(step, int(np.gcd.reduce(model.row_price[row] * coef)))
    if model.n_rows:
        step = gcd(step, int(np.gcd.reduce(model.row_price * model.row_constant)))
    base = np.array([model.entry_base], np.int64)
    for values in (base, model.option_value, model.bonus, model.seat_value, model.entry_value):
        for at in range(0, len(values), 4096):
            if step == 1:
                return 1
            step = gcd(step, int(np.gcd.reduce(values[at : at + 4096])))
    return max(1, step)


def choose_quantum(model: LabelledTransport) -> int:
    """Multiplier steps per objective unit: fine beside the largest coefficient, with room for every sum in 63 bits.

    Raises
    ------
    ValueError
        Values so large that the sum over all dwellings could overflow at any quantum.
    """
    coefs = (np.abs(c).max(initial=0) for c in (model.effect_coef, model.seat_effect_coef))
    coef = max(1, *(int(c) for c in coefs))
    quantum = STEPS << max(0, (coef - 1).bit_length() - 2)
    amounts = (model.entry_value, model.option_value, model.bonus, model.seat_value)
    top = sum(int(np.abs(v).max(initial=0)) for v in amounts) + abs(model.entry_base) + 1
    paid = int((model.row_price * np.abs(model.row_constant)).sum())
    reach = int((model.row_price * coef).max(initial=0)) * min(model.n_rows, 64)
    total = (top + reach) * max(1, int(model.capacity.sum())) + paid
    # sums stay below 2^58 (node rows add to them), one pair below 2^50, far from the kernel's sentinels
    while quantum > 1 and (total * quantum >= 1 << 58 or (top + reach) * quantum >= 1 << 50):
        quantum >>= 1
    if total >= 1 << 58 or top + reach >= 1 << 50:
        raise ValueError("labelled transport: values too large for 63-bit sums; use a coarser scale")
    return quantum


@dataclass
class Clock:
    """Time spent per part of the run."""

    began: float = field(default_factory=time.perf_counter)
    parts: dict[str, float] = field(default_factory=dict)

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    def charge(self, part: str, since: float) -> float:
        """Add the time since ``since`` to a part; returns now."""
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - since
        return now


class Run:
    """State of one solve; ``solve_transport`` is its only user."""

    def __init__(self, model: LabelledTransport, options: ScaleOptions, progress: Callback | None) -> None:
        self.model, self.options, self.progress = model, options, progress
        self.policy = options.policy
        self.quantum = options.quantum or choose_quantum(model)
        self.clock = Clock()
        now = time.perf_counter()
        self.grid = objective_grid(model)
        maker = CutMaker(model)
        cuts = propose_cuts(model, maker) if options.cuts else ()
        self.structure, self.rows = with_cuts(model, cuts, exact_rooms=options.gap == 0, maker=maker)
        self.cut_rest = np.array([maker.rest(cut) for cut in self.rows.cuts], np.int64)
        self.tail = build_tail(self.structure, self.rows, pool_matrix(self.structure))
        self.lagrangian = Lagrangian(
            self.structure, self.rows, self.quantum, options.threads, self.policy.generation
        )
        self.lagrangian.heed(self.halted)
        self.master = AssignmentMaster(self.structure, self.tail, self.policy.generation)
        self.clock.charge("structure", now)
        self.best: LagrangianSolution | None = None
        self.incumbent: FeasibleSolution | None = None
        self.trace: list[TracePoint] = []
        self.iteration = 0
        self.bound_cap = 1 << 62
        self.in_vain: dict[bytes, float] = {}
        """Of what was recombined without finding anything better, within which part of the objective; it is not recombined again."""

    @property
    def bound(self) -> int:
        """Best bound, floored to the grid."""
        assert self.best is not None
        return min(self.floor(self.best.bound), self.bound_cap)

    def leave(self) -> LagrangianSolution | None:
        """Forget the best multipliers, not their bound, so that others are looked at from elsewhere; returns them."""
        held, self.bound_cap = self.best, self.bound
        self.best = None
        return held

    def regain(self, held: LagrangianSolution | None) -> None:
        """Take up multipliers left before, if nothing better was found since."""
        if held is not None and (self.best is None or held.bound < self.best.bound):
            self.best = held

    def floor(self, scaled: int) -> int:
        """What a Lagrangian bound (times the quantum) says of the objective: floored to the grid."""
        return scaled // (self.quantum * self.grid) * self.grid

    def missing(self, best: LagrangianSolution) -> int:
        """How much better than the incumbent a solution may be that a pricing bounds."""
        assert self.incumbent is not None
        return self.floor(best.bound) - self.incumbent.objective

    @property
    def gap(self) -> float:
        """Relative gap; infinite before the first solution."""
        if self.incumbent is None:
            return float("inf")
        return (self.bound - self.incumbent.objective) / max(1, abs(self.bound))

    def report(self) -> None:
        """Record one line and tell the caller."""
        now = self.clock.elapsed()
        objective = None if self.incumbent is None else self.incumbent.objective
        self.trace.append(TracePoint(self.iteration, now, self.bound, objective, self.master.value))
        if self.progress is not None:
            self.progress(PricingProgress(self.iteration, now, objective, self.bound, self.gap))

    def closed(self) -> bool:
        """Whether the asked gap is reached."""
        return self.gap <= self.options.gap

    def near_enough(self) -> bool:
        """Whether the gap that is enough after some more pricings is reached."""
        return self.gap <= self.options.near

    def stopped(self) -> StopReason | None:
        """A limit or interrupt, if any."""
        if self.options.interrupted is not None and self.options.interrupted():
            return "interrupted"
        limit = self.options.time_limit_s
        if limit is not None and self.clock.elapsed() > limit:
            return "time_limit"
        return "iteration_limit" if self.iteration >= self.options.max_iterations else None

    def halted(self) -> bool:
        """Whether the clock or an interrupt asks to stop at once."""
        return self.stopped() in ("interrupted", "time_limit")

    def part_of_time(self, part: float) -> Callable[[], bool]:
        """Whether a part of the time left from now on is over, or an interrupt asks to stop."""
        limit, now = self.options.time_limit_s, self.clock.elapsed()
        until = None if limit is None else now + part * (limit - now)
        return lambda: self.halted() or (until is not None and self.clock.elapsed() > until)

    def time_left(self) -> float | None:
        """Seconds left when the caller set a limit: the only place where the clock may change an answer."""
        limit = self.options.time_limit_s
        return None if limit is None else max(0.1, limit - self.clock.elapsed())

    def slack(self) -> int:
        """What a household may lose by staying where the last pricing had it: a part of the gap, shared out."""
        if self.incumbent is None or self.best is None:
            return 0
        missing = self.bound - self.incumbent.objective
        return max(0, int(missing * self.policy.generation.slack) // max(1, int(self.model.capacity.sum())))

    def small_change(self) -> int:
        """What a household may lose without the gap asked being felt, in value units."""
        if self.best is None:
            return 0
        return int(self.options.gap * self.policy.generation.easy * abs(self.bound)) // max(
            1, int(self.model.capacity.sum())
        )

    def glance(self) -> int:
        """The same beside the gap that a pilot is for, before anything is known: if every dwelling had the best of its menu."""
        m, policy = self.model, self.policy.generation
        least = max(policy.pilot_gap, self.options.gap) * policy.easy
        some = np.diff(m.menu_start) > 0
        top = np.zeros(len(some), np.int64)
        top[some] = m.entry_value[m.menu_start[:-1][some]]
        worth = int(((top[m.class_menu] + m.entry_base) * m.capacity).sum())
        return max(0, int(worth * least)) // max(1, int(m.capacity.sum()))

    def price(self, multipliers: Ints, slack: int = 0) -> int:
        """One pricing; number of new columns for the master."""
        now = time.perf_counter()
        priced = self.lagrangian.solve(multipliers, slack)
        now = self.clock.charge("pricing", now)
        toward = None if self.best is None else self.best.leases
        if self.best is None or priced.bound < self.best.bound:
            self.best = priced
        fresh = self.master.add(priced.leases, toward)
        self.clock.charge("columns", now)
        self.iteration += 1
        return fresh

    def ask(self, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The master's multipliers within ``radius`` of the best ones, and which press on the box.

        ``master.value`` is afterwards what the columns found so far promise inside the box, never above the best bound.
        """
        assert self.best is not None
        now = time.perf_counter()
        centre = self.best.multipliers / self.quantum
        self.master.confine(centre, radius)
        wanted = self.master.solve()
        pressed = np.abs(wanted - centre) > radius * self.tail.money / self.tail.norm * (1 - 1e-6)
        self.master.tidy()
        self.clock.charge("master", now)
        return wanted, pressed

    def first_solution(self) -> None:
        """Labels for the assignment behind the bound: proves the many cases where rules do not bind."""
        assert self.best is not None
        now = time.perf_counter()
        self.offer(label(self.structure, self.rows, self.tail, self.best.leases, policy=self.policy.primal))
        self.clock.charge("primal", now)

    def any_solution(self) -> None:
        """The assignment behind the bound with the first labels that its pools have: where the bound alone is asked for."""
        if self.incumbent is None:
            assert self.best is not None
            now = time.perf_counter()
            self.offer(unlabelled(self.structure, self.rows, self.best.leases))
            self.clock.charge("primal", now)

    def adopt(self, leases: Leases, *, labelled: bool = True) -> None:
        """Take an assignment from elsewhere as columns and, ``labelled``, as solution."""
        now = time.perf_counter()
        if labelled:
            self.offer(label(self.structure, self.rows, self.tail, leases, policy=self.policy.primal))
        self.master.add(leases)
        self.clock.charge("primal", now)

    def recombination_gap(self, objective: int) -> float:
        """When a restricted MIP may stop, in points: a share of what is missing, or of the gap asked."""
        missing = self.bound - objective
        return (
            max(
                self.policy.primal.recombined_missing * missing,
                self.policy.primal.recombined_gap * self.options.gap * abs(self.bound),
            )
            / self.model.scale
        )

    def offer(self, found: FeasibleSolution) -> bool:
        """Keep a better solution."""
        if self.incumbent is None or found.objective > self.incumbent.objective:
            self.incumbent = found
            return True
        return False

    def ranked(self, depth: int) -> list[Leases]:
        """Assignments made of each component's columns by falling weight in the master: first, second, ..."""
        weight = self.master.weights
        lists: list[list[tuple[float, int]]] = [[] for _ in range(self.structure.n_components)]
        for j, column in enumerate(self.master.columns):
            if weight[j] > 1e-9:
                lists[column.component].append((-weight[j], j))
        out = []
        for entries in lists:
            entries.sort()
        for r in range(min(depth, max((len(x) for x in lists), default=0))):
            parts = []
            for e, entries in enumerate(lists):
                if entries:
                    j = entries[min(r, len(entries) - 1)][1]
                    parts.append((e, self.master.columns[j].leases))
            out.append(splice(self.structure, parts))
        return out

    def around(self, times: int) -> list[Leases]:
        """Best assignments for multipliers near the best ones: other exchanges to recombine, from a fixed sequence."""
        assert self.best is not None
        rng = np.random.default_rng(self.iteration)
        now = time.perf_counter()
        out = []
        for _ in range(times):
            shaken = self.best.multipliers * rng.uniform(
                1 - self.policy.primal.shake, 1 + self.policy.primal.shake, self.rows.n_rows
            )
            priced = self.lagrangian.solve(self.rows.clip(shaken / self.quantum, self.quantum))
            if priced.bound < self.best.bound:
                self.best = priced
            out.append(priced.leases)
        self.clock.charge("pricing", now)
        return out

    def improve(self, width: int, rounds: int, nodes: int) -> None:
        """Recombine the assignments the master combines, the heaviest first, ``width`` at a time, with the incumbent.

        Asked for a proof, the incumbent is near and is the start. Asked for a gap, the heaviest assignment with labels
        of its own is: slower on a few dwellings, a fifth faster on a year of the full model.
        """
        assert self.incumbent is not None
        now = time.perf_counter()
        lists = self.ranked(width * rounds)
        if not lists:
            return
        start = self.incumbent
        if self.options.gap > 0:
            start = label(
                self.structure,
                self.rows,
                self.tail,
                lists[0],
                absolute_gap=self.recombination_gap(start.objective),
                policy=self.policy.primal,
            )
            lists[0] = self.incumbent.leases
            self.offer(start)
        self._recombine_in(start, lists, width, nodes)
        self.clock.charge("primal", now)

    def widen(self, width: int, times: int, nodes: int) -> None:
        """Recombine into the incumbent what is best for multipliers near the best ones."""
        assert self.incumbent is not None
        others = self.around(times)
        now = time.perf_counter()
        self._recombine_in(self.incumbent, others, width, nodes)
        self.clock.charge("primal", now)

    def recombine(
        self,
        start: FeasibleSolution,
        others: list[Leases],
        nodes: int,
        tolerance: float,
        node_rows: NodeRows | None = None,
        *,
        whole_counts: bool = False,
        enough: int | None = None,
    ) -> FeasibleSolution:
        """Recombine (`restricted_mip`), under the rows of a node when one is given, unless the same was recombined before in vain
        and no more coarsely.

        A recombination that found nothing better in the whole problem finds nothing in a node where its start is worth the same:
        the assignments a node combines are mostly its parent's.
        """
        s, rows, tail, branches = node_rows or (self.structure, self.rows, self.tail, ())
        how = (whole_counts, enough is not None)
        keys = [_key(start, others, path, how) for path in dict.fromkeys(((), branches))]
        if min(self.in_vain.get(key, INF) for key in keys) <= tolerance:
            return start
        found = recombine(
            s, rows, tail, start, others, nodes=nodes, absolute_gap=tolerance, whole_counts=whole_counts,
            time_limit_s=self.time_left(), enough=enough, policy=self.policy.primal,
        )  # fmt: skip
        if found.objective <= start.objective:
            self.in_vain[keys[-1]] = tolerance
        return found

    def _recombine_in(self, start: FeasibleSolution, others: list[Leases], width: int, nodes: int) -> None:
        for at in range(0, len(others), width):
            start = self.recombine(
                start, others[at : at + width], nodes, self.recombination_gap(start.objective)
            )
            self.offer(start)
            if self.closed() or self.halted():
                break


def _key(
    start: FeasibleSolution, others: list[Leases], branches: tuple[Branch, ...], how: tuple[bool, bool]
) -> bytes:
    """Fingerprint of a recombination."""
    h = blake2b(repr((start.objective, branches, how)).encode(), digest_size=16)
    for leases in (start.leases, *others):
        for part in (leases.applicant, leases.klass, leases.cell):
            h.update(part.tobytes())
    return h.digest()
