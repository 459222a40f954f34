"""The relaxed program over types: leximin stage by stage, maximin, and the largest product of chances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import lsmr

from optimizer.errors import AttrifluxError
from optimizer.fairness import messages as messages
from optimizer.fairness.leximin.polytope import Polytope, owners, passed
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
DUAL = 1e-9
"""A multiplier above it holds its type at the value of the stage (Σ of the multipliers is 1)."""
HELD = 1e-9
"""What a fixed chance may lose to the rounding of later stages: ten times the tolerance of the program, or it contradicts itself."""
ROUNDED = 1e-5
"""A column or a row of a program's answer this near to a whole number is on it: the tolerances above, magnified by the multipliers."""
EVEN = 1e-9
"""Rows and chances that a polished point keeps."""
LONG = 50_000
"""Columns above which every stage begins from nothing: presolve takes half of them out, which the simplex does not from the vertex of the
stage before."""


@dataclass(frozen=True)
class Stage:
    """One stage: the smallest chance among the types still free, the types it fixes, and the multipliers that prove it.

    Attributes
    ----------
    value : float
    fixed : types that can have no more without another free type having less
    on_types : (T,) multipliers of ``p_t ≥ …``; they add up to 1 over the free types. Of a product: the slopes (`nash`)
    on_rows : (R,) multipliers of the rows       on_people : (T,) multipliers of the capacities of types
    """

    value: float
    fixed: tuple[int, ...]
    on_types: F
    on_rows: F
    on_people: F


@dataclass(frozen=True)
class Relaxed:
    """Chances of every type, a point of the relaxed program that gives them, and the stages that prove them."""

    p: F
    y: F
    stages: tuple[Stage, ...]
    gap: float = 0.0


class _Program:
    """``rows``, then capacities of types, then ``chance of t − z ≥ 0`` of every type; the last column is z."""

    def __init__(self, polytope: Polytope) -> None:
        self.polytope = polytope
        t, n, r = polytope.types, len(polytope), polytope.rows.shape[0]
        own = owners(polytope)
        scaled = sp.diags(1.0 / polytope.people) @ own
        top = sp.hstack([sp.vstack([polytope.rows, own]), sp.csr_matrix((r + t, 1))])
        low_part = sp.hstack([scaled, sp.csr_matrix(-np.ones((t, 1)))])
        self.first_people, self.first_chance = r, r + t
        self.model = passed(
            sp.vstack([top, low_part]).tocsc(),
            np.concatenate([polytope.low, np.full(t, -INFINITY), np.zeros(t)]),
            np.concatenate([polytope.high, polytope.people.astype(np.float64), np.full(t, INFINITY)]),
            np.concatenate([np.zeros(n), [1.0]]),
            np.zeros(n + 1),
            np.concatenate([polytope.people[polytope.owner].astype(np.float64), [1.0]]),
        )
        self.n = n
        # what a walk takes out of a point magnifies its rounding
        self.model.setOptionValue("primal_feasibility_tolerance", 1e-10)

    def solve(self) -> tuple[float, F, F]:
        """Objective, columns and row multipliers.

        Raises
        ------
        AttrifluxError
            ``LEXIMIN_INFEASIBLE`` or ``LEXIMIN_STUCK``.
        """
        import highspy

        self.model.run()
        status = self.model.getModelStatus()
        if status == highspy.HighsModelStatus.kUnknown:
            # the basis carried over is too far from this tolerance: once more from nothing
            self.model.clearSolver()
            self.model.setOptionValue("presolve", "off")
            self.model.run()
            self.model.setOptionValue("presolve", "choose")
            status = self.model.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise AttrifluxError(
                "LEXIMIN_INFEASIBLE", why_fr="ils se contredisent", why_en="they contradict each other"
            )
        if status != highspy.HighsModelStatus.kOptimal:
            raise AttrifluxError("LEXIMIN_STUCK", status=self.model.modelStatusToString(status))
        solution = self.model.getSolution()
        value = float(self.model.getInfo().objective_function_value)
        return value, np.array(solution.col_value), np.array(solution.row_dual)


