"""Leximin of large programs: by cuts where capacities alone limit the chances, by growing programs where rules do.

A program of 300 dwellings and 3,000 households has a quarter of a million columns, few of which matter. Most stages are those of a
flow, whose chances are found and proven by cuts (`flow`); whether the rules allow them is one program. Where they do not, the stages
are solved over some columns of every type, and those that the multipliers ask for are added until none is missing: each stage is
then proven over all columns, as one of a program written out would be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError
from optimizer.fairness import messages as messages
from optimizer.fairness.leximin.flow import Group, even_groups
from optimizer.fairness.leximin.polytope import Polytope, passed
from optimizer.fairness.leximin.stages import (
    Relaxed,
    Stage,
    bound_of,
    closed,
    kept_at,
    never,
    polished,
    reachable_types,
)
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
WANTED = 1e-9
"""A column that would earn more than this is added."""
PER_TYPE, PER_CLASS = 3, 10
"""Columns added at once for each type and for each class, the best first."""
APART = 7_919
"""A prime: the first columns of the types are so many places apart in their lists, or all would begin with the same classes."""
MISSED = 10.0
"""Chance that a program loses for a lease that a rule misses: more than any stage could gain."""
ROOM = 0.5
"""Leases of room in every rule that are enough for a point to be written as a lottery."""
WIDE, MORE = 2.0, 0.1
"""Leases of room beyond that of the tightest rule that are worth something, and what: less than the room of that one."""
FULL = 1e-7
"""A class that lacks no more than this is full."""
OVER = 1e-8
"""What a chance may exceed 1 by before its capacity joins the program."""


class _Growing:
    """The program of a stage over the columns taken in so far: first z, then the columns, and what rules may miss.

    Rows are those of the polytope, then ``chance of t − z`` of every type, then the chance of each type that came to have more than 1.
    """

    def __init__(self, polytope: Polytope, y: F) -> None:
        self.polytope = polytope
        self.n, self.types, self.first_chance = len(polytope), polytope.types, polytope.rows.shape[0]
        owner = polytope.owner
        self.share = sp.csr_matrix(
            (1.0 / polytope.people[owner], (owner, np.arange(self.n))), shape=(self.types, self.n)
        )
        self.all = sp.vstack([polytope.rows, self.share]).tocsc()
        self.asks = self.all.T.tocsr()
        self.held: list[int] = []
        """Types whose capacity is a row."""
        self.inside = (y > 0) | self._spread()
        self.columns = np.flatnonzero(self.inside)
        self.place = np.full(self.n, -1, np.int32)
        """Where a column taken in is in the model."""
        self.place[self.columns] = np.arange(1, 1 + len(self.columns))
        z = sp.csc_matrix(np.concatenate([np.zeros(self.first_chance), -np.ones(self.types)])[:, None])
        first = 1 + len(self.columns)
        self.model: Any = passed(
            sp.hstack([z, self.all[:, self.columns]]).tocsc(),
            np.concatenate([polytope.low, np.zeros(self.types)]),
            np.concatenate([polytope.high, np.full(self.types, INFINITY)]),
            np.concatenate([[1.0], np.zeros(first - 1)]),
            np.zeros(first),
            np.concatenate([[1.0], np.full(first - 1, INFINITY)]),
        )
        self.model.setOptionValue("primal_feasibility_tolerance", 1e-10)
        lease = np.zeros(self.first_chance)
        entries = polytope.rows.tocoo()
        np.maximum.at(lease, entries.row, np.abs(entries.data))
        self.lease = lease
        self.missing: list[int] = []
        for r in range(polytope.classes, self.first_chance):
            for side, sign in ((polytope.high[r], -1.0), (polytope.low[r], 1.0)):
                if np.isfinite(side) and lease[r]:
                    row = np.array([r], np.int32)
                    self.missing.append(self._aside(-MISSED / lease[r], INFINITY, row, sign))

    def _aside(self, cost: float, upper: float, row: NDArray[np.int32], coefficient: float) -> int:
        """A column that is none of the polytope: its place in the model."""
        self.model.addCol(cost, 0.0, upper, 1, row, np.array([coefficient]))
        return int(self.model.getNumCol()) - 1

    def _spread(self) -> NDArray[np.bool_]:
        """One column for each type and each way of counting in the rules, spread over the classes."""
        polytope, n = self.polytope, self.n
        rules = polytope.rows[polytope.classes :]
        # equal sums of these irrational numbers are equal coefficients, but for a chance that costs a column
        sums = rules.T @ np.sqrt(np.arange(2.0, 2.0 + rules.shape[0]))
        _, marks = np.unique(np.round(sums, 6), return_inverse=True)
        order = np.lexsort((polytope.klass, marks, polytope.owner))
        owner, mark = polytope.owner[order], marks[order]
        new = np.ones(n, bool)
        new[1:] = (owner[1:] != owner[:-1]) | (mark[1:] != mark[:-1])
        start = np.flatnonzero(new)
        found = np.zeros(n, bool)
        found[order[start + np.arange(len(start)) * APART % np.diff(np.append(start, n))]] = True
        return found

    def solve(self) -> tuple[Stage, F]:
        """The stage of z, which fixes nobody yet, with multipliers that hold over all columns; and a point of it.

        Raises
        ------
        AttrifluxError
            ``LEXIMIN_INFEASIBLE`` or ``LEXIMIN_STUCK``.
        """
        while True:
            self._run()
            solution = self.model.getSolution()
            x, dual = np.array(solution.col_value), np.array(solution.row_dual)
            y = np.zeros(self.n)
            y[self.columns] = x[self.place[self.columns]]
            gain = -(self.asks @ dual)
            gain[self.inside] = 0.0
            wanted = np.flatnonzero(gain > WANTED)
            over = self.polytope.chances(y) > 1 + OVER
            over[self.held] = False
            if len(wanted) or over.any():
                self._add(wanted, gain[wanted])
                self._hold(np.flatnonzero(over))
                continue
            if x[self.missing].max(initial=0.0) > OVER * self.lease.max(initial=1.0):
                raise AttrifluxError(
                    "LEXIMIN_INFEASIBLE", why_fr="ils se contredisent", why_en="they contradict each other"
                )
            on_people = np.zeros(self.types)
            held = self.first_chance + self.types
            on_people[self.held] = dual[held:] / self.polytope.people[self.held]
            stage = Stage(
                float(x[0]), (), -dual[self.first_chance : held], dual[: self.first_chance], on_people
            )
            return stage, np.maximum(y, 0.0)

    def _hold(self, types: NDArray[np.int64]) -> None:
        """Rows that keep the chances of these types at 1."""
        for t in types.tolist():
            self.held.append(t)
            mine = self.columns[self.polytope.owner[self.columns] == t]
            part = np.full(len(mine), 1.0 / float(self.polytope.people[t]))
            self.model.addRow(-INFINITY, 1.0, len(mine), self.place[mine], part)
        if len(types):
            self.all = sp.vstack([self.all, self.share[types]]).tocsc()
            self.asks = self.all.T.tocsr()

    def _run(self) -> None:
        import highspy

        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # the basis carried over is too far from this tolerance: once more from nothing
            self.model.clearSolver()
            self.model.run()
        status = self.model.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise AttrifluxError("LEXIMIN_STUCK", status=self.model.modelStatusToString(status))

    def _add(self, wanted: NDArray[np.int64], gain: F) -> None:
        taken = np.zeros(len(wanted), bool)
        for of, most in ((self.polytope.owner, PER_TYPE), (self.polytope.klass, PER_CLASS)):
            order = np.lexsort((wanted, -gain, of[wanted]))
            key = of[wanted][order]
            taken[order[np.arange(len(key)) - np.searchsorted(key, key) < most]] = True
        new = wanted[taken]
        if not len(new):
            return
        self.inside[new] = True
        self.columns = np.concatenate([self.columns, new])
        first = self.model.getNumCol()
        self.place[new] = np.arange(first, first + len(new))
        part = self.all[:, new]
        self.model.addCols(
            len(new),
            np.zeros(len(new)),
            np.zeros(len(new)),
            np.full(len(new), INFINITY),
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data,
        )

    def fix(self, types: NDArray[np.int64], least: float) -> None:
        """From now on these types have at least this chance, and z is not theirs."""
        for t in types.tolist():
            self.model.changeCoeff(self.first_chance + t, 0, 0.0)
            self.model.changeRowBounds(self.first_chance + t, least, INFINITY)

    def room(self, p: F, enough: float) -> tuple[float, F]:
        """A point that gives exactly the chances ``p``, with most room in its tightest rule (leases, up to ``enough``); that room.

        Beyond that, every rule has as much room as it can, up to `WIDE`.
        """
        for t in range(self.types):
            self.model.changeCoeff(self.first_chance + t, 0, 0.0)
            self.model.changeRowBounds(self.first_chance + t, float(p[t]), float(p[t]))
        for r in range(self.polytope.classes, self.first_chance):
            if np.isfinite(self.polytope.high[r]) and not np.isfinite(self.polytope.low[r]) and self.lease[r]:
                self.model.changeCoeff(r, 0, float(self.lease[r]))
                self._aside(MORE, WIDE, np.array([r], np.int32), float(self.lease[r]))
        self.model.changeColBounds(0, -INFINITY, enough)
        stage, y = self.solve()
        return stage.value, y


def even_relaxed(polytope: Polytope) -> Relaxed | None:
    """The chances of capacities alone where the rules allow them, with their proofs by cuts; None where they do not.

    A cut bounds the chances of a group whatever the rules: with a point that gives these chances inside the rules, no leximin
    under the rules is another. The point keeps the rules as whole allocations can (`whole_sides`), with room where there is some.
    """
    groups, y = _groups(polytope)
    p, stages = np.zeros(polytope.types), []
    free = np.ones(polytope.types, bool)
    taken = np.zeros(polytope.classes)
    for group in groups:
        stage = _cut(polytope, group, free, taken)
        value = min(1.0, max(0.0, bound_of(stage, polytope, p, free)))
        stages.append(replace(stage, value=value))
        free[group.types], p[group.types] = False, value
        taken[group.classes] = 1.0
    if not polytope.holds(y, OVER):
        whole = replace(polytope, high=whole_sides(polytope, y))
        try:
            room, y = _Growing(whole, y).room(p, ROOM)
        except AttrifluxError as error:
            if error.code != "LEXIMIN_INFEASIBLE":
                raise
            return None
        if room < -OVER:
            return None
    kept = polished(polytope, p, y)
    return Relaxed(p, y if kept is None else kept, tuple(stages))


def _groups(polytope: Polytope) -> tuple[list[Group], F]:
    return even_groups(
        polytope.owner.astype(np.int64),
        polytope.klass.astype(np.int64),
        polytope.people,
        np.rint(polytope.high[: polytope.classes]).astype(np.int64),
    )


def _cut(polytope: Polytope, group: Group, free: NDArray[np.bool_], taken: F) -> Stage:
    """The proof of a group: it and those before it have no classes but their own, or nobody has more than one dwelling."""
    mass = float(polytope.people[group.types].sum())
    on_rows, on_people = np.zeros(polytope.rows.shape[0]), np.zeros(polytope.types)
    mine = np.zeros(polytope.types, bool)
    mine[group.types] = True
    if group.chance == 1:
        on_people[mine] = 1.0 / mass
    else:
        mine |= ~free
        on_rows[: polytope.classes] = taken / mass
        on_rows[group.classes] = 1.0 / mass
    return Stage(
        float(group.chance),
        tuple(group.types.tolist()),
        np.where(mine, polytope.people / mass, 0.0),
        on_rows,
        on_people,
    )


def whole_sides(polytope: Polytope, y: F) -> F:
    """(R,) the upper sides, lowered to what whole allocations that fill the classes that ``y`` fills can reach.

    Of a class that is always full a rule counts at least its smallest coefficient for each dwelling; what is above it comes in steps of
    one size. Thirteen hundredths of 18 dwellings are two whole transfers.
    """
    high = polytope.high.copy()
    rows = polytope.rows.tocsr()
    capacity = polytope.high[: polytope.classes]
    full = np.bincount(polytope.klass, y, polytope.classes) > capacity - FULL
    columns = np.bincount(polytope.klass, minlength=len(full))
    for r in range(polytope.classes, len(high)):
        here = slice(rows.indptr[r], rows.indptr[r + 1])
        if not np.isfinite(high[r]) or np.isfinite(polytope.low[r]) or here.start == here.stop:
            continue
        at, data = rows.indices[here], rows.data[here]
        least = np.full(len(full), INFINITY)
        np.minimum.at(least, polytope.klass[at], data)
        inside = np.bincount(polytope.klass[at], minlength=len(full))
        least[inside < columns] = np.minimum(least[inside < columns], 0.0)
        least[~full] = 0.0
        asked = np.zeros(len(polytope))
        asked[at] = data
        steps = np.rint(asked - least[polytope.klass]).astype(np.int64)
        step = int(np.gcd.reduce(steps))
        base = float(least @ capacity)
        if step:
            high[r] = base + np.floor((high[r] - base) / step + 1e-9) * step
    return high


def large_leximin(polytope: Polytope) -> Relaxed:
    """`stages.leximin` of a program with classes and many columns: the same chances, proven by stages of its own.

    Raises
    ------
    AttrifluxError
        ``LEXIMIN_INFEASIBLE``, ``LEXIMIN_STUCK``.
    """
    groups, y = _groups(polytope)
    if polytope.holds(y, OVER):
        found = even_relaxed(polytope)
        assert found is not None
        return found
    free = reachable_types(polytope)
    p = np.zeros(polytope.types)
    stages = [] if free.all() else [never(polytope, free)]
    program = _Growing(polytope, y)
    program.fix(np.flatnonzero(~free), 0.0)
    while free.any():
        stage, y = program.solve()
        stages.append(closed(stage, polytope, p, free))
        program.fix(np.array(stages[-1].fixed, np.int64), kept_at(stages[-1], stage.value))
    kept = polished(polytope, p, y)
    return Relaxed(p, y if kept is None else kept, tuple(stages))
