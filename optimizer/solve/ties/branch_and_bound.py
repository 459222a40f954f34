"""The best whole choice of one tie stage in one leaf: branch and bound on counts.

A household more here or there changes a draw by some thousands; a count that must be whole changes it by tens of thousands
in the LP. So nodes are divided on counts only, the one whose two sides lose most (tried by a few simplex steps, remembered
per unit of distance), and each side hands its limits on from row to row (`narrow`) before it is solved. Where all counts are
whole and households are not, a general MIP over the columns still worth it ends the node; it is hardly ever called.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import I64, B
from optimizer.solve.highs_lp import INFINITY, Basis, F
from optimizer.solve.policy import SearchPolicy
from optimizer.solve.ties.model import HALF, TieModel
from optimizer.solve.ties.stage_lp import EPS, Solution, StageProgram, Stopped, best_of
from optimizer.solve.tree.best_first import HeapEntry, Tree
from optimizer.solve.tree.pseudocosts import Pseudocosts, Sides, best_split, effort_of

FLOOR = 1e-3
"""Rounding of an LP value that is forgiven before it is rounded down."""
NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class StageFound:
    """Best choice of a stage (candidates by number, sorted), what it gains, and the LP before any division.

    ``proven``: nothing gains more; else the search was given up.
    """

    gain: int
    chosen: I64
    value: float
    reduced: F
    proven: bool = True


@dataclass(frozen=True)
class Node:
    """Limits of counts, and where the LP of the node above ended."""

    low: F
    high: F
    basis: Basis | None = None


class Search:
    """The tree of one stage. ``accept``: whether a whole choice reaches the optimal value of the problem."""

    def __init__(self, program: StageProgram, accept: Callable[[I64], bool], policy: SearchPolicy) -> None:
        self.program, self.accept = program, accept
        self.policy, self.branching = policy.ties, policy.branching
        self.tree: Tree[Node, float] = Tree()
        self.aside: list[tuple[Node, float]] = []
        """Nodes that break rows, with their bounds, until a choice is known."""
        self.root: Solution | None = None
        self.above = 0
        """What a choice must gain more than; of the best one known, what it gains."""
        self.chosen: I64 | None = None
        self.guess: Callable[[int], I64 | None] | None = None
        self.hopeful = False
        self.effort = 0
        self.pseudocosts: Pseudocosts[tuple[int, bool]] = Pseudocosts(self.branching.reliable)
        self.lossy = False
        """A whole choice was refused: rows are missing, and nothing found counts."""
        self.given_up = False
        """A node was left that may hold a better choice."""

    def best(
        self,
        above: int,
        chosen: I64 | None = None,
        guess: Callable[[int], I64 | None] | None = None,
        hopeful: bool = False,
    ) -> StageFound | None:
        """The best choice that gains more than ``above``, else ``chosen``, which gains as much.

        ``guess`` may know a choice that reaches the first bound. ``hopeful``: as long as no choice is known, nodes that
        break rows wait for the end, and none found proves nothing.

        Raises
        ------
        Stopped
            Also when it was given up with no choice known.
        """
        model = self.program.model
        low, high = model.low.copy(), model.high.copy()
        if not narrow(model, low, high):
            return None
        self.above, self.chosen, self.guess, self.hopeful = above, chosen, guess, hopeful
        self.tree.put(Node(low, high), INFINITY)
        while self.tree.explore(self) and self.aside and self.chosen is not None:
            for node, bound in self.aside:
                self.tree.put(node, bound)
            self.aside = []
        if self.lossy:
            return None
        if self.chosen is None and self.given_up:
            raise Stopped
        if self.chosen is None or self.root is None:
            return None
        return StageFound(self.above, self.chosen, self.root.value, self.root.reduced, not self.given_up)

    def enough(self, bound: float) -> bool:
        """Whether nothing of at most this bound gains more than the best choice known."""
        return bound < self.above + 1 - FLOOR

    def over(self) -> bool:
        """Whether the search is given up.

        Raises
        ------
        Stopped
            By the clock or the user.
        """
        dived = not self.tree.plunging and self.root is not None and self.chosen is not None
        if self.effort > self.policy.effort or (dived and self._left() > self.policy.left):
            self.given_up = True
            return True
        if self.program.watch.stopped():
            raise Stopped
        return False

    def treat(self, entry: HeapEntry[Node, float]) -> bool:
        """Solve a node: its choice is kept when it is whole, else it is divided and its better side is next."""
        node, solution = entry.node, self.solve(entry.node)
        self.effort += len(self.program.columns)
        if self.root is None and solution is not None:
            self._begin(solution)
        if solution is None or self.enough(solution.value):
            return True
        if self.hopeful and self.chosen is None and solution.broken > EPS:
            self.aside.append((Node(node.low, node.high), solution.value))
            return True
        if solution.whole or not len(loose(solution)):
            better = self._whole(node, solution, self.above)
            if better is not None:
                self.above, self.chosen = better
            return not self.lossy
        self._divide(node, solution)
        return True

    def _begin(self, root: Solution) -> None:
        """Remember the LP before any division; a choice that reaches its bound may be known elsewhere."""
        self.root = root
        top, model = math.floor(root.value + FLOOR), self.program.model
        if self.guess is not None and top > self.above and not root.whole:
            reached = self.guess(top)
            if reached is not None and self.program.gain.total(model, reached) > self.above:
                self.above, self.chosen = self.program.gain.total(model, reached), reached

    def _divide(self, node: Node, solution: Solution) -> None:
        """Open both sides of the count that tells most; the one that loses less is next."""
        count, lost = self._choose(node, solution, self.above)
        basis = self.program.basis()
        sides = []
        for high_side in (False, True):
            low, high = divided(node, solution, count, high_side)
            if narrow(self.program.model, low, high):
                sides.append((lost[high_side], Node(low, high, basis)))
        sides.sort(key=lambda side: side[0])
        for _, side in sides[:1]:
            self.tree.follow(side, solution.value)
        for _, side in sides[1:]:
            self.tree.put(side, solution.value)

    def _left(self) -> int:
        """Candidates that a better choice may still use."""
        root = self.root
        if root is None:
            return 0
        return int((self.program.alive & (root.reduced <= root.value - self.above + HALF)).sum())

    def solve(self, node: Node) -> Solution | None:
        """The LP of a node from the basis of the one it is a side of; None where nothing is in it."""
        self.program.limit(node.low, node.high)
        if node.basis is not None:
            self.program.back_to(node.basis)
        return self.program.solve()

    def _whole(self, node: Node, solution: Solution, above: int) -> tuple[int, I64] | None:
        """The proposal of a node whose counts are whole, when it gains more."""
        program = self.program
        if solution.whole:
            chosen = np.sort(program.columns[solution.x > 0.5])
            found = program.gain.total(program.model, chosen), chosen
        else:
            best = self._finish(node, solution, above)
            if best is None:
                return None
            found = best
        self.lossy = not self.accept(found[1])
        return found if found[0] > above and not self.lossy else None

    def _finish(self, node: Node, solution: Solution, above: int) -> tuple[int, I64] | None:
        """The best choice of a node whose counts are whole and whose households are not.

        First among the columns of the LP and a few of each dwelling; what it gains leaves few others worth it.
        """
        program = self.program
        counts = np.rint(solution.counts)
        some: B = np.zeros(len(program.alive), bool)
        some[program.columns[solution.x > EPS]] = True
        best: tuple[int, I64] | None = None
        for few in self.policy.few_columns:
            wanted = best_of(np.flatnonzero(program.alive), solution.reduced, program.model.dwelling, few)
            some[wanted] = True
            found = program.finish(counts, counts, some, NONE, self.policy.program_nodes)
            if found.chosen is not None:
                best = found.gain, found.chosen
                break
        if best is not None and (best[0] > solution.value - 1 + FLOOR or not self.accept(best[1])):
            return best
        worst = above if best is None else max(above, best[0])
        some = program.alive & (solution.reduced <= solution.value - worst + HALF)
        if int(some.sum()) > self.policy.left:
            self.given_up = True
            return best
        found = program.finish(node.low, node.high, some, NONE, 10 * self.policy.program_nodes)
        self.given_up |= not found.ended
        if found.chosen is None or (best is not None and found.gain < best[0]):
            return best
        return found.gain, found.chosen

    def _choose(self, node: Node, solution: Solution, above: int) -> tuple[int, Sides]:
        """The count whose two sides lose most, and what they lose; beyond the room to the best choice nothing counts."""
        room = solution.value - above
        basis = self.program.basis()
        known = self.pseudocosts

        def expected(q: int) -> Sides:
            part = float(solution.counts[q] % 1.0)
            return known.expected((q, False), part, self.branching.untried), known.expected(
                (q, True), 1 - part, self.branching.untried
            )

        found = best_split(
            loose(solution).tolist(),
            expected,
            lambda q: known.reliable(((q, False), (q, True))),
            lambda q: (
                self._try(node, solution, q, False, basis, room),
                self._try(node, solution, q, True, basis, room),
            ),
            room,
            effort_of(self.branching),
        )
        self.program.back_to(basis)
        assert found is not None
        return found.candidate, found.lost

    def _try(
        self, node: Node, solution: Solution, count: int, high_side: bool, basis: Basis, room: float
    ) -> float:
        low, high = divided(node, solution, count, high_side)
        value: float | None = -INFINITY
        if narrow(self.program.model, low, high):
            value = self.program.attempt(low, high, basis, self.branching.trial_steps)
        # a side that closes is worth a few times the room, not all the world: it is remembered for other nodes
        lost = 0.0 if value is None else min(4.0 * room, max(0.0, solution.value - value))
        part = float(solution.counts[count] % 1.0)
        self.pseudocosts.learn((count, high_side), 1 - part if high_side else part, lost)
        return lost


def loose(solution: Solution) -> I64:
    """Counts that are not whole."""
    return np.flatnonzero(np.abs(solution.counts - np.rint(solution.counts)) > EPS)


def divided(node: Node, solution: Solution, count: int, high_side: bool) -> tuple[F, F]:
    """Limits of one side of a division."""
    low, high = node.low.copy(), node.high.copy()
    if high_side:
        low[count] = np.ceil(solution.counts[count])
    else:
        high[count] = np.floor(solution.counts[count])
    return low, high


def narrow(model: TieModel, low: F, high: F) -> bool:
    """Draw the limits of counts together, in place, by what each row allows; False when one allows nothing."""
    changed = True
    while changed:
        changed = False
        for t in model.tables:
            ok = (t.den >= low[t.d]) & (t.den <= high[t.d]) & (t.most >= low[t.n]) & (t.least <= high[t.n])
            if not ok.any():
                return False
            den = t.den[ok]
            for q, least, most in ((t.d, den[0], den[-1]), (t.n, t.least[ok].min(), t.most[ok].max())):
                if least > low[q]:
                    low[q], changed = least, True
                if most < high[q]:
                    high[q], changed = most, True
                if low[q] > high[q]:
                    return False
    return True
