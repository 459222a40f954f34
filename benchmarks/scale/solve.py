"""One instance, or the table over seeds: ``python -m benchmarks.scale.solve SIZE --seed S [--tight] [--full] [--json]``.

``SIZE`` is ``DWELLINGSxAPPLICATIONS`` (or one of the usual numbers of dwellings alone). The simplified model is solved by the
scale engine from raw attributes; ``--full`` solves a synthetic territory (``doubs``) under every rule, as ``propose`` would.
One thread; seconds are the processor's, building the model included, compilation and drawing left out; the cap too is
counted on the processor, so that a busy machine changes no verdict.

``--sets seeds`` writes the dated table over seeds 1-30 of the simplified tight model (21-30 are looked at only at the end, by
``--unseen``), ``--sets full`` that of the full model; an interrupted table goes on where it stopped (``--resume``).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks import child
from benchmarks.scale.families import raw_of
from benchmarks.scale.simplified import build
from benchmarks.tables import machine
from optimizer import pipeline, synth
from optimizer.cli.kernels import compile_kernels
from optimizer.solve import SolveOptions, solve
from optimizer.solve.transport import ScaleOptions, solve_transport

RESULTS = Path(__file__).parents[1] / "results"
USUAL = {60: 1_500, 200: 2_000, 500: 5_000, 1_000: 10_000, 3_224: 9_864}
SEEN, UNSEEN = range(1, 21), range(21, 31)
HARD = {500: (12, 23), 1_000: (5, 10, 12, 17, 22), 3_224: (2, 4, 6, 8, 12)}
"""Instances of the simplified tight model that once stopped without a proof, by size and seed."""
WORDS = {
    "proven": "proven",
    "gap": "gap asked, or budget of nodes",
    "iteration_limit": "limit of pricings or nodes",
    "time_limit": "time limit",
    "time": "time limit",
    "interrupted": "cap on processor seconds",
}
CAP_S = 30.0
MEMORY_GB = 6.0
COMPILED_S = 900.0
LOOK_S = 0.05


@dataclass(frozen=True)
class Size:
    """A size of the tables: cap in processor seconds, how many of the seeds must be proven, and the median aimed at."""

    dwellings: int
    applications: int
    cap_s: float
    share: float
    median_s: float | None = None


SIMPLIFIED = (
    Size(200, 2_000, 30, 1.0, 0.255),
    Size(500, 5_000, 30, 29 / 30, 0.405),
    Size(1_000, 10_000, 30, 29 / 30, 1.02),
    Size(3_224, 9_864, 30, 25 / 30, 2.25),
)
FULL = (Size(60, 0, 30, 0.95), Size(100, 0, 30, 0.95), Size(250, 0, 30, 0.95), Size(500, 0, 60, 0.8))


@dataclass(frozen=True)
class Found:
    """What one solve found. Objective and bound in points, seconds of the processor; ``stop`` in words."""

    dwellings: int
    applications: int
    seed: int
    tight: bool
    full: bool
    objective: float | None
    bound: float | None
    proven: bool
    cpu_s: float | None
    stop: str
    nodes: int = 0
    pricings: int = 0

    @property
    def gap(self) -> float | None:
        """Relative to the bound."""
        if self.objective is None or self.bound is None:
            return None
        return (self.bound - self.objective) / max(1.0, abs(self.bound))


def simplified(size: Size, seed: int, *, tight: bool, gap: float = 0.0) -> Found:
    """The scale engine on the simplified model."""
    raw = raw_of(size.dwellings, size.applications, seed, is_tight=tight)
    began = time.process_time()

    def late() -> bool:
        return time.process_time() - began >= size.cap_s

    found = solve_transport(build(raw), ScaleOptions(gap=gap, threads=1, interrupted=late))
    seconds = time.process_time() - began
    proven = found.bound <= found.objective
    return Found(
        size.dwellings, size.applications, seed, tight, False, found.objective, found.bound, proven,
        round(seconds, 3), WORDS[found.stop_reason], len(found.leaves), found.iterations,
    )  # fmt: skip


def full(size: Size, seed: int, *, tight: bool, gap: float = 0.0) -> Found:
    """The product's solve on a synthetic territory, every rule in it; applications 0: as the profile has them."""
    case = synth.synthesize(
        "doubs", dwellings=size.dwellings, applications=size.applications or None, seed=seed, tight=tight
    )
    problem = pipeline.prepare(case, accept_assumed=True).problem
    event, done = threading.Event(), threading.Event()
    began = time.process_time()

    def look() -> None:
        while not done.wait(LOOK_S):
            if time.process_time() - began >= size.cap_s:
                event.set()
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    found = solve(problem, SolveOptions(gap=gap, threads=1, interrupt=event))
    seconds = time.process_time() - began
    done.set()
    watcher.join()
    return Found(
        size.dwellings, len(problem.application_ids), seed, tight, True, found.objective / 1e6, found.bound / 1e6,
        found.stop == "proven", round(seconds, 3), WORDS[found.stop], len(found.certificate.nodes),
    )  # fmt: skip


