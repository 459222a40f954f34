"""How many of the thousand random cases are tried: the shares of every campaign (``tests/campaign.py``), a few in each test."""

from __future__ import annotations

from tests.campaign import seeds

CASES = 1_000


def groups(size: int = 5) -> list[range]:
    """The seeds to try, a few in each test."""
    drawn = seeds(CASES)
    return [drawn[first : first + size] for first in range(0, len(drawn), size)]
