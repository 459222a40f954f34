"""The best that could have been done knowing the whole year: a linear program over every letting that was possible.

A dwelling is let at most once and a household housed once; a letting is possible while the household is there and if it would
accept, at the earliest session both are there, with the waiting until then. Whom a family of dwellings houses, by kind of
household, is shared among the accounts that could count it; the year's rows are those of the policies, with their shares, plays
and prices. A dwelling that a tenant leaves can be let if the tenant moved: after its notice, or where sessions have chains as soon as
both are there, whatever its place in a chain. Fractions are allowed and nobody is ever mistaken, so that no policy does better: the
value is a bound, computed by HiGHS in floating point.

Columns enter as they are needed: the best households of each kind at each dwelling first, then whoever the dual values say could
still improve, until nobody could.

References
----------
Vera, A. and Banerjee, S. (2021), The Bayesian prophet, Management Science 67(3), doi:10.1287/mnsc.2020.3624: the hindsight linear
program as what an online policy is measured against.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from optimizer.problem import Problem, build
from optimizer.problem.model import RATE_UNIT
from optimizer.simulation.world import NEVER, World
from optimizer.simulation.yearly import NONE, due_of_numbers
from optimizer.solve.highs_lp import new_model

F = NDArray[np.float64]
I64 = NDArray[np.int64]
FIRST, MORE = 2, 12
"""Households of each kind that a dwelling begins with; households that enter at each dwelling in one round."""
PRIMAL = 4
"""Number that HiGHS gives to its primal simplex."""
CLOSE = 1e-4
"""Points that the value may still grow by when no more columns are looked for; they are added to the bound."""


class Pairs(NamedTuple):
    """Lettings that were possible: dwelling, household, its kind of household at the dwelling's group, points."""

    dwelling: I64
    app: I64
    cell: I64
    value: F


class Perfect(NamedTuple):
    """What nobody does better than, points; lettings and leases missing of a solution that reaches it, and the fill value of its
    lettings; (R,) points that one lease more asked of each row would cost."""

    value: float
    lettings: float
    shortfall: float
    lost: float
    filled: float
    price: F


def perfect(world: World, since: int = 0, behind: I64 | None = None) -> Perfect:
    """The bound of a world of one year, or what is left of it.

    Parameters
    ----------
    since : session from which dwellings are vacated; those before are no longer there
    behind : (R,) ten-thousandths of a lease that the rows lack by then beyond their play; None: the year begins

    Raises
    ------
    ValueError
        A world of several years: what is carried over from one to the next is not in the program.
    """
    if world.setting.years != 1:
        raise ValueError("the bound is of one year")
    problem = build(world.case, world.facts, world.scores, world.rules, book=world.book)
    pairs, cells = _pairs(world, problem, since)
    plays = np.array([row.play for row in problem.rows], np.int64)
    if behind is not None:
        return _Program(world, problem, pairs, cells, -behind).run()
    due = due_of_numbers(world.book)
    # a yearly number is asked whole, whatever is let
    problem = replace(
        problem,
        rows=tuple(
            row if n == NONE else replace(row, rate=0) for row, n in zip(problem.rows, due, strict=True)
        ),
    )
    return _Program(world, problem, pairs, cells, plays - np.maximum(due, 0)).run()


def _pairs(world: World, problem: Problem, since: int) -> tuple[Pairs, list[tuple[int, int]]]:
    """Every possible letting; the cells (group, type) they fall into."""
    opens = _earliest(world)
    cost, last = world.waiting_cost / 100, world.sessions
    kept: list[tuple[I64, I64, I64, F]] = []
    number: dict[int, int] = {}
    named = {int(g): named_types(problem, int(g)) for g in np.unique(problem.class_group)}
    for d in np.flatnonzero((since <= opens) & (opens < last)).tolist():
        part = problem.entries_of(d)
        app = problem.entry_app[part].astype(np.int64)
        session = np.maximum(world.arrives[app], opens[d])
        fine = world.reachable[app] & (session < world.leaves[app]) & (session < last)
        own = world.frees[app]
        fine &= own != d
        group = int(problem.class_group[problem.klass[d]])
        kinds = problem.entry_type[part].astype(np.int64)
        fine &= named[group][kinds]
        at = np.flatnonzero(fine)
        if world.setting.refusals:
            at = at[[world.accepts(d, a) for a in app[at].tolist()]]
        value = (problem.values(part)[at] + problem.bonus[d]) / 100 - cost * (session[at] - opens[d])
        if world.opens[d] < NEVER:
            value += cost * (last - opens[d])
        else:  # freed by a move: no fill value, and its waiting is nobody's
            value += cost * (session[at] - opens[d]) - problem.fill_value / 100
        cell = np.array(
            [number.setdefault(group * problem.n_types + k, len(number)) for k in kinds[at].tolist()],
            np.int64,
        )
        kept.append((np.full(len(at), d, np.int64), app[at], cell, value))
    if not kept:
        kept.append((np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)))
    found = Pairs(*(np.concatenate([part[i] for part in kept]) for i in range(4)))
    return found, [divmod(key, problem.n_types) for key in number]


