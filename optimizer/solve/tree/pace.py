"""How fast the bound of a tree falls, and whether the rest of a budget can close the gap at that pace."""

from __future__ import annotations

import math


class Pace:
    """Least bound of a whole tree, by number of nodes solved, and the work they took; bounds in whole units of any kind.

    A node of 60 dwellings is solved in a hundredth of a second, one of a thousand in several: a budget of nodes alone is a minute for one
    case and a day for the other. So the tree has a budget of work too (`highs_lp.work_of`), which like the nodes is the same everywhere.

    Parameters
    ----------
    after : nodes before the pace is judged
    margin : how many times too slow it must be before the rest of a budget is given back
    after_work : work, beside that of the root, from which it is judged though the nodes are fewer
    most_work : work, beside that of the root, at which the budget is spent
    """

    def __init__(self, after: int, margin: float, after_work: int, most_work: int) -> None:
        self.after, self.margin = after, margin
        self.after_work, self.most_work = after_work, most_work
        self.seen: list[int] = []
        self.work = 0
        """Beside that of the root."""
        self._root = 0

    def note(self, solved: int, bound: int, work: int) -> None:
        """Remember the bound of the tree after so many nodes and so much work.

        A side just opened may stand above its parent until it is solved: what was proven before still holds.
        """
        before = self.seen[-1] if self.seen else bound
        self.seen += [min(before, bound)] * (solved + 1 - len(self.seen))
        if solved <= 1:
            self._root = work
        self.work = work - self._root

    @property
    def spent(self) -> bool:
        """Whether the budget of work is spent."""
        return self.work >= self.most_work

    def stalled(self, budget: int, value: int) -> bool:
        """Whether the pace so far says that the rest of a budget cannot bring the bound down to ``value``, by a wide margin.

        The bound falls by about as much each time the number of nodes doubles; of that, ``margin`` times as much as the
        last doubling gave is hoped for.
        """
        n = len(self.seen) - 1
        if n < 2 or (n < self.after and self.work < self.after_work):
            return False
        nodes = min(budget, n * self.most_work / self.work) if self.work else budget
        doublings = math.log2(max(1.0, nodes / n))
        pace = self.seen[n // 2] - self.seen[n]
        return self.seen[n] - value > self.margin * doublings * pace
