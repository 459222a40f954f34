"""A proposal and multipliers from the kernel: column generation over implicit pairs, in parts where a case falls into parts, nominees
named by their lists where the orders are lists. The backend `scale` is this; a tree of several hundred dwellings begins from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from optimizer.problem.model import FirstRanks, Problem
from optimizer.problem.own_lists import by_lists
from optimizer.solve.answer import RawSolution
from optimizer.solve.implicit import Depth
from optimizer.solve.options import SolveOptions
from optimizer.solve.registry import Job
from optimizer.solve.watch import Stop, Watch
from optimizer.workers import workers_of

if TYPE_CHECKING:
    from optimizer.solve.parts.carving import Carver
    from optimizer.solve.parts.components import Part
    from optimizer.solve.parts.tasks import PartTask
    from optimizer.solve.policy import PartsPolicy
    from optimizer.solve.precedence import Two
    from optimizer.solve.proof.dual_bound import Multipliers
    from optimizer.solve.transport.model import PricingProgress, WarmStart


def by_kernel(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
    """The kernel's best assignment and its multipliers; counted again and bounded again by the caller.

    Orders of many rows are left to their lists: priced as rows, they take the kernel minutes and leave ten times as much.
    """
    twin = by_lists(job.problem)
    return _solved(job if twin is None else job.on(twin), options, watch, rows=twin is not None)


def _solved(job: Job, options: SolveOptions, watch: Watch, *, rows: bool) -> RawSolution:
    """``rows``: the bound is taken of orders written as rows, of which multipliers of lists say nothing."""
    from optimizer.solve.from_transport import first_ranks, multipliers, warm_start
    from optimizer.solve.parts.carving import Carver
    from optimizer.solve.parts.components import parts_of, whole
    from optimizer.solve.parts.tasks import Beside, solve_side_by_side

    problem = job.problem
    if not len(problem.dwelling_ids) or not len(problem.entry_app):
        return RawSolution(None, False, "gap", "nothing to match")
    parts = (
        parts_of(problem) if len(problem.dwelling_ids) > options.policy.parts.parts_from else [whole(problem)]
    )
    carver = Carver(problem)
    warm = None if job.start is None else warm_start(job.layout, job.start)
    beside = Beside(len(parts), lambda value, bound: _say(job, watch, value, bound))
    tasks = [
        _task(job, options, watch, carver, parts, i, warm, partial(beside.hear, i)) for i in range(len(parts))
    ]
    if len(parts) > 1:
        answers = solve_side_by_side(
            tasks, options.workers, lambda: _interrupted(options), options.policy.parts.together
        )
    else:
        answers = {i: task.solve() for i, task in enumerate(tasks)}
    for found in answers.values():
        for name, seconds in found.timings_s.items():
            job.timings[f"kernel_{name}"] = job.timings.get(f"kernel_{name}", 0.0) + seconds
    reasons = {found.stop_reason for found in answers.values()}
    if len(answers) < len(parts):
        reasons.add("interrupted")
    stop: Stop = "interrupted" if "interrupted" in reasons else "time" if "time_limit" in reasons else "gap"
    steps = sum(found.iterations for found in answers.values())
    said = f"{'/'.join(sorted(reasons))}, {steps} iterations"
    placed = [(carver.placed(parts[i]), answers[i]) for i in sorted(answers)]
    unsolved = [part for i, part in enumerate(parts) if i not in answers]
    best = _with_known(problem, first_ranks(problem, placed), job.incumbent.first, unsolved)
    proof = multipliers(job.layout, placed)
    tight = None
    if problem.own_lists is not None:
        best = _named(job, options, watch, best, proof, parts)
        tight = None if rows else _behind(job, options, watch, proof, parts)
    return RawSolution(
        best,
        False,
        stop,
        said if len(parts) == 1 else f"{len(parts)} parts, {said}",
        multipliers=proof,
        tight=tight,
        settled=problem.own_lists is not None,
    )


def _named(
    job: Job, options: SolveOptions, watch: Watch, found: FirstRanks, proof: Multipliers, parts: list[Part]
) -> FirstRanks:
    """A proposal with the nominees of réservataires' lists named in their order, and better ones looked for from there."""
    from optimizer.solve.primal.list_annealing import annealed_on_lists
    from optimizer.solve.primal.one_by_one import improved

    lists = job.problem.own_lists
    assert lists is not None
    clock = time.perf_counter()
    job.incumbent.offer(found)
    where, classes = workers_of(options.workers), [part.classes for part in parts]
    threads = where.count if where.kind == "threads" else 1
    better = improved(job.problem, lists, job.incumbent.first, classes, threads)
    better = annealed_on_lists(
        job.layout,
        lists,
        proof,
        better,
        classes,
        options.policy.lists,
        threads,
        lambda: watch.stopped() is not None,
    )
    better = improved(job.problem, lists, better, classes, threads)
    job.timings["naming"] = time.perf_counter() - clock
    return better


