"""The same three answers over the whole allocations themselves, for programs whose relaxation is too generous.

Column generation: a linear program chooses among the allocations known so far, and an integer program finds one that would
improve it, or finds none. What a stage claims is then proven by a tree of multipliers (`branches`) that needs no integer program to be
believed; where the tree is cut short the stage keeps an interval. Exact, and dear: for small programs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.branches import Leaf, Tree, proven
from optimizer.fairness.leximin.polytope import Polytope, owners, passed, whole_point
from optimizer.fairness.leximin.stages import at_most_one
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
Whole = NDArray[np.int64]
FINE = 1e-9
ROUNDED = 1e-6
"""A bound this near to what was reached is that value: the rest is rounding."""


@dataclass(frozen=True)
class HullStage:
    """The smallest chance among the types still free, what no lottery exceeds, the types fixed, and the proof.

    Attributes
    ----------
    value, bound : equal to rounding where the tree is closed
    on_types : (T,) weights of the types       tree : proves the largest weighted sum of chances of a whole point
    """

    value: float
    bound: float
    fixed: tuple[int, ...]
    on_types: F
    tree: Tree


@dataclass(frozen=True)
class Hull:
    """Chances over whole allocations: the points used, their weights, the stages."""

    p: F
    points: tuple[Whole, ...]
    weights: F
    stages: tuple[HullStage, ...]
    gap: float = 0.0


class _Master:
    """max z (or a linear value) over mixtures of the known points; one row per type, one for the weights."""

    def __init__(self, polytope: Polytope, points: list[Whole]) -> None:
        self.polytope, self.own = polytope, owners(polytope)
        t = polytope.types
        self.points: list[Whole] = []
        self.model = passed(
            sp.csc_matrix(np.concatenate([-np.ones(t), [0.0]])[:, None]),
            np.concatenate([np.zeros(t), [1.0]]), np.concatenate([np.full(t, INFINITY), [1.0]]),
            np.ones(1), np.zeros(1), np.ones(1),
        )  # fmt: skip
        for point in points:
            self.add(point)

    def add(self, point: Whole, cost: float = 0.0) -> None:
        chance = np.asarray(self.own @ point) / self.polytope.people
        at = np.flatnonzero(chance)
        index = np.append(at, self.polytope.types).astype(np.int32)
        self.model.addCol(cost, 0.0, INFINITY, len(index), index, np.append(chance[at], 1.0))
        self.points.append(point)

    def improve(self, value: F | None = None) -> tuple[float, F]:
        """Solve with new points until none improves: objective, and multipliers of the types."""
        t, polytope = self.polytope.types, self.polytope
        while True:
            self.model.run()
            found = float(self.model.getInfo().objective_function_value)
            dual = np.array(self.model.getSolution().row_dual)
            on = np.maximum(0.0, -dual[:t])
            weight = (on / polytope.people)[polytope.owner] + (0.0 if value is None else value)
            point, _ = whole_point(polytope, weight)
            if point is None:
                raise AttrifluxError("LEXIMIN_STUCK", status="pricing")
            slack = float(weight @ point) - float(dual[t])
            if slack <= FINE or any((point == known).all() for known in self.points):
                return found, on
            self.add(point, 0.0 if value is None else float(value @ point))

    def stage(self, reached: float, on: F, free: NDArray[np.bool_], p: F) -> HullStage:
        """A stage with its proof; types whose multiplier is positive are fixed."""
        polytope = self.polytope
        if reached > 1 - FINE:
            on, on_people = at_most_one(polytope, free)
            leaf = Leaf(np.zeros(polytope.rows.shape[0]), on_people)
            return HullStage(1.0, 1.0, tuple(np.flatnonzero(free).tolist()), on, (leaf,))
        weight = (on / polytope.people)[polytope.owner]
        most, tree = proven(polytope, weight, max(float(weight @ point) for point in self.points))
        mass = float(on[free].sum())
        bound = min(1.0, max(0.0, (most - float(on[~free] @ p[~free])) / mass)) if mass > FINE else 1.0
        value = bound if bound - reached <= ROUNDED else reached
        fixed = np.flatnonzero(free & (on > 1e-7)) if value < 1 - FINE else np.flatnonzero(free)
        return HullStage(value, bound, tuple(fixed.tolist()), on, tree)

    def answer(self, stages: list[HullStage], gap: float = 0.0) -> Hull:
        weights = np.maximum(0.0, np.array(self.model.getSolution().col_value)[1:])
        return mixed_points(self.polytope, self.points, weights, stages, gap)


def mixed_points(
    polytope: Polytope,
    points: list[Whole],
    weights: F,
    stages: list[HullStage],
    gap: float,
) -> Hull:
    """The mixture of some points."""
    kept = np.flatnonzero(weights > 1e-12)
    part = weights[kept] / weights[kept].sum()
    chosen = tuple(points[i] for i in kept.tolist())
    p = polytope.chances(part @ np.array(chosen, np.float64))
    return Hull(p, chosen, part, tuple(stages), gap)


def first_points(polytope: Polytope) -> list[Whole]:
    """One point that serves each type, where there is one: it also tells which types can be served at all.

    Raises
    ------
    AttrifluxError
        ``LEXIMIN_INFEASIBLE``: there is no point.
    """
    found: list[Whole] = []
    served = np.zeros(polytope.types, bool)
    for j in range(polytope.types):
        if served[j]:
            continue
        point, _ = whole_point(polytope, np.where(polytope.owner == j, 1.0, 0.0))
        if point is None:
            raise AttrifluxError(
                "LEXIMIN_INFEASIBLE", why_fr="ils se contredisent", why_en="they contradict each other"
            )
        served |= np.asarray(owners(polytope) @ point) > 0
        found.append(point)
    return found or [np.zeros(len(polytope), np.int64)]


def _set_aside(master: _Master) -> tuple[NDArray[np.bool_], list[HullStage]]:
    """Types that no point serves are fixed at 0 first, and that is proven."""
    polytope = master.polytope
    free = np.asarray(owners(polytope) @ np.sum(master.points, axis=0)) > 0
    never = np.flatnonzero(~free)
    if not len(never):
        return free, []
    for j in never.tolist():
        master.model.changeCoeff(j, 0, 0.0)
    on = np.where(free, 0.0, 1.0 / len(never))
    stage = master.stage(0.0, on, np.ones(polytope.types, bool), np.zeros(polytope.types))
    return free, [replace(stage, value=0.0)]


def hull_leximin(polytope: Polytope) -> Hull:
    """Leximin over the whole points."""
    master = _Master(polytope, first_points(polytope))
    master.model.changeObjectiveSense(_maximise())
    free, stages = _set_aside(master)
    p = np.zeros(polytope.types)
    while free.any():
        reached, on = master.improve()
        stages.append(master.stage(reached, on, free, p))
        here = np.array(stages[-1].fixed, np.int64)
        if not len(here):
            raise AttrifluxError("LEXIMIN_STUCK", status="no multiplier")
        free[here], p[here] = False, stages[-1].value
        for j in here.tolist():
            master.model.changeCoeff(j, 0, 0.0)
            master.model.changeRowBounds(j, max(0.0, min(reached, stages[-1].value) - FINE), INFINITY)
    return master.answer(stages)


def hull_maximin(polytope: Polytope) -> Hull:
    """The largest smallest chance over the whole points, then the largest value."""
    master = _Master(polytope, first_points(polytope))
    master.model.changeObjectiveSense(_maximise())
    free, stages = _set_aside(master)
    reached, on = master.improve()
    stages.append(master.stage(reached, on, free, np.zeros(polytope.types)))
    master.model.changeColBounds(0, max(0.0, reached - FINE), 1.0)
    worth = polytope.value if len(polytope.value) else np.zeros(len(polytope))
    master.model.changeColCost(0, 0.0)
    for i, point in enumerate(master.points):
        master.model.changeColCost(i + 1, float(worth @ point))
    master.improve(worth)
    return master.answer(stages)


def hull_nash(polytope: Polytope, *, gap: float = 1e-6, rounds: int = 2_000) -> Hull:
    """The largest Π p^{people} over the whole points.

    Multiplicative steps towards the best mixture of the known points, then the point of largest Σ people · chance / p: it
    joins, until it proves that no mixture is better by ``gap`` nats per person. The last stage is that proof.
    """
    points = first_points(polytope)
    own = owners(polytope)
    reach, stages = _set_aside(_Master(polytope, points))
    weight = polytope.people * reach / max(1, int(polytope.people[reach].sum()))
    chances = np.array([np.asarray(own @ p) / polytope.people for p in points])
    mix = np.full(len(points), 1.0 / len(points))
    left = INFINITY
    for _ in range(rounds):
        for _ in range(400):
            p = mix @ chances
            ratio = chances[:, reach] @ (weight[reach] / np.maximum(p[reach], 1e-300))
            mix = mix * ratio
            mix /= mix.sum()
            if float(ratio.max()) - 1.0 < gap / 4:
                break
        p = mix @ chances
        slope = np.where(reach, weight / np.maximum(p, 1e-300), 0.0)
        point, most = whole_point(polytope, (slope / polytope.people)[polytope.owner])
        left = max(0.0, most - 1.0)
        if point is None or left <= gap:
            break
        if not any((point == known).all() for known in points):
            points.append(point)
            chances = np.vstack([chances, np.asarray(own @ point) / polytope.people])
            mix = np.append(mix * 0.98, 0.02)
    return mixed_points(polytope, points, mix, [*stages, _product(polytope, points, slope, most)], left)


def _product(polytope: Polytope, points: list[Whole], slope: F, largest: float) -> HullStage:
    """The proof of a product: the slopes, and the largest sum of chances at these slopes (`stages.product_bound`).

    Parameters
    ----------
    largest : that sum as an integer program found it; it may be of a point that is not among ``points``
    """
    weight = (slope / polytope.people)[polytope.owner]
    reached = max(float(weight @ point) for point in points)
    most, tree = proven(polytope, weight, max(reached, largest))
    return HullStage(reached, most, (), slope, tree)


def _maximise() -> object:
    import highspy

    return highspy.ObjSense.kMaximize
