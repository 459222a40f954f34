"""The measured lines: a backend on an instance, and ``propose`` from the first byte read to the last file written."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.instances import Instance, build
from benchmarks.peers import monolith
from optimizer import runs, synth
from optimizer.problem.model import Problem
from optimizer.runs.options import Options
from optimizer.solve import SolveOptions, solve

SHORT_S = 5.0
MONOLITH = "monolith"
BACKENDS = ("highs", "scale", "cpsat", "pulp", MONOLITH)


@dataclass(frozen=True)
class Line:
    """One row of the table. Objective and bound in points; ``phases`` in seconds."""

    instance: str
    backend: str
    status: str
    objective: float | None = None
    bound: float | None = None
    wall_s: float | None = None
    runs: int = 0
    peak_mb: float | None = None
    phases: dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """One solve, in micropoints."""

    objective: int | None
    bound: int | None
    status: str
    wall_s: float
    phases: dict[str, float]
    note: str


@dataclass(frozen=True)
class Limits:
    """Cap of a run in seconds, memory of a child in GB, solver threads, runs behind a median."""

    cap_s: float = 300.0
    memory_gb: float = 12.0
    threads: int = 1
    repeat: int = 3


def measure(instance: Instance, backend: str, limits: Limits) -> Line:
    """Time one backend on one instance in a child; the median when a run is short."""
    warm = build("simplified-60", 1, dwellings=6, applications=60).problem

    def work() -> list[Answer]:
        _once(warm, backend, limits)
        return repeated(lambda: _once(instance.problem, backend, limits), limits.repeat)

    # one more cap for the warm-up and the runs behind a median, which are short
    outcome = child.run(
        work,
        deadline_s=limits.cap_s + child.GRACE_S + SHORT_S * limits.repeat,
        memory_gb=limits.memory_gb,
    )
    if outcome.answer is None:
        return Line(instance.name, backend, "failed", peak_mb=outcome.peak_mb, note=outcome.failure)
    answers: list[Answer] = outcome.answer
    middle = sorted(answers, key=lambda a: a.wall_s)[len(answers) // 2]
    return Line(
        instance=instance.name,
        backend=backend,
        status=middle.status,
        objective=_points(middle.objective, instance.offset),
        bound=_points(middle.bound, instance.offset),
        wall_s=statistics.median(a.wall_s for a in answers),
        runs=len(answers),
        peak_mb=outcome.peak_mb,
        phases=middle.phases,
        note=_check(instance, middle),
    )


def repeated(once: Callable[[], Answer], repeat: int) -> list[Answer]:
    """One run, and the others only when it is short."""
    answers = [once()]
    while len(answers) < repeat and answers[0].wall_s < SHORT_S:
        answers.append(once())
    return answers


def _once(problem: Problem, backend: str, limits: Limits) -> Answer:
    clock = time.perf_counter()
    if backend == MONOLITH:
        whole = monolith.solve(problem, limit_s=limits.cap_s, threads=limits.threads)
        seconds = time.perf_counter() - clock
        note = f"{whole.columns} columns; bound is the solver's word"
        return Answer(whole.objective, whole.bound, whole.status.lower(), seconds, {}, note)
    options = SolveOptions(backend=backend, time_limit=limits.cap_s, threads=limits.threads)
    solved = solve(problem, options)
    seconds = time.perf_counter() - clock
    status = f"{solved.stop}, {solved.certificate.status}"
    return Answer(
        solved.objective, solved.bound, status, seconds, dict(solved.timings), "; ".join(solved.notes)
    )


def _points(value: int | None, offset: int) -> float | None:
    return None if value is None else (value - offset) / 1e6


def _check(instance: Instance, answer: Answer) -> str:
    """The note, with an alarm when a claim contradicts an optimum proven before."""
    said = [answer.note] if answer.note else []
    value, bound = _points(answer.objective, instance.offset), _points(answer.bound, instance.offset)
    if instance.known is not None and (
        (value is not None and value > instance.known + 1e-4)
        or (bound is not None and bound < instance.known - 1e-4)
    ):
        said.append(f"CONTRADICTS the known optimum {instance.known}")
    return "; ".join(said)


def propose_line(
    name: str, limits: Limits, seed: int, *, dwellings: int | None = None, applications: int | None = None
) -> Line:
    """``propose`` on a written case of a profile (``commission`` or ``commission-tight``), verify included, by phase.

    A first run outside the clock loads modules and compiles; the phases are those of ``run.json``.
    """
    with tempfile.TemporaryDirectory(prefix="attriflux-bench-") as folder:
        case = Path(folder) / "case"
        synth.write_synthetic(
            name.removesuffix("-tight"),
            case,
            dwellings=dwellings,
            applications=applications,
            seed=seed,
            tight=name.endswith("-tight"),
        )

        def once() -> Answer:
            return _proposal(case, Path(folder) / "out", limits)

        def work() -> list[Answer]:
            once()
            return repeated(once, limits.repeat)

        outcome = child.run(work, deadline_s=2 * (limits.cap_s + child.GRACE_S), memory_gb=limits.memory_gb)
    if outcome.answer is None:
        return Line(name, "propose", "failed", peak_mb=outcome.peak_mb, note=outcome.failure)
    answers: list[Answer] = outcome.answer
    middle = sorted(answers, key=lambda a: a.wall_s)[len(answers) // 2]
    return Line(
        instance=name,
        backend="propose",
        status=middle.status,
        objective=_points(middle.objective, 0),
        bound=_points(middle.bound, 0),
        wall_s=middle.wall_s,
        runs=len(answers),
        peak_mb=outcome.peak_mb,
        phases=middle.phases,
        note=middle.note,
    )


def _proposal(case: Path, out: Path, limits: Limits) -> Answer:
    options = Options(time_limit=limits.cap_s, threads=limits.threads, accept_assumed=True)
    clock = time.perf_counter()
    written = runs.propose_to(case, out, options, force=True, keep=False)
    seconds = time.perf_counter() - clock
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    solved = written.result.optimum.solved
    phases = {str(k): float(v) for k, v in record["timings"].items()}
    return Answer(
        solved.objective, solved.bound, f"{written.stop}, {written.verdict}", seconds, phases, solved.backend
    )
