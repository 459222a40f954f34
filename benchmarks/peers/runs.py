"""One run: a solver on an instance, in a child process; and the file of runs that a table goes on from."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import child
from benchmarks.peers import cbc, cpsat, gcg, highs, scip
from benchmarks.peers.capped import CAPPED, PROVEN, Said, end_by
from benchmarks.peers.program import Program, explicit, leases_of, micropoints
from benchmarks.scale.families import raw_of
from benchmarks.scale.raw_instances import RawTerritory
from benchmarks.scale.simplified import build
from optimizer.problem.evaluate import InvalidSolution
from optimizer.solve.transport import LabelledTransport, ScaleOptions, ScaleResult, solve_transport

OURS = "attriflux"
SOLVERS: dict[str, Callable[[Program, float], Said]] = {
    "highs-lp": highs.lp,
    "highs": highs.mip,
    "scip": scip.solve,
    "cpsat": cpsat.solve,
    "cbc": cbc.solve,
    "gcg": gcg.rules_in_master,
    "gcg-detected": gcg.detected,
}
NAMES = {
    OURS: "Attriflux",
    "highs-lp": "HiGHS, linear relaxation only",
    "highs": "HiGHS MIP",
    "cpsat": "CP-SAT",
    "scip": "SCIP",
    "cbc": "CBC through PuLP",
    "gcg": "GCG, rules in the master",
    "gcg-detected": "GCG, its own detection",
}
AVAILABLE = {"scip": scip.available, "gcg": gcg.available, "gcg-detected": gcg.available}
MEMORY_GB = 8.0
EARLY = 0.9
"""Share of the cap below which an end without a proof is no cap."""
OUT_OF_MEMORY, FAILED, ABSENT, INVALID = "out of memory", "failed", "not installed", "invalid answer"
GAVE_UP = "ended without a proof"


@dataclass(frozen=True)
class Size:
    """A size of the table; ``long`` gives some seeds another cap. Seconds of the processor."""

    dwellings: int
    applications: int
    cap_s: float
    long: tuple[tuple[int, float], ...] = ()

    def cap_of(self, seed: int) -> float:
        """The cap of a seed."""
        return dict(self.long).get(seed, self.cap_s)


@dataclass(frozen=True)
class Run:
    """What one solver did. ``objective`` in micropoints, counted again; ``bound`` in points, the solver's word (ours: certified).

    ``solved_s`` are the seconds of the processor of the solver alone; ours include building the model from raw attributes.
    ``stop``: ``proven``, ``relaxation solved``, ``cap``, ``out of memory``, ``not installed``, ``invalid answer``,
    ``ended without a proof``, ``failed``.
    """

    dwellings: int
    applications: int
    seed: int
    solver: str
    cap_s: float
    pairs: int
    columns: int
    stop: str
    objective: int | None = None
    bound: float | None = None
    handed_s: float | None = None
    solved_s: float | None = None
    peak_mb: float | None = None
    version: str = ""
    note: str = ""
    load: float = 0.0

    @property
    def key(self) -> tuple[int, int, int, str, float]:
        """What makes two runs the same run."""
        return self.dwellings, self.applications, self.seed, self.solver, self.cap_s


class Instance:
    """The simplified tight model of a size and a seed, and its explicit program: drawn once, their seconds are nobody's."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self.seed, self.cap_s = size, seed, size.cap_of(seed)
        self.raw: RawTerritory = raw_of(size.dwellings, size.applications, seed, is_tight=True)
        self.model: LabelledTransport = build(self.raw)
        self.program: Program = explicit(self.model)


def measured(instance: Instance, solver: str) -> Run:
    """One run in a process of its own."""
    ours = solver == OURS
    if not AVAILABLE.get(solver, _always)():
        return _run(instance, solver, ABSENT)
    cap = instance.cap_s

    def work() -> tuple[Said, int | None]:
        if ours:
            return _ours(instance)
        end_by(2 * cap)
        said = SOLVERS[solver](instance.program, cap)
        return said, _counted(instance, said)

    outcome = child.run(work, deadline_s=30 * cap + child.GRACE_S, memory_gb=MEMORY_GB)
    if outcome.answer is not None:
        said, objective = outcome.answer
        stop = GAVE_UP if said.stop == CAPPED and said.solved_s < EARLY * cap else said.stop
        stop = INVALID if objective is None and said.taken is not None else stop
        return _run(
            instance, solver, stop, objective=objective, bound=said.bound, handed_s=round(said.handed_s, 3),
            solved_s=round(said.solved_s, 3), peak_mb=outcome.peak_mb, version=said.version,
        )  # fmt: skip
    return _run(instance, solver, _why(outcome.failure), peak_mb=outcome.peak_mb, note=outcome.failure)


