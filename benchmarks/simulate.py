"""Policies over simulated years: ``python -m benchmarks.simulate``.

The profile `commission` with scores against the rules, 26 commissions of 6 dwellings: households in abundance (4 waiting and 2 arriving per
dwelling), publics scarce (six in ten of their households kept), and with refusals; whole years of 52 commissions; commissions of 60. Every
policy meets the same draws. G on points sets aside the fill value of the dwellings let: one that stays empty weighs 20,000 points, more than
all the rest. G = (policy − order of the cotation) / (hindsight − order of the cotation), on the value of the year; intervals are Student's at
95 % over the seeds, differences are paired, p is Holm's. Seconds are of the processor, measured unit by unit with one worker.

Writes a dated page to ``benchmarks/results`` after each setting, and with ``--parts`` goes on where it was stopped: settings lived before
are taken from there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optimizer as af
from benchmarks.tables import machine
from optimizer.simulation.comparing import Simulation
from optimizer.simulation.page import open_proofs
from optimizer.simulation.summary import TODAY
from optimizer.workers import code_mark

RESULTS = Path(__file__).parent / "results"
YEAR = {"dwellings": 156, "sessions": 26, "tight": True, "freed": False, "refusals": False}


@dataclass(frozen=True)
class Setting:
    """A world to compare policies on; ``seeds`` years of it."""

    id: str
    title: str
    seeds: int
    options: dict[str, Any] = field(default_factory=dict)


SETTINGS = (
    Setting("abundant", "Abundant, everybody accepts, sessions of 6", 20),
    Setting("scarce", "Publics scarce, everybody accepts, sessions of 6", 20, {"publics": 0.6}),
    Setting("refusals", "Abundant, with refusals, sessions of 6", 20, {"refusals": True}),
    Setting("scarce_refusals", "Publics scarce, with refusals, sessions of 6", 20, {"publics": 0.6, "refusals": True}),
    Setting("year", "Abundant, everybody accepts, 52 sessions of 6", 20, {"dwellings": 312, "sessions": 52}),
    Setting("sixty", "Abundant, everybody accepts, sessions of 60", 20, {"dwellings": 480, "sessions": 8, "gap": 1e-5}),
)  # fmt: skip


def measured(setting: Setting, asked: argparse.Namespace) -> tuple[Simulation, dict[str, float]]:
    """A setting lived, and seconds of the processor of each policy on each seed (of this process: with one worker)."""
    journal = asked.parts and asked.parts / f"{setting.id}.seconds.json"
    spent: dict[str, float] = json.loads(journal.read_text("utf-8")) if journal and journal.exists() else {}
    clock = time.process_time()

    def finished(done: int, total: int, name: str) -> None:
        nonlocal clock
        now = time.process_time()
        print(setting.id, done, total, name, file=sys.stderr, flush=True)
        if name and name not in spent:
            spent[name] = now - clock
            if journal:
                journal.write_text(json.dumps(spent), encoding="utf-8")
        clock = now

    found = af.simulate(
        "commission", asked.policies, seeds=range(asked.first, asked.first + min(setting.seeds, asked.seeds)), workers=asked.workers,
        parts=asked.parts and asked.parts / setting.id, progress=finished, **{**YEAR, **setting.options},
    )  # fmt: skip
    run = {f"{p.id} {seed}" for p in found.policies for seed in found.seeds}
    return found, {name: seconds for name, seconds in spent.items() if name in run}


def page_of(setting: Setting, found: Simulation, spent: dict[str, float]) -> list[str]:
    """The lines of one setting."""
    table: dict[tuple[str, str], dict[str, Any]] = {
        (str(line["policy"]), str(line["indicator"])): {str(key): value for key, value in line.items()}
        for line in found.summary.to_dict("records")
    }

    def cell(policy: str, indicator: str, times: float = 1.0, places: int = 1) -> str:
        if (policy, indicator) not in table:
            return "–"
        line = table[policy, indicator]
        half = (line["high"] - line["mean"]) * times
        mean = f"{line['mean'] * times:,.{places}f}"
        return f"{mean} ± {half:,.{places}f}" if half == half else mean

    def paired(policy: str) -> tuple[str, str]:
        if (policy, "value") not in table or policy == TODAY:
            return "", ""
        line = table[policy, "value"]
        if line["paired"] != line["paired"]:
            return "", ""
        half = line["paired_high"] - line["paired"]
        return f"{line['paired']:+,.0f} ± {half:,.0f}", f"{line['holm_p']:.3f}"

    lines = [
        f"## {setting.title}", "",
        f"{len(found.seeds)} seeds, {len(found.weeks):,} sessions, {open_proofs(found)} without a complete proof"
        f"{f' (a proof may stop at {found.setting.gap:.0e} of the value)' if found.setting.gap else ''}; "
        f"{sum(spent.values()):,.0f} s of the processor.", "",
        "| policy | G, % | G on points, % | regret, points/letting | regret on points | lettings | leases missing | points over the required rate, a year | p | s/year |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for p in found.policies:
        mine = [seconds for name, seconds in spent.items() if name.split()[0] == p.id]
        gap, p_value = paired(p.id) if p.terms is not None else ("", "")
        lines.append(
            f"| {p.id} | {cell(p.id, 'gain', 100, 2)} | {cell(p.id, 'gain_points', 100, 2)} | {cell(p.id, 'regret')} | {cell(p.id, 'regret_points')} | {cell(p.id, 'lettings')} | "
            f"{cell(p.id, 'shortfall')} | {gap} | {p_value} | {sum(mine) / len(mine):.1f} |"
        )
    return [*lines, ""]


def main(words: list[str]) -> int:
    """Live, compare, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="at most; a setting may ask for fewer")
    parser.add_argument("--first", type=int, default=1, help="number of the first seed")
    parser.add_argument("--settings", default=",".join(s.id for s in SETTINGS))
    parser.add_argument("--policies", default="all")
    parser.add_argument("--workers", default="1")
    parser.add_argument("--parts", type=Path, help="folder where finished years are kept, and found")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    said = " ".join(f"--{name} {getattr(asked, name)}" for name in ("settings", "policies", "first", "seeds"))
    page = [
        f"# Policies over simulated years, {head['date']}",
        "",
        f"`python -m benchmarks.simulate {said}`",
        "",
    ]
    page += [
        ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date")
        + f", program {code_mark()[:12]}",
        "",
    ]
    page += [" ".join((__doc__ or "").split("\n\n")[1].split()), ""]
    out = asked.out or RESULTS / f"simulate-{head['date']}.md"
    for setting in SETTINGS:
        if setting.id in asked.settings.split(","):
            page += page_of(setting, *measured(setting, asked))
            out.write_text("\n".join(page), encoding="utf-8")
    print(out, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
