"""The first proposal of a long tree: near the best, before anything is proven, and of no consequence for the proof."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
import pytest

from optimizer import pipeline, synth
from optimizer.problem import evaluate
from optimizer.problem.model import Problem
from optimizer.solve import SolveOptions, solve
from optimizer.solve.driver import start_of
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT
from optimizer.solve.proof.node import Formulation
from optimizer.solve.registry import Job
from optimizer.solve.start_heuristic import head_start
from optimizer.solve.warm_start import Start
from optimizer.solve.watch import Progress, Watch


@cache
def year(dwellings: int, applications: int) -> Problem:
    case = synth.synthesize("doubs", dwellings=dwellings, applications=applications, seed=2)
    return pipeline.prepare(case, accept_assumed=True).problem


def job_of(problem: Problem, options: SolveOptions, start: Start | None = None) -> Job:
    layout = lay_out(problem)
    watch = Watch(options.time_limit, options.interrupt, None)
    return Job(problem, layout, Formulation(layout), start_of(layout, options), watch, {}, start)


@pytest.mark.soak
def test_a_few_pricings_bring_a_proposal_near_the_best() -> None:
    problem, options = year(DEFAULT.choice.implicit_from, 1_600), SolveOptions(backend="highs")
    job = job_of(problem, options)
    before = job.incumbent.objective
    assert head_start(job, options, job.watch)
    after = job.incumbent.objective
    assert after == evaluate(problem, job.incumbent.first).objective
    # the bound of a tree stopped after its first case is above the best
    bound = solve(problem, SolveOptions(backend="highs", gap=0.01)).bound
    assert before < 0.98 * bound < 0.997 * bound < after <= bound


@pytest.mark.soak
def test_the_same_whatever_the_threads() -> None:
    problem = year(DEFAULT.choice.implicit_from, 1_600)
    found = []
    for threads in (1, 2):
        options = SolveOptions(backend="highs", threads=threads)
        job = job_of(problem, options)
        assert head_start(job, options, job.watch)
        found.append(job.incumbent.first)
    assert np.array_equal(found[0].app, found[1].app) and np.array_equal(found[0].kind, found[1].kind)


@pytest.mark.parametrize("why", ["few dwellings", "nobody", "an earlier run", "no time", "interrupted"])
def test_nothing_is_done_where_it_is_of_no_use(why: str) -> None:
    problem = year(DEFAULT.choice.implicit_from, 1_600)
    if why == "few dwellings":
        problem = year(60, 600)
        assert 0 < len(problem.orders) and problem.order_lists is None
    if why == "nobody":
        problem = year(DEFAULT.choice.implicit_from, 0)
    event = threading.Event()
    options = SolveOptions(backend="highs", time_limit=0.0 if why == "no time" else None, interrupt=event)
    start = None
    if why == "an earlier run":
        nothing = np.zeros(0, np.int64)
        start = Start(nothing, nothing, job_of(problem, options).incumbent.first, 0, 0)
    job = job_of(problem, options, start)
    before = job.incumbent.objective
    if why == "interrupted":
        event.set()
    assert not head_start(job, options, job.watch)
    assert job.incumbent.objective == before


@pytest.mark.soak
def test_an_early_stop_has_it_to_show() -> None:
    problem, event, seen = year(DEFAULT.choice.implicit_from, 1_600), threading.Event(), []

    def say(state: Progress) -> None:
        seen.append(state)
        if state.phase == "proof" and state.nodes:
            event.set()

    solved = solve(problem, SolveOptions(backend="highs", interrupt=event), say)
    assert solved.stop == "interrupted"
    assert solved.bound - solved.objective < 0.01 * solved.objective
    values = [state.value for state in seen if state.value is not None]
    assert values == sorted(values)
