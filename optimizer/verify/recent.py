"""A memory of the last answers: columns over all applications are many at the size of a country."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Answers by key, those used last; ``room`` bounds the sum of their weights (the newest is always kept)."""

    def __init__(self, room: int) -> None:
        self._room, self._held = room, 0
        self._known: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K, ask: Callable[[], V], weigh: Callable[[V], int]) -> V:
        """The answer known for a key, else the one asked for now."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known[0]
        answer = ask()
        weight = weigh(answer)
        self._known[key] = (answer, weight)
        self._held += weight
        while self._held > self._room and len(self._known) > 1:
            _, (_, gone) = self._known.popitem(last=False)
            self._held -= gone
        return answer
