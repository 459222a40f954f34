"""``python -m benchmarks.peers``: ours against HiGHS, CP-SAT, SCIP, CBC and GCG on the same explicit integer program.

Three sizes, five seeds, one thread, capped on the seconds of the processor; one JSON line a run in a dated file, so that an
interrupted table goes on where it stopped (``--runs FILE`` on another day), and a dated page. Ends with 1 when a solver contradicts our proof. GCG takes part
where ``pip install 'attriflux[bench]'`` put its package; elsewhere its line says that it is absent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.page import contradictions, page
from benchmarks.peers.runs import NAMES, OURS, SOLVERS, Run, Size, read, table, wanted
from benchmarks.tables import machine

RESULTS = Path(__file__).parents[1] / "results"
CAP_S, LONG_S = 60.0, 300.0
SIZES = ((30, 300), (60, 600), (200, 2_000))
SEEDS = 5


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = ",".join(f"{d}x{a}" for d, a in SIZES)
    parser.add_argument("--sizes", default=usual, help="DWELLINGSxAPPLICATIONS, separated by commas")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds 1 to this number")
    parser.add_argument("--solvers", default=",".join(SOLVERS), help=", ".join(SOLVERS))
    parser.add_argument("--cap", type=float, default=CAP_S, help="seconds of the processor")
    parser.add_argument("--long", type=float, default=LONG_S, help="the same on seed 1 of the last size")
    parser.add_argument("--page", action="store_true", help="write the page of what is there, run nothing")
    parser.add_argument(
        "--runs", type=Path, help="file of runs to go on with; usually that of today in the folder"
    )
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser


def sizes_of(words: str, cap_s: float, long_s: float) -> tuple[Size, ...]:
    """Sizes in the order given, the last one with a long cap on its first seed.

    Raises
    ------
    ValueError
        Words that name no size.
    """
    parts = [word.lower().split("x") for word in words.split(",")]
    if not all(len(p) == 2 and all(x.isdecimal() and int(x) > 0 for x in p) for p in parts):
        raise ValueError(f"{words}: DWELLINGSxAPPLICATIONS expected, such as 60x600,200x2000")
    last = len(parts) - 1
    return tuple(
        Size(int(d), int(a), cap_s, ((1, long_s),) if i == last and long_s != cap_s else ())
        for i, (d, a) in enumerate(parts)
    )


def main(words: Sequence[str] | None = None) -> int:
    """The command; 2 when a size or a solver is unknown, 1 when a solver contradicts our proof."""
    parser = options()
    asked = parser.parse_args(words)
    solvers = tuple(asked.solvers.split(","))
    try:
        sizes = sizes_of(asked.sizes, asked.cap, asked.long)
    except ValueError as error:
        parser.error(str(error))
    if unknown := [s for s in solvers if s not in SOLVERS]:
        parser.error(f"{', '.join(unknown)}: none of {', '.join(SOLVERS)}")
    seeds = tuple(range(1, asked.seeds + 1))
    asked.out.mkdir(parents=True, exist_ok=True)
    head = machine()
    kept = asked.runs or asked.out / f"peers-{head['date']}.jsonl"
    whole = wanted(sizes, seeds, solvers)
    if asked.page:
        there = read(kept)
        keys = [(s.dwellings, s.applications, seed, solver, s.cap_of(seed)) for s, seed, solver in whole]
        runs = [there[key] for key in keys if key in there]
    else:
        runs = table(sizes, seeds, solvers, kept, _tell)
    given = " ".join(w for w in (sys.argv[1:] if words is None else words) if w != "--page")
    text = page(head, sizes, runs, len(whole) - len(runs), f"python -m benchmarks.peers {given}".strip())
    (asked.out / f"peers-{head['date']}.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if contradictions(runs) else 0


def _tell(run: Run) -> None:
    name = NAMES[run.solver] if run.solver != OURS else OURS
    print(
        f"{run.dwellings}x{run.applications} seed {run.seed}, {name}: {run.stop}, {run.solved_s} s",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
