"""Cold against warm start on the same cases in one process: ``python -m benchmarks.warm``.

A département's year is solved once and published. Then three cases much like it, each solved from nothing and from that
result: a household of a second-best pair is pinned, a share of an agreement changes, a week has passed (dwellings let and
gone with their households, as many newly vacant). Times are those of ``solve`` in ``run.json``: layout, solve, recount,
proof; reading the earlier folder stands beside. Writes a dated page and CSV file to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.instances import build
from benchmarks.tables import machine
from optimizer import pipeline, synth
from optimizer.domain import Case
from optimizer.pipeline import Prepared
from optimizer.presentation.csvfile import write_table
from optimizer.problem.model import Problem
from optimizer.runs.earlier import read_earlier
from optimizer.runs.writing import write_certificate
from optimizer.solve import Earlier, Solved, SolveOptions, solve

RESULTS = Path(__file__).parent / "results"
WEEK = 52
AIM = 5.0
FIELDS = (
    "case", "cold_s", "warm_s", "ratio", "cold_cpu_s", "warm_cpu_s", "cpu_ratio", "cold_gap", "warm_gap", "cold_stop", "warm_stop", "multipliers", "first_ranks",
    "warm_phases",
)  # fmt: skip


Seconds = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One case: both runs, each with its seconds on the wall and of the processor."""

    case: str
    cold: Solved
    warm: Solved
    cold_s: Seconds
    warm_s: Seconds


def main(words: list[str]) -> int:
    """Run, write, say; 1 when two proven runs differ."""
    asked = options().parse_args(words)
    head = machine()
    solve(
        build("simplified-60", 1, dwellings=6, applications=60).problem, SolveOptions(backend=asked.backend)
    )
    case = _synthetic(asked, asked.seed)
    base = pipeline.prepare(case, accept_assumed=True)
    print(f"base {case.settings.title}", file=sys.stderr)
    first, first_s = timed(base.problem, asked, None)
    with tempfile.TemporaryDirectory(prefix="attriflux-bench-") as folder:
        publish(Path(folder), base.problem, first)
        clock = time.perf_counter()
        earlier = read_earlier(Path(folder))
        read_s = time.perf_counter() - clock
    lines = [_line("the same case", base, earlier, asked, (first, first_s))]
    for name, changed in variants(case, base, first, asked):
        lines.append(_line(name, pipeline.prepare(changed, accept_assumed=True), earlier, asked, None))
    command = "python -m benchmarks.warm " + " ".join(words)
    stem = asked.out or RESULTS / f"warm-{head['date']}.md"
    stem.write_text(page(head, lines, command.strip(), read_s), encoding="utf-8")
    with stem.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(_cells(line) for line in lines)
    print(stem, file=sys.stderr)
    return int(any(differ(line) for line in lines))


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warm", description=__doc__)
    parser.add_argument("--profile", default="doubs")
    parser.add_argument("--dwellings", type=int)
    parser.add_argument("--applications", type=int)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--given", action="store_true", help="the profile as it is, not its tight form")
    parser.add_argument("--backend", default="scale")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--gap", type=float, default=0.0, help="0: the backend's own")
    parser.add_argument(
        "--repeat", type=int, default=3, help="warm runs behind a median; cold runs are single"
    )
    parser.add_argument(
        "--share", default="OPH25.ALS:0.02", help="landlord.account:more, changed in the agreement"
    )
    parser.add_argument("--out", type=Path, help="Markdown page; the CSV file stands beside it")
    return parser


def _synthetic(asked: argparse.Namespace, seed: int) -> Case:
    return synth.synthesize(
        asked.profile,
        dwellings=asked.dwellings,
        applications=asked.applications,
        seed=seed,
        tight=not asked.given,
    )


def timed(problem: Problem, asked: argparse.Namespace, earlier: Earlier | None) -> tuple[Solved, Seconds]:
    """An answer and its seconds; the median of several when it starts from an earlier one."""
    wall, processor = [], []
    for _ in range(1 if earlier is None else asked.repeat):
        clock, used = time.perf_counter(), time.process_time()
        found = solve(
            problem,
            SolveOptions(backend=asked.backend, gap=asked.gap, threads=asked.threads, earlier=earlier),
        )
        wall.append(time.perf_counter() - clock)
        processor.append(time.process_time() - used)
    return found, (statistics.median(wall), statistics.median(processor))


def _line(
    name: str,
    prepared: Prepared,
    earlier: Earlier,
    asked: argparse.Namespace,
    cold: tuple[Solved, Seconds] | None,
) -> Line:
    print(name, file=sys.stderr)
    before = cold or timed(prepared.problem, asked, None)
    after = timed(prepared.problem, asked, earlier)
    return Line(name, before[0], after[0], before[1], after[1])


def publish(folder: Path, problem: Problem, solved: Solved) -> None:
    """The two files of a result that a warm start reads."""
    first = solved.first
    account = np.array(problem.accounts, object)[problem.kinds.account[first.kind]]
    application = np.where(first.app >= 0, problem.application_ids[np.maximum(first.app, 0)], "")
    lines = pd.DataFrame(
        {
            "dwelling_id": problem.dwelling_ids[first.dwelling],
            "account": account,
            "rank": np.ones(len(first), np.int64),
            "application_id": application,
        }
    )
    write_certificate(folder, solved.certificate.as_dict())
    write_table(lines, folder, "proposals")


