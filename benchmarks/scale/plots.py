"""Plots from the JSON of ``run``: ``python -m benchmarks.scale.plots results.json``; SVG beside it, no network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd


def growth(lines: list[dict[str, Any]]) -> alt.Chart | None:
    """Seconds to 0.01 % against eligible pairs, both logarithmic."""
    rows = [
        {"pairs": x["peer_s"], "seconds": x["ours_s"]}
        for x in lines
        if x["metric"] == "growth" and x["ours_s"]
    ]
    if not rows:
        return None
    axes = {
        "x": alt.X("pairs:Q", scale=alt.Scale(type="log"), title="eligible pairs"),
        "y": alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds to 0.01 %"),
    }
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows), title="Time against size").mark_line(point=True).encode(**axes)
    )
    return chart


def gaps(lines: list[dict[str, Any]]) -> alt.Chart | None:
    """Certified gap against time, one line per instance."""
    rows = []
    for x in lines:
        for seconds, value, bound in x["trace"]:
            if value is not None and bound > value:
                gap = (bound - value) / abs(bound)
                rows.append({"instance": x["instance"], "seconds": seconds, "gap": min(gap, 1.0)})
    if not rows:
        return None
    axes = {
        "x": alt.X("seconds:Q", scale=alt.Scale(type="log"), title="seconds"),
        "y": alt.Y("gap:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format=".0e"), title="certified gap"),
        "color": alt.Color("instance:N", title="instance"),
    }
    base = alt.Chart(pd.DataFrame(rows), title="Gap over time")
    chart: alt.Chart = base.mark_line(interpolate="step-after").encode(**axes)
    return chart


def main(arguments: list[str]) -> int:
    """Write ``<file>-growth.svg`` and ``<file>-gaps.svg`` for each results file."""
    for name in arguments:
        path = Path(name)
        lines = json.loads(path.read_text(encoding="utf-8"))["lines"]
        for kind, chart in (("growth", growth(lines)), ("gaps", gaps(lines))):
            if chart is not None:
                chart.properties(width=480, height=320).save(path.with_name(f"{path.stem}-{kind}.svg"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
