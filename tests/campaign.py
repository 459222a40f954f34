"""How much of a campaign runs: a hundredth in ``make test``, a tenth in CI, all of it in ``make soak``.

What is drawn in dozens and not in thousands runs whole in ``make soak``, its first quarter elsewhere (``few``).

``ATTRIFLUX_CAMPAIGN`` is empty, ``tenth`` or ``full``. A test marked ``soak`` guards something that takes minutes: it runs
in ``make soak``, and in CI one in ten of them, always the same for a commit. One marked ``long`` takes some seconds, in which ``make test``
runs a dozen others: it runs in CI and in ``make soak``.
"""

from __future__ import annotations

import os
from fractions import Fraction
from hashlib import sha256

SHARES = {"": Fraction(1, 100), "tenth": Fraction(1, 10), "full": Fraction(1)}
NAME = os.environ.get("ATTRIFLUX_CAMPAIGN", "")
SHARE = SHARES[NAME]
"""KeyError on a word that is none of the three: a campaign that silently runs nothing proves nothing."""
FULL = SHARE == 1


def part(whole: int, least: int = 1) -> int:
    """How many of ``whole`` draws are made today; never fewer than ``least`` nor more than the whole."""
    return min(whole, max(least, int(whole * SHARE)))


def seeds(whole: int, least: int = 1) -> range:
    """The seeds of a campaign of ``whole`` draws that are made today."""
    return range(part(whole, least))


def few(whole: int, least: int = 1) -> range:
    """The first quarter of ``whole`` draws, never fewer than ``least``; every one of them in ``make soak``."""
    return range(whole if FULL else min(whole, max(least, whole // 4)))


LONG = bool(NAME)
"""Whether tests marked ``long`` run today."""


def soaked(nodeid: str) -> bool:
    """Whether a test marked ``soak`` runs today."""
    if FULL:
        return True
    return NAME == "tenth" and int(sha256(nodeid.encode()).hexdigest(), 16) % 10 == 0
