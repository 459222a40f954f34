"""Run the benchmark suite: ``python -m benchmarks.scale.run [--sets quick,growth,full,warm,national] [--repeat 5]``.

Both sides of a ratio run in this one process, one after the other. Ours always includes building the model from raw
attributes; compilation is excluded by a first small solve; drawing the territory is excluded on both sides. Writes a
dated JSON and a Markdown table to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.scale import dwelling_first
from benchmarks.scale.again import again, changed_share, new_week, pinned
from benchmarks.scale.families import FAMILIES, raw_of
from benchmarks.scale.floor import scipy_floor
from benchmarks.scale.simplified import build
from optimizer.solve.transport import LabelledTransport, ScaleOptions, ScaleResult, WarmStart, solve_transport

RESULTS = Path(__file__).parents[1] / "results"
Others = Iterable[tuple[LabelledTransport, WarmStart]]
PROOF, SMALL_GAP = 0.0, 1e-4
OTHERS = 10
"""About how many other changes of each kind are looked at, once each."""


@dataclass
class Line:
    """One measured metric; ``ratio`` compares with the peer (ours / peer)."""

    metric: str
    instance: str
    ours_s: float | None
    peer_s: float | None
    ratio: float | None
    target: str
    note: str
    trace: list[tuple[float, int | None, int]] = field(default_factory=list)


def ours(
    dwellings: int, applicants: int, is_tight: bool, gap: float, seed: int = 0
) -> tuple[float, ScaleResult, int]:
    """Seconds (building included), answer, and eligible pairs."""
    raw = raw_of(dwellings, applicants, seed, is_tight=is_tight)
    began = time.perf_counter()
    model = build(raw)
    result = solve_transport(model, ScaleOptions(gap=gap))
    return time.perf_counter() - began, result, model.n_pairs


def median_of(repeat: int, run: Callable[[], float]) -> float:
    """Median of some runs; one run when the first takes over a minute."""
    times = [run()]
    while len(times) < repeat and times[0] < 60:
        times.append(run())
    return statistics.median(times)


def timed(
    repeat: int, dwellings: int, applicants: int, is_tight: bool, gap: float
) -> tuple[float, ScaleResult]:
    """Median seconds and the last answer."""
    kept: list[ScaleResult] = []

    def once() -> float:
        seconds, result, _ = ours(dwellings, applicants, is_tight, gap)
        kept[:] = [result]
        return seconds

    return median_of(repeat, once), kept[0]


def _told(result: ScaleResult) -> str:
    return (
        f"{result.objective} / {result.bound} ({100 * result.gap:.4f} %), {result.stop_reason} by {result.proven_by}, "
        f"{result.iterations} pricings, {len(result.leaves)} leaves"
    )


def _trace(result: ScaleResult) -> list[tuple[float, int | None, int]]:
    """(seconds, value, bound) after each pricing, for the gap plot."""
    return [(round(p.elapsed_s, 4), p.objective, p.bound) for p in result.trace]


def quick(repeat: int) -> list[Line]:
    """B1-B4, B9, B10, B14: seconds to a minute."""
    lines = []
    for metric, size, is_tight, gap, target in (
        ("B1", (1_000, 10_000), False, PROOF, "<= 0.2"),
        ("B2", (1_000, 10_000), True, SMALL_GAP, "<= 4"),
        ("B3", (3_224, 9_864), True, SMALL_GAP, "<= 8"),
    ):
        model = build(raw_of(*size, 0, is_tight=is_tight))
        floor = median_of(repeat, lambda m=model: scipy_floor(m)[1])  # type: ignore[misc]
        seconds, result = timed(repeat, *size, is_tight, gap)
        lines.append(
            Line(metric, _name(*size, is_tight), seconds, floor, seconds / floor, target, _told(result))
        )
    size = (20_000, 150_000)
    floor = dwelling_first_seconds(repeat, *size, True)
    seconds, result = timed(repeat, *size, True, SMALL_GAP)
    lines.append(
        Line(
            "B4", _name(*size, True), seconds, floor, seconds / floor, "<= 30", _told(result), _trace(result)
        )
    )
    lines.append(_certificate_share(_name(*size, True), result))
    for size in ((60, 1_500), (200, 2_000), (500, 5_000), (1_000, 10_000), (3_224, 9_864)):
        seconds, result = timed(repeat, *size, True, PROOF)
        target = {200: "B9: <= 0.5 s", 3_224: "<= 15 s"}.get(size[0], "proven")
        lines.append(
            Line("B10", _name(*size, True), seconds, None, None, target, _told(result), _trace(result))
        )
    return lines


def dwelling_first_seconds(repeat: int, dwellings: int, applicants: int, is_tight: bool) -> float:
    """Median seconds of the textbook oracle, lists sorted before."""
    model = build(raw_of(dwellings, applicants, 0, is_tight=is_tight))
    lists = dwelling_first.sorted_lists(model)

    def once() -> float:
        began = time.perf_counter()
        dwelling_first.solve(model, lists)
        return time.perf_counter() - began

    return median_of(repeat, once)


def _certificate_share(name: str, result: ScaleResult) -> Line:
    spent = result.timings_s["certificate"]
    whole = result.timings_s["total"]
    return Line("B14", name, spent, whole, spent / whole, "<= 0.01", "certificate pass / solve")


def national(repeat: int) -> list[Line]:
    """B5, B11, B12, B13: 390,000 dwellings, 2,800,000 applicants; single runs."""
    del repeat
    size = (390_000, 2_800_000)
    lines = []
    for metric, is_tight, target in (("B11", False, "<= 60 s"), ("B12", True, "<= 480 s")):
        seconds, result, _ = ours(*size, is_tight, SMALL_GAP)
        lines.append(
            Line(metric, _name(*size, is_tight), seconds, None, None, target, _told(result), _trace(result))
        )
        lines.append(_certificate_share(_name(*size, is_tight), result))
        lines.append(
            Line(
                "B13", _name(*size, is_tight), None, None, None, "<= 2 GB", f"{peak_gb():.2f} GB peak so far"
            )
        )
    floor = dwelling_first_seconds(1, *size, False)
    seconds = lines[0].ours_s or 0.0
    lines.append(
        Line("B5", _name(*size, False), seconds, floor, seconds / floor, "<= 3", "textbook oracle, 1 thread")
    )
    return lines


def growth(repeat: int) -> list[Line]:
    """Wall time to 0.01 % against eligible pairs, slack family, up to a country; slope on logarithms."""
    points = []
    lines = []
    for size in (
        (20, 150),
        (60, 450),
        (200, 1_500),
        (600, 4_500),
        (2_000, 15_000),
        (6_000, 45_000),
        (20_000, 150_000),
        (60_000, 430_000),
        (390_000, 2_800_000),
    ):
        seconds, result = timed(repeat, *size, False, SMALL_GAP)
        pairs = build(raw_of(*size, 0, is_tight=False)).n_pairs
        points.append((math.log(pairs), math.log(seconds)))
        lines.append(Line("growth", _name(*size, False), seconds, float(pairs), None, "", _told(result)))
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    lines.append(Line("growth", "slope", None, None, slope, "<= 1", "log time against log pairs"))
    return lines


def full(repeat: int) -> list[Line]:
    """Every feature of the product on the tight draws, beside the simplified model: what realism costs."""
    lines = []
    for size in ((200, 2_000), (500, 5_000), (1_000, 10_000), (3_224, 9_864), (20_000, 150_000)):
        seconds, result = timed(repeat, *size, True, SMALL_GAP)
        models = [FAMILIES["full_like"](*size, 0)]
        kept: list[ScaleResult] = []

        def once(models: list[LabelledTransport] = models, kept: list[ScaleResult] = kept) -> float:
            began = time.perf_counter()
            kept[:] = [solve_transport(models[0], ScaleOptions(gap=SMALL_GAP))]
            return time.perf_counter() - began

        whole = median_of(repeat, once)
        note = f"full model: {_told(kept[0])}"
        lines.append(Line("full", _name(*size, True), whole, seconds, whole / seconds, "<= 5 (aim)", note))
    return lines


def warm(repeat: int) -> list[Line]:
    """B10's year again after a changed share, a pin and a new week: from scratch, then from the earlier run."""
    size = (3_224, 9_864)
    raw = raw_of(*size, 0, is_tight=True)
    model = build(raw)
    earlier = solve_transport(model, ScaleOptions(gap=PROOF))
    lines = []
    for name, changed, start in again(raw, model, earlier):
        cold, first = _again(repeat, changed, None)
        seconds, second = _again(repeat, changed, start)
        note = f"cold {_told(first)}; warm {_told(second)}"
        lines.append(
            Line("warm", f"{_name(*size, True)}, {name}", seconds, cold, cold / seconds, ">= 5", note)
        )
    name, step = _name(*size, True), model.n_rows // OTHERS
    others = {
        "shares": (changed_share(model, earlier, row) for row in range(1, model.n_rows, step)),
        "pins": (pinned(model, earlier, i / OTHERS) for i in range(1, OTHERS)),
        "weeks": (new_week(raw, earlier, seed) for seed in range(2, OTHERS + 3)),
    }
    return [*lines, *(_others(f"{name}, other {what}", some) for what, some in others.items())]