def leximin(polytope: Polytope) -> Relaxed:
    """The chances whose sorted list is largest: the smallest as large as it can be, then the next, and so on.

    Each stage maximises the smallest chance among the types not yet fixed, and fixes those whose multiplier is positive: by
    complementary slackness none of them can have more in any optimum of the stage. Its value is what the multipliers prove
    (`bound_of`), not what the program returns: the tolerance that a fixed chance leaves to later programs does not add up.

    Raises
    ------
    AttrifluxError
        ``LEXIMIN_INFEASIBLE``, ``LEXIMIN_STUCK``.
    """
    t = polytope.types
    free = reachable_types(polytope)
    p = np.zeros(t)
    stages = [] if free.all() else [never(polytope, free)]
    program = _Program(polytope)
    for j in np.flatnonzero(~free).tolist():
        program.model.changeCoeff(program.first_chance + j, program.n, 0.0)
    x = np.zeros(len(polytope) + 1)
    while free.any():
        if len(polytope) > LONG:
            program.model.clearSolver()
        reached, x, dual = program.solve()
        on_types, on_rows = -dual[program.first_chance :], dual[: program.first_people]
        stage = Stage(reached, (), on_types, on_rows, dual[program.first_people : program.first_chance])
        stages.append(closed(stage, polytope, p, free))
        for j in stages[-1].fixed:
            program.model.changeCoeff(program.first_chance + j, program.n, 0.0)
            program.model.changeRowBounds(program.first_chance + j, kept_at(stages[-1], reached), INFINITY)
    y = polished(polytope, p, x[:-1])
    return Relaxed(p, x[:-1] if y is None else y, tuple(stages))


def closed(stage: Stage, polytope: Polytope, p: F, free: NDArray[np.bool_]) -> Stage:
    """A stage with the value its multipliers prove and the types they fix, which are no longer ``free`` and whose chances ``p`` are known.

    Raises
    ------
    AttrifluxError
        ``LEXIMIN_STUCK``: no type has a multiplier.
    """
    here = np.flatnonzero(free & (stage.on_types > DUAL))
    proven = bound_of(stage, polytope, p, free)
    value = min(1.0, max(0.0, proven)) if proven < INFINITY else stage.value
    if value > 1 - DUAL:
        on_types, on_people = at_most_one(polytope, free)
        nothing = np.zeros_like(stage.on_rows)
        stage = replace(stage, on_types=on_types, on_rows=nothing, on_people=on_people)
        value, here = 1.0, np.flatnonzero(free)
    if not len(here):
        raise AttrifluxError("LEXIMIN_STUCK", status="no multiplier")
    free[here], p[here] = False, value
    return replace(stage, value=value, fixed=tuple(here.tolist()))


def at_most_one(polytope: Polytope, free: NDArray[np.bool_]) -> tuple[F, F]:
    """Multipliers of types and of their capacities that prove that no free type has a chance above 1.

    A program whose free types are all served has no multiplier of its own (the bound of its last column has them all).
    """
    on_types = np.where(free, 1.0 / max(1, int(free.sum())), 0.0)
    return on_types, on_types / polytope.people


def kept_at(stage: Stage, reached: float) -> float:
    """Chance that the types a stage fixed keep in the stages after it, where the program ``reached`` so much: a little below both."""
    return max(0.0, min(stage.value, reached) - HELD)


def polished(polytope: Polytope, p: F, y: F) -> F | None:
    """The point that gives the chances themselves, near one that gives them to the tolerance of a program; None: there is none."""
    near = np.rint(y)
    y = np.where(np.abs(y - near) < ROUNDED, near, y)
    if len(y) == polytope.types and len(np.unique(polytope.owner)) == len(y):
        y = np.asarray(p * polytope.people, np.float64)[polytope.owner]
    else:
        at = polytope.rows @ y
        on_low = np.abs(at - polytope.low) < ROUNDED
        tight = np.flatnonzero(on_low | (np.abs(at - polytope.high) < ROUNDED))
        moving = np.flatnonzero(y != np.rint(y))
        own = owners(polytope)
        away = np.concatenate(
            [
                np.where(on_low, polytope.low, polytope.high)[tight] - at[tight],
                p * polytope.people - own @ y,
            ]
        )
        matrix = sp.vstack([polytope.rows[tight], own]).tocsc()[:, moving]
        if len(moving):
            y[moving] += lsmr(matrix, away, atol=1e-13, btol=1e-13, maxiter=500)[0]
    y = np.maximum(y, 0.0)
    fine = polytope.holds(y, EVEN) and float(np.abs(polytope.chances(y) - p).max(initial=0.0)) <= EVEN
    return y if fine else None


def never(polytope: Polytope, reachable: NDArray[np.bool_]) -> Stage:
    """The stage that proves that some types have no chance in any point: their chances together cannot exceed 0."""
    stage = _largest(polytope, np.where(reachable, 0.0, 1.0 / float((~reachable).sum())))
    return replace(stage, value=max(0.0, stage.value), fixed=tuple(np.flatnonzero(~reachable).tolist()))


