"""What one refusal moves, with and without ``--keep``: ``python -m benchmarks.keeping``.

For each seed a week is proposed, one household of its first ranks is set aside by a decision, and the week is proposed again:
as if nothing had been shown before, and with the first result kept. Counted: lists that are not what they were, first ranks
kept, and the points that keeping costs against the optimum without it. Of the tables of a week only its lists are made. A seed
with a week whose proof stays open is shown and not counted. Writes a dated page to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

import optimizer as af
from benchmarks.tables import machine
from optimizer import pipeline
from optimizer.domain import Case
from optimizer.pipeline import Optimum
from optimizer.problem.build import Held
from optimizer.runs.tables import main_tables
from optimizer.solve import Earlier, SolveOptions, retold

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Moved:
    """One seed. ``lists``: of the first result; ``free``, ``kept``: of them changed without and with ``--keep``; ``own``, ``held``:
    first ranks of the first result that the optimum has on its own, and with ``--keep``; ``lost``: points against the optimum
    without; ``limit``: what they may be at most; ``proven``: whether all three weeks are."""

    seed: int
    lists: int
    free: int
    kept: int
    own: int
    held: int
    lost: float
    limit: float
    proven: bool


@dataclass(frozen=True)
class Week:
    """A week as proposed and its lines."""

    optimum: Optimum
    proposals: pd.DataFrame

    @property
    def points(self) -> float:
        """What the proposal is worth, points given for what is kept included."""
        return self.optimum.solved.objective / 1_000_000

    @property
    def firsts(self) -> set[tuple[str, str, str]]:
        """(dwelling, account, household) of the first ranks with a household."""
        lines = self.proposals[(self.proposals["rank"] == 1) & (self.proposals["application_id"] != "")]
        columns = (lines[name].astype(str) for name in ("dwelling_id", "account", "application_id"))
        return set(zip(*columns, strict=True))

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """Dwelling -> account and households by rank."""
        found: dict[str, tuple[str, ...]] = {}
        for line in self.proposals.sort_values(["dwelling_id", "rank"]).itertuples():
            home = str(line.dwelling_id)
            found[home] = (*found.get(home, (str(line.account),)), str(line.application_id))
        return found


def solved(case: Case, kept: Held = (), earlier: Earlier | None = None) -> Week:
    """A week proposed, from an earlier answer where there is one."""
    optimum = pipeline.optimise(pipeline.prepare(case, kept=kept), SolveOptions(earlier=earlier))
    return Week(optimum, main_tables(optimum, af.Options(), alone=True).proposals)


def without(case: Case, application: str) -> Case:
    """The case with a decision that sets a household aside everywhere."""
    known = case.table("decisions")
    line: dict[str, object] = dict.fromkeys(map(str, known.columns), pd.NA)
    line |= {"application_id": application, "decision": "forbid", "reason": "housed_elsewhere", "author": "s"}
    new = pd.DataFrame([line]).astype(known.dtypes.to_dict())
    table = pd.concat([known, new], ignore_index=True) if len(known) else new
    return replace(case, tables={**case.tables, "decisions": table}, path=None)


def moved(seed: int, dwellings: int, applications: int) -> Moved:
    """Counts of one seed."""
    case = af.synthesize("commission", dwellings=dwellings, applications=applications, seed=seed)
    before = solved(case)
    told, was = before.firsts, before.lists
    earlier = retold(before.optimum.prepared.problem, before.optimum.solved)
    changed = without(case, min(told)[2])
    free = solved(changed, earlier=earlier)
    kept = solved(changed, tuple(sorted(told)), earlier)
    weight = float(str(kept.optimum.prepared.rules.get("national.lean.keep_points")))
    own, held = len(free.firsts & told), len(kept.firsts & told)
    lost = free.points - (kept.points - weight * held)

    def differ(week: Week) -> int:
        now = week.lists
        return sum(now.get(home) != was.get(home) for home in {*was, *now})

    proven = all(week.optimum.solved.stop == "proven" for week in (before, free, kept))
    return Moved(seed, len(was), differ(free), differ(kept), own, held, lost, weight * (held - own), proven)


def main(words: list[str]) -> int:
    """A line for each seed, then the medians; 1 when keeping costs more than what is kept weighs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keeping", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--dwellings", type=int, default=40)
    parser.add_argument("--applications", type=int, default=20_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    page = [
        f"# What one exclusion moves, {head['date']}",
        "",
        f"`python -m benchmarks.keeping {' '.join(words)}`",
        "",
    ]
    page += [
        f"{asked.dwellings} dwellings, {asked.applications:,} applications; one household of the first ranks is set aside, and the "
        "week is proposed again without and with `--keep`.",
        "",
        "| seed | lists | changed without | changed with | first ranks kept without | with | points lost | at most | proven |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    found = []
    for seed in range(asked.seeds):
        one = moved(seed, asked.dwellings, asked.applications)
        found.append(one)
        page.append(
            f"| {one.seed} | {one.lists} | {one.free} | {one.kept} | {one.own} | {one.held} | {one.lost:.2f} | {one.limit:.0f} | "
            f"{'yes' if one.proven else 'no'} |"
        )
        print(page[-1], file=sys.stderr, flush=True)
    counted = [one for one in found if one.proven]
    if not counted:
        raise SystemExit("no seed was proven")
    free, kept = (statistics.median(getattr(x, name) for x in counted) for name in ("free", "kept"))
    beyond = sum(x.lost > x.limit + 1e-6 for x in counted)
    page += [
        "",
        f"Proven: {len(counted)} seeds of {len(found)}. Median of the lists changed: {free:g} without, {kept:g} with. Seeds that lose "
        f"more than what is kept weighs: {beyond}.",
        "",
    ]
    out = asked.out or RESULTS / f"keeping-{head['date']}.md"
    out.write_text("\n".join(page), encoding="utf-8")
    print(out, file=sys.stderr)
    return int(beyond > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
