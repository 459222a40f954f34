"""The LP of one tie stage in one leaf, its columns priced in as they are wanted.

A year of a département leaves a million candidates that lose nothing; of them the LP of a stage wants some ten thousand. The
rest is priced by one pass over arrays: a candidate meets its dwelling, its household, and the counts of its kind.

Rows can be broken at a high price, so that an LP without columns for a node has an answer that more columns improve. Such
an answer bounds the stage all the same (from above: the rows it breaks only kept something out).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import I64, B
from optimizer.solve.highs_lp import (
    INFINITY,
    Answer,
    Basis,
    F,
    add_columns,
    basis_of,
    new_model,
    restart,
    run,
)
from optimizer.solve.policy import TiesPolicy
from optimizer.solve.ties.model import HALF, StageRow, TieModel
from optimizer.solve.watch import Watch

EPS = 1e-6
PENALTY = 40
"""Price of breaking a row, in times the largest gain of a column."""
WRONG = 1e-3
"""Gain from which a column is wanted."""


class Stopped(Exception):
    """The clock or the user stopped the tie stages, or they were given up."""


@dataclass(frozen=True)
class Gain:
    """What a stage adds up: ``candidates`` (n,) of each candidate chosen, ``unused`` (households,) of each one left out."""

    candidates: I64
    unused: I64
    constant: int = 0

    @property
    def least(self) -> int:
        """No choice gains less."""
        return int(np.minimum(self.unused, 0).sum()) + self.constant

    def total(self, model: TieModel, chosen: I64) -> int:
        """Of the candidates chosen, by number."""
        left = np.ones(len(self.unused), bool)
        left[model.app[chosen][model.app[chosen] >= 0]] = False
        return int(self.candidates[chosen].sum()) + int(self.unused[left].sum()) + self.constant


@dataclass(frozen=True)
class Solution:
    """``value`` bounds the stage; ``counts``; ``reduced`` (n,) what the LP loses by a unit of each candidate."""

    value: float
    counts: F
    x: F
    reduced: F
    broken: float

    @property
    def whole(self) -> bool:
        """Whether it is a proposal."""
        return self.broken < EPS and not bool(((self.x > EPS) & (self.x < 1 - EPS)).any())


@dataclass(frozen=True)
class Whole:
    """A whole choice (None: none was found) and what it gains; ``ended``: nothing gains more."""

    chosen: I64 | None
    gain: int
    ended: bool


class StageProgram:
    """Maximises a gain over the candidates ``alive`` of a model, whose counts may be limited further.

    ``lines``: rows besides those of the model (the stages before). ``at_once``: columns taken in a round of each dwelling and of
    each household.
    """

    def __init__(
        self,
        model: TieModel,
        gain: Gain,
        lines: Sequence[StageRow],
        alive: B,
        watch: Watch,
        at_once: int = TiesPolicy.columns_at_once,
    ) -> None:
        self.model, self.gain, self.alive, self.watch = model, gain, alive, watch
        self.at_once = at_once
        self.stages = tuple(lines)
        self.lines = (*model.lines, *lines)
        self.columns = np.zeros(0, np.int64)
        """Candidates in the LP, in the order of its columns."""
        self.held: B = np.zeros(len(alive), bool)
        self.first_count = model.dwellings + len(model.apps)
        self.first_line = self.first_count + model.counts
        self.by_kind = [(i, line.kinds) for i, line in enumerate(self.lines) if line.kinds is not None]
        none = np.zeros(0, np.int64)
        self.of_line = np.repeat(
            np.array([i for i, _ in self.by_kind], np.int64),
            np.array([len(held.kind) for _, held in self.by_kind], np.int64),
        )
        self.of_kind = np.concatenate([none, *(held.kind for _, held in self.by_kind)])
        self.share = np.concatenate([np.zeros(0), *(held.share for _, held in self.by_kind)])
        """The same end to end: line, kind and coefficient."""
        self.by_candidate = [
            (i, line.candidates) for i, line in enumerate(self.lines) if line.candidates is not None
        ]
        count, counted = np.nonzero(model.inside)
        kind = np.concatenate([counted, self.of_kind])
        order = np.argsort(kind, kind="stable")
        self.start = np.searchsorted(kind[order], np.arange(model.inside.shape[1] + 1))
        """Counts and lines that every candidate of a kind stands in: where each kind begins, the rows, and how."""
        self.rows = np.concatenate([self.first_count + count, self.first_line + self.of_line])[order]
        self.shares = np.concatenate([model.inside[count, counted], self.share])[order]
        self.lp = new_model()
        self.breaking = 0
        self._write()

    def _write(self) -> None:
        model = self.model
        ones, zeros = np.ones(self.first_count), np.zeros(model.counts)
        low = np.concatenate([ones, zeros, [line.low for line in self.lines]])
        high = np.concatenate([ones, zeros, [line.high for line in self.lines]])
        none = np.zeros(0)
        self.lp.addRows(len(low), low, high, 0, np.zeros(len(low), np.int32), none.astype(np.int32), none)
        entries: list[list[tuple[int, float]]] = [[] for _ in range(model.base)]
        for q in range(model.counts):
            entries[q].append((self.first_count + q, -1.0))
        for i, line in enumerate(self.lines):
            for j, v in line.base.items():
                entries[j].append((self.first_line + i, v))
        cost = np.zeros(model.base)
        for d, j in model.empty.items():
            entries[j].append((d, 1.0))
        for a, j in model.unused.items():
            entries[j].append((model.dwellings + a, 1.0))
            cost[j] = -float(self.gain.unused[a])
        upper = np.array(model.upper)
        add_columns(
            self.lp,
            cost,
            np.concatenate([model.low, np.zeros(len(upper))]),
            np.concatenate([model.high, upper]),
            entries,
        )
        loose = [(r, 1.0) for r in range(self.first_count)]
        elastic = [self.first_count + q for q in range(model.counts)]
        elastic += [self.first_line + i for i, _ in (*self.by_kind, *self.by_candidate)]
        loose += [(r, sign) for r in elastic for sign in (1.0, -1.0)]
        most = max(np.abs(self.gain.candidates).max(initial=1), np.abs(self.gain.unused).max(initial=1))
        price = np.full(len(loose), float(PENALTY * most))
        self.breaking = len(loose)
        row, sign = np.array(loose, np.float64).reshape(-1, 2).T
        start = np.arange(len(loose), dtype=np.int32)
        self.lp.addCols(
            len(loose),
            price,
            np.zeros(len(loose)),
            np.full(len(loose), INFINITY),
            len(loose),
            start,
            row.astype(np.int32),
            sign.copy(),
        )

    @property
    def first_column(self) -> int:
        return self.model.base + self.breaking

    def hold(self, candidates: I64) -> None:
        """Take candidates into the LP."""
        new = np.unique(candidates[self.alive[candidates] & ~self.held[candidates]])
        if not len(new):
            return
        column, row, value = self.entries(new)
        self.lp.addCols(
            len(new),
            -self.gain.candidates[new].astype(np.float64),
            np.zeros(len(new)),
            np.full(len(new), INFINITY),
            len(row),
            np.searchsorted(column, np.arange(len(new))).astype(np.int32),
            row.astype(np.int32),
            value,
        )
        self.columns = np.concatenate([self.columns, new])
        self.held[new] = True

    def entries(self, candidates: I64) -> tuple[I64, I64, F]:
        """Rows each candidate stands in: which of the candidates, the row, and how; candidate by candidate."""
        model, each = self.model, np.arange(len(candidates))
        kind, app = model.kind[candidates], model.app[candidates]
        many = self.start[kind + 1] - self.start[kind]
        of = np.repeat(each, many)
        at = np.arange(len(of)) + np.repeat(self.start[kind] - (np.cumsum(many) - many), many)
        named = np.flatnonzero(app >= 0)
        parts = [
            (each, model.dwelling[candidates], np.ones(len(each))),
            (of, self.rows[at], self.shares[at]),
            (named, model.dwellings + app[named], np.ones(len(named))),
        ]
        for i, v in self.by_candidate:
            share = np.asarray(v[candidates], np.float64)
            some = np.flatnonzero(share)
            parts.append((some, np.full(len(some), self.first_line + i), share[some]))
        column, row, value = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(column, kind="stable")
        return column[order], row[order], value[order]

    def limit(self, low: F, high: F) -> None:
        """Limits of the counts from now on."""
        where = np.arange(self.model.counts, dtype=np.int32)
        self.lp.changeColsBounds(len(where), where, low, high)

    def solve(self) -> Solution | None:
        """The LP over all candidates alive; None when it has no solution.

        Raises
        ------
        Stopped
        """
        while True:
            answer = self._run()
            if answer is None:
                return None
            reduced = self._reduced(answer.row_dual)
            wanted = np.flatnonzero((reduced < -WRONG) & self.alive & ~self.held)
            if not len(wanted):
                break
            self.hold(
                np.concatenate(
                    [
                        best_of(wanted, reduced, self.model.dwelling, self.at_once),
                        best_of(wanted, reduced, self.model.app, self.at_once),
                    ]
                )
            )
        x = answer.x
        base = self.model.base
        return Solution(
            value=self.gain.constant - answer.objective,
            counts=x[: self.model.counts],
            x=x[self.first_column :],
            reduced=reduced,
            broken=float(x[base : self.first_column].sum()),
        )

    def _run(self) -> Answer | None:
        answer = run(self.lp, self.watch)
        if answer.status == "infeasible":
            return None
        if answer.status != "optimal":
            raise Stopped
        return answer

    def _reduced(self, dual: F) -> F:
        model = self.model
        kinds = dual[self.first_count : self.first_line] @ model.inside
        np.add.at(kinds, self.of_kind, dual[self.first_line + self.of_line] * self.share)
        found = -self.gain.candidates - dual[model.dwelling] - kinds[model.kind]
        named = model.app >= 0
        found[named] -= dual[model.dwellings + model.app[named]]
        for i, v in self.by_candidate:
            found -= dual[self.first_line + i] * v
        return np.asarray(found, np.float64)

    def basis(self) -> Basis:
        return basis_of(self.lp)

    def back_to(self, basis: Basis) -> None:
        restart(self.lp, basis)

    def attempt(self, low: F, high: F, basis: Basis, steps: int) -> float | None:
        """Bound of other limits after at most so many simplex steps; None when nothing can be said, −∞ when they
        contradict the rows."""
        import highspy

        self.limit(low, high)
        self.back_to(basis)
        usual = self.lp.getOptionValue("simplex_iteration_limit")[1]
        self.lp.setOptionValue("simplex_iteration_limit", steps)
        self.lp.run()
        self.lp.setOptionValue("simplex_iteration_limit", usual)
        status = highspy.HighsModelStatus
        if self.lp.getModelStatus() == status.kInfeasible:
            return -INFINITY
        if self.lp.getModelStatus() not in (status.kOptimal, status.kIterationLimit):
            return None
        return self.gain.constant - float(self.lp.getInfo().objective_function_value)

    def finish(self, low: F, high: F, some: B, fixed: I64, nodes: int | None = None) -> Whole:
        """Best whole choice among ``some`` of the candidates by a general MIP of at most so many nodes.

        Used where the counts are whole and the households are not; ``fixed`` are chosen whatever they gain.

        Raises
        ------
        Stopped
        """
        import highspy

        whole = StageProgram(self.model, self.gain, self.stages, some, self.watch, self.at_once)
        whole.hold(np.flatnonzero(some))
        whole.limit(low, high)
        lp = whole.lp
        base, first = self.model.base, whole.first_column
        breaking = np.arange(base, first, dtype=np.int32)
        lp.changeColsBounds(len(breaking), breaking, np.zeros(len(breaking)), np.zeros(len(breaking)))
        columns = np.arange(first, first + len(whole.columns), dtype=np.int32)
        lp.changeColsBounds(
            len(columns), columns, np.isin(whole.columns, fixed).astype(np.float64), np.ones(len(columns))
        )
        integer = np.concatenate([np.arange(self.model.counts, dtype=np.int32), columns])
        kind = np.full(len(integer), int(highspy.HighsVarType.kInteger.value), np.uint8)
        lp.changeColsIntegrality(len(integer), integer, kind)
        lp.setOptionValue("mip_rel_gap", 0.0)
        lp.setOptionValue("mip_abs_gap", HALF)
        if nodes is not None:
            lp.setOptionValue("mip_max_nodes", nodes)
        answer = run(lp, self.watch)
        ended = answer.status in ("optimal", "infeasible")
        if not ended and (nodes is None or self.watch.stopped()):
            raise Stopped
        if answer.status == "infeasible" or not answer.usable:
            return Whole(None, 0, ended)
        chosen = np.sort(whole.columns[answer.x[first:] > 0.5])
        return Whole(chosen, self.gain.total(self.model, chosen), ended)


def best_of(wanted: I64, reduced: F, group: I64, most: int) -> I64:
    """Of each group, the few of the candidates wanted that gain most."""
    order = wanted[np.lexsort((reduced[wanted], group[wanted]))]
    of = group[order]
    rank = np.arange(len(order)) - np.searchsorted(of, of)
    return np.asarray(order[rank < most], np.int64)
