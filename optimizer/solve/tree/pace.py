"""How fast the bound of a tree falls, and whether the rest of a budget can close the gap at that pace."""

from __future__ import annotations

import math


class Pace:
    """Least bound of a whole tree, by number of nodes solved; bounds in whole units of any kind.

    Parameters
    ----------
    after : nodes before the pace is judged
    margin : how many times too slow it must be before the rest of a budget is given back
    """

    def __init__(self, after: int, margin: float) -> None:
        self.after, self.margin = after, margin
        self.seen: list[int] = []

    def note(self, solved: int, bound: int) -> None:
        """Remember the bound of the tree after so many nodes.

        A side just opened may stand above its parent until it is solved: what was proven before still holds.
        """
        before = self.seen[-1] if self.seen else bound
        self.seen += [min(before, bound)] * (solved + 1 - len(self.seen))

    def stalled(self, budget: int, value: int) -> bool:
        """Whether the pace so far says that the rest of a budget cannot bring the bound down to ``value``, by a wide margin.

        The bound falls by about as much each time the number of nodes doubles; of that, ``margin`` times as much as the
        last doubling gave is hoped for.
        """
        n = len(self.seen) - 1
        if n < self.after:
            return False
        doublings = math.log2(max(1.0, budget / n))
        pace = self.seen[n // 2] - self.seen[n]
        return self.seen[n] - value > self.margin * doublings * pace
