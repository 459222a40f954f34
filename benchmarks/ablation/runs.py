"""One run of a policy on an instance, in a forked child; and the ledger of runs that a table goes on from."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

import highspy

from benchmarks import child, instances
from benchmarks.ablation.variants import USUAL, policy_of, variants
from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build
from optimizer.problem.model import Problem
from optimizer.solve import SolveOptions, solve
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.transport import LabelledTransport, ScaleOptions, solve_transport

MEMORY_GB = 6.0
LOOK_S = 0.02
COMPILING = 30.0  # times the cap for the first solve of a process, which may have every kernel to compile
READS = "reads"
"""Name in the ledger of a run that only noted which numbers were read."""


@dataclass(frozen=True)
class Instance:
    """A family and its size; ``kernel``: the simplified model, by the scale kernel to a proof; else the product's ``solve``."""

    name: str
    dwellings: int
    applications: int
    kernel: bool = False

    def make(self, seed: int) -> LabelledTransport | Problem:
        """What is solved."""
        if self.kernel:
            return build(raw_of(self.dwellings, self.applications, seed, is_tight=True))
        made = instances.build(self.name, seed, dwellings=self.dwellings, applications=self.applications)
        return made.problem

    @property
    def words(self) -> str:
        """Its name in tables and in ``--instances``."""
        return f"{self.name} {self.dwellings}x{self.applications}"


INSTANCES = (
    Instance("simplified-tight", 200, 2_000, kernel=True),
    Instance("simplified-tight", 500, 5_000, kernel=True),
    Instance("simplified-tight", 3_224, 9_864, kernel=True),
    Instance("doubs", 30, 120),
    Instance("doubs", 60, 240),
    Instance("doubs", 100, 400),
    Instance("commission", 40, 2_000),
)


@dataclass(frozen=True)
class Run:
    """What one policy did on an instance.

    ``steps`` are simplex iterations of every linear program; ``work`` pricings of the kernel, or nodes of the tree;
    ``seconds`` of the processor; ``gap`` in parts of the bound. ``read``: numbers that the default reads there.
    """

    instance: str
    seed: int
    name: str
    how: str
    proven: bool
    gap: float | None
    work: int
    programs: int
    steps: int
    seconds: float
    failure: str = ""
    read: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What makes two runs the same run."""
        return self.instance, self.seed, self.name, self.how


@dataclass
class Tally:
    """Linear and integer programs that HiGHS was given, and its simplex iterations."""

    programs: int = 0
    steps: int = 0


@contextmanager
def counted() -> Iterator[Tally]:
    """Count what HiGHS does meanwhile, the same on any machine."""
    tally, usual = Tally(), highspy.Highs.run

    def run(model: highspy.Highs) -> highspy.HighsStatus:
        status = usual(model)
        tally.programs += 1
        tally.steps += max(0, model.getInfo().simplex_iteration_count)
        return status

    highspy.Highs.run = run  # type: ignore[method-assign,assignment]
    try:
        yield tally
    finally:
        highspy.Highs.run = usual  # type: ignore[method-assign]


def noting(seen: set[str]) -> SearchPolicy:
    """The default policy, whose numbers say when they are read."""
    stages = {}
    for stage in fields(DEFAULT):
        usual = getattr(DEFAULT, stage.name)
        names = {f.name for f in fields(usual)}

        def read(self: object, name: str, names: set[str] = names, of: str = stage.name) -> object:
            if name in names:
                seen.add(f"{of}.{name}")
            return object.__getattribute__(self, name)

        listening = type("Listening", (type(usual),), {"__getattribute__": read})
        stages[stage.name] = listening(**{n: getattr(usual, n) for n in names})
    return SearchPolicy(**stages)


def solved(what: LabelledTransport | Problem, policy: SearchPolicy, cap_s: float) -> tuple[bool, float, int]:
    """Whether it was proven, the gap left, and pricings or nodes; capped on seconds of the processor."""
    began = time.process_time()

    def late() -> bool:
        return time.process_time() - began >= cap_s

    if isinstance(what, LabelledTransport):
        found = solve_transport(what, ScaleOptions(threads=1, interrupted=late, policy=policy))
        return found.stop_reason == "proven", found.gap, found.iterations
    event, done = threading.Event(), threading.Event()

    def look() -> None:
        while not done.wait(LOOK_S):
            if late():
                event.set()
                return

    nodes: list[int] = [0]
    threading.Thread(target=look, daemon=True).start()
    answer = solve(
        what, SolveOptions(threads=1, interrupt=event, policy=policy), lambda state: nodes.append(state.nodes)
    )
    done.set()
    gap = (answer.bound - answer.objective) / max(1, abs(answer.bound))
    return answer.stop == "proven", gap, max(nodes)


def measured(
    instance: Instance, seed: int, what: LabelledTransport | Problem, name: str, how: str, cap_s: float
) -> Run:
    """One run in a process of its own, which finds everything loaded and compiled."""

    def work() -> tuple[bool, float, int, int, int, float, tuple[str, ...]]:
        seen: set[str] = set()
        policy = noting(seen) if name == READS else policy_of(name, how)
        with counted() as tally:
            began = time.process_time()
            proven, gap, nodes = solved(what, policy, cap_s)
            seconds = time.process_time() - began
        return proven, gap, nodes, tally.programs, tally.steps, round(seconds, 4), tuple(sorted(seen))

    outcome = child.run(work, deadline_s=60 * cap_s + child.GRACE_S, memory_gb=MEMORY_GB)
    if outcome.answer is None:
        return Run(instance.words, seed, name, how, False, None, 0, 0, 0, 0.0, outcome.failure)
    proven, gap, nodes, programs, steps, seconds, read = outcome.answer
    return Run(instance.words, seed, name, how, proven, gap, nodes, programs, steps, seconds, read=read)


@dataclass
class Bench:
    """The runs of one instance and seed, each made when the ledger does not have it."""

    instance: Instance
    seed: int
    kept: Path
    cap_s: float
    tell: Callable[[Run], None]

    def __post_init__(self) -> None:
        self.there = {run.key: run for run in read(self.kept)}

    @cached_property
    def what(self) -> LabelledTransport | Problem:
        """What is solved: made once, and solved once so that everything is loaded and compiled, however long compiling takes."""
        made = self.instance.make(self.seed)
        solved(made, DEFAULT, COMPILING * self.cap_s)
        return made

    def run(self, name: str, how: str) -> Run:
        """The run of a number changed in one way."""
        key = (self.instance.words, self.seed, name, how)
        if key not in self.there:
            made = self.there[key] = measured(self.instance, self.seed, self.what, name, how, self.cap_s)
            with self.kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(made)) + "\n")
            self.tell(made)
        return self.there[key]

    def all(self, only: tuple[str, ...], repeat: int) -> None:
        """The default ``repeat`` times, and every number it reads here whose name begins with one of ``only``, in every way."""
        numbers = [name for name in self.run(READS, "").read if name.startswith(only)]
        for i in range(repeat):
            self.run(USUAL, str(i))
        for name in numbers:
            for how in variants(name):
                self.run(name, how)


def read(kept: Path) -> list[Run]:
    """The runs of a ledger; of two of the same the first."""
    if not kept.exists():
        return []
    found: dict[tuple[str, int, str, str], Run] = {}
    for text in kept.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        run = Run(**{**line, "read": tuple(line["read"])})
        found.setdefault(run.key, run)
    return list(found.values())
