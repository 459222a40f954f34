"""The linear model of one tie problem: the optima inside one leaf of the proof.

The optimal value is kept by the *loss identity*. For the multipliers of a leaf, with U their exact bound, every proposal of
the leaf satisfies::

    U − objective = Σ loss(column) + Σ_a π_a·(unused) + Σ_d term_d·(empty) + Σ_k (p_k − λ_k − ν_k − Σ_c γ_c w_ck)·s_k
                    + Σ_k λ_k·(s_k − missing_k) + Σ_k ν_k·(s_k − f_k (N_k − num_k)) + Σ_c γ_c·(slack of the cut)
                    + Σ μ·(slack of the split)

where every term is ≥ 0 (fractions of a unit aside, which the bound rounds up: at most one per dwelling, far below half a
step of the objective). So a variable whose coefficient exceeds U − OPT is zero, and what remains is one row of small
numbers, which a MIP solver holds exactly where a row of objective values could not be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, RATE_UNIT, B
from optimizer.solve.bound import TEN
from optimizer.solve.cases import den_floors, rounded
from optimizer.solve.cuts import leaning
from optimizer.solve.highs_model import INFINITY, new_model, run
from optimizer.solve.layout import Layout
from optimizer.solve.options import Watch
from optimizer.solve.tie_columns import Candidates, LeafView

F = NDArray[np.float64]
HALF = 0.45


@dataclass
class Stage:
    """Linear model of one tie problem: columns x (one per candidate) then slack columns, rows as sparse triplets."""

    columns: int
    upper: F
    row: list[I64] = field(default_factory=list)
    col: list[I64] = field(default_factory=list)
    coef: list[F] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, col: I64, coef: F, low: float, high: float) -> None:
        self.row.append(np.full(len(col), len(self.low), np.int64))
        self.col.append(np.asarray(col, np.int64))
        self.coef.append(np.asarray(coef, np.float64))
        self.low.append(low)
        self.high.append(high)

    def add_many(self, group: I64, col: I64, low: F, high: F) -> None:
        """Rows with coefficient 1: ``group`` is the row number of each column, from 0."""
        self.row.append(np.asarray(group, np.int64) + len(self.low))
        self.col.append(np.asarray(col, np.int64))
        self.coef.append(np.ones(len(col)))
        self.low += low.tolist()
        self.high += high.tolist()

    def drop(self) -> None:
        """Forget the last row added."""
        for part in (self.row, self.col, self.coef):
            part.pop()
        self.low.pop()
        self.high.pop()

    def more(self, upper: F) -> I64:
        """Further slack columns; their numbers."""
        first = self.columns
        self.columns += len(upper)
        self.upper = np.concatenate([self.upper, upper])
        return np.arange(first, self.columns)


@dataclass
class Losses:
    """Coefficients of the loss identity, in 1e-10 point."""

    col: list[I64] = field(default_factory=list)
    coef: list[F] = field(default_factory=list)
    grain: list[F] = field(default_factory=list)
    """How many of its smallest steps make one: the slack of a row is a whole number of these."""

    def add(self, col: I64, coef: I64, grain: int = RATE_UNIT) -> None:
        self.col.append(np.asarray(col, np.int64))
        self.coef.append(np.asarray(coef, np.float64))
        self.grain.append(np.full(len(col), float(grain)))


def tie_model(layout: Layout, found: Candidates, leaf: LeafView, step: int) -> Stage:
    """Rows of the problem and of the leaf's path, and the loss identity in grid steps."""
    problem = layout.problem
    n = len(found)
    stage, losses = Stage(n, np.ones(n)), Losses()
    losses.add(np.arange(n), found.loss)
    used_d, at_d = np.unique(found.dwelling, return_inverse=True)
    named = np.flatnonzero(found.app >= 0)
    used_a, at_a = np.unique(found.app[named], return_inverse=True)
    may_stay_empty = ~leaf.must[used_d] & (leaf.term[used_d] <= leaf.slack)
    empty = stage.more(may_stay_empty.astype(np.float64))
    price = leaf.multipliers.prices[used_a]
    unused = stage.more((price * TEN <= leaf.slack).astype(np.float64))
    losses.add(empty, leaf.term[used_d])
    losses.add(unused, price * TEN)
    for at, columns, slack in ((at_d, np.arange(n), empty), (at_a, named, unused)):
        one = np.ones(len(slack))
        stage.add_many(
            np.concatenate([at, np.arange(len(slack))]), np.concatenate([columns, slack]), one, one
        )
    slacks = stage.columns
    _rule_rows(layout, found, leaf, stage, losses)
    gone_d = np.setdiff1d(np.flatnonzero((leaf.term > 0) & ~leaf.must), used_d)
    gone_a = np.setdiff1d(np.flatnonzero(leaf.multipliers.prices > 0), used_a)
    gone = sum(leaf.term[gone_d].tolist()) + TEN * sum(leaf.multipliers.prices[gone_a].tolist())
    unit = float(step * TEN)
    col, loss = np.concatenate(losses.col), np.concatenate(losses.coef)
    # a slack of a row is a whole number of ten-thousandths (of a cut: of its unit): one of them may already lose too much,
    # and in the loss row its large coefficient would stand beside small ones, where HiGHS's simplex does not come to an end
    stage.upper[col[(col >= slacks) & (loss > np.concatenate(losses.grain) * leaf.slack)]] = 0.0
    keep = (loss > 0) & (stage.upper[col] > 0)
    stage.add(col[keep], loss[keep] / unit, -INFINITY, (leaf.slack - gone) / unit + HALF)
    lost = set(problem.dwelling_ids[d] for d in np.setdiff1d(np.flatnonzero(leaf.must), used_d).tolist())
    if lost:
        stage.add(np.zeros(0, np.int64), np.zeros(0), 1.0, INFINITY)
    return stage


