"""How many of the thousand random cases are tried: a fiftieth in the tests, a tenth in CI, all of them in a soak."""

from __future__ import annotations

import os

CASES = 1_000


def share() -> float:
    """Part of the campaign to run: `ATTRIFLUX_CAMPAIGN_SHARE`, or everything when `ATTRIFLUX_CAMPAIGN` is `full`."""
    if os.environ.get("ATTRIFLUX_CAMPAIGN") == "full":
        return 1.0
    return float(os.environ.get("ATTRIFLUX_CAMPAIGN_SHARE", "0.02"))


def groups(size: int = 5) -> list[range]:
    """The seeds to try, a few in each test."""
    last = max(size, round(CASES * share()))
    return [range(first, min(first + size, last)) for first in range(0, last, size)]