def named_types(problem: Problem, group: int) -> NDArray[np.bool_]:
    """(types,) whether some account may give the first rank to a household of the type."""
    found = np.zeros(problem.n_types, bool)
    for t in range(problem.n_types):
        found[t] = bool(problem.options_of(group, t)[1].any())
    return found


def _earliest(world: World) -> I64:
    """(D,) first session a dwelling could be let at: one that a move frees, not before its tenant came and gave notice; with chains, as
    soon as its tenant is there."""
    opens = world.opens.astype(np.int64).copy()
    movers = np.flatnonzero(world.frees >= 0)
    notice = 0 if world.setting.chains else max(1, world.notice)
    opens[world.frees[movers]] = world.arrives[movers] + notice
    return opens


class _Program:
    """The linear program, with the columns entered so far."""

    def __init__(
        self, world: World, problem: Problem, pairs: Pairs, cells: list[tuple[int, int]], play: I64
    ) -> None:
        self.world, self.problem, self.pairs, self.play = world, problem, pairs, play
        self.flows = [
            (i, int(kind))
            for i, (group, type_) in enumerate(cells)
            for kind, first in zip(*problem.options_of(group, type_), strict=True)
            if first
        ]
        self.homes, self.people, self.cells = len(world.opens), len(world.arrives), len(cells)
        self.rows = [i for i, row in enumerate(problem.rows) if row.price]
        movers = np.flatnonzero(world.frees >= 0)
        self.tenant = np.full(self.homes, -1, np.int64)
        self.tenant[world.frees[movers]] = movers
        self.inside = np.zeros(len(pairs.app), bool)
        self.entered = np.zeros(0, np.int64)
        self.solver = self._start()
        self._enter(self._best())
        self.sure = sum(
            world.waiting_cost / 100 * (world.sessions - int(x)) for x in world.opens if x < world.sessions
        )

    def _best(self) -> I64:
        """The best households of each kind at each dwelling."""
        p = self.pairs
        order = np.lexsort((p.app, -p.value, p.cell, p.dwelling))
        key = p.dwelling[order] * (self.cells + 1) + p.cell[order]
        start = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
        place = np.arange(len(key)) - np.repeat(start, np.diff(np.append(start, len(key))))
        return np.asarray(order[place < FIRST], np.int64)

    def run(self) -> Perfect:
        while True:
            value, x, duals, short = self._solve()
            gain = self._gain(duals)
            gain[self.inside] = 0.0
            best = np.zeros(self.homes)
            np.maximum.at(best, self.pairs.dwelling, gain)
            more = self._promising(gain) if best.sum() > CLOSE else np.zeros(0, np.int64)
            if not len(more):
                lettings = float(x.sum())
                missing = float(sum(short))
                price = [self.problem.rows[i].price / 100 for i in self.rows]
                lost = float(sum(p * s for p, s in zip(price, short, strict=True)))
                price_of = np.zeros(len(self.problem.rows))
                start = self.homes + self.people + self.cells
                price_of[self.rows] = np.maximum(0.0, duals[start : start + len(self.rows)])
                known = self.world.opens[self.pairs.dwelling[self.entered]] < NEVER
                filled = float(x[known].sum()) * self.problem.fill_value / 100
                return Perfect(
                    value + float(best.sum()) - self.sure, lettings, missing, lost, filled, price_of
                )
            self._enter(more)

    def _gain(self, duals: F) -> F:
        """Reduced cost of every possible letting, points."""
        p = self.pairs
        gain = (
            p.value - duals[p.dwelling] - duals[self.homes + p.app] - duals[self.homes + self.people + p.cell]
        )
        if self.world.setting.freed:
            links = duals[self.homes + self.people + self.cells + len(self.rows) :]
            gain -= np.where(self.tenant[p.dwelling] >= 0, links[p.dwelling], 0.0)
            freed = self.world.frees[p.app]
            gain += np.where(freed >= 0, links[np.maximum(freed, 0)], 0.0)
        return np.asarray(gain)

    def _promising(self, gain: F) -> I64:
        """The most promising lettings of each dwelling."""
        hope = np.flatnonzero(gain > 1e-9)
        order = hope[np.lexsort((-gain[hope], self.pairs.dwelling[hope]))]
        home = self.pairs.dwelling[order]
        start = np.flatnonzero(np.append(True, home[1:] != home[:-1])) if len(home) else np.zeros(0, np.int64)
        place = np.arange(len(home)) - np.repeat(start, np.diff(np.append(start, len(home))))
        return np.asarray(order[place < MORE], np.int64)

    def _start(self) -> Any:
        """The program without a letting: whom the accounts count, what the rows miss."""
        problem, kinds = self.problem, self.problem.kinds
        m, k = len(self.flows), len(self.rows)
        base = self.homes + self.people
        where = {row: base + self.cells + i for i, row in enumerate(self.rows)}
        ri, ci, cv = [], [], []
        for j, (i, kind) in enumerate(self.flows):
            ri.append(base + i)
            ci.append(j)
            cv.append(-1.0)
            for mark in range(int(kinds.ptr[kind]), int(kinds.ptr[kind + 1])):
                row = int(kinds.row[mark])
                if row in where:
                    asked = problem.rows[row].rate * int(kinds.den[mark]) + int(kinds.more[mark])
                    ri.append(where[row])
                    ci.append(j)
                    cv.append(asked / RATE_UNIT - int(kinds.num[mark]))
        height = base + self.cells + k + (self.homes if self.world.setting.freed else 0)
        missing = base + self.cells + np.arange(k)
        matrix = csc_matrix(
            (np.concatenate([cv, -np.ones(k)]), (np.concatenate([ri, missing]), np.concatenate([ci, m + np.arange(k)]))),
            shape=(height, m + k),
        )  # fmt: skip
        upper = np.zeros(height)
        upper[:base] = 1.0
        upper[base + self.cells : base + self.cells + k] = [self.play[i] / RATE_UNIT for i in self.rows]
        lower = np.full(height, -highspy.kHighsInf)
        lower[base : base + self.cells] = 0.0
        solver, model = new_model(), highspy.HighsLp()
        model.num_col_, model.num_row_ = m + k, height
        model.col_cost_ = np.concatenate([np.zeros(m), [-problem.rows[i].price / 100 for i in self.rows]])
        model.col_lower_, model.col_upper_ = np.zeros(m + k), np.full(m + k, highspy.kHighsInf)
        model.row_lower_, model.row_upper_ = lower, upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
            matrix.indptr, matrix.indices, matrix.data,
        )  # fmt: skip
        model.sense_ = highspy.ObjSense.kMaximize
        solver.passModel(model)
        return solver

    def _enter(self, at: I64) -> None:
        """Columns of lettings: one of the dwelling, one of the household, one of their kind, and the move between two dwellings."""
        p, base = self.pairs, self.homes + self.people
        self.entered = np.concatenate([self.entered, at])
        self.inside[at] = True
        d, a = p.dwelling[at], p.app[at]
        rows, signs = [d, self.homes + a, base + p.cell[at]], [np.ones(len(at))] * 3
        if self.world.setting.freed:
            links = base + self.cells + len(self.rows)
            freed = self.world.frees[a].astype(np.int64)
            rows += [np.where(self.tenant[d] >= 0, links + d, -1), np.where(freed >= 0, links + freed, -1)]
            signs += [np.ones(len(at)), -np.ones(len(at))]
        row, sign = np.stack(rows, axis=1), np.stack(signs, axis=1)
        there = row >= 0
        starts = np.append(0, np.cumsum(there.sum(axis=1)))[:-1]
        self.solver.addCols(
            len(at), p.value[at], np.zeros(len(at)), np.full(len(at), highspy.kHighsInf), int(there.sum()), starts.astype(np.int32),
            row[there].astype(np.int32), sign[there],
        )  # fmt: skip

    def _solve(self) -> tuple[float, F, F, list[float]]:
        """Value, shares of the lettings as entered, dual values of the rows, leases missing."""
        self.solver.run()
        solution = self.solver.getSolution()
        # from now on columns are added to a basis that stays feasible
        self.solver.setOptionValue("simplex_strategy", PRIMAL)
        x = np.array(solution.col_value)
        m, k = len(self.flows), len(self.rows)
        duals = np.array(solution.row_dual)
        value = float(self.solver.getInfo().objective_function_value)
        return value, x[m + k :], duals, x[m : m + k].tolist()
