"""Solver backends, one file each in ``backends/`` (drop-in), and the choice between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from optimizer.dropin import load_all, named, takes
from optimizer.errors import AttrifluxError
from optimizer.problem import explicit
from optimizer.problem.model import Columns, Problem
from optimizer.solve.answer import RawSolution
from optimizer.solve.grid import grid
from optimizer.solve.incumbent import Incumbent
from optimizer.solve.layout import Layout, lay_out
from optimizer.solve.options import SolveOptions
from optimizer.solve.policy import DEFAULT, ChoicePolicy
from optimizer.solve.proof.node import Formulation
from optimizer.solve.relaxation.master import Master
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.warm_start import Start
from optimizer.solve.watch import Watch

FEATURES = frozenset({"exact", "implicit", "lp", "threads", "interrupt", "warm_start"})


@dataclass
class Job:
    """What a backend works on: the problem, its layout, and shared tools made when first asked for."""

    problem: Problem
    layout: Layout
    formulation: Formulation
    incumbent: Incumbent
    watch: Watch
    timings: dict[str, float] = field(default_factory=dict)
    start: Start | None = None
    """What an earlier run gives on this problem; its proposal was offered to ``incumbent``."""

    def on(self, problem: Problem) -> Job:
        """The same work on another form of the problem, of the same first ranks and rows."""
        layout = lay_out(problem)
        return Job(
            problem,
            layout,
            Formulation(layout, self.formulation.policy),
            replace(self.incumbent, layout=layout, exchanges=False),
            self.watch,
            self.timings,
            self.start,
        )

    @cached_property
    def columns(self) -> Columns:
        """Explicit columns after the exact reduction."""
        return explicit(self.problem, reduced=True)

    @cached_property
    def master(self) -> Master:
        return Master(self.layout, self.formulation)

    @cached_property
    def step(self) -> int:
        return grid(self.layout)

    @cached_property
    def prover(self) -> BranchAndBound:
        """The tree of the proof; what a backend has already split is not done again."""
        return BranchAndBound(self.master, self.incumbent, self.step, self.watch)


Solver = Callable[[Job, SolveOptions, Watch], RawSolution]


@dataclass(frozen=True)
class Backend:
    """A registered backend. ``available()`` names the missing library, or None."""

    id: str
    features: frozenset[str]
    solve: Solver
    available: Callable[[], str | None]


REGISTERED: dict[str, Backend] = {}
"""Backends by name, as far as their files have been loaded; :func:`all_backends` loads them all."""


def backend(
    id: str, *, features: Iterable[str], available: Callable[[], str | None]
) -> Callable[[Solver], Solver]:
    """Register ``solve(job, options, watch) -> RawSolution`` under a name.

    Raises
    ------
    ValueError
        The name is taken or empty, or a feature is unknown.
    """

    def register(solver: Solver) -> Solver:
        takes(solver, "job, options, watch")
        takes(available, "")
        wanted = frozenset(features)
        named("backend", id)
        if not wanted <= FEATURES:
            raise ValueError(f"backend {id!r}: unknown features {sorted(map(str, wanted - FEATURES))}")
        if id in REGISTERED:
            raise ValueError(f"backend {id!r} is registered twice")
        REGISTERED[id] = Backend(id, wanted, solver, available)
        return solver

    return register


def all_backends() -> dict[str, Backend]:
    """All backends by name, sorted."""
    load_all("optimizer.solve.backends", REGISTERED.__len__)
    return {name: REGISTERED[name] for name in sorted(REGISTERED)}


def get(name: str) -> Backend:
    """A usable backend.

    Raises
    ------
    AttrifluxError
        ``BACKEND_UNKNOWN`` or ``BACKEND_MISSING``.
    """
    known = all_backends()
    if name not in known:
        raise AttrifluxError("BACKEND_UNKNOWN", backend=name, known=", ".join(["auto", *known]))
    missing = known[name].available()
    if missing:
        raise AttrifluxError("BACKEND_MISSING", backend=name, library=missing)
    return known[name]


def choose_backend(
    name: str,
    problem: Problem,
    time_limit: float | None = None,
    gap: float = 0.0,
    policy: ChoicePolicy = DEFAULT.choice,
) -> tuple[Backend, str, str]:
    """The backend to run and why, in French and in English.

    Raises
    ------
    AttrifluxError
        ``BACKEND_UNKNOWN`` or ``BACKEND_MISSING``.
    """
    if name != "auto":
        return get(name), "moteur demandé", "backend asked for"
    n = len(problem.dwelling_ids)
    hurried = gap >= policy.loose_gap or (
        time_limit is not None and time_limit < policy.seconds_a_dwelling * n
    )
    lists = problem.own_lists is not None
    if lists or n > policy.proven_to or (n >= policy.implicit_from and hurried):
        for found in all_backends().values():
            if "implicit" in found.features and found.available() is None:
                return (found, *_why_implicit(n, policy.proven_to, lists=lists))
    return (
        get("highs"),
        f"{n} logements : programme linéaire puis programme en nombres entiers restreint",
        f"{n} dwellings: linear program, then restricted integer program",
    )


def _why_implicit(n: int, proven_to: int, *, lists: bool) -> tuple[str, str]:
    if n <= proven_to and lists:
        return (
            f"{n} logements, listes de réservataires trop longues pour une preuve : le moteur qui propose sans une ligne par désigné",
            f"{n} dwellings, lists of réservataires too long for a proof: the backend that proposes without a row for each nominee",
        )
    if n <= proven_to:
        return (
            f"{n} logements, temps court ou écart admis : le moteur qui propose le plus tôt",
            f"{n} dwellings, little time or a gap allowed: the backend that proposes soonest",
        )
    return (
        f"{n} logements : au-delà de {proven_to}, le moteur qui n'énumère pas les couples",
        f"{n} dwellings: above {proven_to}, the backend that never lists the pairs",
    )
