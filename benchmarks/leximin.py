"""``python -m benchmarks.leximin``: the most equal chances of one case, from the market to the lottery, in seconds of the processor.

With ``--rules two`` (the default) two rules weigh: a quarter of each réservataire's leases to publics prioritaires, and at most
thirteen hundredths of a landlord's to its own tenants. They are a scenario laid over the case: the other rules have no price, and the
forecast of transfers is thirteen hundredths of what falls vacant. ``--case DIR`` writes the case so that ``attriflux fairness DIR
--mechanisms leximin`` and ``verify --lottery`` answer for it. ``--rules all`` leaves the case as it is drawn.

One line per seed; with ``--json`` as data. ``--kept FILE`` adds the lines to a file, and does not measure again what it has; ``--page``
writes its lines as a dated page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import optimizer as af
from benchmarks.fairness import RESULTS, commit
from benchmarks.tables import machine
from optimizer.domain import Case
from optimizer.fairness.leximin.housing import answer, leximin_chances
from optimizer.fairness.market import market_of, program_size
from optimizer.pipeline import prepare

UNPRICED = (
    "flux", "flux_max", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers", "priority_mix", "account_balance",
)  # fmt: skip
"""Rules that weigh nothing under ``--rules two``."""
TENANTS = 0.13
"""Share of what a landlord lets that may go to its own tenants."""
TARGET = 30.0
"""Seconds asked for 300 dwellings and 3,000 households."""
EXACT = 1e-6
"""Error of a chance up to which a lottery has the chances proven."""


def two_rules(case: Case) -> Case:
    """The case where only the priority share and the ceiling on own tenants weigh."""
    off = {f"national.prices.{rule}": 0 for rule in UNPRICED}
    forecast = case.table("assiette").copy()
    forecast["mutation"] = np.floor(forecast["vacated"].astype(float) * TENANTS).astype(int)
    return replace(
        case,
        settings=replace(case.settings, changes={**case.settings.changes, **off}),
        tables={**case.tables, "assiette": forecast},
    )


def measured(case: Case, seed: int) -> dict[str, Any]:
    """Seconds of the processor of the chances with their stages, and of all; what the lottery is and proves."""
    market = market_of(prepare(case).problem)
    begun = time.process_time()
    leximin_chances(market)
    chances = time.process_time()
    lottery = answer(market, "leximin")
    ended = time.process_time()
    proof = lottery.proof
    values = [float(stage["value"]) for stage in proof["stages"]]
    return {
        "seed": seed,
        "dwellings": len(market.dwelling_ids),
        "households": len(market),
        "columns": program_size(market)[0],
        "types": len(proof["program"]["people"]),
        "chances_s": round(chances - begun, 2),
        "total_s": round(ended - begun, 2),
        "over": proof["over"],
        "stages": len(values),
        "smallest": min(values, default=0.0),
        "stage_gap": max(
            (min(b, 1.0) - v for b, v in zip(proof["bounds"], values, strict=True)), default=0.0
        ),
        "error": proof["error"],
        "allocations": len(lottery.support),
        "commit": commit(),
    }


def page_of(lines: Sequence[Mapping[str, Any]], words: str) -> str:
    """The lines as a table, with medians, worst cases and the share that is proven over all allocations."""
    head = machine()
    out = [f"# Leximin of large markets, {head['date']}", "", f"`{words}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [
        "Seconds of the processor on a shared machine: of the chances with the multipliers of every stage, and of all up to the lottery. "
        "`relaxed`: proven over all allocations that miss the rules least; `narrowed`: over those that give every account and public as "
        "many leases as one of them.",
    ]
    sizes: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for line in lines:
        sizes.setdefault((str(line["rules"]), int(line["dwellings"])), []).append(line)
    for (rules, dwellings), mine in sorted(sizes.items()):
        exact = [x for x in mine if x["error"] <= EXACT and x["stage_gap"] <= EXACT]
        whole = [x for x in exact if x["over"] == "relaxed"]
        chances, total = [x["chances_s"] for x in mine], [x["total_s"] for x in mine]
        out += [
            "",
            f"## {dwellings} dwellings, rules {rules}, {len(mine)} seeds",
            "",
            f"Chances: median {statistics.median(chances):.1f} s, worst {max(chances):.1f} s; with the lottery: median "
            f"{statistics.median(total):.1f} s, worst {max(total):.1f} s; within {TARGET:.0f} s: {sum(x <= TARGET for x in total)} of "
            f"{len(mine)} (chances {sum(x <= TARGET for x in chances)}). Exact to 1e-6: {len(exact)} of {len(mine)}, "
            f"over all allocations {len(whole)}.",
            "",
            "| seed | columns | types | over | stages | smallest | error | allocations | chances s | total s | commit |",
            "|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---|",
        ]
        for x in sorted(mine, key=lambda line: int(line["seed"])):
            out.append(
                f"| {x['seed']} | {x['columns']} | {x['types']} | {x['over']} | {x['stages']} | {x['smallest']:.4f} | {x['error']:.0e} | "
                f"{x['allocations']} | {x['chances_s']:.1f} | {x['total_s']:.1f} | {x['commit']} |"
            )
    return "\n".join(out) + "\n"


def main(words: Sequence[str]) -> int:
    """Measure, say, keep, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leximin", description=__doc__)
    parser.add_argument("--profile", default="doubs")
    parser.add_argument("--dwellings", type=int, default=150)
    parser.add_argument("--applications", type=int, help="default: ten for a dwelling")
    parser.add_argument("--seed", default="0", help="seeds, as 0 or 0-19")
    parser.add_argument("--rules", choices=("two", "all"), default="two")
    parser.add_argument(
        "--case", type=Path, help="folder where the case is written instead of being measured"
    )
    parser.add_argument("--kept", type=Path, help="file of lines measured so far")
    parser.add_argument("--page", action="store_true", help="write the kept lines as a page")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(words)
    kept = asked.kept.read_text(encoding="utf-8").splitlines() if asked.kept and asked.kept.is_file() else []
    lines = [json.loads(line) for line in kept]
    if asked.page:
        path = asked.out / f"fairness-{machine()['date']}.md"
        words_of = "python -m benchmarks.leximin --dwellings N --seed S --kept FILE"
        path.write_text(page_of(lines, words_of), encoding="utf-8")
        print(path)
        return 0
    first, _, last = asked.seed.partition("-")
    applications = asked.applications or 10 * asked.dwellings
    done = {(x["rules"], x["asked"], x["seed"]) for x in lines}
    for seed in range(int(first), int(last or first) + 1):
        if (asked.rules, asked.dwellings, seed) in done:
            continue
        case = af.synthesize(asked.profile, dwellings=asked.dwellings, applications=applications, seed=seed)
        if asked.rules == "two":
            case = two_rules(case)
        if asked.case:
            af.write_case(case, asked.case)
            print(asked.case)
            return 0
        line = {"rules": asked.rules, "asked": asked.dwellings, **measured(case, seed)}
        if asked.kept:
            with asked.kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        print(json.dumps(line) if asked.json else ", ".join(f"{k} {v}" for k, v in line.items()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
