"""No benchmark is left behind by what it measures: each can be begun."""

from __future__ import annotations

import importlib
import pkgutil

import benchmarks


def test_every_benchmark_finds_what_it_measures() -> None:
    found = [
        m.name
        for m in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")
        if not m.name.endswith("__main__")
    ]
    assert {"benchmarks.keeping", "benchmarks.year", "benchmarks.weeks"} <= set(found)
    for name in found:
        importlib.import_module(name)
