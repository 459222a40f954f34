"""The largest ``weight · y`` over whole points, proven by a tree that a reader can add up: at each leaf, multipliers.

An integer program's own bound is a word; a tree of bounds with multipliers is a proof. A node halves the whole numbers one column may
take; whatever the multipliers of a leaf, they bound every whole point of that leaf, so that neither the solver nor the order of
the branching need be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
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
TRIED = 6
"""Columns halved on trial at a node; the one whose halves lose most is kept."""
WEIGHED = 0.25
"""How much nearer to a half a column of the aim counts than one without a weight: where some types get nothing, others are halved in vain."""
LEAST = 1e-6
"""What a half that loses nothing counts for, so that the other one still tells two columns apart."""
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
    # the largest bound first: where the tree is cut short, what is told is as small as it can be
    open_ = [(-held[0].bound, 0)] if held[0].bound > aim else []
    shut = [held[0].bound] if not open_ else []
    while open_ and len(tree) < most:
        _, here = heappop(open_)
        halves = _halved(program, held[here], aim)
        if halves is None:
            shut.append(held[here].bound)
            continue
        tree[here] = Branch(halves.column, halves.at, len(tree), len(tree) + 1)
        for one in (halves.below, halves.above):
            if one.bound > aim:
                heappush(open_, (-one.bound, len(tree)))
            else:
                shut.append(one.bound)
            held.append(one)
            tree.append(one.leaf)
    return max(shut + [-bound for bound, _ in open_]), tuple(tree)


@dataclass(frozen=True)
class _Halves:
    column: int
    at: int
    below: _Node
    above: _Node


def _halved(program: _Relaxation, node: _Node, aim: float) -> _Halves | None:
    """The halves of a node, of the column whose halves lose most (strong branching, product rule: Achterberg 2007).

    Tried are the most fractional columns; where none is, the first one that is still wide. None when one point is left.
    """
    x = np.clip(
        node.x, node.lower, node.upper
    )  # what a program's tolerance leaves beyond its bounds is no fraction
    away = np.abs(x - np.rint(x))
    near = np.where(away > 1e-7, away + WEIGHED * (program.weight > 0), 0.0)
    tried = np.argsort(-near, kind="stable")[:TRIED]
    tried = tried[near[tried] > 0]
    if not len(tried):
        wide = np.flatnonzero(node.upper > node.lower)
        if not len(wide):
            return None
        column = int(wide[0])
        at = min(node.upper[column] - 1, max(node.lower[column], np.rint(x[column])))
        return _at(program, node, aim, column, int(at))

    def lost(halves: _Halves) -> float:
        below, above = (max(LEAST, node.bound - max(x.bound, aim)) for x in (halves.below, halves.above))
        return below * above

    return max((_at(program, node, aim, c, int(np.floor(x[c]))) for c in tried.tolist()), key=lost)


def _at(program: _Relaxation, node: _Node, aim: float, column: int, at: int) -> _Halves:
    """The halves of a node at a whole number of a column."""
    low, high = node.lower.copy(), node.upper.copy()
    high[column], low[column] = at, at + 1
    return _Halves(
        column, at, _half(program, node, node.lower, high, aim), _half(program, node, low, node.upper, aim)
    )


def _half(program: _Relaxation, node: _Node, lower: F, upper: F, aim: float) -> _Node:
    """One half of a node. The multipliers of the node hold there too: they are kept where the program of the half returns worse ones."""
    half = program.node(lower, upper, aim)
    kept = leaf_bound(program.polytope, program.weight, node.leaf, lower, upper)
    return replace(half, leaf=node.leaf, bound=kept) if kept < half.bound else half


def tree_of(tree: Tree) -> list[dict[str, Any]]:
    """A tree as it is published."""
    return [
        {"on_rows": node.on_rows.tolist(), "on_people": node.on_people.tolist()}
        if isinstance(node, Leaf)
        else {"column": node.column, "at": node.at, "below": node.below, "above": node.above}
        for node in tree
    ]
