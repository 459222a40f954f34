"""The scale kernel: column generation over implicit pairs, for a landlord's year up to a country's."""

from __future__ import annotations

from importlib.util import find_spec

from optimizer.solve.options import RawSolution, SolveOptions, Stop, Watch
from optimizer.solve.registry import Job, backend

GAP = 2e-4
"""Relative gap asked of the kernel when none is given: the proof's own tree goes on from there on small cases."""
MOST_ITERATIONS = 120


def available() -> str | None:
    return None if find_spec("highspy") and find_spec("numba") else "numba"


@backend("scale", features=("implicit", "threads", "engines", "interrupt", "warm_start"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """The kernel's best assignment and its multipliers; counted again and bounded again by the caller."""
    from optimizer.solve.engine_registry import open_engine
    from optimizer.solve.scale import ScaleOptions, solve_transport
    from optimizer.solve.scale.model import Progress
    from optimizer.solve.scale.warm import Resuming
    from optimizer.solve.transport import first_ranks, multipliers, share_of_points, to_transport, warm_start

    if not len(job.problem.dwelling_ids) or not len(job.problem.entry_app):
        return RawSolution(None, False, "gap", "nothing to match")
    transport = to_transport(job.problem)
    warm = None if job.start is None else warm_start(job.layout, job.start)

    def tell(state: Progress) -> None:
        watch.say("solve", state.objective, state.bound)

    with open_engine(options.engine, max(2, options.threads)) as engine:
        found = solve_transport(
            transport.model,
            ScaleOptions(
                gap=(options.gap or GAP) * share_of_points(job.problem, job.incumbent.objective),
                max_iterations=MOST_ITERATIONS,
                time_limit_s=None if options.time_limit is None else max(0.1, watch.left()),
                interrupted=None if options.interrupt is None else options.interrupt.is_set,
                threads=max(2, options.threads),
                max_leaves=0,
                cuts=False,
                engine=engine if warm is None else Resuming(engine, warm),
            ),
            progress=tell,
            warm=warm,
        )
    job.timings |= {f"kernel_{part}": seconds for part, seconds in found.timings_s.items()}
    stop: Stop = {"time_limit": "time", "interrupted": "interrupted"}.get(found.stop_reason, "gap")  # type: ignore[assignment]
    return RawSolution(
        first_ranks(job.problem, transport, found),
        False,
        stop,
        f"{found.stop_reason}, {found.iterations} iterations",
        multipliers=multipliers(job.layout, found),
    )
