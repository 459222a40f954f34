"""The one branch and bound of the prover: open nodes, the order in which they are treated, and when that ends.

The open node with the largest bound is treated first, among equals the oldest: the bound of a whole tree is that of its worst
open node, so no other order proves the same with fewer nodes (Land and Doig 1960; Achterberg 2007, chapter 6). A side that
``follow`` names is treated before all others (a plunge): proposals are found deep in a tree. Nothing here knows what a node
is, nor looks at a clock, so the same problem and the same budget grow the same tree on every machine.

Whoever grows a tree is a `Prover`: it gives the relaxation of a node and its branchings, and says what closes a node.
``search`` (the published proof), ``transport`` (models without a ``Problem``) and ``ties`` (one stage in one leaf) are the
three that there are; which branching a node gets is `pseudocosts`, what an early stop rests on `pace`.

References
----------
A. Land, A. Doig, *An automatic method of solving discrete programming problems*, Econometrica 28 (1960), 497-520.
T. Achterberg, *Constraint integer programming*, thesis, Technische Universität Berlin (2007).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar

Node = TypeVar("Node")
Bound = TypeVar("Bound", int, float)


class HeapEntry(NamedTuple, Generic[Node, Bound]):
    """An open node as the heap orders it: by falling bound, then by number, which no two have in common."""

    below: Bound
    """Minus the bound: heaps of the library give the least first."""
    number: int
    node: Node

    @property
    def bound(self) -> Bound:
        """No solution of the node is worth more."""
        return -self.below


class Prover(Protocol[Node, Bound]):
    """What grows a tree: the relaxation and the branchings of its nodes, and what closes them."""

    def enough(self, bound: Bound) -> bool:
        """Whether nodes of at most this bound are of no interest: they hold nothing better, or the gap asked is reached."""

    def over(self) -> bool:
        """Whether a budget is spent or a caller wants to stop; every open node still is on the tree."""

    def treat(self, entry: HeapEntry[Node, Bound]) -> bool:
        """Bound an open node and put its sides, or itself with its own bound, on the tree; a closed one is not put back.

        False when it was stopped in the middle: then the node was put back.
        """


class Tree(Generic[Node, Bound]):
    """The open nodes of one branch and bound."""

    def __init__(self) -> None:
        self._heap: list[HeapEntry[Node, Bound]] = []
        self._next: HeapEntry[Node, Bound] | None = None
        self._numbers = 0
        self.plunging = False
        """Whether the node at hand was asked for by ``follow``."""

    def __len__(self) -> int:
        """Number of open nodes."""
        return len(self._heap) + (self._next is not None)

    def __iter__(self) -> Iterator[HeapEntry[Node, Bound]]:
        """Open nodes, the largest bound first, among equals the oldest."""
        return iter(sorted(self._open(), key=lambda entry: entry[:2]))

    @property
    def widest(self) -> HeapEntry[Node, Bound] | None:
        """The first of them; None: none is open."""
        if self._next is None:
            return self._heap[0] if self._heap else None
        return min(self._open(), key=lambda entry: entry[:2])

    def _open(self) -> list[HeapEntry[Node, Bound]]:
        found = list(self._heap)
        if self._next is not None:
            found.append(self._next)
        return found

    def put(self, node: Node, bound: Bound, number: int | None = None) -> None:
        """Open a node; ``number``: its own, where it has one (ascending by age), else the next."""
        heapq.heappush(self._heap, self._entry(node, bound, number))

    def follow(self, node: Node, bound: Bound) -> None:
        """Open a node that is treated next, whatever other bounds are."""
        assert self._next is None, "one node follows at a time"
        self._next = self._entry(node, bound, None)

    def _entry(self, node: Node, bound: Bound, number: int | None) -> HeapEntry[Node, Bound]:
        number = self._numbers if number is None else number
        self._numbers = max(self._numbers, number + 1)
        return HeapEntry(-bound, number, node)

    def take(self, number: int) -> None:
        """Take an open node off the tree, to be treated out of turn."""
        self._heap = [entry for entry in self._heap if entry.number != number]
        heapq.heapify(self._heap)

    def clear(self) -> None:
        """Forget every open node."""
        self._heap, self._next = [], None

    def rewrite(self, changed: Callable[[Node], Node]) -> None:
        """Write every open node anew: their terms have changed, their bounds and their order have not."""
        self._heap = [entry._replace(node=changed(entry.node)) for entry in self._heap]
        if self._next is not None:
            self._next = self._next._replace(node=changed(self._next.node))

    def explore(self, prover: Prover[Node, Bound]) -> bool:
        """Treat nodes until none of interest is open (True) or the prover stops (False)."""
        while len(self):
            self.plunging = self._next is not None
            entry = self._heap[0] if self._next is None else self._next
            if prover.enough(entry.bound):
                if not self.plunging:
                    return True  # the largest bound, and with it every other
                self._next = None
                continue
            if prover.over():
                return False
            if self.plunging:
                self._next = None
            else:
                heapq.heappop(self._heap)
            if not prover.treat(entry):
                return False
        return True
