"""A node of the proof's tree while it is worked on, and which of them are published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.solve.highs_lp import Basis
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import Multipliers
from optimizer.solve.proof.node import Path
from optimizer.solve.relaxation.master import NodeLP
from optimizer.solve.search.branching import Candidate
from optimizer.solve.tree.pseudocosts import Branching


@dataclass
class OpenNode:
    """A node, divided or not. ``bound`` in micropoints; ``split``: the division and the numbers of its two sides."""

    path: Path
    multipliers: Multipliers
    bound: int
    empty: bool = False
    split: tuple[Split, int, int] | None = None
    choice: Branching[Candidate] | None = None
    """Why it was divided so; None where no count was."""
    basis: Basis | None = None
    """Of its LP once it is split: the ``waiting`` sides start from it."""
    waiting: int = 2
    relaxed: NodeLP | None = None
    """Its LP, from the time it is solved to the time it is divided."""
    tried: bool = False
    priced: bool = False
    """Its bound is that of its multipliers, not of a node above it."""
    again: bool = False
    """It is to be solved from nowhere."""


def published_numbers(nodes: list[OpenNode], closed: Callable[[int], bool]) -> list[int]:
    """Numbers of the nodes to publish, ascending: nothing below one whose bound closes it."""
    found, waiting = [], [0]
    while waiting:
        number = waiting.pop()
        found.append(number)
        node = nodes[number]
        if node.split is not None and not closed(node.bound):
            waiting += node.split[1:]
    return sorted(found)
