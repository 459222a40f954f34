"""The scale kernel: column generation over implicit pairs, for a landlord's year up to a country's."""

from __future__ import annotations

from importlib.util import find_spec

from optimizer.solve.answer import RawSolution
from optimizer.solve.options import SolveOptions
from optimizer.solve.registry import Job, backend
from optimizer.solve.watch import Watch


def available() -> str | None:
    return None if find_spec("highspy") and find_spec("numba") else "numba"


@backend("scale", features=("implicit", "threads", "interrupt", "warm_start"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """The kernel's best assignment and its multipliers; counted again and bounded again by the caller."""
    from optimizer.solve.by_kernel import by_kernel

    return by_kernel(job, options, watch)
