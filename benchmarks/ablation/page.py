"""The page of an ablation: by number, what its changes do to seconds, simplex steps, pricings or nodes, and proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, log
from statistics import median

from benchmarks.ablation.runs import READS, Run
from benchmarks.ablation.variants import USUAL
from optimizer.solve.policy import DEFAULT

TENTH = 0.1
"""Part of steps, of work or of the share proven from which a number is worth having."""


@dataclass(frozen=True)
class Change:
    """One number changed: instances on which it was read, medians of ratios to the default, proofs lost (negative: won)."""

    name: str
    how: str
    runs: int
    same: int
    seconds: float
    steps: float
    work: float
    worst: float
    lost: int
    failures: int

    @property
    def matters(self) -> bool:
        """Whether steps, work or the share proven differ by a tenth."""
        ratios = (self.steps, self.work)
        return self.lost != 0 or self.failures > 0 or any(not 1 - TENTH < x < 1 + TENTH for x in ratios)


def changes(runs: Iterable[Run]) -> list[Change]:
    """Each change over all instances and seeds, held against the default on the same instance and seed."""
    usual: dict[tuple[str, int], list[Run]] = defaultdict(list)
    other: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        if run.name == USUAL:
            usual[run.instance, run.seed].append(run)
        elif run.name != READS:
            other[run.name, run.how].append(run)
    found = []
    for (name, how), some in other.items():
        pairs = [(run, usual[run.instance, run.seed]) for run in some if usual[run.instance, run.seed]]
        whole = [(run, base) for run, base in pairs if not run.failure]
        if not pairs:
            continue
        ratios = {
            what: [_ratio(of(run), median(of(b) for b in base)) for run, base in whole]
            for what, of in _COUNTS.items()
        }
        found.append(
            Change(
                name, how, len(pairs), sum(_same(run, base[0]) for run, base in whole), _mean(ratios["seconds"]),
                _mean(ratios["steps"]), _mean(ratios["work"]), max(ratios["steps"], default=1.0),
                sum(base[0].proven - run.proven for run, base in pairs), len(pairs) - len(whole),
            )
        )  # fmt: skip
    order = {name: i for i, (name, _) in enumerate(DEFAULT.named())}
    return sorted(found, key=lambda c: (order.get(c.name, len(order)), c.how))


_COUNTS: dict[str, Callable[[Run], float]] = {
    "seconds": lambda run: run.seconds,
    "steps": lambda run: run.steps,
    "work": lambda run: run.work,
}


def _same(run: Run, base: Run) -> bool:
    return (run.proven, run.work, run.programs, run.steps) == (
        base.proven,
        base.work,
        base.programs,
        base.steps,
    )


def _ratio(one: float, base: float) -> float:
    """Of two counts; a unit more of each, so that nothing may be divided by."""
    return (one + 1.0) / (base + 1.0) if isinstance(base, int) or base > 1 else (one + 1e-3) / (base + 1e-3)


def _mean(ratios: list[float]) -> float:
    """Geometric mean, as twice and half weigh the same."""
    return exp(sum(map(log, ratios)) / len(ratios)) if ratios else 1.0


def page(head: dict[str, str], runs: list[Run], command: str, notes: list[str]) -> str:
    """The Markdown page."""
    usual = [run for run in runs if run.name == USUAL]
    shown = changes(runs)
    reads = [run for run in runs if run.name == READS]
    out = [f"# What each number of the search is worth, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [
        "Each number of `SearchPolicy` (`optimizer/solve/policy.py`) halved, doubled and, where it can be, switched off,"
        " the others at their defaults, on the same instance and seed as the default. *Steps* are simplex iterations of"
        " all linear programs, *work* the kernel's pricings or the tree's nodes: both are the same on any machine and any load. Seconds are"
        " the processor's. Ratios to the default, geometric means over instances and seeds; *worst* is the"
        " largest ratio of steps. *Same* counts the runs that did exactly what the default does. A number matters when"
        " steps, work or proofs differ by a tenth.",
        "",
        "| instance | seeds | proven | seconds, median | steps, median | work, median | numbers read |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    by: dict[str, list[Run]] = defaultdict(list)
    for run in usual:
        by[run.instance].append(run)
    for name, some in by.items():
        seeds = sorted({run.seed for run in some})
        known = {n for run in reads if run.instance == name for n in run.read}
        out.append(
            f"| {name} | {', '.join(map(str, seeds))} | {sum(r.proven for r in some if r.how == '0')} of {len(seeds)} "
            f"| {median(r.seconds for r in some):.2f} | {median(r.steps for r in some):.0f} "
            f"| {median(r.work for r in some):.0f} | {len(known)} |"
        )
    for title, wanted in (("Numbers that matter", True), ("Numbers worth less than a tenth here", False)):
        names = (
            {c.name for c in shown if c.matters}
            if wanted
            else {c.name for c in shown} - {c.name for c in shown if c.matters}
        )
        out += ["", f"## {title}: {len(names)}", ""]
        out += [
            "| number | default | change | runs | same | seconds | steps | worst | work | proofs |",
            "|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        values = dict(DEFAULT.named())
        out += [_line(c, values.get(c.name, "gone")) for c in shown if c.name in names]
    read = {name for run in reads for name in run.read}
    silent = [name for name, _ in DEFAULT.named() if name not in read]
    out += [
        "",
        f"## Read on none of these instances: {len(silent)}",
        "",
        ", ".join(f"`{n}`" for n in silent) + ".",
    ]
    out += ["", *notes]
    return "\n".join(out).rstrip() + "\n"


def _line(c: Change, value: object) -> str:
    proofs = "" if not c.lost else f"{-c.lost:+d}"
    failed = f" ({c.failures} failed)" if c.failures else ""
    return (
        f"| `{c.name}` | {value} | {c.how}{failed} | {c.runs} | {c.same} | {c.seconds:.2f} | {c.steps:.2f} "
        f"| {c.worst:.2f} | {c.work:.2f} | {proofs} |"
    )