def _always() -> bool:
    return True


def _run(instance: Instance, solver: str, stop: str, **found: object) -> Run:
    size, model = instance.size, instance.model
    return Run(
        size.dwellings, size.applications, instance.seed, solver, instance.cap_s, model.n_pairs, instance.program.n,
        stop, load=round(os.getloadavg()[0], 1), **found,  # type: ignore[arg-type]
    )  # fmt: skip


def _why(failure: str) -> str:
    if "memory" in failure or "MemoryError" in failure or "bad_alloc" in failure or "code -9)" in failure:
        return OUT_OF_MEMORY
    return CAPPED if "code -24)" in failure or failure.startswith("no answer") else FAILED


def _counted(instance: Instance, said: Said) -> int | None:
    """Micropoints of an answer; None when it has none, or one that does not hold."""
    if said.taken is None:
        return None
    p, taken = instance.program, said.taken
    try:
        return micropoints(instance.model, p.dwelling[taken], p.who[taken], p.option[taken])
    except InvalidSolution:
        return None


def _ours(instance: Instance) -> tuple[Said, int]:
    """Our prover from raw attributes, after a small solve that loads and compiles."""
    _solved(raw_of(12, 120, 1, is_tight=True), instance.cap_s)
    began = time.process_time()
    model, result = _solved(instance.raw, instance.cap_s)
    seconds = time.process_time() - began
    proven = result.bound <= result.objective
    said = Said(PROVEN if proven else CAPPED, float(result.bound), None, 0.0, seconds, "this one")
    return said, micropoints(model, *leases_of(model, result.assigned_class, result.account))


def _solved(raw: RawTerritory, cap_s: float) -> tuple[LabelledTransport, ScaleResult]:
    began = time.process_time()
    model = build(raw)
    options = ScaleOptions(gap=0.0, threads=1, interrupted=lambda: time.process_time() - began >= cap_s)
    return model, solve_transport(model, options)


def read(kept: Path) -> dict[tuple[int, int, int, str, float], Run]:
    """Runs of the file, one JSON line each; a line cut short by an interrupt is no run."""
    found: dict[tuple[int, int, int, str, float], Run] = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept.exists() else ():
        try:
            run = Run(**json.loads(line))
        except json.JSONDecodeError:
            continue
        found[run.key] = run
    return found


def wanted(
    sizes: tuple[Size, ...], seeds: tuple[int, ...], solvers: tuple[str, ...]
) -> list[tuple[Size, int, str]]:
    """Every run of the table, in an order that tells something early: seed by seed, long caps last, ours before the others."""
    cells = sorted(
        ((size.cap_of(seed) != size.cap_s, seed, i) for i, size in enumerate(sizes) for seed in seeds)
    )
    return [(sizes[i], seed, solver) for _, seed, i in cells for solver in (OURS, *solvers)]


def table(
    sizes: tuple[Size, ...],
    seeds: tuple[int, ...],
    solvers: tuple[str, ...],
    kept: Path,
    told: Callable[[Run], None],
) -> list[Run]:
    """Every run of the table; what ``kept`` holds is not run again, what is new is written there at once."""
    found = read(kept)
    runs: list[Run] = []
    instance: Instance | None = None
    for size, seed, solver in wanted(sizes, seeds, solvers):
        key = (size.dwellings, size.applications, seed, solver, size.cap_of(seed))
        if key not in found or found[key].stop == ABSENT:
            if instance is None or (instance.size, instance.seed) != (size, seed):
                instance = Instance(size, seed)
            found[key] = measured(instance, solver)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(found[key])) + "\n")
            told(found[key])
        runs.append(found[key])
    return runs