def _largest(polytope: Polytope, weight: F) -> Stage:
    """The largest weighted sum of chances of a point, and the multipliers that prove it; no type is fixed by it."""
    program = _Program(polytope)
    program.model.changeColBounds(program.n, 0.0, 0.0)
    cost = np.append((weight / polytope.people)[polytope.owner], 0.0)
    program.model.changeColsCost(program.n + 1, np.arange(program.n + 1, dtype=np.int32), cost)
    value, _, dual = program.solve()
    return Stage(
        value, (), weight, dual[: program.first_people], dual[program.first_people : program.first_chance]
    )


def maximin(polytope: Polytope) -> Relaxed:
    """The largest smallest chance; among the points that give it, one of largest value.

    Types that no allocation can serve (chance 0 whatever one does) are left out of the smallest chance.
    """
    program = _Program(polytope)
    reachable = reachable_types(polytope)
    for j in np.flatnonzero(~reachable).tolist():
        program.model.changeCoeff(program.first_chance + j, program.n, 0.0)
    value, x, dual = program.solve()
    stage = Stage(
        value,
        tuple(np.flatnonzero(-dual[program.first_chance :] > DUAL).tolist()),
        -dual[program.first_chance :],
        dual[: program.first_people],
        dual[program.first_people : program.first_chance],
    )
    if value > 1 - DUAL:
        on_types, on_people = at_most_one(polytope, reachable)
        stage = Stage(
            1.0, tuple(np.flatnonzero(reachable).tolist()), on_types, np.zeros_like(stage.on_rows), on_people
        )
    program.model.changeColBounds(program.n, max(0.0, value - HELD), 1.0)
    cost = np.append(polytope.value if len(polytope.value) else np.zeros(program.n), 0.0)
    program.model.changeColsCost(program.n + 1, np.arange(program.n + 1, dtype=np.int32), cost)
    _, x, _ = program.solve()
    return Relaxed(polytope.chances(x[:-1]), x[:-1], (stage,))


def reachable_types(polytope: Polytope) -> NDArray[np.bool_]:
    """(T,) types with a positive chance in some point: one maximisation of Σ min(p_t, ε) finds them all at once."""
    program = _Program(polytope)
    t, n = polytope.types, program.n
    model = program.model
    small = 1.0 / (4.0 * max(1, t) * float(polytope.people.max(initial=1)))
    model.changeColCost(n, 0.0)
    for j in range(t):
        model.addCol(1.0, 0.0, small, 1, np.array([program.first_chance + j], np.int32), np.array([-1.0]))
        model.changeCoeff(program.first_chance + j, n, 0.0)
    _, x, _ = program.solve()
    return np.asarray(x[n + 1 :] > small * 1e-3)


def nash(polytope: Polytope, *, gap: float = 1e-6, most: int = 60) -> Relaxed:
    """The chances of largest product Π p_t^{people}: Kelley's cuts on Σ people · log p, until ``gap`` nats are left.

    Types that no allocation can serve are left out, and that is proven. The last stage is the proof of the product: the slopes at
    which the cuts hold each chance, and the largest sum of chances at these slopes (`product_bound`).

    Returns
    -------
    Relaxed
        ``gap``: what is left between the bound of the cuts and the sum of logarithms.
    """
    reachable = reachable_types(polytope)
    t, n = polytope.types, len(polytope)
    weight = polytope.people.astype(np.float64) * reachable
    weight /= max(1.0, weight.sum())
    program = _Program(polytope)
    model = program.model
    model.changeColCost(n, 0.0)
    for j in range(t):
        model.changeCoeff(program.first_chance + j, n, 0.0)
        # a chance is at most 1, which the cut at 1 says: a bound on the column would take its part of the slope
        side = INFINITY if reachable[j] else 0.0
        model.addCol(float(weight[j]), -side, side, 0, np.zeros(0, np.int32), np.zeros(0))
    cuts: list[tuple[int, float]] = []
    own = [np.flatnonzero(polytope.owner == j).astype(np.int32) for j in range(t)]

    def cut(j: int, at: float) -> None:
        """log p ≤ log a + (p − a)/a."""
        index = np.append(own[j], n + 1 + j).astype(np.int32)
        slope = 1.0 / (at * float(polytope.people[j]))
        cuts.append((j, 1.0 / at))
        model.addRow(
            -INFINITY,
            float(np.log(at)) - 1.0,
            len(index),
            index,
            np.append(np.full(len(own[j]), -slope), 1.0),
        )

    start = maximin(polytope)
    floor = max(1e-9, start.stages[0].value)
    for j in np.flatnonzero(reachable).tolist():
        for at in (max(floor, float(start.p[j])), 1.0):
            cut(j, at)
    first_cut = program.first_chance + t
    best, best_y, left = -INFINITY, start.y, INFINITY
    for _ in range(most):
        bound, x, dual = program.solve()
        slopes = np.zeros(t)
        for (j, slope), held in zip(cuts, np.maximum(0.0, dual[first_cut:]), strict=True):
            slopes[j] += held * slope
        p = polytope.chances(x[:n])
        safe = np.maximum(p, floor * 1e-3)
        value = float(weight @ np.where(reachable, np.log(np.maximum(p, 1e-300)), 0.0))
        if value > best:
            best, best_y = value, x[:n]
        left = bound - best
        if left <= gap:
            break
        for j in np.flatnonzero(reachable).tolist():
            if float(x[n + 1 + j]) > np.log(safe[j]) + gap / 4:
                cut(j, float(safe[j]))
    stages = () if reachable.all() else (never(polytope, reachable),)
    return Relaxed(polytope.chances(best_y), best_y, (*stages, _largest(polytope, slopes)), left)