def variants(case: Case, base: Prepared, solved: Solved, asked: argparse.Namespace) -> list[tuple[str, Case]]:
    """The three changes, the same for the same seed."""
    rng = np.random.default_rng(asked.seed)
    problem, first = base.problem, solved.first
    housed = np.flatnonzero(first.app >= 0)
    # a pin: somebody without a first rank who is eligible for the dwelling in the middle
    d = int(first.dwelling[housed[len(housed) // 2]])
    menu = problem.entries_of(d)
    free = np.setdiff1d(problem.entry_app[menu], first.app)
    pin = pd.DataFrame(
        {
            "dwelling_id": [problem.dwelling_ids[d]], "application_id": [problem.application_ids[int(free[0])]],
            "decision": ["pin"], "reason": ["commission_decision"], "author": ["benchmark"],
        }
    )  # fmt: skip
    known = case.table("decisions")
    decisions = pin.reindex(columns=known.columns).astype(known.dtypes)
    pinned = replace(case, tables={**case.tables, "decisions": decisions})
    who, more = asked.share.split(":")
    landlord, account = who.split(".", 1)
    share = next(
        r.share for r in problem.rows
        if r.rule == "flux" and r.scope.startswith(f"landlord={landlord};") and r.scope.endswith(f"account={account}")
    )  # fmt: skip
    change = {f"conventions.{landlord}.{account}.share": round(share / 10_000 + float(more), 4)}
    settings = replace(case.settings, changes={**case.settings.changes, **change})
    n = max(1, len(problem.dwelling_ids) // WEEK)
    gone = rng.choice(housed, n, replace=False)
    return [
        ("a pin", pinned),
        (f"a share: {who} {float(more):+.2f}", replace(case, settings=settings)),
        (f"a week: {n} dwellings gone, {n} new", _week(case, problem, solved, gone, asked)),
    ]


def _week(case: Case, problem: Problem, solved: Solved, gone: np.ndarray, asked: argparse.Namespace) -> Case:
    """Some first ranks signed and gone; as many dwellings of another draw of the same profile."""
    let = set(problem.dwelling_ids[solved.first.dwelling[gone]].tolist())
    housed = set(problem.application_ids[solved.first.app[gone]].tolist())
    tables = dict(case.tables)
    old = tables["dwellings"]
    new = _synthetic(asked, asked.seed + 1).table("dwellings")
    plain = ~new["dwelling_id"].isin(old["dwelling_id"]) & (new["reserved_to"].fillna("") == "")
    new = new[plain].head(len(gone)).assign(residence=None, priority_mix_residence=False)
    kept = old[~old["dwelling_id"].isin(let)]
    tables["dwellings"] = pd.concat([kept, new.astype(old.dtypes)], ignore_index=True)
    for name in ("applications", "nominations"):
        if name in tables:
            frame = tables[name]
            tables[name] = frame[~frame["application_id"].isin(housed)].reset_index(drop=True)
    return replace(case, tables=tables)


def differ(line: Line) -> bool:
    """Whether two proven runs gave other first ranks."""
    if line.cold.stop != "proven" or line.warm.stop != "proven":
        return False
    a, b = line.cold.first, line.warm.first
    pairs = ((a.dwelling, b.dwelling), (a.app, b.app), (a.kind, b.kind))
    return not all(np.array_equal(x, y) for x, y in pairs)


def _gap(solved: Solved) -> float:
    return (solved.bound - solved.objective) / max(1, abs(solved.objective))


def _cells(line: Line) -> list[object]:
    taken = line.warm.taken_over
    assert taken is not None
    phases = ", ".join(f"{name} {seconds:.2f}" for name, seconds in line.warm.timings.items())
    return [
        line.case,
        *(
            text
            for cold, warm in zip(line.cold_s, line.warm_s, strict=True)
            for text in (f"{cold:.3f}", f"{warm:.3f}", f"{cold / warm:.2f}")
        ),
        f"{_gap(line.cold):.3e}",
        f"{_gap(line.warm):.3e}", line.cold.stop, line.warm.stop,
        f"{taken.multipliers}/{taken.multipliers_given}", f"{taken.first_ranks}/{taken.first_ranks_given}", phases,
    ]  # fmt: skip


def page(head: dict[str, str], lines: list[Line], command: str, read_s: float) -> str:
    """The Markdown page."""
    out = [f"# Warm start, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [
        f"- Both runs in one process; reading the earlier folder took {read_s:.2f} s and is not in the warm column.",
        f"- The aim is a ratio of {AIM:.0f}; cold runs are single, warm ones a median. On a busy machine the processor's "
        "seconds say more than the wall's.",
        "",
        "| case | cold s | warm s | ratio | cold CPU s | warm CPU s | CPU ratio | cold gap | warm gap | cold | warm "
        "| multipliers | first ranks |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|---:|---:|",
    ]
    out += ["| " + " | ".join(str(cell) for cell in _cells(line)[:-1]) + " |" for line in lines]
    out += ["", "## Seconds of the warm run by phase", ""]
    out += [f"- {line.case}: {_cells(line)[-1]}" for line in lines]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
