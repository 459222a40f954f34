"""Which dwellings a person may have meant who named one that is not there: all of a short list, of a long one those written most alike."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from optimizer.errors import Said, thousands

FEW, NEAR = 12, 5
"""Names that are all told; of more of them, those that are."""


def alike(name: str, known: Iterable[str]) -> Said:
    """The names that a wrong one is told with: a session of hundreds filled the screen with them."""
    every = list(known)
    if len(every) <= FEW:
        return Said(", ".join(every), ", ".join(every))
    found = ", ".join(difflib.get_close_matches(name, every, n=NEAR, cutoff=0.0))
    n = len(every)
    return Said(
        f"{found}… ({thousands(n, 'fr')} logements en tout)",
        f"{found}… ({thousands(n, 'en')} dwellings in all)",
    )