def measured(size: Size, seed: int, *, tight: bool, is_full: bool, gap: float = 0.0) -> Found:
    """One solve in a process of its own, after a small one that loads and compiles."""
    way: Callable[..., Found] = full if is_full else simplified

    def work() -> Found:
        way(Size(12, 120, 10, 1), 1, tight=tight)
        return way(size, seed, tight=tight, gap=gap)

    outcome = child.run(work, deadline_s=20 * size.cap_s + child.GRACE_S, memory_gb=MEMORY_GB)
    if isinstance(outcome.answer, Found):
        return outcome.answer
    return Found(
        size.dwellings, size.applications, seed, tight, is_full, None, None, False, None, outcome.failure
    )


def size_of(words: str, cap_s: float, *, is_full: bool) -> Size:
    """``3224x9864``, or ``3224`` with the usual applications; of a full territory the profile's own.

    Raises
    ------
    argparse.ArgumentTypeError
        Words that name no size.
    """
    parts = words.lower().split("x")
    if len(parts) > 2 or not all(p.isdecimal() and int(p) > 0 for p in parts):
        raise argparse.ArgumentTypeError(f"{words}: DWELLINGSxAPPLICATIONS expected, such as 200x2000")
    dwellings = int(parts[0])
    usual = 0 if is_full else USUAL.get(dwellings, 10 * dwellings)
    return Size(dwellings, int(parts[1]) if len(parts) == 2 else usual, cap_s, 1.0)


def table(
    sizes: Iterable[Size], seeds: Iterable[int], *, is_full: bool, tight: bool, kept: Path
) -> list[Found]:
    """Every size and seed; what ``kept`` (JSON lines) holds already is not solved again."""
    found = {}
    if kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            one = Found(**json.loads(line))
            found[one.dwellings, one.seed] = one
    seeds = list(seeds)
    for size in sizes:
        for seed in seeds:
            if (size.dwellings, seed) not in found:
                one = measured(size, seed, tight=tight, is_full=is_full)
                found[size.dwellings, seed] = one
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(one)) + "\n")
                print(f"{one.dwellings} seed {seed}: {one.stop}, {one.cpu_s} s", file=sys.stderr)
    return list(found.values())


