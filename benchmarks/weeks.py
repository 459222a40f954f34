"""What a week costs from process start: ``python -m benchmarks.weeks``.

For each seed a synthetic week is written (leases, work in progress, nominations, assiette and stock included) and
``attriflux propose`` is run on it as a command. Counted: seconds of the processor of the whole command, the independent check,
the workbook and the PDF included. Writes a dated page to ``benchmarks/results``; ``--json`` prints the figures too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import optimizer as af
from benchmarks.tables import machine

RESULTS = Path(__file__).parent / "results"
ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS")}
COMMAND = "import sys; from optimizer.cli import main; sys.argv[0] = 'attriflux'; main()"


@dataclass(frozen=True)
class Week:
    """A size of week and what its command should cost, seconds of the processor."""

    dwellings: int
    applications: int
    aim: float


WEEKS = (Week(40, 20_000, 3.0), Week(12, 60, 2.0))


@dataclass(frozen=True)
class Spent:
    """One command: seconds of the processor, why it stopped, and its verdict."""

    seed: int
    seconds: float
    stop: str
    verdict: str


def spent(week: Week, seed: int, folder: Path) -> Spent:
    """Run the command on the week of a seed."""
    case = af.synthesize("commission", dwellings=week.dwellings, applications=week.applications, seed=seed)
    af.write_case(case, folder / "case")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["propose", str(folder / "case"), "--out", str(folder / "result")]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words], env=os.environ | ONE_THREAD, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"seed {seed}: {done.stderr}")
    record = json.loads((folder / "result" / "run.json").read_text(encoding="utf-8"))
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(seed, round(seconds, 2), record["stop"], record["verdict"])


def lines_of(week: Week, found: list[Spent]) -> dict[str, object]:
    """Median and worst of a size."""
    seconds = [one.seconds for one in found]
    return {
        "dwellings": week.dwellings,
        "applications": week.applications,
        "seeds": len(found),
        "median": round(statistics.median(seconds), 2),
        "worst": max(seconds),
        "aim": week.aim,
        "proven": sum(one.stop == "proven" for one in found),
        "certified": sum(one.verdict == "certified" for one in found),
        "weeks": [asdict(one) for one in found],
    }


def main(words: list[str]) -> int:
    """Measure, write, say; 1 when a week was not certified."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.weeks", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="print the figures")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    measured = []
    for week in WEEKS:
        found = []
        for seed in range(asked.seeds):
            with tempfile.TemporaryDirectory() as name:
                found.append(spent(week, seed, Path(name)))
            print(week, found[-1], file=sys.stderr, flush=True)
        measured.append(lines_of(week, found))
    page = [
        f"# Weeks from process start, {head['date']}",
        "",
        f"`python -m benchmarks.weeks {' '.join(words)}`",
        "",
    ]
    page += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    page += [
        "Seconds of the processor of `attriflux propose`, imports, check, workbook and PDF included; kernels compiled before.",
        "",
        "| dwellings × applications | seeds | median | worst | aim | proven | certified |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    page += [
        f"| {x['dwellings']} × {x['applications']:,} | {x['seeds']} | {x['median']:.2f} | {x['worst']:.2f} | {x['aim']:g} | "
        f"{x['proven']} | {x['certified']} |"
        for x in measured
    ]
    out = asked.out or RESULTS / f"weeks-{head['date']}.md"
    out.write_text("\n".join([*page, ""]), encoding="utf-8")
    print(out, file=sys.stderr)
    if asked.json:
        print(json.dumps({"machine": head, "weeks": measured}, indent=1))
    return int(any(x["certified"] != x["seeds"] for x in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
