"""Compiles an installation once, so that nobody's command waits for a compiler.

``python -m optimizer.cli.kernels`` compiles the modules to bytecode (an editable installation has none, and where Python may not
write any each command would begin with a third of a second of compiling), then has every kernel that commands use compiled by
working through it on a small synthetic week; numba keeps what it compiled beside the sources, or in ``NUMBA_CACHE_DIR`` where the
installation cannot be written. Said again, it takes a few seconds and changes nothing.
"""

from __future__ import annotations

import compileall
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import optimizer
from optimizer import pipeline
from optimizer.domain import Case
from optimizer.fairness.flows import WholeFlow
from optimizer.fairness.leximin.flow import even_groups
from optimizer.fairness.lottery import Draw
from optimizer.fairness.market import market_of
from optimizer.fairness.registry import chosen_mechanisms
from optimizer.fairness.study import Study
from optimizer.problem import evaluate
from optimizer.problem.model import Problem
from optimizer.problem.own_lists import by_lists, own_lists
from optimizer.runs import Options, propose_to
from optimizer.shortlist.nearest import nearest_exchanges
from optimizer.solve import SolveOptions, solve
from optimizer.solve.implicit import Depth
from optimizer.solve.incumbent import Incumbent, objective
from optimizer.solve.layout import lay_out
from optimizer.solve.parts.carving import Carver, shortened
from optimizer.solve.parts.components import parts_of, whole
from optimizer.solve.parts.tasks import Carved
from optimizer.solve.policy import DEFAULT
from optimizer.solve.primal.annealing import annealed, choices_near
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.primal.list_landscape import losses
from optimizer.solve.primal.own_lists import served
from optimizer.solve.proof.behind import prices_with, rows_behind
from optimizer.solve.proof.dual_bound import nothing, price_out
from optimizer.solve.proof.node import Formulation
from optimizer.solve.registry import Job
from optimizer.solve.transport import ScaleOptions, solve_transport
from optimizer.solve.watch import Watch
from optimizer.synth import synthesize, write_case
from optimizer.verify.passes import on_step

LARGE = DEFAULT.having(
    generation__large_arcs=1, generation__bid_arcs=1, generation__pilot_arcs=1, generation__pilot_part=0.0, generation__pilot_gap=0.0,
    relaxation__assigned_from=1,
)  # fmt: skip
"""What is done to a large case, done to a small one."""
ELSEWHERE = {
    "optimizer.solve.transport.exact_search": "proofs of the kernel alone, which benchmarks ask for",
    "optimizer.solve.transport.evaluation": "the same",
}
"""Modules whose kernels are compiled when they are first used, and who uses them."""


def compile_modules() -> None:
    """Write the bytecode of every module; where that is not allowed nothing is said, and commands compile as they go."""
    for folder in optimizer.__path__:
        compileall.compile_dir(folder, quiet=2)


def compile_kernels() -> None:
    """Use every compiled function once, in a temporary folder that is deleted; those of ``ELSEWHERE`` are left out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case, exact = folder / "case", folder / "exact"
        week = synthesize("commission", dwellings=6, applications=80, seed=1)
        write_case(week, case)
        propose_to(case, exact, Options(backend="highs", pdf=False))
        propose_to(case, folder / "scale", Options(backend="scale", gap=0.05, warm_start=exact, pdf=False))
    _as_of_many(pipeline.prepare(week).problem)
    _with_long_lists()
    _with_tenants()
    _as_a_lottery(week)
    nothing = np.zeros(0, np.int64)
    on_step(nothing.astype(np.int32), nothing.astype(np.int32), nothing, 1, nothing)  # rows of few prices


def _as_of_many(problem: Problem) -> None:
    """What only hundreds or thousands of dwellings need."""
    carver, alone = Carver(problem), ScaleOptions(max_leaves=0, cuts=False)
    for part in parts_of(problem):
        few = Carved(carver, part)
        shallow = few.at(Depth(1, 1))
        few.beyond(shallow, solve_transport(shallow, alone).certificate)
    model = carver.carve(whole(problem)).model
    shortened(model, Depth(1, 1))
    for policy in (DEFAULT, LARGE):
        solve_transport(model, ScaleOptions(max_leaves=0, cuts=False, policy=policy))
    layout = lay_out(problem)
    first = greedy(layout)
    known = Incumbent(layout, first, objective(layout, first))
    prover = Job(problem, layout, Formulation(layout, LARGE), known, Watch()).prover
    prover.run(1)
    if prover.root is not None:
        root = prover.root
        land = choices_near(layout, root.multipliers, root.priced, first, LARGE.annealing)
        annealed(layout, land, first, 0, LARGE.annealing)


def _with_long_lists() -> None:
    """Réservataires' lists of a year of dwellings, kept as lists."""
    prepared = pipeline.prepare(
        synthesize("doubs", dwellings=40, applications=300, seed=4), accept_assumed=True
    )
    problem = prepared.problem
    _, member = np.unique(problem.class_group[problem.klass], return_index=True)
    lists = own_lists(prepared.facts, member, problem.menu_ptr[:-1], problem.entry_app)
    twin = by_lists(replace(problem, order_lists=lists))
    assert twin is not None
    found = solve(twin, SolveOptions(backend="scale"))
    nearest_exchanges(twin, found.first, evaluate(twin, found.first))
    served(twin, lists, found.first)
    layout, every = lay_out(twin), np.arange(len(twin.class_menu), dtype=np.int64)
    plain = nothing(layout)
    at = losses(layout, plain)
    rows_behind(twin, at.cost, at.worth, every, lambda: False)
    first, other, *_ = np.flatnonzero(lists.number >= 0).tolist()
    prices = prices_with(twin, at.cost, at.worth, plain.prices, {(first, other): 1})
    price_out(layout, Formulation(layout), (), replace(plain, prices=prices, after={(first, other): 1}))


def _with_tenants() -> None:
    """Chains: what a problem begins with whose tenants may free their dwellings."""
    case = synthesize("commission", dwellings=6, applications=80, seed=1, tenants=True)
    pipeline.optimise(pipeline.prepare(case, chains=1), SolveOptions())


def _as_a_lottery(week: Case) -> None:
    """Chances of a half, drawn whole, the groups of equal chances, and choices in an order with whom they pass over."""
    one = np.zeros(1, np.int64)
    even_groups(one, one, one + 2, one + 1)
    at = np.array([0, 0, 1, 1], np.int64)
    WholeFlow(at, np.array([0, 1, 0, 1], np.int64), np.full(4, 0.5), 2, 2).draw(Draw("", 0))
    market = market_of(pipeline.prepare(week).problem)
    (drawn,) = chosen_mechanisms("random")
    Study(drawn.allocate(market, Draw("", 0, 1)), 1, np.zeros(len(market))).passages  # noqa: B018


if __name__ == "__main__":
    compile_modules()
    compile_kernels()
