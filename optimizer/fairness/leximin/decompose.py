"""A point of the relaxed program written as a lottery over whole allocations.

`walk` goes along the minimal face: a whole point v near the rest r, then as far from v as the polytope allows; each step
makes one more row or column tight, and puts the rest back on those it has reached: its rounding would otherwise grow with the
inverse of the weight left. Where a face has no whole point, a walk that leans another way may still arrive; what none of them
gives goes to column generation, which ends with the smallest error possible or with an interval. `spread` gives people who share a cell their exact chances: a wheel with
one spoke per person, turned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import lsmr

from optimizer.fairness.leximin.polytope import Polytope, owners, passed, whole_point
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
Whole = NDArray[np.int64]
NEAR = 1e-9
"""A number this near to a whole one is that one."""
ROW = 1e-7
"""A row this near to its bound is on it."""
DRIFT = 1e-11
"""How far a point may drift from the rows it lies on before it is put back."""
LEFT = 1e-12
"""Weight at which a walk has ended."""
SMALL = 1e-10
"""Weight left that a lottery may do without: no chance is further from the point."""
TURNS = 4
"""Walks tried before column generation."""
ROOM = 3.0
"""Leases of room in a rule from which a walk need not look after it."""
DRAWN, LITTLE = 3.0, 0.05
"""What a lease asked of a rule is worth to a point, in logarithms of odds, over the room left there and a little more."""


@dataclass(frozen=True)
class Mixture:
    """Whole points and weights. ``error``: the largest difference of a chance; ``least``: what no mixture can be below."""

    points: tuple[Whole, ...]
    weights: F
    error: float
    least: float = 0.0


@dataclass(frozen=True)
class Walk:
    """Whole points met, their weights, and the weight ``left`` when a face has no whole point; ``done`` when all is given."""

    points: tuple[Whole, ...]
    weights: tuple[float, ...]
    left: float

    @property
    def done(self) -> bool:
        return bool(self.points) and self.left <= SMALL

    @property
    def part(self) -> F:
        """The weights, one together."""
        weights = np.array(self.weights, np.float64)
        return np.asarray(weights / weights.sum(), np.float64)


class _Faces:
    """Rows and capacities of a polytope, and the integer program that finds a whole point of a face."""

    def __init__(self, polytope: Polytope) -> None:
        t, ruled = polytope.types, polytope.rows.shape[0]
        matrix = sp.vstack([polytope.rows, owners(polytope)]).tocsr()
        low = np.concatenate([polytope.low, np.zeros(t)])
        high = np.concatenate([polytope.high, polytope.people.astype(np.float64)])
        length = np.diff(matrix.indptr)
        # the capacity of a type with one column is that column's bound
        used = (length > 1) | ((length > 0) & (np.arange(len(length)) < ruled))
        self.matrix, self.low, self.high = matrix[used].tocsr(), low[used], high[used]
        self.top = polytope.people[polytope.owner].astype(np.float64)
        r, n = self.matrix.shape
        self.unit = np.ones(r, bool)
        """Rows that may be rounded to the whole numbers around them."""
        self.unit[np.repeat(np.arange(r), np.diff(self.matrix.indptr))[np.abs(self.matrix.data) != 1]] = False
        zeros = np.zeros(n)
        self.model = passed(self.matrix.tocsc(), self.low, self.high, zeros, zeros, self.top, whole=n)
        self.model.setOptionValue("mip_rel_gap", 0.05)
        self.columns, self.rows = np.arange(n, dtype=np.int32), np.arange(r, dtype=np.int32)

    def kept(self, rest: F) -> F:
        """A point back on the rows it lies on: each step magnifies its rounding by the inverse of the weight left."""
        near = np.rint(rest)
        rest = np.where(np.abs(rest - near) < NEAR, near, rest)
        at = self.matrix @ rest
        on_low = np.abs(at - self.low) < ROW
        tight = np.flatnonzero(on_low | (np.abs(at - self.high) < ROW))
        moving = np.flatnonzero(rest != np.rint(rest))
        away = np.where(on_low, self.low, self.high)[tight] - at[tight]
        if not len(tight) or not len(moving) or float(np.abs(away).max()) < DRIFT:
            return rest
        part = self.matrix[tight][:, moving]
        rest[moving] += lsmr(part, away, atol=1e-12, btol=1e-12, maxiter=200)[0]
        return np.asarray(np.clip(rest, 0.0, self.top), np.float64)

    def _sides(self, at: F) -> tuple[F, F]:
        """Sides of the rows around a point: the next whole numbers, or what it lies on."""
        low = np.where(np.abs(at - self.high) < ROW, self.high, self.low)
        high = np.where(np.abs(at - self.low) < ROW, self.low, self.high)
        return (
            np.where(self.unit, np.maximum(self.low, np.floor(at + ROW)), low),
            np.where(self.unit, np.minimum(self.high, np.ceil(at - ROW)), high),
        )

    def whole(self, rest: F, at: F, cost: F) -> tuple[F, F, F] | None:
        """A whole point of the smallest face around a point, and the bounds of its columns: rounded, then on the face alone."""
        n = len(rest)
        below, above = np.floor(rest + NEAR), np.ceil(rest - NEAR)
        wide_low = np.where(np.abs(rest - self.top) < NEAR, self.top, 0.0)
        wide_high = np.where(np.abs(rest) < NEAR, 0.0, self.top)
        tight_low = np.where(np.abs(at - self.high) < ROW, self.high, self.low)
        tight_high = np.where(np.abs(at - self.low) < ROW, self.low, self.high)
        near_low, near_high = self._sides(at)
        self.model.changeColsCost(n, self.columns, cost)
        for box_low, box_high, row_low, row_high in (
            (below, above, near_low, near_high),
            (below, above, tight_low, tight_high),
            (wide_low, wide_high, tight_low, tight_high),
        ):
            self.model.changeColsBounds(n, self.columns, box_low, box_high)
            self.model.changeRowsBounds(len(self.rows), self.rows, row_low, row_high)
            self.model.run()
            if self.model.getInfo().primal_solution_status == 2:
                return np.rint(np.array(self.model.getSolution().col_value)), box_low, box_high
        return None


class _RoomyFaces(_Faces):
    """Faces of a polytope whose point lies inside its rules: whole points that use the rules up, so that what is left has more room.

    What a point leaves of a rule, the rest of the walk loses. A rule on which the rest comes to lie asks for sums that whole
    numbers seldom have; where each point asks of the rules as much as the rest does, its room grows as the weight left shrinks.
    """

    def __init__(self, polytope: Polytope) -> None:
        super().__init__(polytope)
        self.rules = np.isfinite(self.high) & ~np.isfinite(self.low) & ~self.unit
        entries = self.matrix.tocoo()
        self.lease = np.ones(len(self.rows))
        np.maximum.at(self.lease, entries.row, np.abs(entries.data))

    def whole(self, rest: F, at: F, cost: F) -> tuple[F, F, F] | None:
        """A whole point that asks at least as much of each rule as ``rest``, or little less."""
        room = (self.high - at) / self.lease
        near = self.rules & (room < ROOM)
        # a rule with little room left draws the point towards it
        drawn = np.where(near, DRAWN / (np.maximum(room, 0.0) + LITTLE) / self.lease, 0.0)
        cost = cost + self.matrix.T @ drawn
        n = len(rest)
        below, above = np.floor(rest + NEAR), np.ceil(rest - NEAR)
        low, high = self._sides(at)
        self.model.changeColsCost(n, self.columns, cost)
        self.model.changeColsBounds(n, self.columns, below, above)
        for least in (np.where(near, np.maximum(low, at - ROW), low), low):
            self.model.changeRowsBounds(len(self.rows), self.rows, least, high)
            self.model.run()
            if self.model.getInfo().primal_solution_status == 2:
                return np.rint(np.array(self.model.getSolution().col_value)), below, above
        return super().whole(rest, at, cost)


def walk(polytope: Polytope, y: F, *, turn: int = 0, steps: int = 20_000, roomy: bool = False) -> Walk:
    """Whole points whose mixture is ``y``, found along its minimal face.

    Parameters
    ----------
    turn : 0 rounds every column to the likelier side; other numbers lean towards other corners, each its own.
    roomy : whether ``y`` lies inside its rules and every point is to leave it more room there
    """
    faces = _RoomyFaces(polytope) if roomy else _Faces(polytope)
    rest, left = np.asarray(y, np.float64).copy(), 1.0
    lean = _lean(len(polytope), turn)
    points: list[Whole] = []
    weights: list[float] = []
    for _ in range(steps):
        rest = faces.kept(rest)
        at = faces.matrix @ rest
        share = rest - np.floor(rest + NEAR)
        open_ = np.ceil(rest - NEAR) > np.floor(rest + NEAR)
        share = np.clip(share, NEAR, 1 - NEAR)
        found = faces.whole(rest, at, np.where(open_, np.log(share / (1 - share)) + lean, 0.0))
        if found is None:
            break
        point, box_low, box_high = found
        away, row_away = rest - point, at - faces.matrix @ point
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = np.concatenate(
                [
                    np.where(away < -NEAR, (rest - box_low) / -away, np.inf),
                    np.where(away > NEAR, (box_high - rest) / away, np.inf),
                    np.where(row_away < -ROW, (at - faces.low) / -row_away, np.inf),
                    np.where(row_away > ROW, (faces.high - at) / row_away, np.inf),
                ]
            )
        far = float(np.nanmin(limits)) if len(limits) else np.inf
        if not np.isfinite(far) or float(np.abs(away).max(initial=0.0)) < NEAR:
            points.append(point.astype(np.int64))
            weights.append(left)
            return Walk(tuple(points), tuple(weights), 0.0)
        if far < 1e-12:
            break
        part = far / (1 + far)
        points.append(point.astype(np.int64))
        weights.append(left * part)
        left *= 1 - part
        rest = rest + far * away
        if left < LEFT:
            return Walk(tuple(points), tuple(weights), 0.0)
    return Walk(tuple(points), tuple(weights), left)


def _lean(n: int, turn: int) -> F:
    """Logistic numbers spread evenly (multiples of the golden ratio): the same on every machine, no generator."""
    if not turn:
        return np.zeros(n)
    u = np.clip((np.arange(1, n + 1) * turn * 0.6180339887498949) % 1.0, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(u / (1 - u)), np.float64)


def walks(polytope: Polytope, y: F, *, most: int = TURNS) -> list[Walk]:
    """Walks from ``y``, each leaning another way, until one gives it whole: the last is that one, if any is."""
    found: list[Walk] = []
    for turn in range(most):
        found.append(walk(polytope, y, turn=turn))
        if found[-1].done:
            break
    return found


def mixture(
    polytope: Polytope,
    y: F,
    *,
    size: F | None = None,
    tolerance: float = 1e-9,
    rounds: int = 400,
    time_limit: float = INFINITY,
) -> Mixture:
    """The relaxed point as a lottery: walks, then column generation on what they leave.

    Parameters
    ----------
    size : (T,) people behind each type, by which an error of a chance is measured; default: the types' own.
    rounds, time_limit : budget of the column generation. What it did not close is told by ``error`` and ``least``.
    """
    people = polytope.people.astype(np.float64) if size is None else size
    tried = walks(polytope, y)
    if tried[-1].done:
        last = tried[-1]
        error = _error(polytope, last.points, last.part, y, people)
        if error <= max(tolerance, 1e-7):
            return Mixture(last.points, last.part, error)
    points = {point.tobytes(): point for one in tried for point in one.points}
    return _generate(polytope, y, people, list(points.values()), tolerance, rounds, time_limit)


def roomy_mixture(polytope: Polytope, y: F) -> Mixture | None:
    """A point with room in its rules as a lottery, by a walk that keeps the room; None where it does not give the point whole."""
    found = walk(polytope, y, roomy=True)
    if not found.done:
        return None
    error = _error(polytope, found.points, found.part, y, polytope.people.astype(np.float64))
    return Mixture(found.points, found.part, error) if error <= 1e-7 else None


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
