"""HiGHS: the LP over implicit pairs, then the MIP over the columns its reduced costs leave."""

from __future__ import annotations

from importlib.util import find_spec

from optimizer.solve.answer import RawSolution
from optimizer.solve.options import SolveOptions
from optimizer.solve.primal.restricted_mip import columns_within, solve_restricted
from optimizer.solve.proof.dual_bound import TEN
from optimizer.solve.registry import Job, backend
from optimizer.solve.search.diving import improve
from optimizer.solve.search.replay import replay
from optimizer.solve.start_heuristic import head_start
from optimizer.solve.watch import Watch


def available() -> str | None:
    return None if find_spec("highspy") else "highspy"


@backend("highs", features=("exact", "lp", "interrupt", "warm_start"), available=available)
def solve(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """LP; tree and dives in turn, each sharpening the other; at last the complete MIP over what is left."""
    prover, incumbent = job.prover, job.incumbent
    if options.earlier is not None:
        replay(prover, options.earlier)
    head_start(job, options, watch)
    if answer := _by_tree(job, options, watch):
        return answer
    # a tree taken over from an earlier run goes without the root's own LP
    root = prover.root or job.master.solve((), watch)
    if root is None or root.priced.total is None:
        return RawSolution(incumbent.first, False, watch.stopped() or "gap", "no root bound")
    slack = root.priced.total - incumbent.objective * TEN
    more = columns_within(
        job.layout, root.multipliers, root.priced, slack, options.policy.tree.complete_columns
    )
    if more is None:
        return RawSolution(incumbent.first, False, "gap", "too many columns for the complete MIP")
    job.master.add(more)
    whole = solve_restricted(job.master, watch, step=job.step, nodes=options.policy.tree.complete_nodes)
    incumbent.offer(whole.first)
    return RawSolution(
        incumbent.first,
        whole.complete,
        "proven" if whole.complete else watch.stopped() or "gap",
        whole.status,
    )


def _by_tree(job: Job, options: SolveOptions, watch: Watch) -> RawSolution | None:
    """Tree and dives in turn; None when they leave a gap."""
    prover = job.prover
    rounds = options.policy.tree.rounds if job.master.subproblem is None else options.policy.tree.large_rounds
    budget = max(options.nodes, sum(rounds))
    for nodes in rounds:
        prover.run(prover.solved + nodes, options.gap, budget)
        if answer := _answer(job, options, watch):
            return answer
        if prover.given_up(budget):
            break
        improve(prover)
        if answer := _answer(job, options, watch):
            return answer
    return None


def _answer(job: Job, options: SolveOptions, watch: Watch) -> RawSolution | None:
    """The answer if nothing is left to do."""
    first = job.incumbent.first
    if job.prover.done:
        return RawSolution(first, True, "proven", "tree closed")
    if job.prover.within_gap(options.gap):
        return RawSolution(first, False, "gap", "gap reached")
    if reason := watch.stopped():
        return RawSolution(first, False, reason, "stopped")
    return None
