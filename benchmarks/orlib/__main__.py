"""``python -m benchmarks.orlib FOLDER [--files gap1,assign100] [--cap 30] [--json]``: OR-Library's assignment files, solved.

``FOLDER`` holds files as published at https://people.brunel.ac.uk/~mastjjb/jeb/orlib (``assign100.txt`` to ``assign800.txt``,
``gap1.txt`` to ``gap12.txt``, ``gapa.txt`` to ``gapd.txt``); those that are there are read. Each problem: value counted from the file,
certified bound, the published optimum, seconds of the processor. Ends with 1 when a proof contradicts what is published.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.orlib.files import read_assignment, read_generalised
from benchmarks.orlib.known import KNOWN, MAXIMISED
from benchmarks.orlib.model import Answer, solve_assignment, solve_generalised
from benchmarks.tables import machine
from optimizer.solve.transport import ScaleOptions


@dataclass(frozen=True)
class Line:
    """One problem. ``published``: the optimum, or the two values it lies between."""

    file: str
    problem: int
    agents: int
    jobs: int
    value: int | None
    bound: int
    proven: bool
    by: str
    published: tuple[int, int]
    cpu_s: float

    @property
    def contradicts(self) -> bool:
        """A value better than the published optimum can be, or a proof that shuts it out."""
        low, high = self.published
        best, worst = (high, low) if self.file in MAXIMISED else (low, high)
        sign = 1 if self.file in MAXIMISED else -1
        above = self.value is not None and sign * (self.value - best) > 0
        return above or sign * (worst - self.bound) > 0


def lines(folder: Path, files: Sequence[str], cap_s: float) -> Iterator[Line]:
    """Every problem of the files that are there, solved one after the other on one thread."""
    for name in files:
        path = folder / f"{name}.txt"
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if name.startswith("assign"):
            cost = read_assignment(text)
            yield _line(name, 1, cost.shape, partial(solve_assignment, cost), cap_s)
            continue
        for i, given in enumerate(read_generalised(text, maximise=name in MAXIMISED), 1):
            yield _line(name, i, given.cost.shape, partial(solve_generalised, given), cap_s)


def _line(
    name: str, problem: int, shape: tuple[int, ...], way: Callable[[ScaleOptions], Answer], cap_s: float
) -> Line:
    began = time.process_time()
    answer = way(ScaleOptions(threads=1, interrupted=lambda: time.process_time() - began >= cap_s))
    seconds = round(time.process_time() - began, 2)
    known = KNOWN[name]
    published = known[problem - 1] if problem <= len(known) else (0, 0)
    agents, jobs = shape
    return Line(
        name, problem, agents, jobs, answer.value, answer.bound, answer.proven, answer.by, published, seconds
    )


def page(found: Sequence[Line], command: str, cap_s: float) -> str:
    """The Markdown page: a line a problem, then the count of proofs by file."""
    head = machine()
    out = [f"# OR-Library assignment and generalised assignment, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [
        f"The transport kernel, one thread, at most {cap_s:g} seconds of the processor a problem. Value counted from the file, bound certified "
        "(`search`: an integer program on the arcs within the gap closed it). gap1 to gap12 are maximised, the others minimised.", "",
        "| file | problems | proven | value = published | worst gap | median s | worst s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name in dict.fromkeys(x.file for x in found):
        mine = [x for x in found if x.file == name]
        seconds = sorted(x.cpu_s for x in mine)
        gaps = [abs(x.bound - x.value) / abs(x.value) for x in mine if x.value]
        same = sum(x.value is not None and x.published[0] <= x.value <= x.published[1] for x in mine)
        out.append(
            f"| {name} | {len(mine)} | {sum(x.proven for x in mine)} | {same} | {100 * max(gaps, default=0):.3f} % "
            f"| {seconds[len(seconds) // 2]:.2f} | {seconds[-1]:.2f} |"
        )
    out += [
        "",
        "| problem | agents × jobs | value | bound | published | proof | s |",
        "|---|---|---:|---:|---:|---|---:|",
    ]
    for x in found:
        low, high = x.published
        known = f"{low}" if low == high else f"{low} to {high}"
        out.append(
            f"| {x.file}-{x.problem} | {x.agents} × {x.jobs} | {x.value or ''} | {x.bound} | {known} | {x.by if x.proven else 'none'} "
            f"| {x.cpu_s} |" + (" **contradiction** |" if x.contradicts else "")
        )
    return "\n".join(out) + "\n"


def main(words: Sequence[str] | None = None) -> int:
    """The command; 2 when the folder holds none of the files, 1 when a proof contradicts a published optimum."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.orlib",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", default=",".join(KNOWN), help="names without .txt, separated by commas")
    parser.add_argument("--cap", type=float, default=30.0, help="seconds of the processor a problem")
    parser.add_argument("--json", action="store_true", help="one JSON line a problem")
    parser.add_argument("--out", type=Path, help="write the page there, again after each problem")
    asked = parser.parse_args(words)
    names = asked.files.split(",")
    if unknown := [name for name in names if name not in KNOWN]:
        parser.error(f"{', '.join(unknown)}: none of {', '.join(KNOWN)}")
    command = " ".join(
        ["python -m benchmarks.orlib FOLDER", *(["--cap", f"{asked.cap:g}"] if asked.cap != 30 else [])]
    )
    found: list[Line] = []
    try:
        for line in lines(asked.folder, names, asked.cap):
            found.append(line)
            print(json.dumps(asdict(line)) if asked.json else _told(line), flush=True)
            if asked.out:
                asked.out.write_text(page(found, command, asked.cap), encoding="utf-8")
    except ValueError as error:
        parser.error(str(error))
    if not found:
        parser.error(f"none of {', '.join(f'{name}.txt' for name in names)} in the folder")
    return 1 if any(line.contradicts for line in found) else 0


def _told(line: Line) -> str:
    low, high = line.published
    known = f"{low}" if low == high else f"{low} to {high}"
    word = f"proven by {line.by}" if line.proven else f"not proven, bound {line.bound}"
    return f"{line.file}-{line.problem} ({line.agents} x {line.jobs}): {line.value}, {word}; published {known}; {line.cpu_s} s"


if __name__ == "__main__":
    sys.exit(main())
