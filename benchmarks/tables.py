"""Dated Markdown page and CSV file of the measured lines, with what the figures depend on."""

from __future__ import annotations

import csv
import datetime
import io
import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import Line

PACKAGES = ("numpy", "scipy", "numba", "highspy", "ortools", "pulp")
FIELDS = (
    "date", "instance", "backend", "objective", "bound", "gap", "status", "wall_s", "runs", "peak_mb", "phases",
    "note",
)  # fmt: skip


def machine() -> dict[str, str]:
    """Processor, memory, load and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "load_before": f"{os.getloadavg()[0]:.1f}",
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    """Model name where the system says it."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def gap(line: Line) -> float | None:
    """Distance from objective to bound, relative to the objective."""
    if line.objective is None or line.bound is None or not line.objective:
        return None
    return (line.bound - line.objective) / abs(line.objective)


def page(head: dict[str, str], lines: list[Line], command: str, notes: list[str]) -> str:
    """The Markdown page."""
    out = [f"# Backends side by side, {head['date']}", "", f"`{command}`", ""]
    out += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    out += [f"- {note}" for note in notes] + [""]
    out += [
        "| instance | backend | objective | bound | gap | status | wall s | runs | peak MB | note |",
        "|---|---|---:|---:|---:|---|---:|---:|---:|---|",
    ]
    for x in lines:
        distance = gap(x)
        cells = (
            x.instance, x.backend, _number(x.objective, ".2f"), _number(x.bound, ".2f"),
            "" if distance is None else f"{100 * distance:.4f} %", x.status, _number(x.wall_s, ".3g"),
            str(x.runs or ""), _number(x.peak_mb, ".0f"), x.note.replace("|", "/"),
        )  # fmt: skip
        out.append("| " + " | ".join(cells) + " |")
    phased = [x for x in lines if x.phases]
    if phased:
        out += ["", "## Seconds by phase", ""]
        out += [f"- {x.instance}, {x.backend}: {_phases(x)}" for x in phased]
    return "\n".join(out) + "\n"


def sheet(head: dict[str, str], lines: list[Line]) -> str:
    """The CSV text: one line per measure, full precision."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for x in lines:
        writer.writerow(
            [head["date"], x.instance, x.backend, _number(x.objective, ".6f"), _number(x.bound, ".6f"),
             _number(gap(x), ".9f"), x.status, _number(x.wall_s, ".4f"), x.runs, _number(x.peak_mb, ".1f"),
             _phases(x), x.note]
        )  # fmt: skip
    return buffer.getvalue()


def _phases(line: Line) -> str:
    return ", ".join(f"{name} {seconds:.3f}" for name, seconds in line.phases.items())


def _number(value: float | None, style: str) -> str:
    return "" if value is None else format(value, style)
