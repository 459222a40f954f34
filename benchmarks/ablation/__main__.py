"""``python -m benchmarks.ablation``: what each number of the search policy is worth, paired with the default.

One JSON line a run in a dated file, so that an interrupted table goes on where it stopped (``--runs FILE`` on another day; several
commands may write to one file, each with instances of its own), and a dated page. Numbers that no run of the default reads on an
instance are not changed there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ablation.page import page
from benchmarks.ablation.runs import INSTANCES, Bench, Run, read
from benchmarks.tables import machine

RESULTS = Path(__file__).parents[1] / "results"
CAP_S, SEEDS, REPEAT = 20.0, "1,2", 3


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--instances", default=",".join(i.words for i in INSTANCES), help="some of these, separated by commas"
    )
    parser.add_argument("--seeds", default=SEEDS, help="separated by commas")
    parser.add_argument("--only", default="", help="beginnings of the names to change, separated by commas")
    parser.add_argument("--cap", type=float, default=CAP_S, help="seconds of the processor")
    parser.add_argument("--repeat", type=int, default=REPEAT, help="runs of the default")
    parser.add_argument("--page", action="store_true", help="write the page of what is there, run nothing")
    parser.add_argument("--notes", type=Path, help="Markdown to end the page with")
    parser.add_argument("--runs", type=Path, help="ledger to go on with; usually that of today in the folder")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """The command; 2 when an instance is unknown."""
    parser = options()
    asked = parser.parse_args(words)
    known = {i.words: i for i in INSTANCES}
    names = asked.instances.split(",")
    if unknown := [n for n in names if n not in known]:
        parser.error(f"{', '.join(unknown)}: none of {', '.join(known)}")
    asked.out.mkdir(parents=True, exist_ok=True)
    head = machine()
    kept = asked.runs or asked.out / f"ablation-{head['date']}.jsonl"
    if not asked.page:
        for seed in asked.seeds.split(","):
            for name in names:
                Bench(known[name], int(seed), kept, asked.cap, _tell).all(
                    tuple(asked.only.split(",")), asked.repeat
                )
    notes = asked.notes.read_text(encoding="utf-8").splitlines() if asked.notes else []
    text = page(head, read(kept), "python -m benchmarks.ablation", notes)
    (asked.out / f"ablation-{head['date']}.md").write_text(text, encoding="utf-8")
    return 0


def _tell(run: Run) -> None:
    said = run.failure or ("proven" if run.proven else "not proven")
    print(
        f"{run.instance} seed {run.seed}, {run.name} {run.how}: {said}, {run.work} {run.steps} {run.seconds:.2f} s",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