def _others(name: str, changes: Others) -> Line:
    """Medians over other changes of a kind: one alone says little, for how many cases a proof takes is partly luck."""
    cold, warm, open_ones = [], [], 0
    for changed, start in changes:
        (before, one), (after, two) = _again(1, changed, None), _again(1, changed, start)
        if one.stop_reason == two.stop_reason == "proven":
            cold.append(before)
            warm.append(after)
        else:
            open_ones += 1
    ratios = sorted(c / w for c, w in zip(cold, warm, strict=True))
    note = f"{len(ratios)} of them, ratios {ratios[0]:.1f} to {ratios[-1]:.1f}; {open_ones} not proven in 200 cases"
    return Line(
        "warm",
        name,
        statistics.median(warm),
        statistics.median(cold),
        statistics.median(ratios),
        ">= 5",
        note,
    )


def _again(repeat: int, model: LabelledTransport, start: WarmStart | None) -> tuple[float, ScaleResult]:
    kept: list[ScaleResult] = []

    def once() -> float:
        began = time.perf_counter()
        kept[:] = [solve_transport(model, ScaleOptions(gap=PROOF), warm=start)]
        return time.perf_counter() - began

    return median_of(repeat, once), kept[0]


SETS: dict[str, Callable[[int], list[Line]]] = {
    "quick": quick, "growth": growth, "full": full, "warm": warm, "national": national,
}  # fmt: skip


