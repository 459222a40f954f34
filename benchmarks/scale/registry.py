"""Where instance families register; a new family is one function with the decorator."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.solve.transport import LabelledTransport

Family = Callable[[int, int, int], LabelledTransport]
FAMILIES: dict[str, Family] = {}


def family(name: str) -> Callable[[Family], Family]:
    """Register a family ``(dwellings, applicants, seed) -> model``; a name is taken once."""

    def add(make: Family) -> Family:
        if name in FAMILIES:
            raise ValueError(f"family {name} exists")
        FAMILIES[name] = make
        return make

    return add
