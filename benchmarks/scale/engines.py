"""Engines side by side on one territory: ``python -m benchmarks.scale.engines [--size 390000x2800000] [--tight]``.

Each engine solves the same model to the same gap in a process of its own, with the engine's start and end counted apart.
The answers are compared by a hash of their bytes; a different one ends the command with an error. Writes a dated table
and JSON to ``benchmarks/results``: times by part, traffic, memory of the asking process and of its workers, and what the
cost model of ``docs/distributed.md`` expects from them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.scale.families import raw_of
from benchmarks.scale.run import RESULTS, machine
from benchmarks.scale.simplified import build
from optimizer.solve.engine_registry import open_engine
from optimizer.solve.engines.dask import fingerprint
from optimizer.solve.scale import ScaleOptions, ScaleResult, solve_transport

DEFAULT = "threads=1,threads=2,dask-local:1,dask-local:2"


def digest(result: ScaleResult) -> str:
    """Hash of all that a run answers, timings apart."""
    parts = (result.assigned_class, result.account, result.seats, result.shortfall)
    proof = result.certificate
    state = hashlib.sha256(f"{result.objective} {result.bound} {result.iterations}".encode())
    for array in (*parts, proof.multipliers, proof.cut_multipliers, proof.class_price):
        state.update(array.tobytes())
    return state.hexdigest()


def resident() -> dict[str, float]:
    """Memory of this process now, GB (asked of workers too)."""
    import psutil

    return {"now": psutil.Process().memory_info().rss / (1 << 30)}


def one(engine: str, size: tuple[int, int], *, tight: bool, gap: float) -> dict[str, Any]:
    """One run of one engine, in this process."""
    address, _, threads = engine.partition("=")
    kernel = fingerprint()
    began = time.perf_counter()
    model = build(raw_of(*size, 0, is_tight=tight))
    built = time.perf_counter()
    with open_engine(address, int(threads or 1)) as place:
        opened = time.perf_counter()
        options = ScaleOptions(gap=gap, max_leaves=0, threads=int(threads or 1), engine=place)
        result = solve_transport(model, options)
        solved = time.perf_counter()
        client = getattr(place, "client", None)
        workers = client.run(resident) if client is not None else {}
    line = {
        "engine": engine,
        "build_s": built - began,
        "start_s": opened - built,
        "solve_s": solved - opened,
        "end_s": time.perf_counter() - solved,
        "parts_s": result.timings_s,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "stop": result.stop_reason,
        "pricings": result.iterations,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20),
        "workers_gb": sum(x["now"] for x in workers.values()),
        "digest": digest(result),
        "kernel": kernel,
    }
    if client is not None:
        line["traffic"] = asdict(place.traffic)
    return line


def in_child(arguments: argparse.Namespace, engine: str) -> dict[str, Any]:
    """The same in a fresh process, so that memory is the engine's own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "line.json"
        command = [
            sys.executable, "-m", "benchmarks.scale.engines", "--size", arguments.size, "--gap", str(arguments.gap),
            "--engines", engine, "--line", str(answer), *(["--tight"] if arguments.tight else []),
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=sys.stderr)
        return dict(json.loads(answer.read_text(encoding="utf-8")))


def table(head: dict[str, Any], lines: list[dict[str, Any]], command: str) -> str:
    """Markdown page."""
    facts = ", ".join(f"{k} {v}" for k, v in head.items())
    first = lines[0]
    out = [
        f"# Engines of the scale kernel, {head['date']}", "", f"`{command}`", "", facts, "",
        f"Every engine: {first['objective']} / {first['bound']} ({100 * first['gap']:.4f} %), {first['stop']}, "
        f"{first['pricings']} pricings, same bytes (SHA-256 {first['digest'][:16]}…).", "",
        "| engine | solve s | pricing s | rest s | start s | build s | peak GB | workers GB |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for x in lines:
        pricing = x["parts_s"]["oracle"]
        numbers = (x["solve_s"], pricing, x["solve_s"] - pricing, x["start_s"], x["build_s"], x["peak_gb"])
        shown = " | ".join(f"{v:.2f}" for v in numbers)
        out.append(f"| {x['engine']} | {shown} | {x['workers_gb']:.2f} |")
    out += [
        "",
        "| engine | shards | sent once MB | tasks | asked MB | answered MB | kernel s | busiest worker s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for x in lines:
        t = x.get("traffic")
        if t is not None:
            mb = [f"{t[k] / 1e6:.1f}" for k in ("shard_bytes", "asked_bytes", "answered_bytes")]
            kernel = f"{t['kernel_s']:.1f} | {t['longest_s']:.1f}"
            out.append(
                f"| {x['engine']} | {t['shards']} | {mb[0]} | {t['tasks']} | {mb[1]} | {mb[2]} | {kernel} |"
            )
    return "\n".join(out) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="390000x2800000", help="dwellings x applicants")
    parser.add_argument("--tight", action="store_true", help="rules that bind everywhere")
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--engines", default=DEFAULT, help="threads=N counts threads")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--line", type=Path, help="one engine, in this process, to this file")
    chosen = parser.parse_args(arguments)
    dwellings, applicants = (int(x) for x in chosen.size.split("x"))
    if chosen.line is not None:
        line = one(chosen.engines, (dwellings, applicants), tight=chosen.tight, gap=chosen.gap)
        chosen.line.write_text(json.dumps(line), encoding="utf-8")
        return 0
    head = machine() | {"distributed": version("distributed")}
    one("threads=1", (2_400, 7_200), tight=True, gap=1e-4)  # compiled once, on disk for all
    lines = [in_child(chosen, engine) for engine in chosen.engines.split(",")]
    head["load_after"] = os.getloadavg()[0]
    if len({x["kernel"] for x in lines}) > 1:
        sys.stderr.write("the kernel's sources changed between two runs: nothing can be compared\n")
        return 1
    if len({x["digest"] for x in lines}) > 1:
        sys.stderr.write(
            "engines disagree: " + ", ".join(f"{x['engine']} {x['digest'][:16]}" for x in lines) + "\n"
        )
        return 1
    tight = " --tight" if chosen.tight else ""
    command = f"python -m benchmarks.scale.engines --size {chosen.size}{tight} --engines {chosen.engines}"
    page = table(head, lines, command)
    chosen.out.mkdir(parents=True, exist_ok=True)
    stem = f"scale-{head['date']}-engines-{chosen.size}{'-tight' if chosen.tight else ''}"
    (chosen.out / f"{stem}.md").write_text(page, encoding="utf-8")
    body = json.dumps({"machine": head, "lines": lines}, indent=1)
    (chosen.out / f"{stem}.json").write_text(body + "\n", encoding="utf-8")
    sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