def page(sizes: Iterable[Size], found: list[Found], command: str, *, is_full: bool) -> str:
    """The Markdown page: share proven, median and worst by size, then every instance that was not proven or was once hard."""
    head = machine()
    model = "full model (doubs)" if is_full else "simplified tight model"
    out = [f"# Seeds of the {model}, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [
        "Processor seconds, one thread, building included. *Unseen*: seeds 21 to 30, looked at only at the end.", "",
        "| size | seeds | proven | condition | unseen proven | median s | condition | worst s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    named: list[str] = []
    for size in sizes:
        lines = sorted((f for f in found if f.dwellings == size.dwellings), key=lambda f: f.seed)
        if not lines:
            continue
        proven = [f for f in lines if f.proven]
        last = [f for f in lines if f.seed in UNSEEN]
        seconds = [f.cpu_s if f.cpu_s is not None and f.proven else size.cap_s for f in lines]
        median = "" if size.median_s is None else f"≤ {size.median_s:g}"
        out.append(
            f"| {size.dwellings} × {lines[0].applications} | {len(lines)} | {len(proven)} | ≥ {size.share * len(lines):.1f} "
            f"| {sum(f.proven for f in last)} of {len(last)} | {statistics.median(seconds):.2f} | {median} | {max(seconds):.1f} |"
        )
        hard = () if is_full else HARD.get(size.dwellings, ())
        for f in lines:
            if f.seed in hard or not f.proven:
                gap = "" if f.gap is None else f"{100 * f.gap:.4f} %"
                named.append(
                    f"| {f.dwellings}/{f.seed} | {f.objective} | {f.bound} | {gap} | {f.nodes} | {f.pricings} | {f.cpu_s} | {f.stop} |"
                )
    out += ["", "## Instances once hard, and those without a proof", ""]
    out += [
        "| size/seed | objective | bound | gap | nodes | pricings | s | stopped |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    return "\n".join(out + named) + "\n"


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale.solve", description=__doc__)
    parser.add_argument("size", nargs="?", help="DWELLINGSxAPPLICATIONS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tight", action="store_true", help="scores lowered for those the rules protect")
    parser.add_argument("--full", action="store_true", help="every rule, on a synthetic territory")
    parser.add_argument("--gap", type=float, default=0.0, help="relative gap that is enough; 0: a proof")
    parser.add_argument(
        "--cap", type=float, help="processor seconds: 30 of one instance, of a table what each size names"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sets", choices=("seeds", "full"), help="a table instead of one instance")
    parser.add_argument("--sizes", help="dwellings, separated by commas: these sizes of the table only")
    parser.add_argument("--unseen", action="store_true", help="seeds 21-30 too")
    parser.add_argument("--resume", action="store_true", help="go on with the table of the same day")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser


def main(words: list[str] | None = None) -> int:
    """Solve one instance or write a table; 2 when the size is missing or unreadable."""
    parser = options()
    asked = parser.parse_args(words)
    if asked.full or asked.sets == "full":
        # a small solve in the process that is measured asks for some of them only
        child.run(compile_kernels, deadline_s=COMPILED_S, memory_gb=MEMORY_GB)
    if asked.sets:
        return _tables(asked, words if words is not None else sys.argv[1:])
    if asked.size is None:
        parser.error("SIZE or --sets expected")
    try:
        size = size_of(asked.size, asked.cap or CAP_S, is_full=asked.full)
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    found = measured(size, asked.seed, tight=asked.tight, is_full=asked.full, gap=asked.gap)
    if asked.json:
        print(json.dumps(asdict(found) | {"gap": found.gap}))
    else:
        print(f"{found.stop}: {found.objective} of at most {found.bound}, {found.cpu_s} s of processor")
    return 0


def _tables(asked: argparse.Namespace, words: list[str]) -> int:
    is_full = asked.sets == "full"
    sizes: tuple[Size, ...] = FULL if is_full else SIMPLIFIED
    if asked.sizes:
        wanted = {word.strip() for word in asked.sizes.split(",")}
        known = [str(size.dwellings) for size in sizes]
        if unknown := sorted(wanted - set(known)):
            print(f"--sizes {', '.join(unknown)}: the table has {', '.join(known)}", file=sys.stderr)
            return 2
        sizes = tuple(size for size in sizes if str(size.dwellings) in wanted)
    if asked.cap:
        sizes = tuple(replace(size, cap_s=asked.cap) for size in sizes)
    seeds = SEEN if is_full or not asked.unseen else [*SEEN, *UNSEEN]
    stem = f"{asked.sets}-{machine()['date']}"
    asked.out.mkdir(parents=True, exist_ok=True)
    kept = asked.out / f"{stem}.jsonl"
    if not asked.resume:
        kept.unlink(missing_ok=True)
    found = table(sizes, seeds, is_full=is_full, tight=not is_full or asked.tight, kept=kept)
    command = "python -m benchmarks.scale.solve " + " ".join(words)
    text = page(sizes, found, command, is_full=is_full)
    (asked.out / f"{stem}.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
