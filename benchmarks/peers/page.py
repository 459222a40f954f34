"""The Markdown page of a table of runs: ratios against ours, lower bounds where a cap stopped, contradictions by name."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from benchmarks.peers.capped import CAPPED, PROVEN, RELAXED
from benchmarks.peers.runs import ABSENT, NAMES, OURS, Run, Size

MICRO = 1_000_000
TOLERANCE = 1e-6
"""Relative, on what a solver in floating point says of its own bound."""
HEAD = (
    "Simplified tight model of `benchmarks.scale`, every (dwelling, application, account) a binary column, the same integers for "
    "all. One process for both sides, a child for each run, one thread. Seconds of the processor: those of the others are the "
    "solver's alone, after it was handed the program; ours include building the model from raw attributes. The cap is counted on "
    "the processor too. Ratio: theirs over ours, median and range over the seeds; `>`: a cap stopped, the true figure is larger. "
    "Gap: between the best proposal at the cap, counted again by us, and our proven optimum. The relaxation alone gives a bound, "
    "no proposal."
)


@dataclass(frozen=True)
class Figure:
    """A number, or a lower bound on one."""

    value: float
    at_least: bool

    def __str__(self) -> str:
        return ("> " if self.at_least else "") + format(self.value, ",.0f" if self.value >= 100 else ".3g")


def middle(figures: list[Figure]) -> Figure:
    """Median of numbers of which some are lower bounds: a lower bound too, unless those all lie above the middle."""
    order = sorted(figures, key=lambda f: (f.value, f.at_least))
    value = statistics.median(f.value for f in order)
    return Figure(value, any(f.at_least for f in order[: len(order) // 2 + 1]))


def spread(figures: list[Figure]) -> str:
    """Least to largest."""
    least = min(figures, key=lambda f: (f.value, f.at_least))
    return f"{least} to {Figure(max(f.value for f in figures), any(f.at_least for f in figures))}"


def contradictions(runs: list[Run]) -> list[str]:
    """Peers that ended with more than our proven optimum, or that claim to have proven less: one of us is wrong."""
    optimum = {_cell(r): r for r in runs if r.solver == OURS}
    out = []
    for run in runs:
        ours = optimum.get(_cell(run))
        if run.solver == OURS or ours is None or ours.objective is None:
            continue
        where = f"{run.dwellings} x {run.applications} seed {run.seed}, {NAMES[run.solver]}"
        if ours.stop == PROVEN and run.objective is not None and run.objective > ours.objective:
            out.append(f"{where}: {run.objective} micropoints, more than our proven {ours.objective}")
        low = run.bound is not None and run.bound * MICRO < ours.objective - TOLERANCE * abs(ours.objective)
        if run.stop in (PROVEN, RELAXED) and low:
            out.append(
                f"{where}: a bound of {run.bound}, less than our proposal {ours.objective / MICRO:.6f}"
            )
    return out


def page(head: dict[str, str], sizes: tuple[Size, ...], runs: list[Run], missing: int, command: str) -> str:
    """The page; ``missing`` runs of the table were not made yet."""
    out = [f"# Against other solvers, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [HEAD, ""]
    if missing:
        out += [f"**{missing} runs of this table are not made yet**: the same command goes on with them.", ""]
    wrong = contradictions(runs)
    out += [f"**Contradictions: {len(wrong)}**", "", *(f"- {line}" for line in wrong), ""] if wrong else []
    for size in sizes:
        out += _of_size(size, [r for r in runs if _size(r) == (size.dwellings, size.applications)])
    said = sorted({(NAMES[r.solver], r.version) for r in runs if r.version and r.solver != OURS})
    out += ["## Versions", "", *(f"- {name}: {version}" for name, version in said), ""]
    return "\n".join(out)


def _of_size(size: Size, runs: list[Run]) -> list[str]:
    ours = {r.seed: r for r in runs if r.solver == OURS and r.solved_s is not None}
    if not ours:
        return []
    pairs = round(statistics.median(r.pairs for r in ours.values()))
    columns = round(statistics.median(r.columns for r in ours.values()))
    caps = f"cap {size.cap_s:g} s" + "".join(f", {cap:g} s on seed {seed}" for seed, cap in size.long)
    out = [f"## {size.dwellings} × {size.applications}: {pairs:,} pairs, {columns:,} columns, {caps}", ""]
    out += [
        "| solver | seeds | ended | seconds | ratio | range | gap at the cap | otherwise |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for solver, name in NAMES.items():
        mine = sorted((r for r in runs if r.solver == solver and r.seed in ours), key=lambda r: r.seed)
        if mine:
            out.append(_line(name, mine, ours))
    return [*out, ""]


def _line(name: str, mine: list[Run], ours: dict[int, Run]) -> str:
    ended = [r for r in mine if r.stop in (PROVEN, RELAXED)]
    timed = [r for r in mine if r.stop in (PROVEN, RELAXED, CAPPED)]
    seconds = [_seconds(r) for r in timed]
    ratios = [Figure(_seconds(r).value / (ours[r.seed].solved_s or 1e-3), r.stop == CAPPED) for r in timed]
    gaps = [(ours[r.seed].objective - r.objective) / abs(ours[r.seed].objective or 1) for r in timed  # type: ignore[operator]
            if r.stop == CAPPED and r.objective is not None]  # fmt: skip
    empty = sum(r.stop == CAPPED and r.objective is None and r.solver != "highs-lp" for r in timed)
    other: dict[str, int] = {}
    for r in mine:
        if r not in timed:
            word = ABSENT if r.stop == ABSENT else f"{r.stop} ({r.note})" if r.note else r.stop
            other[word] = other.get(word, 0) + 1
    told = [f"{n} {word}" for word, n in other.items()] + ([f"{empty} without a proposal"] if empty else [])
    gap = f"{100 * statistics.median(gaps):.3g} %" if gaps else ""
    is_ours = mine[0].solver == OURS
    cells = (
        name, str(len(mine)), str(len(ended)), str(middle(seconds)) if seconds else "",
        str(middle(ratios)) if ratios and not is_ours else "", spread(ratios) if ratios and not is_ours else "",
        gap, "; ".join(told),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _seconds(run: Run) -> Figure:
    if run.stop == CAPPED:
        return Figure(run.cap_s, True)
    return Figure(run.solved_s or 0.0, False)


def _size(run: Run) -> tuple[int, int]:
    return run.dwellings, run.applications


def _cell(run: Run) -> tuple[int, int, int]:
    return run.dwellings, run.applications, run.seed
