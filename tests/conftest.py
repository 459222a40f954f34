"""One profile for every property test: the same examples everywhere; the long campaign draws new ones.

Collected tests and loaded libraries are no garbage: told so, the collector takes a tenth less of the time.

And an order of the folders: two workers begin at the first folder and at the one in the middle, and should not spend their
first minute on compiling the same functions.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("campaign", deadline=None, max_examples=2_000)
settings.load_profile("campaign" if os.environ.get("ATTRIFLUX_CAMPAIGN") == "full" else "steady")

AFTER_SCALE = ("presentation", "results", "runs", "benchmarks", "contract", "contracts")
"""Folders that run after `tests/scale`, which is in the middle and compiles the kernels they need."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; inside one, nothing changes place."""
    root = Path(__file__).parent

    def place(item: pytest.Item) -> tuple[str, bool]:
        folder = item.path.relative_to(root).parts[0] if item.path.is_relative_to(root) else ""
        return ("scale", True) if folder in AFTER_SCALE else (folder, False)

    items.sort(key=place)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what is there for good out of the garbage collector's rounds."""
    del session
    gc.collect()
    gc.freeze()