def _behind(
    job: Job, options: SolveOptions, watch: Watch, proof: Multipliers, parts: list[Part]
) -> Multipliers | None:
    """The multipliers with rows on two households of lists; None where none lowers the bound."""
    from optimizer.solve.primal.list_landscape import losses
    from optimizer.solve.proof.behind import prices_with, rows_behind

    problem = job.problem
    if watch.stopped() is not None:
        return None
    clock = time.perf_counter()
    at = losses(job.layout, proof)
    after: dict[Two, int] = {}
    for part in parts:
        after |= rows_behind(problem, at.cost, at.worth, part.classes, lambda: watch.stopped() is not None)
    job.timings["behind"] = time.perf_counter() - clock
    if not after:
        return None
    prices = prices_with(problem, at.cost, at.worth, proof.prices, after)
    job.timings["behind"] = time.perf_counter() - clock
    return replace(proof, prices=prices, after=after)


def _task(
    job: Job,
    options: SolveOptions,
    watch: Watch,
    carver: Carver,
    parts: list[Part],
    i: int,
    warm: WarmStart | None,
    heard: Callable[[PricingProgress], None],
) -> PartTask:
    """Part ``i``, to be solved to the gap asked of the whole."""
    from optimizer.solve.from_transport import warm_part
    from optimizer.solve.parts.tasks import Carved, PartTask
    from optimizer.solve.transport import ScaleOptions

    part, problem = parts[i], job.problem
    dwellings, asked = int(carver.homes[part.classes].sum()), options.policy.parts
    homes = dwellings / len(problem.dwelling_ids)
    lists = problem.own_lists is not None
    gap, near = _gaps(asked, dwellings, whole=part.whole, lists=lists)
    long = not part.whole and carver.entries(part) > options.policy.parts.long_menus
    return PartTask(
        Carved(carver, part),
        problem.must_fill[part.classes],
        # naming leaves a gap of its own, beside which that of the bound is to be small
        min(options.gap or gap, gap) if lists else options.gap or gap,
        0.0 if options.gap else near,
        job.incumbent.objective if part.whole else int(job.incumbent.objective * homes),
        Depth(options.policy.parts.first_depth, options.policy.parts.first_a_dwelling) if long else None,
        warm if warm is None or part.whole else warm_part(problem, warm, part),
        ScaleOptions(
            max_iterations=options.policy.parts.pricings,
            interrupted=lambda: _interrupted(options),
            threads=max(2, options.threads),
            max_leaves=0,
            cuts=False,
            bound_first=lists,
            # an earlier run has been through its pushes already
            polish=0
            if lists or not part.whole
            else options.policy.parts.polish
            if warm is None
            else options.policy.parts.polish_after,
            policy=options.policy,
        ),
        None if options.time_limit is None else time.time() + watch.left(),
        # the others may have to wait for one of long menus, whoever is free
        _share(parts[i:], 1 if long else max(1, workers_of(options.workers).count)),
        heard,
        carver.entries(part) if long else 0,
    )


def _gaps(asked: PartsPolicy, dwellings: int, *, whole: bool, lists: bool) -> tuple[float, float]:
    """The gap asked of a part, and the one that is enough once it hardly closes."""
    if lists:
        # nothing less is enough: while the box holds multipliers back, a small promise says nothing of the bound
        return asked.whole_bound_gap if whole else asked.bound_gap, 0.0
    if whole:
        return asked.gap, 0.0
    return (asked.part_gap if dwellings > asked.small_to else asked.near_gap), asked.near_gap


def _share(parts: list[Part], workers: int) -> float:
    """Share of the time left for the first of some parts, among those that still have to begin."""
    menus = [len(p.applications) for p in parts]
    return min(1.0, workers * menus[0] / max(1, sum(menus)))


def _interrupted(options: SolveOptions) -> bool:
    return options.interrupt is not None and options.interrupt.is_set()


def _say(job: Job, watch: Watch, value: int | None, bound: int | None) -> None:
    watch.say("solve", job.incumbent.objective if value is None else value, bound)


def _with_known(problem: Problem, found: FirstRanks, known: FirstRanks, unsolved: list[Part]) -> FirstRanks:
    """Parts that nobody has solved keep the known proposal; parts share no dwelling and no household."""
    if not unsolved:
        return found
    left = np.zeros(len(problem.class_menu), bool)
    for part in unsolved:
        left[part.classes] = True
    keep = left[problem.klass[known.dwelling]]
    columns = [
        np.concatenate([getattr(found, name), getattr(known, name)[keep]])
        for name in ("dwelling", "app", "kind")
    ]
    by = np.argsort(columns[0], kind="stable")
    return FirstRanks(*(column[by] for column in columns))
