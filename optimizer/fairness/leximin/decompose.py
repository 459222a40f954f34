"""A point of the relaxed program written as a lottery over whole allocations.

`walk` goes along the minimal face: a whole point v near the rest r, then as far from v as the polytope allows; each step
makes one more row or column tight. What a face without whole point leaves over goes to column generation, which ends with
the smallest error possible or with an interval. `spread` gives people who share a cell their exact chances: a wheel with
one spoke per person, turned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.fairness.leximin.polytope import Polytope, owners, passed, whole_point
from optimizer.solve.highs_model import INFINITY

F = NDArray[np.float64]
Whole = NDArray[np.int64]
NEAR = 1e-9
"""A number this near to a whole one is that one."""
ROW = 1e-7
"""A row this near to its bound is on it."""


@dataclass(frozen=True)
class Mixture:
    """Whole points and weights. ``error``: the largest difference of a chance; ``least``: what no mixture can be below."""

    points: tuple[Whole, ...]
    weights: F
    error: float
    least: float = 0.0


def walk(polytope: Polytope, y: F, *, steps: int = 20_000) -> tuple[list[Whole], list[float], float]:
    """Whole points, their weights, and the weight left when a face has no whole point."""
    n, t = len(polytope), polytope.types
    matrix = sp.vstack([polytope.rows, owners(polytope)]).tocsr()
    low = np.concatenate([polytope.low, np.zeros(t)])
    high = np.concatenate([polytope.high, polytope.people.astype(np.float64)])
    used = np.diff(matrix.indptr) > 0
    matrix, low, high = matrix[used], low[used], high[used]
    unit = np.ones(len(low), bool)  # rows that may be rounded to the whole numbers around them
    unit[np.repeat(np.arange(len(low)), np.diff(matrix.indptr))[np.abs(matrix.data) != 1]] = False
    model = passed(
        matrix.tocsc(),
        low,
        high,
        np.zeros(n),
        np.zeros(n),
        polytope.people[polytope.owner].astype(np.float64),
        whole=n,
    )
    model.setOptionValue("mip_rel_gap", 0.05)
    columns = np.arange(n, dtype=np.int32)
    rows = np.arange(len(low), dtype=np.int32)
    rest, left = y.copy(), 1.0
    points: list[Whole] = []
    weights: list[float] = []
    for _ in range(steps):
        near = np.rint(rest)
        rest = np.where(np.abs(rest - near) < NEAR, near, rest)
        below, above = np.floor(rest + NEAR), np.ceil(rest - NEAR)
        share = np.clip(rest - below, NEAR, 1 - NEAR)
        at = matrix @ rest
        model.changeColsBounds(n, columns, below, above)
        model.changeColsCost(n, columns, np.where(above > below, np.log(share / (1 - share)), 0.0))
        point = None
        tight_low = np.where(np.abs(at - high) < ROW, high, low)
        tight_high = np.where(np.abs(at - low) < ROW, low, high)
        for near_rows in (True, False):
            row_low = np.where(unit & near_rows, np.maximum(low, np.floor(at + ROW)), tight_low)
            row_high = np.where(unit & near_rows, np.minimum(high, np.ceil(at - ROW)), tight_high)
            model.changeRowsBounds(len(rows), rows, row_low, row_high)
            model.run()
            if model.getInfo().primal_solution_status == 2:
                point = np.rint(np.array(model.getSolution().col_value))
                break
        if point is None:
            return points, weights, left
        away, row_away = rest - point, at - matrix @ point
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = np.concatenate(
                [
                    np.where(away < -NEAR, (rest - below) / -away, np.inf),
                    np.where(away > NEAR, (above - rest) / away, np.inf),
                    np.where(row_away < -ROW, (at - low) / -row_away, np.inf),
                    np.where(row_away > ROW, (high - at) / row_away, np.inf),
                ]
            )
        far = float(np.nanmin(limits)) if len(limits) else np.inf
        if not np.isfinite(far) or float(np.abs(away).max(initial=0.0)) < NEAR:
            points.append(point.astype(np.int64))
            weights.append(left)
            return points, weights, 0.0
        far = max(0.0, far)
        if far < 1e-12:
            return points, weights, left
        part = far / (1 + far)
        points.append(point.astype(np.int64))
        weights.append(left * part)
        left *= 1 - part
        rest = rest + far * away
        if left < 1e-12:
            return points, weights, 0.0
    return points, weights, left


def mixture(
    polytope: Polytope,
    y: F,
    *,
    size: F | None = None,
    tolerance: float = 1e-9,
    rounds: int = 400,
    time_limit: float = INFINITY,
) -> Mixture:
    """The relaxed point as a lottery: the walk, then column generation on what it leaves.

    Parameters
    ----------
    size : (T,) people behind each type, by which an error of a chance is measured; default: the types' own.
    rounds, time_limit : budget of the column generation. What it did not close is told by ``error`` and ``least``.
    """
    people = polytope.people.astype(np.float64) if size is None else size
    points, weights, left = walk(polytope, y)
    if left <= 1e-12 and points:
        part = np.array(weights) / sum(weights)
        error = _error(polytope, points, part, y, people)
        if error <= max(tolerance, 1e-7):
            return Mixture(tuple(points), part, error)
    return _generate(polytope, y, people, points, tolerance, rounds, time_limit)


def _error(polytope: Polytope, points: Sequence[Whole], weights: F, y: F, people: F) -> float:
    own = owners(polytope)
    mean = weights @ np.array(points, np.float64)
    return float(np.abs(own @ (mean - y) / people).max(initial=0.0))


def _generate(
    polytope: Polytope, y: F, people: F, points: list[Whole], tolerance: float, rounds: int, time_limit: float
) -> Mixture:
    """min e with |E[chance] − p| ≤ e over the points; a point of positive reduced cost is found by a MIP."""
    import time

    begun = time.perf_counter()
    own = owners(polytope)
    t = polytope.types
    aim = own @ y / people
    if not points:
        first, _ = whole_point(polytope, np.zeros(len(polytope)))
        if first is None:
            return Mixture((), np.zeros(0), INFINITY, INFINITY)
        points = [first]
    held = list(points)

    def column(point: Whole) -> tuple[NDArray[np.int32], F]:
        chance = np.asarray(own @ point) / people
        at = np.flatnonzero(chance)
        index = np.concatenate([at, at + t, [2 * t]]).astype(np.int32)
        return index, np.concatenate([chance[at], chance[at], [1.0]])

    index = [column(p) for p in held]
    start = np.concatenate([[0], np.cumsum([len(i) for i, _ in index])])
    ones = sp.csc_matrix(
        (
            np.concatenate([np.concatenate([np.ones(t), -np.ones(t)]), *[v for _, v in index]]),
            np.concatenate([np.arange(2 * t), *[i for i, _ in index]]),
            np.concatenate([[0], 2 * t + start]),
        ),
        shape=(2 * t + 1, 1 + len(held)),
    )
    cost = np.zeros(1 + len(held))
    cost[0] = 1.0
    model = passed(
        ones,
        np.concatenate([aim, np.full(t, -INFINITY), [1.0]]),
        np.concatenate([np.full(t, INFINITY), aim, [1.0]]),
        cost,
        np.zeros(1 + len(held)),
        np.full(1 + len(held), INFINITY),
        maximise=False,
    )
    least, error = 0.0, INFINITY
    for _ in range(rounds):
        model.run()
        error = float(model.getInfo().objective_function_value)
        dual = np.array(model.getSolution().row_dual)
        weight = (dual[:t] + dual[t : 2 * t]) / people
        point, bound = whole_point(polytope, weight[polytope.owner])
        if point is None:
            break
        fixed = float(dual[:t] @ aim + dual[t : 2 * t] @ aim)
        least = max(least, fixed - bound)
        if (
            error <= max(tolerance, least + tolerance)
            or float(weight[polytope.owner] @ point) + dual[2 * t] <= 1e-10
        ):
            break
        rows, values = column(point)
        held.append(point)
        model.addCol(0.0, 0.0, INFINITY, len(rows), rows, values)
        if time.perf_counter() - begun > time_limit:
            break
    model.run()
    weights = np.maximum(np.array(model.getSolution().col_value)[1:], 0.0)
    kept = np.flatnonzero(weights > 1e-13)
    part = weights[kept] / weights[kept].sum()
    chosen = [held[i] for i in kept.tolist()]
    return Mixture(tuple(chosen), part, _error(polytope, chosen, part, y, people), max(0.0, least))


def exact_weights(weights: F, unit: int = 10**12) -> list[Fraction]:
    """Weights as fractions of ``unit`` that add up to one: the largest remainders take what is missing."""
    scaled = weights / weights.sum() * unit
    floors = [int(x) for x in np.floor(scaled)]
    missing = unit - sum(floors)
    order = sorted(range(len(floors)), key=lambda i: (floors[i] - float(scaled[i]), i))
    for i in order[:missing]:
        floors[i] += 1
    return [Fraction(x, unit) for x in floors]


def spread(
    counts: Sequence[Sequence[int]], weights: Sequence[Fraction], shares: Sequence[Sequence[Fraction]]
) -> list[tuple[Fraction, list[list[int]]]]:
    """Split every point until each cell can name which of its members are served, with their exact chances.

    Parameters
    ----------
    counts : ``counts[j][b]`` places that point j gives cell b; over the points, at most two successive numbers per cell.
    weights : of the points, one together.
    shares : ``shares[b]`` expected places of each member of cell b; they add up to Σ_j weight_j · counts[j][b].

    Returns
    -------
    list of (weight, members)
        ``members[b]`` holds one entry per place: the index of the member who takes it.

    Notes
    -----
    Members lie end to end on a line of length Y = Σ shares; with an offset u of [0, 1) those at u, u + 1, … are served, so a
    member of length x is served x times on average, ⌊x⌋ or ⌈x⌉ times always. There are ⌈Y⌉ places where u < Y − ⌊Y⌋ and ⌊Y⌋
    elsewhere: points with ⌈Y⌉ places get offsets of the first part, the others of the second, each as long as its weight.
    """
    cells = len(shares)
    ends: list[list[Fraction]] = []
    for mine in shares:
        line, total = [], Fraction(0)
        for x in mine:
            total += x
            line.append(total)
        ends.append(line)
    totals = [line[-1] if line else Fraction(0) for line in ends]
    low = [int(total) for total in totals]
    next_offset = [[totals[b] - low[b], Fraction(0)] for b in range(cells)]
    found: list[tuple[Fraction, list[list[int]]]] = []
    breaks = [sorted({end - int(end) for end in line}) for line in ends]
    for point, weight in zip(counts, weights, strict=True):
        starts = []
        for b in range(cells):
            high = int(point[b]) > low[b]
            starts.append(next_offset[b][1] if high else next_offset[b][0])
            next_offset[b][1 if high else 0] += weight
        cuts = {Fraction(0), weight}
        for b in range(cells):
            if point[b]:
                cuts |= {x - starts[b] for x in breaks[b] if starts[b] < x < starts[b] + weight}
        ordered = sorted(cuts)
        for here, after in zip(ordered, ordered[1:], strict=False):
            middle = (here + after) / 2
            members = [_served(ends[b], starts[b] + middle, int(point[b])) for b in range(cells)]
            found.append((after - here, members))
    return found


def _served(ends: Sequence[Fraction], offset: Fraction, places: int) -> list[int]:
    from bisect import bisect_right

    return [bisect_right(ends, offset + i) for i in range(places)]
