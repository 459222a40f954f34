"""A first proposal for a tree that takes long to find its own: a few pricings of the scale kernel.

On 500 dwellings and 2,000 applications the tree goes down through some 40 nodes before it has a proposal of its own, a third
of its time; until then the first one, a household at a time, is 4 % from the best. Twelve pricings take a twentieth of
that time and leave 0.05 % (0.2 % on 800 with tight rules), so that an early stop has something to show. The tree may divide
otherwise for it; what it proves does not depend on it.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from optimizer.solve.options import SolveOptions
from optimizer.solve.registry import Job
from optimizer.solve.watch import Watch


def head_start(job: Job, options: SolveOptions, watch: Watch) -> bool:
    """Offer the kernel's assignment after a few pricings; True when it is the best so far.

    Nothing is done where an earlier run gave a proposal, nor below ``choice.implicit_from`` dwellings, where the tree is quick, unless
    the réservataires' orders are many rows: then nominees are named and the proposal annealed by their lists (`by_kernel`), which on
    135 dwellings is 380 points from the best before the tree has one within 100,000. Where orders are few, what the kernel finds
    passes over them, and mended it is worth less than what the tree's first node gives.
    """
    problem, policy = job.problem, options.policy.choice
    few = (
        problem.order_lists is None
        and len(problem.dwelling_ids) < policy.implicit_from
        or not len(problem.entry_app)
    )
    few |= len(problem.orders) > 0 and problem.order_lists is None
    if few or job.start is not None or watch.stopped() or find_spec("numba") is None:
        return False
    limit = None if options.time_limit is None else max(0.1, policy.head_start_time * watch.left())
    if problem.order_lists is not None:
        from optimizer.solve.by_kernel import by_kernel

        raw = by_kernel(
            job,
            replace(options, gap=max(options.policy.parts.bound_gap, options.gap), time_limit=limit),
            watch,
        )
        return job.incumbent.offer(raw.first)
    from optimizer.solve.from_transport import first_ranks
    from optimizer.solve.parts.carving import Carver
    from optimizer.solve.parts.components import whole
    from optimizer.solve.transport import ScaleOptions, solve_transport

    part, carver = whole(problem), Carver(problem)
    found = solve_transport(
        carver.carve(part).model,
        ScaleOptions(
            gap=max(policy.head_start_gap, options.gap),
            max_iterations=policy.head_start_pricings,
            time_limit_s=limit,
            interrupted=None if options.interrupt is None else options.interrupt.is_set,
            threads=options.threads,
            max_leaves=0,
            cuts=False,
            policy=options.policy,
        ),
    )
    better = job.incumbent.offer(first_ranks(problem, [(carver.placed(part), found)]))
    watch.say("solve", job.incumbent.objective)
    return better