def product_bound(people: NDArray[np.int64], slopes: F, most: float) -> float:
    """What no geometric mean of chances exceeds, each person of the types with a slope counted once.

    By concavity Σ w log p ≤ Σ w log(w/s) + log Σ s p for any slopes s > 0 and weights w of sum 1; ``most`` is the largest Σ s p of
    a point. At the largest product, with s = w/p, both sides are equal.

    Parameters
    ----------
    slopes : (T,) of each type, 0 for types that no point serves
    most : the largest sum of chances at these slopes
    """
    on = slopes > 0
    weight = people[on] / people[on].sum()
    return float(most * np.exp(weight @ np.log(weight / slopes[on])))


def geometric_mean(people: NDArray[np.int64], slopes: F, chances: F) -> float:
    """The geometric mean of the chances of the types with a slope, each person counted once."""
    on = slopes > 0
    weight = people[on] / people[on].sum()
    return float(np.exp(weight @ np.log(np.maximum(chances[on], 1e-300))))


def bound_of(stage: Stage, polytope: Polytope, p: F, free: NDArray[np.bool_]) -> float:
    """What the multipliers of a stage prove: no point with the fixed chances ``p`` gives every free type more.

    For y in the polytope, Σ_free w_t p_t ≤ u·b + v·people − Σ_fixed w_t p_t whenever, on every column, ``w/people`` is at most
    what the rows and capacities charge; the rounding of a solver is charged in full.
    """
    weight = np.maximum(stage.on_types, 0.0)
    held = float(weight[~free] @ p[~free])
    mass = float(weight[free].sum())
    return (sum_bound(stage, polytope) - held) / mass if mass > 0 else INFINITY


def sum_bound(stage: Stage, polytope: Polytope) -> float:
    """What the multipliers of a stage prove of the weighted sum of chances of every point."""
    rows = polytope.rows
    up, down = np.maximum(stage.on_rows, 0.0), np.minimum(stage.on_rows, 0.0)
    up = np.where(np.isfinite(polytope.high), up, 0.0)
    down = np.where(np.isfinite(polytope.low), down, 0.0)
    caps = np.maximum(stage.on_people, 0.0)
    weight = np.maximum(stage.on_types, 0.0)
    charged = rows.T @ (up + down) + caps[polytope.owner]
    extra = np.maximum(0.0, (weight / polytope.people)[polytope.owner] - charged)
    most = np.zeros(polytope.types)
    np.maximum.at(most, polytope.owner, extra)
    total = float(up @ np.where(up > 0, polytope.high, 0.0) + down @ np.where(down < 0, polytope.low, 0.0))
    return total + float(caps @ polytope.people) + float(most @ polytope.people)


def proof_of(relaxed: Relaxed) -> dict[str, Any]:
    """The stages as they are published."""
    return {
        "stages": [
            {
                "value": s.value,
                "fixed": list(s.fixed),
                "on_types": s.on_types.tolist(),
                "on_rows": s.on_rows.tolist(),
                "on_people": s.on_people.tolist(),
            }
            for s in relaxed.stages
        ]
    }
