"""One profile for every property test: the same examples everywhere; the long campaign draws new ones.

Tests marked ``long`` run in CI and ``make soak``, those marked ``soak`` in ``make soak`` and one in ten of them in CI (``tests/campaign.py``); they are deselected
elsewhere, not skipped, because a skip in CI is a failure. Collected tests and loaded libraries are no garbage: the collector
waits until they are there, then leaves them alone, and looks as rarely as in the command itself.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from optimizer.cli.app import COLLECTED
from tests import campaign

gc.disable()
SLOW = (HealthCheck.too_slow,)
"""Seconds of drawing say how busy a machine is, not what is wrong."""
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=len(campaign.few(100)),
    suppress_health_check=SLOW,
)
settings.register_profile("campaign", deadline=None, max_examples=2_000, suppress_health_check=SLOW)
settings.load_profile("campaign" if campaign.FULL else "steady")
FIRST = ("tests/web/test_three_weeks.py",)
"""What takes more than a minute in one test is begun first: at the end, the other process would wait for it with nothing to do."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of CI and of ``make soak`` that are not for today; the longest tests first."""
    left = [
        i
        for i in items
        if (i.get_closest_marker("soak") and not campaign.soaked(i.nodeid))
        or (i.get_closest_marker("long") and not campaign.LONG)
    ]
    if left:
        config.hook.pytest_deselected(items=left)
        out = set(map(id, left))
        items[:] = [i for i in items if id(i) not in out]
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what is there for good out of the garbage collector's rounds."""
    del session
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED, 20, 20)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what it guards was not looked at."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
