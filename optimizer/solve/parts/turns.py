"""Which part is solved next on the threads of one process, so that two of very many entries never stand beside each other.

The arrays of a part live while it is solved, and a region's weigh a gigabyte: whoever is free takes the first part, in the order
given, that still fits beside those being solved. What comes out is the same in any order.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

BESIDE = 4
"""The part of the room that is always there beside the largest part being solved."""


class Turns:
    """Parts given out one by one.

    Parameters
    ----------
    sizes : entries that each part holds while it is solved; 0 for one that always fits
    room : entries that may be held at once; beside a part that leaves less, a quarter of the room stays open, lest the other processors
        wait for it
    """

    def __init__(self, sizes: Sequence[int], room: int) -> None:
        self._sizes, self._room = sizes, room
        self._left, self._held = list(range(len(sizes))), list[int]()
        self._turn = threading.Condition()

    def take(self) -> int | None:
        """The next part, once there is room for one; None when all are given out."""
        with self._turn:
            while self._left:
                room = max(self._room, max(self._held, default=0) + self._room // BESIDE)
                for i in self._left:
                    if not self._sizes[i] or not self._held or sum(self._held) + self._sizes[i] <= room:
                        self._left.remove(i)
                        self._held.append(self._sizes[i])
                        return i
                self._turn.wait()
            return None

    def stop(self) -> None:
        """Give out no more."""
        with self._turn:
            self._left.clear()
            self._turn.notify_all()

    def give(self, i: int) -> None:
        """Part ``i`` is solved, or given up: its entries are let go."""
        with self._turn:
            self._held.remove(self._sizes[i])
            self._turn.notify_all()
