"""The one branch and bound against every choice of small knapsacks: its order, its plunges, its end."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from optimizer.solve.tree.best_first import HeapEntry, Tree

Taken = tuple[bool, ...]
"""What is decided of the first things, the dearest for their weight first."""


class Knapsack:
    """A prover of the problem that textbooks branch on: the fractional knapsack is the relaxation, its broken thing the branching."""

    def __init__(self, seed: int, budget: int = 10**9, plunging: bool = False) -> None:
        rng = np.random.default_rng(seed)
        weight, worth = rng.integers(1, 30, 8).tolist(), rng.integers(1, 40, 8).tolist()
        self.things = sorted(zip(weight, worth, strict=True), key=lambda t: Fraction(-t[1], t[0]))
        self.room = sum(weight) // 2
        self.tree: Tree[Taken, int] = Tree()
        self.best, self.budget, self.goes_down = 0, budget, plunging
        self.treated: list[tuple[Taken, int, bool]] = []
        self.tree.put((), self.relaxed(()))

    def relaxed(self, taken: Taken) -> int:
        """Largest whole worth when what is not decided may be taken in part; below nothing where the decided does not fit."""
        left = self.room - sum(w for (w, _), has in zip(self.things, taken, strict=False) if has)
        total = Fraction(sum(v for (_, v), has in zip(self.things, taken, strict=False) if has))
        if left < 0:
            return -1
        for w, v in self.things[len(taken) :]:
            part = min(w, left)
            total, left = total + Fraction(part * v, w), left - part
        return int(total)

    def enough(self, bound: int) -> bool:
        return bound <= self.best

    def over(self) -> bool:
        return len(self.treated) >= self.budget

    def treat(self, entry: HeapEntry[Taken, int]) -> bool:
        taken = entry.node
        self.treated.append((taken, entry.bound, self.tree.plunging))
        if len(taken) == len(self.things):
            self.best = max(self.best, entry.bound)
            return True
        low, high = (*taken, False), (*taken, True)
        (self.tree.follow if self.goes_down else self.tree.put)(high, self.relaxed(high))
        self.tree.put(low, self.relaxed(low))
        return True

    def brute_force(self) -> int:
        return max(self.relaxed(taken) for taken in product((False, True), repeat=len(self.things)))


@pytest.mark.parametrize("plunging", [False, True])
def test_the_best_is_found_and_nothing_closed_is_treated(plunging: bool) -> None:
    for seed in range(6):
        prover = Knapsack(seed, plunging=plunging)
        assert prover.tree.explore(prover) and prover.best == prover.brute_force()
        assert all(entry.bound <= prover.best for entry in prover.tree)
        followed = [plunge for _, _, plunge in prover.treated]
        assert any(followed) == plunging
        if not plunging:
            bounds = [bound for _, bound, _ in prover.treated]
            assert bounds == sorted(bounds, reverse=True), "best bound first: it only falls"
            # what stands above the optimum every order has to treat, and nothing below it is
            assert bounds[-1] == prover.best


def test_a_budget_leaves_every_open_node_on_the_tree_and_may_be_raised() -> None:
    for plunging in (False, True):
        whole = Knapsack(3, plunging=plunging)
        assert whole.tree.explore(whole)
        parts = Knapsack(3, budget=0, plunging=plunging)
        while not parts.tree.explore(parts):
            is_open, treated = {entry.node for entry in parts.tree}, {taken for taken, _, _ in parts.treated}
            for taken in treated:
                for side in ((*taken, False), (*taken, True)) if len(taken) < len(parts.things) else ():
                    assert side in is_open | treated or parts.enough(parts.relaxed(side))
            assert parts.tree.widest == max(parts.tree, key=lambda entry: (entry.bound, -entry.number))
            parts.budget += 2
        assert parts.treated == whole.treated and parts.best == whole.best


def test_among_equals_the_oldest_is_next_and_one_put_back_keeps_its_age() -> None:
    tree: Tree[str, int] = Tree()
    for name in "abc":
        tree.put(name, 5)
    tree.put("wide", 7)
    assert [entry.node for entry in tree] == ["wide", "a", "b", "c"]
    tree.take(1)
    tree.put("d", 5)
    tree.put("b", 5, 1)
    tree.rewrite(str.upper)
    assert [entry.node for entry in tree] == ["WIDE", "A", "B", "C", "D"] and len(tree) == 5
    tree.clear()
    assert not tree and tree.widest is None
