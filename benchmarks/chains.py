"""What chains bring and cost: ``python -m benchmarks.chains``.

For each seed a synthetic year is drawn with the dwelling of every sitting tenant (``synth --tenants``). The case is proposed
without chains and with chains of each length. Counted, among first ranks with a household: lettings, transfers (the household is a
sitting tenant), newcomers, and lettings expected, each at the acceptance of its household and of all before it in its chain; and
seconds of the processor for preparation and solve. Intervals are Student's over seeds, paired. Writes a dated page to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from scipy import stats

import optimizer as af
from benchmarks.tables import machine
from optimizer import pipeline, policy
from optimizer.chains import UNBOUNDED
from optimizer.domain import Case
from optimizer.results import FULL, SCALE
from optimizer.runs.chains import read_moves
from optimizer.solve import SolveOptions, solve

RESULTS = Path(__file__).parent / "results"
ALONE = (
    "flux", "flux_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers", "priority_mix",
    "account_balance",
)  # fmt: skip
"""Rules that weigh nothing under ``--rules cap``: what is left is the ceiling of transfers."""


class Counted(NamedTuple):
    """One proposal in figures; ``expected`` in lettings, ``gap`` in points."""

    lettings: int
    transfers: int
    expected: float
    gap: float
    prepare: float
    solve: float


def delegated(case: Case) -> Case:
    """The case where the landlord names for every account: no list of a réservataire orders the first ranks."""
    lines = policy.rules_of(case.settings).conventions
    lines = lines[lines["landlord"].isin(case.table("dwellings")["landlord"])].assign(
        management_mode="delegated"
    )
    kept = {name: table for name, table in case.tables.items() if name != "nominations"}
    return replace(case, tables={**kept, "conventions": lines.reset_index(drop=True)})


def counted(case: Case, chains: int, limit: float, exchanges: bool) -> Counted:
    """The case proposed with chains of a length, and with short exchanges beside those of a number."""
    begun = time.process_time()
    prepared = pipeline.prepare(case, chains=chains, exchanges=exchanges and chains > 0)
    ready = time.process_time()
    found = solve(prepared.problem, SolveOptions(backend="highs" if chains else "auto", time_limit=limit))
    done = time.process_time()
    first, people = found.first, prepared.facts.applications
    named = first.app >= 0
    free = read_moves(prepared.problem, prepared.facts, first).free(people.acceptance)
    pairs = zip(first.dwelling[named].tolist(), first.app[named].tolist(), strict=True)
    expected = sum(free.get(d, SCALE) / SCALE * int(people.acceptance[a]) / FULL for d, a in pairs)
    return Counted(
        int(named.sum()), int((people.current_landlord[first.app[named]] >= 0).sum()), expected,
        (found.bound - found.objective) / 1e6, ready - begun, done - ready,
    )  # fmt: skip


def interval(values: list[float]) -> tuple[float, float]:
    """Mean and half a 95 % interval."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return statistics.mean(values), float(stats.t.ppf(0.975, max(1, len(values) - 1))) * spread / len(
        values
    ) ** 0.5


def page_of(
    head: Mapping[str, str], words: list[str], asked: argparse.Namespace, found: Mapping[int, list[Counted]]
) -> list[str]:
    """The lines of the page."""
    page = [f"# Chains, {head['date']}", "", f"`python -m benchmarks.chains {' '.join(words)}`", ""]
    page += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    page += [
        f"Profile {asked.profile}, {asked.dwellings} dwellings, {asked.applications:,} applications, {asked.seeds} seeds, rules: "
        f"{asked.rules}{', every account delegated' if asked.delegated else ''}{', exchanges of two or three' if asked.exchanges else ''}. Means over seeds; gains over no chains, with half a 95 % interval; seconds of the processor, the most in brackets.",
        "",
        "| chains | lettings | newcomers | transfers | gain | expected | gain expected | prepare s | solve s | proven |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for length, runs in found.items():
        cells = [
            "all" if length == UNBOUNDED else str(length),
            f"{statistics.mean(r.lettings for r in runs):.1f}",
        ]
        cells += [f"{statistics.mean(r.lettings - r.transfers for r in runs):.1f}"]
        cells += [f"{statistics.mean(r.transfers for r in runs):.1f}"]
        for value in ("lettings", "expected"):
            pairs = zip(runs, found[0], strict=True)
            more, half = interval([100 * (getattr(r, value) / getattr(z, value) - 1) for r, z in pairs])
            if value == "expected":
                cells.append(f"{statistics.mean(r.expected for r in runs):.1f}")
            cells.append("–" if not length else f"{more:+.0f} ± {half:.0f} %")
        for value in ("prepare", "solve"):
            spent = [getattr(r, value) for r in runs]
            cells.append(f"{statistics.mean(spent):.2f} ({max(spent):.2f})")
        cells.append(f"{sum(r.gap <= 0 for r in runs)} of {len(runs)}")
        page.append("| " + " | ".join(cells) + " |")
    return page


def main(words: list[str]) -> int:
    """Measure, write, say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chains", description=__doc__)
    parser.add_argument("--profile", default="doubs")
    parser.add_argument("--dwellings", type=int, default=60)
    parser.add_argument("--applications", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--lengths", default="1", help="lengths beside 0, separated by commas; all: any")
    parser.add_argument("--rules", choices=("full", "cap"), default="full")
    parser.add_argument("--delegated", action="store_true", help="the landlord names for every account")
    parser.add_argument(
        "--exchanges", action="store_true", help="two or three tenants may exchange their dwellings"
    )
    parser.add_argument("--time-limit", type=float, default=600.0)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    lengths = [0, *(UNBOUNDED if x == "all" else int(x) for x in asked.lengths.split(","))]
    found: dict[int, list[Counted]] = {length: [] for length in lengths}
    for seed in range(asked.seeds):
        case = af.synthesize(
            asked.profile, dwellings=asked.dwellings, applications=asked.applications, seed=seed, tenants=True
        )
        if asked.delegated:
            case = delegated(case)
        if asked.rules == "cap":
            off = {f"national.prices.{rule}": 0 for rule in ALONE}
            case = replace(case, settings=replace(case.settings, changes={**case.settings.changes, **off}))
        for length in lengths:
            found[length].append(counted(case, length, asked.time_limit, asked.exchanges))
            print(seed, length, found[length][-1], file=sys.stderr, flush=True)
    page = page_of(head, words, asked, found)
    text = "\n".join(page) + "\n"
    out = asked.out or RESULTS / f"chains-{head['date']}.md"
    out.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
