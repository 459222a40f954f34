"""What a decision costs in a session: ``python -m benchmarks.session``.

For each seed a week is proposed, then five decisions are taken one after the other on its first ranks (a refusal, an exclusion, a
pin, an orientation, a late application), and the lists are proposed again after each. Counted: seconds of the processor from
``decide`` to the tables, and to their bytes. Writes a dated page to ``benchmarks/results``.

``--kept FILE`` keeps what each seed gave, a line of JSON each, and does not measure again those it holds: a run that was stopped
goes on, and seeds may be measured in pieces (``--first``).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import optimizer as af
from benchmarks.tables import machine
from optimizer.domain import Case
from optimizer.errors import InputProblems
from optimizer.presentation.csvfile import csv_bytes
from optimizer.runs.session import Session
from optimizer.runs.session.proposed import FOUR

RESULTS = Path(__file__).parent / "results"
KINDS = ("refuse", "forbid", "pin", "orient", "late")
AIMS = {"refuse": 0.5, "forbid": 0.5, "pin": 0.5, "orient": 0.5, "late": 2.0}


def take(session: Session, kind: str, rng: np.random.Generator) -> None:
    """One decision of a kind on a first rank drawn from the lists."""
    lines = session.propose().proposals
    first = lines[(lines["rank"] == 1) & (lines["application_id"] != "")]
    line = first.iloc[int(rng.integers(len(first)))]
    home, who = str(line["dwelling_id"]), str(line["application_id"])
    if kind == "late":
        people = session.case.table("applications")
        row = people.iloc[int(rng.integers(len(people)))]
        facts = {str(k): v for k, v in row.items() if pd.notna(v)}
        session.decide("late", facts={**facts, "application_id": f"{int(rng.integers(10**17)):018d}"})
    elif kind == "pin":
        listed = lines[(lines["dwelling_id"] == home) & (lines["rank"] > 1)]["application_id"].tolist()
        pin(session, home, [*map(str, listed), who])
    elif kind == "orient":
        session.decide("orient", dwelling=home, account=str(line["account"]))
    elif kind == "forbid":
        session.decide("forbid", application=who, reason="housed_elsewhere")
    else:
        session.decide("refuse", dwelling=home, application=who)


def pin(session: Session, home: str, names: list[str]) -> None:
    """The first of these households that may be pinned to a dwelling: an order of nominations may stand against some."""
    for name in names:
        try:
            session.decide("pin", dwelling=home, application=name)
        except InputProblems:
            continue
        return


def same_as_fresh(session: Session) -> bool:
    """Whether a run that knows nothing but the decided case gives the same bytes."""
    case: Case = session.case
    tables = af.propose(case, af.Options(pdf=False)).tables
    return session.propose().files() == {f"{stem}.csv": csv_bytes(getattr(tables, stem)) for stem in FOUR}


def measured(asked: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Seconds of the first solve, of each kind of decision and of its bytes; whether a fresh run differs, where that is looked at."""
    rng = np.random.default_rng(seed)
    case = af.synthesize("commission", dwellings=asked.dwellings, applications=asked.applications, seed=seed)
    clock = time.process_time()
    session = af.Session(case)
    session.propose()
    found: dict[str, Any] = {"seed": seed, "first solve": time.process_time() - clock, "bytes": []}
    for kind in KINDS:
        clock = time.process_time()
        take(session, kind, rng)
        proposed = session.propose()
        found[kind] = time.process_time() - clock
        clock = time.process_time()
        proposed.files()
        found["bytes"].append(time.process_time() - clock)
    found["different"] = not same_as_fresh(session) if seed < asked.check else None
    return found


def main(words: list[str]) -> int:
    """Measure, write, say; 1 when a session differs from a fresh run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--dwellings", type=int, default=40)
    parser.add_argument("--applications", type=int, default=20_000)
    parser.add_argument(
        "--check", type=int, default=1, help="seeds below this one are compared with a fresh run at last"
    )
    parser.add_argument("--first", type=int, default=0, help="seed to begin with")
    parser.add_argument("--kept", type=Path, help="file of what each seed gave")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    known: dict[int, dict[str, Any]] = {}
    if asked.kept is not None and asked.kept.exists():
        lines = asked.kept.read_text(encoding="utf-8").splitlines()
        known = {one["seed"]: one for one in map(json.loads, lines)}
    seeds = range(asked.first, asked.first + asked.seeds)
    for seed in seeds:
        if seed in known:
            continue
        known[seed] = one = measured(asked, seed)
        if asked.kept is not None:
            with asked.kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(one) + "\n")
        print(
            seed,
            {k: round(one[k], 2) for k in ("first solve", *KINDS)},
            one["different"],
            file=sys.stderr,
            flush=True,
        )
    every = [known[seed] for seed in seeds]
    spent: dict[str, list[float]] = {kind: [one[kind] for one in every] for kind in ("first solve", *KINDS)}
    spent["bytes"] = [s for one in every for s in one["bytes"]]
    checked = [one["different"] for one in every if one["different"] is not None]
    different = sum(checked)
    page = [
        f"# A session of a commission, {head['date']}",
        "",
        f"`python -m benchmarks.session {' '.join(words)}`",
        "",
    ]
    page += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    page += [
        f"{asked.dwellings} dwellings, {asked.applications:,} applications, {asked.seeds} seeds; seconds of the processor, from the "
        "decision to the four tables. Decisions are taken one after the other in one session.",
        "",
        "| decision | median | most | aim |",
        "|---|---:|---:|---:|",
    ]
    for kind, found in spent.items():
        aim = f"{AIMS[kind]:g}" if kind in AIMS else ""
        page.append(f"| {kind} | {statistics.median(found):.2f} | {max(found):.2f} | {aim} |")
    four = [s for kind in KINDS if AIMS[kind] < 1 for s in spent[kind]]
    page += ["", f"Pin, exclusion, orientation and refusal together: median {statistics.median(four):.2f} s."]
    page += [
        f"Sessions compared with a fresh run: {len(checked)}, different: {different}.",
        "",
    ]
    out = asked.out or RESULTS / f"session-{head['date']}.md"
    out.write_text("\n".join(page), encoding="utf-8")
    print(out, file=sys.stderr)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
