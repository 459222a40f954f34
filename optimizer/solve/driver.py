"""One solve from beginning to end: backend, exact recount, proof, ties."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import get_args

import numpy as np

from optimizer.dropin import answered, wrong_answer
from optimizer.errors import AttrifluxError
from optimizer.problem import InvalidSolution, evaluate
from optimizer.problem.model import I64, FirstRanks, Problem
from optimizer.solve.answer import RawSolution, Solved, Stages, TakenOver
from optimizer.solve.incumbent import Incumbent, objective
from optimizer.solve.layout import Layout, lay_out
from optimizer.solve.options import SolveOptions
from optimizer.solve.policy import SearchPolicy
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.primal.one_by_one import improved
from optimizer.solve.proof.certificate import Certificate, CertificateRow, Leaf, Status
from optimizer.solve.proof.dual_bound import Multipliers
from optimizer.solve.proof.node import Formulation
from optimizer.solve.proof.published import Proof
from optimizer.solve.proof.root import root_proof
from optimizer.solve.registry import Backend, Job, choose_backend
from optimizer.solve.search.diving import close
from optimizer.solve.search.reuse import take_over
from optimizer.solve.ties.columns import view
from optimizer.solve.ties.stages import Tied, break_ties
from optimizer.solve.warm_start import Start, place
from optimizer.solve.watch import Report, Stop, Watch


def solve(problem: Problem, options: SolveOptions | None = None, progress: Report | None = None) -> Solved:
    """The best proposal, its proof, and the one among equals that the tie stages choose.

    Parameters
    ----------
    problem : Problem
    options : backend, gap, limits (`SolveOptions`)
    progress : called with `Progress` between steps

    Returns
    -------
    Solved
        ``stop`` is ``proven`` only when every leaf of the published certificate is closed. A backend's own word proves
        nothing: when the tree ran out of its budget first, the stop is ``gap`` and a note says what the backend claimed.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION`` (pins that contradict each other), ``BACKEND_UNKNOWN``, ``BACKEND_MISSING``,
        ``BACKEND_TOO_LARGE``, ``WARM_START_FOREIGN``.
    """
    options = options or SolveOptions()
    policy = options.policy
    watch = Watch(options.time_limit, options.interrupt, progress)
    chosen, reason_fr, reason_en = choose_backend(
        options.backend, problem, options.time_limit, options.gap, policy.choice
    )
    timings: dict[str, float] = {}
    clock = time.perf_counter()
    layout = lay_out(problem)
    placed = None if options.earlier is None else place(layout, options.earlier)
    start = start_of(layout, options, placed)
    job = Job(problem, layout, Formulation(layout, policy), start, watch, timings, placed)
    timings["layout"] = time.perf_counter() - clock
    notes: list[str] = []
    if options.tree:
        job.prover.shown = job.prover.nothing
        take_over(job.prover, options.tree)
    raw = _run_backend(chosen, job, options, watch, notes)
    clock = time.perf_counter()
    watch.say("proof", start.objective)
    known = start.objective
    grown = len(problem.dwelling_ids) <= (
        policy.choice.implicit_from if "implicit" in chosen.features else policy.choice.tree_to
    )
    if grown or "prover" in job.__dict__:
        if raw.multipliers is not None and not grown:
            # where the tree grows, its own root is published: the same multipliers whatever the backend
            job.prover.suggest(raw.multipliers)
        if not close(job.prover, options.nodes if grown else 0, options.gap):
            why = (
                "its budget of work is spent"
                if job.prover.pace.spent
                else f"at its pace, {options.nodes} would not have closed the gap"
            )
            notes.append(f"the tree of the certificate stopped after {job.prover.solved} nodes: {why}")
        proof = job.prover.proof()
    else:
        proof = root_proof(layout, job.formulation, (raw.multipliers, raw.tight), start.objective, job.step)
    timings["proof"] = time.perf_counter() - clock
    if raw.proven and start.objective > known:
        notes.append(f"backend {chosen.id} claimed an optimum that the proof improved")
    stop = _stop(proof, start, raw, watch)
    claimed = stop == "gap" and raw.proven and options.gap == 0.0
    if claimed:
        notes.append(
            f"backend {chosen.id} claims the optimum; the tree of the certificate leaves a gap and proves less"
        )
    clock = time.perf_counter()
    first, stages = _untied(job, start)
    if stop == "proven" or claimed:
        # equal proposals are told apart under a claim too: the published one then hardly depends on the backend
        untied = "ties between equal proposals were not broken"
        try:
            tied = tied_at(job, proof, start, watch, policy)
        except AttrifluxError as error:
            if stop == "proven" or error.code != "TIES_LOST":
                raise
            tied, untied = None, f"backend {chosen.id} claimed an optimum that the tie stages contradict"
        if tied is not None:
            first, stages = tied.first, tied.stages
            untied = (
                f"the draw between equal proposals was left {tied.short} short of its bound"
                if tied.short
                else ""
            )
        if untied:
            stop = watch.stopped() or stop
            notes.append(untied)
    timings["ties"] = time.perf_counter() - clock
    if stop != "proven":
        stages = replace(stages, unique=None)
    watch.say("done", start.objective, max(proof.bound, start.objective), proof.solved)
    return Solved(
        first=first,
        objective=start.objective,
        bound=max(proof.bound, start.objective),
        stop=stop,
        backend=chosen.id,
        reason_fr=reason_fr,
        reason_en=reason_en,
        certificate=certificate(job, proof, start.objective, stop, stages),
        stages=stages,
        multipliers=_shown(proof, layout),
        prices=proof.root.prices,
        timings=timings,
        notes=tuple(notes),
        taken_over=_taken_over(options, placed),
        pseudocosts=job.prover.brancher.pseudocosts if "prover" in job.__dict__ else None,
    )


def start_of(layout: Layout, options: SolveOptions, placed: Start | None = None) -> Incumbent:
    """What a solve begins with: the earlier proposal, or a greedy one, and what few exchanges make of it."""
    first = greedy(layout) if placed is None else placed.first
    few = len(layout.problem.dwelling_ids) <= options.policy.tree.exchanged_to
    incumbent = Incumbent(layout, first, objective(layout, first), exchanges=few)
    incumbent.exchange()
    incumbent.offer(options.warm)
    return incumbent


def _taken_over(options: SolveOptions, placed: Start | None) -> TakenOver | None:
    if options.earlier is None or placed is None:
        return None
    given = options.earlier
    return TakenOver(placed.rows_known, len(given.multipliers), placed.ranks_kept, len(given.first))


def _run_backend(
    chosen: Backend, job: Job, options: SolveOptions, watch: Watch, notes: list[str]
) -> RawSolution:
    clock = time.perf_counter()
    if reason := watch.stopped():
        return RawSolution(None, False, reason, "not started")
    watch.say("solve", job.incumbent.objective)
    raw = _looked_at(chosen.solve(job, options, watch), chosen)
    job.timings["backend"] = time.perf_counter() - clock
    better = False
    if raw.first is not None:
        better = job.incumbent.offer(raw.first)
        if raw.proven and not better:
            notes += _untrue(job, chosen.id, raw.first)
    lists = job.problem.own_lists
    if lists is not None and not (raw.settled and better):
        job.incumbent.offer(improved(job.problem, lists, job.incumbent.first))
    return raw


def _looked_at(raw: RawSolution, chosen: Backend) -> RawSolution:
    """What a backend has answered, where each part is of its kind; whether it holds is counted afterwards.

    Raises
    ------
    DropInError
    """
    answered(raw, RawSolution, chosen.solve)
    if raw.first is not None:
        first = answered(raw.first, FirstRanks, chosen.solve)
        for name in ("dwelling", "app", "kind"):
            part = answered(getattr(first, name), np.ndarray, chosen.solve)
            if part.ndim != 1 or not np.issubdtype(part.dtype, np.integer):
                raise wrong_answer(chosen.solve, f"first.{name} is no row of whole numbers")
    for given in (raw.multipliers, raw.tight):
        if given is not None:
            answered(given, Multipliers, chosen.solve)
    if raw.stop not in get_args(Stop):
        raise wrong_answer(chosen.solve, f"stop {raw.stop!r}, not one of {', '.join(get_args(Stop))}")
    return raw


def _untrue(job: Job, backend: str, first: FirstRanks) -> list[str]:
    """What a backend that claims an optimum has claimed too much of, where its proposal is none or is no better than a known one."""
    try:
        below = objective(job.layout, first) < job.incumbent.objective
    except InvalidSolution as error:
        return [f"backend {backend} claimed an optimum that does not hold: {error.params['why_en']}"]
    return [f"backend {backend} claimed an optimum below a known proposal"] if below else []


def _stop(proof: Proof, incumbent: Incumbent, raw: RawSolution, watch: Watch) -> Stop:
    """Why it ended; ``proven`` is what the certificate proves, never what a backend claims."""
    if proof.bound <= incumbent.objective:
        return "proven"
    if reason := watch.stopped():
        return reason
    if raw.stop in ("time", "interrupted"):
        return raw.stop
    return "gap"


def tied_at(job: Job, proof: Proof, incumbent: Incumbent, watch: Watch, policy: SearchPolicy) -> Tied | None:
    """The unique proposal among those of the value reached; None when it was not looked for to the end."""
    if job.problem.own_lists is not None:  # ties look at one first rank after the other, lists at all of them
        return None
    value = incumbent.objective
    length = np.diff(job.problem.menu_ptr)
    if not job.layout.listed and int(length[job.problem.class_menu].sum()) > policy.ties.pairs_listed:
        return None
    paths = [(path, m) for path, m, _ in proof.open_leaves]
    if len(paths) > policy.ties.leaves_apart:
        paths = [((), proof.tight)]
    views = [view(job.layout, job.formulation, path, m, value) for path, m in paths]
    leaves = [leaf for leaf in views if leaf is not None]
    return break_ties(job.layout, leaves, incumbent.first, job.step, watch, policy)


def _untied(job: Job, incumbent: Incumbent) -> tuple[FirstRanks, Stages]:
    """The proposal as it is, with the stages it happens to reach."""
    counted = evaluate(job.problem, incumbent.first)
    return incumbent.first, Stages(counted.seniority, counted.lottery, None)


def _shown(proof: Proof, layout: Layout) -> I64:
    """Multipliers to show: per missing lease at the root, never above the price."""
    return np.asarray(np.minimum(proof.root.rows, layout.price * 10_000), np.int64)


def _root(proof: Proof, layout: Layout) -> Leaf | None:
    """What is shown of the root, where it is not the only node of the proof with the same multipliers."""
    prices = proof.root.prices
    shown = Leaf(
        rows={k: v for k, v in enumerate(_shown(proof, layout).tolist()) if v},
        mir={},
        branch={},
        prices={a: int(prices[a]) for a in np.flatnonzero(prices).tolist()},
        bound=0,
    )
    node = proof.nodes[0]
    if isinstance(node, Leaf) and not (node.mir or node.cuts or node.empty):
        return None if (node.rows, node.prices) == (shown.rows, shown.prices) else shown
    return shown


def certificate(job: Job, proof: Proof, value: int, stop: Stop, stages: Stages) -> Certificate:
    """The published proof of an answer."""
    status: Status = "certified_optimal" if proof.bound <= value else "certified_within"
    problem = job.problem
    return Certificate(
        objective=value,
        bound=max(proof.bound, value),
        grid=job.step,
        status=status,
        stopped=stop,
        seniority_days=stages.seniority_days,
        lottery=stages.lottery,
        unique=stages.unique,
        rows=tuple(CertificateRow(r.rule, r.scope, r.price, r.rate, r.play) for r in problem.rows),
        nodes=proof.nodes,
        dwelling_ids=tuple(problem.dwelling_ids.tolist()),
        application_ids=tuple(problem.application_ids.tolist()),
        accounts=problem.accounts,
        orders=tuple(
            zip(
                problem.orders.dwelling.tolist(),
                problem.orders.account.tolist(),
                problem.orders.app.tolist(),
                strict=True,
            )
        ),
        root=_root(proof, job.layout),
    )
