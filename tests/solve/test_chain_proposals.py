"""Proposals of cases with chains: tenants and the dwellings that they free move together until one is near the root's bound."""

from __future__ import annotations

import pytest

from optimizer import pipeline
from optimizer.solve import SolveOptions, solve
from optimizer.solve.driver import start_of
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT
from optimizer.solve.proof.node import Formulation
from optimizer.solve.registry import Job
from optimizer.solve.search.diving import improve
from optimizer.solve.watch import Watch
from optimizer.synth import synthesize

NEAR = 1 / 500


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_local_search_comes_near_the_bound_of_a_town_whose_tenants_free_their_homes(seed: int) -> None:
    case = synthesize("doubs", dwellings=20, applications=200, seed=seed, tenants=True)
    problem = pipeline.prepare(case, accept_assumed=True, chains=1).problem
    policy = DEFAULT.having(annealing__steps=600)
    layout = lay_out(problem)
    assert layout.vacant == 20 < len(problem.dwelling_ids)
    known = start_of(layout, SolveOptions(backend="highs", policy=policy))
    prover = Job(problem, layout, Formulation(layout, policy), known, Watch(), {}, None).prover
    prover.run(1)
    before = known.objective
    improve(prover)
    assert known.objective > before
    assert prover.upper() - known.objective < NEAR * prover.upper()


@pytest.mark.long
def test_a_hundred_dwellings_and_what_their_tenants_free_are_proven_under_every_rule() -> None:
    case = synthesize("doubs", dwellings=100, applications=1_000, seed=0, tenants=True)
    problem = pipeline.prepare(case, accept_assumed=True, chains=1).problem
    found = solve(problem, SolveOptions(backend="highs"))
    assert found.stop == "proven" and found.objective == found.bound
