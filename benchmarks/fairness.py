"""``python -m benchmarks.fairness``: every mechanism on three territories, with intervals: a dated page one can cite.

Each territory is a synthetic case of a shipped profile (nobody real), run over several seeds; a cell is the mean over the seeds with a
95 % interval (Student). Cases, seeds, versions and times stand on the page.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path

import pandas as pd
from scipy.stats import t as student

import optimizer as af
from optimizer.fairness.comparison import fairness
from optimizer.fairness.registry import all_mechanisms

RESULTS = Path(__file__).parent / "results"
TERRITORIES = {
    "tense": ("commission", 12, 600),
    "relaxed": ("haute-saone", 24, 160),
    "national sample": ("france", 24, 400),
}
"""Name -> profile, dwellings, applications."""
SHOWN = {
    "lettings": ("lettings", "", 1),
    "net value": ("value", "net", 0),
    "leases missing": ("shortfall", "", 2),
    "Gini of chances": ("gini_p", "", 3),
    "without a chance": ("min_p", "without", 0),
    "envy": ("envy_exante", "", 3),
    "passages": ("justified_envy", "", 0),
    "unexplained": ("justified_envy", "unexplained", 0),
    "months waited": ("wait", "housed", 1),
}


COLUMNS = ["territory", "seed", "mechanism", "column", "value", "low"]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half-width of its 95 % interval; NaN with one value."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, float("nan")
    spread = sqrt(sum((x - mean) ** 2 for x in values) / (n - 1))
    return mean, float(student.ppf(0.975, n - 1)) * spread / sqrt(n)


def measured(
    name: str, seed: int, draws: int, mechanisms: str, scale: float = 1.0
) -> list[tuple[str, int, str, str, float, float]]:
    """One line per mechanism and column of one case; the last number is the lower end of an interval, or the value again."""
    profile, dwellings, applications = TERRITORIES[name]
    case = af.synthesize(
        profile,
        dwellings=max(2, int(dwellings * scale)),
        applications=max(20, int(applications * scale)),
        seed=seed,
    )
    table = fairness(case, mechanisms, draws=draws, groups=[]).table
    lines = []
    for made in dict.fromkeys(table["mechanism"]):
        for column, (metric, scope, _) in SHOWN.items():
            mine = (table["mechanism"] == made) & (table["metric"] == metric) & (table["scope"] == scope)
            line = table[mine].iloc[0]
            value = float(line["value"])
            low = float(line["low"]) if line["interval"] in ("draws low-high", "never drawn") else value
            lines.append((name, seed, str(made), column, value, low))
    return lines


def measure(
    territories: Sequence[str],
    seeds: int,
    draws: int,
    mechanisms: str,
    scale: float = 1.0,
    kept: Path | None = None,
) -> tuple[pd.DataFrame, dict[str, float], str]:
    """One line per territory, seed, mechanism and column; seconds of processor per territory; the commit or commits measured.

    ``kept``: a file of such lines and seconds, written after every seed; what it has already is not measured again.
    """
    found = (
        pd.read_csv(kept, keep_default_na=True)
        if kept and kept.is_file()
        else pd.DataFrame(columns=[*COLUMNS, "seconds"])
    )
    for name in territories:
        for seed in range(1, seeds + 1):
            if ((found["territory"] == name) & (found["seed"] == seed)).any():
                continue
            begun = time.process_time()
            lines = pd.DataFrame(measured(name, seed, draws, mechanisms, scale), columns=COLUMNS)
            lines["seconds"] = round(time.process_time() - begun, 2)
            lines["commit"] = commit()
            found = lines if found.empty else pd.concat([found, lines], ignore_index=True)
            if kept:
                found.to_csv(kept, index=False)
    spent = found.drop_duplicates(["territory", "seed"]).groupby("territory")["seconds"].sum()
    of = ", ".join(dict.fromkeys(found["commit"].astype(str)))
    return found[COLUMNS], {str(name): float(x) for name, x in spent.items()}, of


def commit() -> str:
    """The commit that is measured; ``+`` where files differ from it."""
    here = Path(__file__).resolve().parents[1]

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *words], capture_output=True, text=True, check=False
        ).stdout.strip()

    return (git("rev-parse", "--short=10", "HEAD") or "?") + (
        "+" if git("status", "--porcelain", "-uno") else ""
    )


def page(
    found: pd.DataFrame, seconds: dict[str, float], seeds: int, draws: int, command: str, of: str
) -> str:
    """The Markdown page."""
    today = datetime.now(UTC).date().isoformat()
    out = [
        f"# Mechanisms on three territories, {today}",
        "",
        f"`{command}` · commit {of} · attriflux {af.__version__} · Python {platform.python_version()} · {platform.machine()}, one process on a shared machine.",
        f"Synthetic cases of shipped profiles, {seeds} seeds each, {draws} draws; mean ± half of the 95 % interval over the seeds.",
        "Chances counted over draws (`random`): the Gini and envy lie between an estimate too low on average and one too high, and a household",
        "that no draw served need not be without a chance; both ends stand in the cell, the ± is that of the upper one.",
        "Compare under equal rules only: `cotation`, `seniority`, `random`, `top_trading`, `probabilistic_serial` ignore the rules;",
        "`deferred_acceptance` and `merged_order` reserve; `leximin`, `maximin`, `nash` choose among the allocations that miss the rules",
        "least, most lettings first; `optimum` prices them (its value counts the waiting seats it gives to direct réservataires). [What each is, and each metric](../../docs/fairness.md).",
        "",
    ]
    rules = {m.id: m.quotas for m in all_mechanisms()}
    for name, part in found.groupby("territory", sort=False):
        profile, dwellings, applications = TERRITORIES[str(name)]
        out += [
            f"## {name}: profile `{profile}`, {dwellings} dwellings, {applications} applications, {seconds[str(name)]:.0f} s of processor",
            "",
            "| mechanism | rules | " + " | ".join(SHOWN) + " |",
            "|---|---|" + "---|" * len(SHOWN),
        ]
        for made, mine in part.groupby("mechanism", sort=False):
            cells = []
            for column, (_, _, places) in SHOWN.items():
                mean, half = interval(
                    mine.loc[mine["column"] == column, "value"].dropna().tolist() or [float("nan")]
                )
                low, _ = interval(
                    mine.loc[mine["column"] == column, "low"].dropna().tolist() or [float("nan")]
                )
                from_ = f"{low:.{places}f}–" if low < mean else ""
                cells.append(f"{from_}{mean:.{places}f}" + (f" ± {half:.{places}f}" if half == half else ""))
            out.append(f"| `{made}` | {rules[str(made)]} | " + " | ".join(cells) + " |")
        out += ["", *_paired(part), ""]
    return "\n".join(out)


PAIRED = {"leases missing": 2, "Gini of chances": 3, "months waited": 1}
"""Columns compared seed by seed, and their decimals."""
AGAINST = "cotation"


def _paired(part: pd.DataFrame) -> list[str]:
    """Differences to the order of the cotation on the same cases: their interval is not widened by how cases differ."""
    wide = part[part["column"].isin(list(PAIRED))].pivot_table(
        index="seed", columns=["column", "mechanism"], values="value"
    )
    made = [str(m) for m in dict.fromkeys(part["mechanism"]) if m != AGAINST]
    if AGAINST not in set(part["mechanism"]) or not made:
        return []
    out = [
        f"Less `{AGAINST}`, on the same cases (of `random` the upper end of the Gini):",
        "",
        "| mechanism | " + " | ".join(PAIRED) + " |",
        "|---|" + "---|" * len(PAIRED),
    ]
    for name in made:
        cells = []
        for column, places in PAIRED.items():
            mean, half = interval(
                (wide[column, name] - wide[column, AGAINST]).dropna().tolist() or [float("nan")]
            )
            cells.append(f"{mean:+.{places}f}" + (f" ± {half:.{places}f}" if half == half else ""))
        out.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--territories", default=",".join(TERRITORIES))
    parser.add_argument("--mechanisms", default="all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--kept", type=Path, help="lines measured so far, to go on from")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    names = [x.strip() for x in given.territories.split(",")]
    given.out.mkdir(parents=True, exist_ok=True)
    stem = given.out / f"fairness-{datetime.now(UTC).date().isoformat()}"
    found, seconds, of = measure(names, given.seeds, given.draws, given.mechanisms, given.scale, given.kept)
    command = f"python -m benchmarks.fairness --seeds {given.seeds} --draws {given.draws}"
    stem.with_suffix(".md").write_text(
        page(found, seconds, given.seeds, given.draws, command, of), encoding="utf-8"
    )
    found.to_csv(stem.with_suffix(".csv"), index=False)
    print(stem.with_suffix(".md"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
