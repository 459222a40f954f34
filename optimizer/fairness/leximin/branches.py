"""The largest ``weight · y`` over whole points, proven by a tree that a reader can add up: at each leaf, multipliers.

An integer program's own bound is a word; a tree of bounds with multipliers is a proof. A node halves the whole numbers one column may
take; whatever the multipliers of a leaf, they bound every whole point of that leaf, so that neither the solver nor the order of
the branching need be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.fairness.leximin.polytope import Polytope, owners, passed
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
NODES = 3_000
"""Leaves and branches after which what is left is told as an interval."""
CLOSED = 1e-9
"""How far above the aim a leaf may stay."""
CHARGE = 100.0
"""What a broken row costs at first, in largest weights; ten thousand times more where that is not enough."""


@dataclass(frozen=True)
class Leaf:
    """Multipliers of rows and of capacities of types. They bound every point between the bounds of the leaf's columns."""

    on_rows: F
    on_people: F


@dataclass(frozen=True)
class Branch:
    """Points with ``y[column] ≤ at`` lie below, the others above; ``below`` and ``above`` are places in the tree, after this one."""

    column: int
    at: int
    below: int
    above: int


Tree = tuple[Branch | Leaf, ...]
"""Nodes; the first is the root."""


def leaf_bound(polytope: Polytope, weight: F, leaf: Leaf, lower: F, upper: F) -> float:
    """What the multipliers of a leaf prove of ``weight · y`` between ``lower`` and ``upper``."""
    up = np.where(np.isfinite(polytope.high), np.maximum(leaf.on_rows, 0.0), 0.0)
    down = np.where(np.isfinite(polytope.low), np.minimum(leaf.on_rows, 0.0), 0.0)
    caps = np.maximum(leaf.on_people, 0.0)
    rest = weight - polytope.rows.T @ (up + down) - caps[polytope.owner]
    total = float(up @ np.where(up > 0, polytope.high, 0.0) + down @ np.where(down < 0, polytope.low, 0.0))
    return total + float(caps @ polytope.people) + float(np.maximum(rest * lower, rest * upper).sum())


@dataclass(frozen=True)
class _Node:
    lower: F
    upper: F
    leaf: Leaf
    bound: float
    x: F


class _Relaxation:
    """The linear program of a node; a row may be broken at a charge, so that an empty node has multipliers too."""

    def __init__(self, polytope: Polytope, weight: F) -> None:
        self.polytope, self.weight = polytope, weight
        n, self.r = len(polytope), polytope.rows.shape[0]
        t = polytope.types
        one, none = sp.identity(self.r), sp.csr_matrix((t, self.r))
        matrix = sp.bmat([[polytope.rows, one, -one], [owners(polytope), none, none]]).tocsc()
        self.charge = CHARGE * max(1e-12, float(np.abs(weight).max(initial=0.0)))
        self.top = polytope.people[polytope.owner].astype(np.float64)
        self.model = passed(
            matrix,
            np.concatenate([polytope.low, np.full(t, -INFINITY)]),
            np.concatenate([polytope.high, polytope.people.astype(np.float64)]),
            np.concatenate([weight, np.full(2 * self.r, -self.charge)]),
            np.zeros(n + 2 * self.r),
            np.concatenate([self.top, np.full(2 * self.r, INFINITY)]),
        )
        self.columns = np.arange(n, dtype=np.int32)

    def node(self, lower: F, upper: F, aim: float) -> _Node:
        """The relaxed point between two bounds, and what its multipliers prove."""
        n = len(self.polytope)
        self.model.changeColsBounds(n, self.columns, lower, upper)
        for factor in (1.0, 100.0, 10_000.0):
            spare = np.arange(n, n + 2 * self.r, dtype=np.int32)
            self.model.changeColsCost(2 * self.r, spare, np.full(2 * self.r, -self.charge * factor))
            self.model.run()
            solution = self.model.getSolution()
            x, dual = np.array(solution.col_value), np.array(solution.row_dual)
            leaf = Leaf(dual[: self.r], dual[self.r :])
            bound = leaf_bound(self.polytope, self.weight, leaf, lower, upper)
            broken = float(x[n:].sum())
            if bound <= aim or broken <= 1e-7:
                break
        return _Node(lower, upper, leaf, bound, x[:n])


def proven(polytope: Polytope, weight: F, aim: float, *, most: int = NODES) -> tuple[float, Tree]:
    """A tree that proves ``weight · y ≤ bound`` for every whole point.

    Parameters
    ----------
    weight : (N,) one weight per column
    aim : the value some whole point reaches: branching ends where every leaf is at most that.
    most : nodes; the leaves still open then keep their bounds.

    Returns
    -------
    bound, tree : the largest bound of a leaf, and the tree
    """
    program = _Relaxation(polytope, weight)
    aim += CLOSED
    held = [program.node(np.zeros(len(polytope)), program.top.copy(), aim)]
    tree: list[Branch | Leaf] = [held[0].leaf]
    open_ = [0] if held[0].bound > aim else []
    shut = [held[0].bound] if not open_ else []
    while open_ and len(tree) < most:
        here = open_.pop()
        column, at = _divided(held[here])
        if column < 0:
            shut.append(held[here].bound)
            continue
        node = held[here]
        low, high = node.lower.copy(), node.upper.copy()
        high[column], low[column] = at, at + 1
        tree[here] = Branch(column, at, len(tree), len(tree) + 1)
        for one in (program.node(node.lower, high, aim), program.node(low, node.upper, aim)):
            if one.bound > aim:
                open_.append(len(tree))
            else:
                shut.append(one.bound)
            held.append(one)
            tree.append(one.leaf)
    return max(shut + [held[i].bound for i in open_]), tuple(tree)


def _divided(node: _Node) -> tuple[int, int]:
    """The column to halve and where: the most fractional one, else one that is still wide; -1 when one point is left."""
    away = np.abs(node.x - np.rint(node.x))
    if float(away.max(initial=0.0)) > 1e-7:
        column = int(away.argmax())
        return column, int(np.floor(node.x[column]))
    wide = np.flatnonzero(node.upper > node.lower)
    if not len(wide):
        return -1, 0
    column = int(wide[0])
    at = min(node.upper[column] - 1, max(node.lower[column], np.rint(node.x[column])))
    return column, int(at)


def tree_of(tree: Tree) -> list[dict[str, Any]]:
    """A tree as it is published."""
    return [
        {"on_rows": node.on_rows.tolist(), "on_people": node.on_people.tolist()}
        if isinstance(node, Leaf)
        else {"column": node.column, "at": node.at, "below": node.below, "above": node.above}
        for node in tree
    ]