def _rule_rows(layout: Layout, found: Candidates, leaf: LeafView, stage: Stage, losses: Losses) -> None:
    rows = layout.active
    num, den = _counting(layout, found)
    floors = den_floors(leaf.path)
    m = leaf.multipliers
    short = stage.more(np.full(len(rows), INFINITY))
    taken = leaning(m.cuts)
    for i, k in enumerate(rows.tolist()):
        lam, nu, price = int(m.rows[k]), m.mir.get(k, 0), int(layout.price[k]) * TEN
        losses.add(short[i : i + 1], np.array([(price - lam - nu) * TEN - taken.get(k, 0)]))
        spare = stage.more(np.array([INFINITY]))
        losses.add(spare, np.array([lam * TEN]))
        weight = RATE_UNIT * num[i] - int(layout.rate[k]) * den[i]
        ask = float(layout.ask[k]) / RATE_UNIT
        _tie(stage, weight / RATE_UNIT, [(int(short[i]), 1.0), (int(spare[0]), -1.0)], ask, ask)
        if k in floors:
            cut = rounded(layout, k, floors[k])
            f = cut.f / RATE_UNIT
            spare = stage.more(np.array([INFINITY]))
            losses.add(spare, np.array([nu * TEN]))
            _tie(stage, f * num[i], [(int(short[i]), 1.0), (int(spare[0]), -1.0)], f * cut.goal, f * cut.goal)
    place = {k: i for i, k in enumerate(rows.tolist())}
    _cut_rows(found, leaf, {k: int(short[i]) for k, i in place.items()}, stage, losses)
    for step in leaf.path:
        if step.split.on not in ("num", "den"):
            continue
        i = place[step.split.row]
        count = num[i] if step.split.on == "num" else den[i]
        spare = stage.more(np.array([INFINITY]))
        losses.add(spare, np.array([m.branch.get(step.node, 0) * TEN]))
        goal = float(step.split.at + 1 if step.high else step.split.at)
        _tie(stage, count.astype(np.float64), [(int(spare[0]), -1.0 if step.high else 1.0)], goal, goal)


def _cut_rows(found: Candidates, leaf: LeafView, short: dict[int, int], stage: Stage, losses: Losses) -> None:
    """The cuts of the leaf; ``short``: the shortfall column of each row."""
    for cut, nu in sorted(leaf.multipliers.cuts.items(), key=lambda pair: pair[0].order):
        unit = cut.unit
        spare = stage.more(np.array([INFINITY]))
        losses.add(spare, np.array([nu * TEN]), unit)
        held = [(short[k], share / RATE_UNIT) for k, share in cut.shares()]
        goal = cut.constant / unit
        _tie(stage, cut.coef[found.kind] / unit, [*held, (int(spare[0]), -1.0)], goal, goal)


def _tie(stage: Stage, weight: F, extra: Sequence[tuple[int, float]], low: float, high: float) -> None:
    used = np.flatnonzero(weight)
    col = np.concatenate([used, np.array([c for c, _ in extra], np.int64)])
    stage.add(col, np.concatenate([weight[used], np.array([v for _, v in extra])]), low, high)


def _counting(layout: Layout, found: Candidates) -> tuple[I64, I64]:
    """(rows, candidates) 0/1: does the candidate count in num, in den, of each priced row."""
    kinds = layout.problem.kinds
    place = np.full(len(layout.problem.rows) + 1, -1, np.int64)
    place[layout.active] = np.arange(len(layout.active))
    at = place[kinds.row]
    here = np.flatnonzero(at >= 0)
    num = np.zeros((len(layout.active), len(kinds)), np.int64)
    den = np.zeros_like(num)
    num[at[here], layout.kind_of_mark[here]] = kinds.num[here]
    den[at[here], layout.kind_of_mark[here]] = kinds.den[here]
    return num[:, found.kind], den[:, found.kind]


def _matrix(stage: Stage) -> tuple[NDArray[np.int32], NDArray[np.int32], F]:
    """Column-wise start, index, value."""
    row, col, coef = np.concatenate(stage.row), np.concatenate(stage.col), np.concatenate(stage.coef)
    order = np.lexsort((row, col))
    start = np.searchsorted(col[order], np.arange(stage.columns))
    return start.astype(np.int32), row[order].astype(np.int32), coef[order]


def solve_stage(
    stage: Stage, objective: I64, alive: B, fixed: Sequence[int], watch: Watch, threads: int, integer: bool
) -> tuple[str, F, F, float]:
    """(status, x, reduced costs, value) of maximising over the candidates still alive; ``fixed`` are set to 1."""
    import highspy

    n = len(alive)
    start, index, value = _matrix(stage)
    upper = stage.upper.copy()
    upper[:n][~alive] = 0.0
    lower = np.zeros(stage.columns)
    lower[list(fixed)] = 1.0
    cost = np.zeros(stage.columns)
    cost[:n] = -objective
    model = new_model(threads)
    rows = len(stage.low)
    none = np.zeros(0, np.int32)
    model.addRows(
        rows, np.array(stage.low), np.array(stage.high), 0, np.zeros(rows, np.int32), none, np.zeros(0)
    )
    model.addCols(stage.columns, cost, lower, upper, len(index), start, index, value)
    if integer:
        chosen = np.flatnonzero(alive).astype(np.int32)
        kind = np.full(len(chosen), int(highspy.HighsVarType.kInteger.value), np.uint8)
        model.changeColsIntegrality(len(chosen), chosen, kind)
        model.setOptionValue("mip_rel_gap", 0.0)
        model.setOptionValue("mip_abs_gap", 0.5)
    answer = run(model, watch)
    return answer.status, answer.x[:n], answer.column_dual[:n], -answer.objective
