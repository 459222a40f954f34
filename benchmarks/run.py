"""Backends side by side on the same instances: ``python -m benchmarks.run`` (``make bench``).

Every run is a fork of one process that holds the instance, so all backends see the same arrays; one runs at a time.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.instances import build, names
from benchmarks.measuring import BACKENDS, SHORT_S, Limits, Line, measure, propose_line
from benchmarks.tables import machine, page, sheet

RESULTS = Path(__file__).parent / "results"
PROPOSED = ("commission", "commission-tight")


def listed(text: str, known: tuple[str, ...]) -> list[str]:
    """Names of a comma-separated option, each known."""
    found = [name for name in text.split(",") if name]
    for name in found:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return found


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument(
        "--instances", type=lambda t: listed(t, names()), default=list(names()), help=",".join(names())
    )
    parser.add_argument(
        "--backends", type=lambda t: listed(t, BACKENDS), default=list(BACKENDS), help=",".join(BACKENDS)
    )
    parser.add_argument(
        "--propose",
        type=lambda t: listed(t, PROPOSED),
        default=list(PROPOSED),
        help="cases on which `propose` is timed from end to end; empty for none",
    )
    parser.add_argument("--cap", type=float, default=300.0, help="seconds per run")
    parser.add_argument("--memory", type=float, default=12.0, help="GB of address space per run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3, help=f"runs behind a median, under {SHORT_S:.0f} s")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="Markdown page; the CSV file stands beside it")
    return parser


def notes(limits: Limits, seed: int) -> list[str]:
    """What a reader must know before comparing two lines."""
    return [
        f"Seed {seed}; cap {limits.cap_s:.0f} s, {limits.memory_gb:.0f} GB and {limits.threads} solver thread(s) per "
        f"run; one run at a time, each in a fork that already holds the instance; median of {limits.repeat} when a "
        f"run takes less than {SHORT_S:.0f} s, else one run. The `scale` backend always prices on two threads.",
        "Wall is `solve` alone: backend, recount, proof by the product's own tree, choice among equals. The monolith "
        "has neither proof nor choice among equals, and its bound is what HiGHS says.",
        "Module loading and first compilation are outside the clock; peak memory includes both, and the instance.",
        "`simplified` is the model of `benchmarks/scale` translated exactly (optima known at seed 0); `commission` and "
        "`doubs` are whole cases with every rule in force. `propose` runs from the first byte read to the last file "
        "written, independent check included.",
        "A status is why the run ended, then what the published certificate proves.",
    ]


def measures(asked: argparse.Namespace, limits: Limits) -> Iterator[Line]:
    """All lines, as they come."""
    for name in asked.instances:
        instance = build(name, asked.seed)
        for backend in asked.backends:
            yield measure(instance, backend, limits)
    for name in asked.propose:
        yield propose_line(name, limits, asked.seed)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page and the CSV file, again after every line: a stopped run keeps what it has."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = options().parse_args(given)
    limits = Limits(asked.cap, asked.memory, asked.threads, asked.repeat)
    head = machine()
    command = " ".join(["python -m benchmarks.run", *given])
    out: Path = asked.out or RESULTS / f"backends-{head['date']}.md"
    out.parent.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    for line in measures(asked, limits):
        lines.append(line)
        seconds = "-" if line.wall_s is None else f"{line.wall_s:.3g} s"
        print(
            f"{line.instance} {line.backend}: {line.status}, {seconds} {line.note}",
            file=sys.stderr,
            flush=True,
        )
        head["load_after"] = f"{os.getloadavg()[0]:.1f}"
        out.write_text(page(head, lines, command, notes(limits, asked.seed)), encoding="utf-8")
        out.with_suffix(".csv").write_text(sheet(head, lines), encoding="utf-8")
    return 1 if any("CONTRADICTS" in line.note for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
