"""What the optima inside one leaf of the proof have in common: the linear model of one tie problem.

The optimal value is kept by the *loss identity*. For the multipliers of a leaf, with U their exact bound, every proposal of
the leaf satisfies::

    U − objective = Σ loss(column) + Σ_a π_a·(unused) + Σ_d term_d·(empty) + Σ_k (p_k − λ_k − ν_k − Σ_c γ_c w_ck)·s_k
                    + Σ_k λ_k·(s_k − missing_k) + Σ_k ν_k·(s_k − f_k (N_k − num_k)) + Σ_c γ_c·(slack of the cut)
                    + Σ μ·(slack of the split) + Σ σ·(ranks to spare in an order)
                    + Σ τ·(first ranks to spare of a nominee over who comes after it)

where every term is ≥ 0 (fractions of a unit aside, which the bound rounds up: at most one per dwelling, and as much is
allowed for). At the optimum the sum is U − OPT, the *slack* of the leaf, so no term exceeds it: a column that loses more is
gone, a dwelling whose emptiness loses more is filled, and every shortfall and every spare lease lies within slack ÷ price of
nothing. Those limits are what makes the LP below tight: with a spare lease free up to the next whole step, and the sum alone
to hold it, the LP mixes counts that no optimum has.

The rows of the rules speak of *counts*, the columns n of the model that say how many leases each row has in num and in den;
the columns of households meet them there. For each row the whole pairs (den, num) that lose no more than the slack are
known, a range of num for each den (`CountPairs`), and the hull of these points is in the model. So what is fractional is found,
and divided on, in a space of some hundred counts (`ties.branch_and_bound`) however many households are tied.

The identity itself is a row only where it can still say something: in a leaf whose slack reaches one step of the objective.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64, RATE_UNIT, B
from optimizer.solve.cuts.mir import leaning
from optimizer.solve.highs_lp import INFINITY
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import TEN
from optimizer.solve.proof.node import den_floors, mir_row
from optimizer.solve.relaxation.entering import ranges
from optimizer.solve.ties.columns import Candidates, LeafView

F = NDArray[np.float64]
HALF = 0.45


class OfKinds(NamedTuple):
    """Coefficients of some kinds in a row: which kinds, ascending, and how. A link of a chain speaks of few among many thousands."""

    kind: I64
    share: F


@dataclass(frozen=True, eq=False)
class StageRow:
    """A row of the model: coefficients of base columns, of some kinds, of each candidate."""

    base: dict[int, float]
    low: float
    high: float
    kinds: OfKinds | None = None
    candidates: F | None = None


@dataclass(frozen=True)
class CountPairs:
    """Whole pairs that a row allows: for each ``den`` (ascending) of the count ``d``, least and most of the count ``n``."""

    n: int
    d: int
    den: I64
    least: I64
    most: I64


@dataclass
class TieModel:
    """Base columns (counts, slacks, empty dwellings, unused households), rows, and where each candidate stands in them.

    Attributes
    ----------
    kind, dwelling, app : (n,) of each candidate: kind, dwelling and household by their place here (-1: a seat)
    apps : (households,) index in the problem of each household that a candidate names
    inside : (counts, kinds) 0/1: does a lease of the kind count
    low, high : (counts,) limits of the counts
    upper : limits of the base columns after the counts
    """

    found: Candidates
    kind: I64
    dwelling: I64
    app: I64
    apps: I32
    dwellings: int
    inside: F
    low: F
    high: F
    upper: list[float] = field(default_factory=list)
    empty: dict[int, int] = field(default_factory=dict)
    unused: dict[int, int] = field(default_factory=dict)
    lines: list[StageRow] = field(default_factory=list)
    tables: list[CountPairs] = field(default_factory=list)
    identity: StageRow = field(default_factory=lambda: StageRow({}, 0.0, 0.0))

    @property
    def counts(self) -> int:
        return len(self.low)

    @property
    def base(self) -> int:
        return self.counts + len(self.upper)

    def more(self, upper: float) -> int:
        """A further base column between 0 and ``upper``; its number."""
        self.upper.append(upper)
        return self.base - 1


def tie_model(layout: Layout, found: Candidates, leaf: LeafView, step: int) -> TieModel | None:
    """The model of one leaf; None when it holds no proposal of the optimal value.

    ``step``: of the objective, in micropoints.
    """
    used, dwelling = np.unique(found.dwelling, return_inverse=True)
    named = found.app >= 0
    apps, at = np.unique(found.app[named], return_inverse=True)
    app = np.full(len(found), -1, np.int64)
    app[named] = at
    lost = np.setdiff1d(np.flatnonzero(leaf.must), used)
    wanted = _wanted(leaf)
    if wanted - set(apps.tolist()):
        return None
    gone_d = np.setdiff1d(np.flatnonzero((leaf.term > 0) & ~leaf.must), used)
    gone_a = np.setdiff1d(np.flatnonzero(leaf.multipliers.prices > 0), apps)
    gone = sum(leaf.term[gone_d].tolist()) + TEN * sum(leaf.multipliers.prices[gone_a].tolist())
    left = leaf.slack - gone + HALF * step * TEN
    if len(lost) or left < 0:
        return None
    kinds, kind = np.unique(found.kind, return_inverse=True)
    none = np.zeros(0)
    model = TieModel(found, kind, dwelling, app, apps, len(used), np.zeros((0, len(kinds))), none, none)
    return model if _Writer(layout, leaf, model, kinds, used).write(left, step * TEN) else None


class _Writer:
    """Writes the columns and rows of one model."""

    def __init__(self, layout: Layout, leaf: LeafView, model: TieModel, kinds: I32, used: I32) -> None:
        self.layout, self.leaf, self.model, self.kinds = layout, leaf, model, kinds
        # the bound rounds up once per dwelling at most
        self.slack = int(leaf.slack) + len(layout.problem.dwelling_ids)
        self.term = leaf.term[used]
        self.filled: B = leaf.must[used] | (self.term > self.slack)
        self.place: dict[tuple[str, int], int] = {}
        self.short: dict[int, int] = {}
        self.loss: dict[int, float] = {}

    def write(self, left: float, unit: int) -> bool:
        """False when a row allows no pair of counts."""
        self._counts()
        self._splits()
        for k in self.layout.active.tolist():
            if not self._rule(k):
                return False
        self._cuts()
        self._orders()
        self._precedences()
        self._departures()
        self._people()
        model = self.model
        losing = {j: v / unit for j, v in self.loss.items() if v > 0 and model.upper[j - model.counts] > 0}
        model.identity = StageRow(losing, -INFINITY, left / unit, candidates=model.found.loss / unit)
        if self.leaf.slack >= unit:
            model.lines.append(model.identity)
        return True

    def _counts(self) -> None:
        """The counts, equal ones once, between what the dwellings must and what they can give."""
        model = self.model
        num, den = _counting(self.layout, self.kinds)
        of = np.bincount(model.dwelling, minlength=model.dwellings)
        known: dict[bytes, int] = {}
        rows: list[I64] = []
        low: list[int] = []
        high: list[int] = []
        for i, k in enumerate(self.layout.active.tolist()):
            for on, inside in (("num", num[i]), ("den", den[i])):
                key = inside.tobytes()
                if key not in known:
                    known[key] = len(rows)
                    rows.append(inside)
                    here = np.bincount(model.dwelling, inside[model.kind], model.dwellings)
                    low.append(int((self.filled & (here == of)).sum()))
                    high.append(int((here > 0).sum()))
                self.place[on, k] = known[key]
        model.inside = np.array(rows, np.float64).reshape(len(rows), len(self.kinds))
        model.low, model.high = np.array(low, np.float64), np.array(high, np.float64)

    def _splits(self) -> None:
        """What the path says of counts; a split with a multiplier holds its count nearly at its limit."""
        low, high = self.model.low, self.model.high
        for step in self.leaf.path:
            if step.split.on not in ("num", "den"):
                continue
            q = self.place[str(step.split.on), step.split.row]
            mu = self.leaf.multipliers.branch.get(step.node, 0) * TEN
            room = self.slack // mu if mu > 0 else INFINITY
            if step.high:
                low[q], high[q] = max(low[q], step.split.at + 1), min(high[q], step.split.at + 1 + room)
            else:
                low[q], high[q] = max(low[q], step.split.at - room), min(high[q], step.split.at)

    def _spare(self, loss: int, grain: int) -> int:
        """A column that loses ``loss`` a lease and is a whole number of ``1 / grain``: no larger than the slack allows."""
        upper = (self.slack * grain // loss) / grain if loss > 0 else INFINITY
        column = self.model.more(upper)
        self.loss[column] = float(loss)
        return column

    def _rule(self, k: int) -> bool:
        layout, m = self.layout, self.leaf.multipliers
        n, d = self.place["num", k], self.place["den", k]
        lam, nu = int(m.rows[k]) * TEN, m.mir.get(k, 0) * TEN
        short_loss = int(layout.price[k]) * TEN * TEN - lam - nu - leaning(m.cuts).get(k, 0)
        rate, ask = int(layout.rate[k]), int(layout.ask[k])
        short, spare = self._spare(short_loss, RATE_UNIT), self._spare(lam, RATE_UNIT)
        self.short[k] = short
        if layout.uniform[k]:
            self._line(((n, 1.0), (d, -rate / RATE_UNIT), (short, 1.0), (spare, -1.0)), ask / RATE_UNIT)
        else:
            asked = -self._asked(k) / RATE_UNIT
            self._line(((n, 1.0), (short, 1.0), (spare, -1.0)), ask / RATE_UNIT, kinds=_some(asked))
        floor = den_floors(self.leaf.path).get(k)
        if floor is not None:
            cut = mir_row(layout, k, floor)
            f = cut.f / RATE_UNIT
            self._line(((n, f), (short, 1.0), (self._spare(nu, RATE_UNIT), -1.0)), f * cut.goal)
        if not layout.uniform[k]:
            return True
        table = self._table(k, short_loss, lam, nu)
        if not len(table.den):
            return False
        self.model.tables.append(table)
        low, high = self.model.low, self.model.high
        low[d], high[d] = max(low[d], table.den[0]), min(high[d], table.den[-1])
        low[n], high[n] = max(low[n], table.least.min()), min(high[n], table.most.max())
        for points, sign in ((table.least, 1), (table.most, -1)):
            for (d0, n0), (d1, n1) in pairwise(lower_hull(table.den, sign * points)):
                slope = (n1 - n0) / (d1 - d0)
                if slope and n != d:
                    held = {n: float(sign), d: -slope}
                    self.model.lines.append(StageRow(held, n0 - slope * d0, INFINITY))
        return True

    def _asked(self, k: int) -> F:
        """(kinds,) ten-thousandths of a lease that a first rank of each kind is asked for on a row."""
        problem, layout = self.layout.problem, self.layout
        found = np.zeros(len(problem.kinds))
        here = problem.kinds.row == k
        found[layout.kind_of_mark[here]] = layout.mark_rate[here]
        return np.asarray(found[self.kinds], np.float64)

    def _orders(self) -> None:
        """The réservataires' orders; one with a multiplier is kept nearly without a rank to spare."""
        marks = self.layout.problem.kinds
        kinds, met = ranges(marks.order_ptr, self.kinds.astype(np.int64))
        if not len(met):
            return
        order = np.lexsort((kinds, marks.order_row[met]))
        kinds, met = kinds[order], met[order]
        rows, start = np.unique(marks.order_row[met], return_index=True)
        signs = marks.order_sign[met].astype(np.float64)
        for p, a, b in zip(rows.tolist(), start.tolist(), [*start[1:].tolist(), len(met)], strict=True):
            sigma = self.leaf.multipliers.orders.get(p, 0)
            if self.layout.link_of and not sigma and not (signs[a:b] > 0).any():
                continue  # nobody is placed after: with chains there are thousands of them
            spare = self._spare(sigma * TEN, 1)
            self._line(((spare, 1.0),), 0.0, kinds=OfKinds(kinds[a:b], signs[a:b]))

    def _precedences(self) -> None:
        """Whoever comes after a nominee, over all its dwellings: with a multiplier, nearly without a first rank to spare."""
        precedence = self.layout.precedence
        for two, tau in sorted(self.leaf.multipliers.after.items()):
            parts = ((precedence.kinds_after(two), 1.0), (precedence.kinds_of(two[0]), -1.0))
            here = [(np.flatnonzero(np.isin(self.kinds, kinds)), sign) for kinds, sign in parts]
            kinds = np.concatenate([at for at, _ in here])
            signs = np.concatenate([np.full(len(at), sign) for at, sign in here])
            order = np.argsort(kinds)
            spare = self._spare(tau * TEN, 1)
            self._line(((spare, 1.0),), 0.0, kinds=OfKinds(kinds[order], signs[order]))

    def _departures(self) -> None:
        """Tenants that the leaf has leave a freed dwelling."""
        for step in self.leaf.path:
            if step.split.on == "departure" and step.high:
                leaving = np.flatnonzero(np.isin(self.kinds, self.layout.departures(step.split.dwelling)))
                self._line((), 1.0, kinds=OfKinds(leaving, np.ones(len(leaving))))

    def _table(self, k: int, short_loss: int, lam: int, nu: int) -> CountPairs:
        """Pairs (den, num) of a row whose own terms of the identity stay within the slack.

        Each of them is convex in num for a given den, so what one allows is a range.
        """
        n, d = self.place["num", k], self.place["den", k]
        low, high = self.model.low, self.model.high
        den = np.arange(int(low[d]), int(high[d]) + 1, dtype=np.int64)
        target = int(self.layout.ask[k]) + int(self.layout.rate[k]) * den
        least = np.full(len(den), int(low[n]), np.int64)
        most = np.minimum(den, int(high[n]))
        if short_loss > 0:
            least = np.maximum(least, -((self._steps(short_loss) - target) // RATE_UNIT))
        if lam > 0:
            most = np.minimum(most, (target + self._steps(lam)) // RATE_UNIT)
        floor = den_floors(self.leaf.path).get(k)
        if nu > 0 and floor is not None:
            cut, room = mir_row(self.layout, k, floor), self._steps(nu)
            whole = -(-target // RATE_UNIT)
            most = np.minimum(most, np.maximum(target // RATE_UNIT, cut.goal + room // cut.f))
            over = target - cut.f * cut.goal - room
            if cut.f < RATE_UNIT:
                below = -(-over // (RATE_UNIT - cut.f))
            else:
                below = np.where(over > 0, whole, least)
            least = np.maximum(least, np.minimum(whole, below))
        if n == d:
            least, most = np.maximum(least, den), np.minimum(most, den)
        ok = least <= most
        return CountPairs(n, d, den[ok], least[ok], most[ok])

    def _steps(self, loss: int) -> int:
        """Ten-thousandths of a lease that the slack pays for."""
        return min(self.slack * RATE_UNIT // loss, 2**40)

    def _cuts(self) -> None:
        for cut, nu in sorted(self.leaf.multipliers.cuts.items(), key=lambda pair: pair[0].order):
            spare = self._spare(nu * TEN, cut.unit)
            held = [(self.short[k], share / RATE_UNIT) for k, share in cut.shares()]
            self._line(
                (*held, (spare, -1.0)),
                cut.constant / cut.unit,
                kinds=_some(cut.coef[self.layout.marking[self.kinds]] / cut.unit),
            )

    def _people(self) -> None:
        """Dwellings that may stay empty and households that may be left."""
        model = self.model
        for d in np.flatnonzero(~self.filled).tolist():
            model.empty[d] = model.more(1.0)
            self.loss[model.empty[d]] = float(self.term[d])
        prices = self.leaf.multipliers.prices[model.apps] * TEN
        wanted = _wanted(self.leaf)
        for a in np.flatnonzero(prices <= self.slack).tolist():
            if int(model.apps[a]) in wanted:
                continue
            model.unused[a] = model.more(1.0)
            self.loss[model.unused[a]] = float(prices[a])

    def _line(self, terms: Iterable[tuple[int, float]], goal: float, kinds: OfKinds | None = None) -> None:
        base: dict[int, float] = {}
        for j, v in terms:
            base[j] = base.get(j, 0.0) + v
        self.model.lines.append(StageRow(base, goal, goal, kinds))


def _some(each: F) -> OfKinds:
    """Of the coefficients of all kinds, those that are any."""
    kind = np.flatnonzero(each)
    return OfKinds(kind, each[kind])


def _wanted(leaf: LeafView) -> set[int]:
    """Households that the leaf wants housed."""
    return {s.split.application for s in leaf.path if s.split.on == "household" and s.high}


def lower_hull(den: I64, points: I64) -> list[tuple[int, int]]:
    """Corners of the largest convex line below the points."""
    kept: list[tuple[int, int]] = []
    for x, y in zip(den.tolist(), points.tolist(), strict=True):
        while len(kept) > 1:
            (x0, y0), (x1, y1) = kept[-2:]
            if (y1 - y0) * (x - x0) < (y - y0) * (x1 - x0):
                break
            kept.pop()
        kept.append((x, y))
    return kept


def _counting(layout: Layout, kinds: I32) -> tuple[I64, I64]:
    """(rows, kinds) 0/1: does a lease of the kind count in num, in den, of each priced row."""
    marks = layout.problem.kinds
    place = np.full(len(layout.problem.rows) + 1, -1, np.int64)
    place[layout.active] = np.arange(len(layout.active))
    at = place[marks.row]
    here = np.flatnonzero(at >= 0)
    num = np.zeros((len(layout.active), len(marks)), np.int64)
    den = np.zeros_like(num)
    num[at[here], layout.kind_of_mark[here]] = marks.num[here]
    den[at[here], layout.kind_of_mark[here]] = marks.den[here]
    return num[:, kinds], den[:, kinds]
