"""One solve from beginning to end: backend, exact recount, proof, ties."""

from __future__ import annotations

import time

import numpy as np

from optimizer.problem import evaluate
from optimizer.problem.model import I64, FirstRanks, Problem
from optimizer.solve.cases import Book
from optimizer.solve.certificate import Certificate, CertificateRow, Status
from optimizer.solve.greedy import greedy
from optimizer.solve.layout import Layout, lay_out
from optimizer.solve.options import RawSolution, Report, Solved, SolveOptions, Stages, Stop, Watch
from optimizer.solve.registry import IMPLICIT_FROM, Backend, Job, choose
from optimizer.solve.tie_columns import view
from optimizer.solve.ties import break_ties
from optimizer.solve.tree import Incumbent, Proof, objective

MOST_DWELLINGS = 5_000
"""Above it the tree is not grown: the certificate is the root bound of the backend's multipliers."""
MOST_LEAVES = 400
"""Above it, ties are broken at the root, all leaves at once."""


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
        ``stop`` is ``proven`` when nothing better exists: every leaf of the certificate's tree is closed, or the backend
        says so and the tree ran out of its budget (the certificate then states its own, wider gap).

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION`` (pins that contradict each other), ``BACKEND_UNKNOWN``, ``BACKEND_MISSING``,
        ``BACKEND_TOO_LARGE``.
    """
    options = options or SolveOptions()
    watch = Watch(options.time_limit, options.interrupt, progress)
    chosen, reason_fr, reason_en = choose(options.backend, problem)
    timings: dict[str, float] = {}
    clock = time.perf_counter()
    layout = lay_out(problem)
    start = _start(layout, options)
    job = Job(problem, layout, Book(layout), start, watch, options.threads, timings)
    timings["layout"] = time.perf_counter() - clock
    notes: list[str] = []
    raw = _run_backend(chosen, job, options, watch, notes)
    clock = time.perf_counter()
    watch.say("proof", start.objective)
    known = start.objective
    grown = len(problem.dwelling_ids) <= (IMPLICIT_FROM if "implicit" in chosen.features else MOST_DWELLINGS)
    if raw.multipliers is not None and not grown:
        # where the tree grows, its own root is published: the same multipliers whatever the backend
        job.prover.suggest(raw.multipliers)
    job.prover.run(options.nodes if grown else 0, options.gap)
    proof = job.prover.proof()
    timings["proof"] = time.perf_counter() - clock
    if raw.proven and start.objective > known:
        notes.append(f"backend {chosen.id} claimed an optimum that the proof improved")
    stop = _stop(proof, start, raw, options, watch)
    clock = time.perf_counter()
    first, stages, tied = _ties(job, proof, start, stop, watch)
    timings["ties"] = time.perf_counter() - clock
    if not tied and stop == "proven":
        stop = watch.stopped() or stop
        notes.append("ties between equal proposals were not broken")
    watch.say("done", start.objective, max(proof.bound, start.objective), proof.cases)
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
    )


def _start(layout: Layout, options: SolveOptions) -> Incumbent:
    first = greedy(layout)
    incumbent = Incumbent(layout, first, objective(layout, first))
    incumbent.offer(options.warm)
    return incumbent


def _run_backend(
    chosen: Backend, job: Job, options: SolveOptions, watch: Watch, notes: list[str]
) -> RawSolution:
    clock = time.perf_counter()
    if reason := watch.stopped():
        return RawSolution(None, False, reason, "not started")
    watch.say("solve", job.incumbent.objective)
    raw = chosen.solve(job, options, watch)
    job.timings["backend"] = time.perf_counter() - clock
    if raw.first is not None:
        better = job.incumbent.offer(raw.first)
        if raw.proven and not better and objective(job.layout, raw.first) < job.incumbent.objective:
            notes.append(f"backend {chosen.id} claimed an optimum below a known proposal")
    return raw


def _stop(proof: Proof, incumbent: Incumbent, raw: RawSolution, options: SolveOptions, watch: Watch) -> Stop:
    if proof.bound <= incumbent.objective:
        return "proven"
    if reason := watch.stopped():
        return reason
    if raw.proven and options.gap == 0.0:
        return "proven"
    if raw.stop in ("time", "interrupted"):
        return raw.stop
    return "gap"


def _ties(
    job: Job, proof: Proof, incumbent: Incumbent, stop: Stop, watch: Watch
) -> tuple[FirstRanks, Stages, bool]:
    """The unique optimum and its stages; an unproven proposal is kept as it is."""
    first = incumbent.first
    if stop == "proven":
        value = incumbent.objective
        paths = [(path, m) for path, m, _ in proof.open_leaves]
        if len(paths) > MOST_LEAVES:
            paths = [((), proof.root)]
        views = [view(job.layout, job.book, path, m, value) for path, m in paths]
        leaves = [leaf for leaf in views if leaf is not None]
        broken = break_ties(job.layout, leaves, value, job.step, watch, job.threads)
        if broken is not None:
            return *broken, True
    counted = evaluate(job.problem, first)
    return first, Stages(counted.seniority, counted.lottery, None), False


def _shown(proof: Proof, layout: Layout) -> I64:
    """Multipliers to show: per missing lease at the root, never above the price."""
    return np.asarray(np.minimum(proof.root.rows, layout.price * 10_000), np.int64)


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
        rows=tuple(CertificateRow(r.rule, r.scope, r.price, r.rate) for r in problem.rows),
        nodes=proof.nodes,
        dwelling_ids=tuple(problem.dwelling_ids.tolist()),
        application_ids=tuple(problem.application_ids.tolist()),
        accounts=problem.accounts,
    )


def best_value(problem: Problem, ask: I64, warm: FirstRanks, *, nodes: int = 300) -> int | None:
    """Optimum in micropoints when each row asks for ``ask`` more ten-thousandths of a lease; None when not proven.

    No ties are broken: only the value is wanted (`results.rules_table`).
    """
    options = SolveOptions(backend="highs", warm=warm, nodes=nodes)
    watch = Watch()
    layout = lay_out(problem, ask)
    job = Job(problem, layout, Book(layout), _start(layout, options), watch)
    chosen, _, _ = choose("highs", problem)
    raw = chosen.solve(job, options, watch)
    job.incumbent.offer(raw.first)
    job.prover.run(nodes)
    return job.incumbent.objective if job.prover.done else None
