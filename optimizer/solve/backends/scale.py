"""The scale kernel: column generation over implicit pairs, for a landlord's year up to a country's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from optimizer.solve.options import RawSolution, SolveOptions, Stop, Watch
from optimizer.solve.registry import Job, backend

if TYPE_CHECKING:
    from optimizer.solve.answers import Answer
    from optimizer.solve.parts import Part
    from optimizer.solve.scale.model import LabelledTransport, Progress, ScaleResult, WarmStart
    from optimizer.solve.scale.pricing import Engine
    from optimizer.solve.transport import Carver

GAP = 1e-4
"""Relative gap asked of the kernel when none is given: the proof's own tree goes on from there on small cases."""
MOST_ITERATIONS = 120
POLISH = 40
"""Pushes on single rows once the gap is reached: no lease is said to be missing that a few points would give."""
PARTS_FROM = 20_000
"""Dwellings above which what shares no household and no rule is solved part by part (`parts`)."""
AT_ONCE = 2
"""Parts solved at the same time in this process."""
PART_GAP = 5e-4
"""Relative gap asked of each part when none is given: below it a country takes twice as long for 0.03 % more."""
LONG = 4_000_000
"""Menu entries from which a part is first solved with the ``FIRST_DEPTH`` best of each menu and type."""
FIRST_DEPTH, DEEPER = 64, 8


def available() -> str | None:
    return None if find_spec("highspy") and find_spec("numba") else "numba"


@backend("scale", features=("implicit", "threads", "engines", "interrupt", "warm_start"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """The kernel's best assignment and its multipliers; counted again and bounded again by the caller."""
    from optimizer.solve.answers import first_ranks, multipliers, warm_start
    from optimizer.solve.engine_registry import open_engine
    from optimizer.solve.parts import parts_of, whole
    from optimizer.solve.transport import Carver

    problem = job.problem
    if not len(problem.dwelling_ids) or not len(problem.entry_app):
        return RawSolution(None, False, "gap", "nothing to match")
    parts = parts_of(problem) if len(problem.dwelling_ids) > PARTS_FROM else [whole(problem)]
    warm = None if job.start is None else warm_start(job.layout, job.start)
    with open_engine(options.engine, max(2, options.threads)) as engine:
        task = _Task(job, options, watch, engine, Carver(problem), warm, parts)
        if len(parts) > 1 and options.engine == "threads":
            with ThreadPoolExecutor(AT_ONCE) as pool:
                answers = list(pool.map(task.solve, range(len(parts))))
        else:
            answers = [task.solve(i) for i in range(len(parts))]
    for _, found in answers:
        for name, seconds in found.timings_s.items():
            job.timings[f"kernel_{name}"] = job.timings.get(f"kernel_{name}", 0.0) + seconds
    reasons = {found.stop_reason for _, found in answers}
    stop: Stop = "interrupted" if "interrupted" in reasons else "time" if "time_limit" in reasons else "gap"
    steps = sum(found.iterations for _, found in answers)
    said = f"{'/'.join(sorted(reasons))}, {steps} iterations"
    return RawSolution(
        first_ranks(problem, answers),
        False,
        stop,
        said if len(parts) == 1 else f"{len(parts)} parts, {said}",
        multipliers=multipliers(job.layout, answers),
    )


@dataclass
class _Task:
    """The parts of one problem, what they need, and where each stands."""

    job: Job
    options: SolveOptions
    watch: Watch
    engine: Engine
    carver: Carver
    warm: WarmStart | None
    parts: list[Part]
    states: dict[int, Progress] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    full: threading.Lock = field(default_factory=threading.Lock)
    """One whole part in memory at a time: every entry of a region is a gigabyte."""

    def solve(self, i: int) -> Answer:
        """Solve one part to the gap asked of the whole."""
        from optimizer.solve.answers import warm_part
        from optimizer.solve.transport import share_of_points

        part, problem = self.parts[i], self.job.problem
        warm, limit = self.warm, self._limit(i)
        if warm is not None and not part.whole:
            warm = warm_part(problem, warm, part)
        long = not part.whole and self.carver.entries(part) > LONG
        depth = FIRST_DEPTH if long else None
        transport = self.carver.carve(part, depth)
        homes = int(transport.model.capacity.sum()) / len(problem.dwelling_ids)
        worth = self.job.incumbent.objective if part.whole else int(self.job.incumbent.objective * homes)
        gap = self.options.gap or (GAP if part.whole else PART_GAP)
        gap *= share_of_points(problem, transport.model, part, worth)
        while True:
            found = self._run(i, transport.model, gap, limit, warm)
            placed = transport.placed
            if depth is None or found.stop_reason in ("interrupted", "time_limit"):
                return placed, found
            del transport  # a region's model is let go before every entry of it is read
            left_out = self._bound(part, found) - found.bound
            if left_out <= gap * abs(found.bound):
                return placed, found
            # entries left out would have paid: the same again with more of them, from where this ended
            warm, depth = found.warm, DEEPER * depth
            transport = self.carver.carve(part, depth)

    def _run(
        self, i: int, model: LabelledTransport, gap: float, limit: float | None, warm: WarmStart | None
    ) -> ScaleResult:
        from optimizer.solve.scale import ScaleOptions, solve_transport
        from optimizer.solve.scale.warm import Resuming

        options = self.options
        return solve_transport(
            model,
            ScaleOptions(
                gap=gap,
                max_iterations=MOST_ITERATIONS,
                time_limit_s=limit,
                interrupted=None if options.interrupt is None else options.interrupt.is_set,
                threads=max(2, options.threads),
                max_leaves=0,
                cuts=False,
                polish=self._polish(i, warm is None),
                engine=self.engine if warm is None else Resuming(self.engine, warm),
            ),
            progress=lambda state: self._tell(i, state),
            warm=warm,
        )

    def _polish(self, i: int, cold: bool) -> int:
        """Pushes allowed: an earlier run has been through them already."""
        return 0 if not self.parts[i].whole else POLISH if cold else POLISH // 10

    def _bound(self, part: Part, found: ScaleResult) -> int:
        """The bound over every entry of a part."""
        from optimizer.solve.scale import bound_of

        with self.full:
            return bound_of(self.carver.carve(part).model, found.certificate) // found.certificate.quantum

    def _limit(self, i: int) -> float | None:
        """Seconds for a part: of what is left, its share among the parts that still have to begin."""
        if self.options.time_limit is None:
            return None
        left = max(0.1, self.watch.left())
        if len(self.parts) == 1:
            return left
        menus = [len(p.applications) for p in self.parts[i:]]
        return max(0.1, left * min(1.0, AT_ONCE * menus[0] / max(1, sum(menus))))

    def _tell(self, i: int, state: Progress) -> None:
        """Sums over all parts, once each has a solution."""
        with self.lock:
            self.states[i] = state
            known = list(self.states.values())
            values = [s.objective for s in known if s.objective is not None]
            if len(values) < len(self.parts):  # the others are not solved yet
                self.watch.say("solve", self.job.incumbent.objective)
            else:
                self.watch.say("solve", sum(values), sum(s.bound for s in known))