def peak_gb() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _name(dwellings: int, applicants: int, is_tight: bool) -> str:
    return f"{dwellings} x {applicants}" + (" tight" if is_tight else "")


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    packages = ("numpy", "scipy", "numba", "highspy")
    return {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def table(head: dict[str, Any], lines: list[Line], command: str) -> str:
    """Markdown page."""
    facts = ", ".join(f"{k} {v}" for k, v in head.items())
    out = [f"# Scale engine, {head['date']}", "", f"`{command}`", "", facts, ""]
    out += [
        "| metric | instance | ours s | peer s | ratio | target | note |",
        "|---|---|---|---|---|---|---|",
    ]
    for x in lines:
        numbers = [("" if v is None else f"{v:.4g}") for v in (x.ours_s, x.peer_s, x.ratio)]
        out.append(f"| {x.metric} | {x.instance} | {' | '.join(numbers)} | {x.target} | {x.note} |")
    return "\n".join(out) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="quick,growth", help=",".join(SETS))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    head = machine()
    ours(60, 1_500, True, PROOF)
    tiny = build(raw_of(20, 60, 0, is_tight=True))
    dwelling_first.solve(tiny, dwelling_first.sorted_lists(tiny))
    lines: list[Line] = []
    for name in chosen.sets.split(","):
        lines += SETS[name](chosen.repeat)
    head["load_after"] = os.getloadavg()[0]
    head["peak_gb"] = round(peak_gb(), 2)
    chosen.out.mkdir(parents=True, exist_ok=True)
    stem = f"scale-{head['date']}-{chosen.sets.replace(',', '-')}"
    page = table(head, lines, f"python -m benchmarks.scale.run --sets {chosen.sets} --repeat {chosen.repeat}")
    (chosen.out / f"{stem}.md").write_text(page, encoding="utf-8")
    body = {"machine": head, "lines": [asdict(x) for x in lines]}
    (chosen.out / f"{stem}.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
