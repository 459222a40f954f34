"""The bound of a node from any multipliers and prices, in integers, over every eligible column.

For ``λ, ν, μ, π, γ ≥ 0`` with ``λ_k + ν_k + Σ_c γ_c·10⁴ w_ck / unit_c ≤ price_k`` the Lagrangian of the problem gives, for
every solution x of the node::

    objective(x) ≤ Σ_a π_a − Σ_k (λ_k·ask_k + ν_k·f_k·N_k) − Σ_c γ_c·constant_c / unit_c + Σ_low μ·n − Σ_high μ·(n+1)
                   + Σ_d max(0, max over its columns of value − cost(kind) − π_a)

    cost(kind) = Σ_k den·(λ_k·rate_k ± μ) − num·(λ_k + ν_k·f_k ± μ) − Σ_c γ_c·coef_c(kind) / unit_c
                 + Σ_p σ_p·sign_p(kind) + Σ_bc τ_bc·([c after b] − [b]) − value(kind)

where σ ≥ 0 are multipliers of the réservataires' orders (`Orders`: ``Σ sign_p ≤ 0``), τ ≥ 0 of the rows of `Precedence`, rate_k may go by kind, and ask_k is minus the
play of the row in a plain solve (the 0 is left out for a dwelling that must be filled; γ belongs to the cuts of `solve.cuts`). It holds whatever produced
the numbers: rounding, a solver's error or a bug can only make it weak, never wrong. Fractions of a unit are rounded to the
weak side, once per kind.

Units: 1e-10 point (micropoint × ten-thousandth). A value of 1e6 points is 1e16 and one price × rate 3e13, so sums of a few
terms fit int64; totals over dwellings are Python integers.

Where the orders are lists, no kind tells a nominee from others, and what τ takes is looked at place by place (`proof.behind`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.problem.model import I64, RATE_UNIT
from optimizer.solve.cuts.mir import Inequality, gains, owed
from optimizer.solve.implicit import HUNDREDTH as HUNDREDTH
from optimizer.solve.implicit import NEVER as NEVER
from optimizer.solve.implicit import TEN as TEN
from optimizer.solve.implicit import best_named
from optimizer.solve.layout import ClassEntries, Layout
from optimizer.solve.listed import best_of_runs, costs_of_marks, costs_of_orders, least_of_lists
from optimizer.solve.precedence import Two
from optimizer.solve.proof.behind import best_behind, freed_prices, held_apart
from optimizer.solve.proof.node import Formulation, Path, Restriction, den_floors, mir_row, restrictions


@dataclass(frozen=True)
class Multipliers:
    """Integers in micropoints: λ (R,), ν by row, μ by node index, π (A,), γ by cut, σ by row of the orders, τ by row of `Precedence`."""

    rows: I64
    mir: dict[int, int]
    branch: dict[int, int]
    prices: I64
    cuts: dict[Inequality, int] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)
    after: dict[Two, int] = field(default_factory=dict)


def nothing(layout: Layout) -> Multipliers:
    """Multipliers that ask nothing: every dwelling takes its best column."""
    return Multipliers(
        np.zeros(len(layout.problem.rows), np.int64),
        {},
        {},
        np.zeros(len(layout.problem.application_ids), np.int64),
    )


@dataclass(frozen=True)
class Priced:
    """Reduced values of a node.

    Attributes
    ----------
    total : int or None             bound in 1e-10 point; None: a dwelling that must be filled has no column
    kind_cost : (n_kinds,) int64    1e-10 point
    named : (K,) int64              best reduced value of a class over its entries, without the dwellings' bonus (NEVER: none)
    seated : (K,) int64             best reduced value over its seats
    dwelling : (D,) int64           the dwelling's own term
    """

    total: int | None
    kind_cost: I64
    named: I64
    seated: I64
    dwelling: I64

    @property
    def micropoints(self) -> int:
        """The bound floored to micropoints, of which every objective is a whole number (NEVER: the node is empty)."""
        return NEVER if self.total is None else self.total // TEN


def constant(layout: Layout, path: Path, m: Multipliers) -> int:
    """Terms of the bound that no column touches, without Σπ."""
    total = -sum(int(m.rows[k]) * int(layout.ask[k]) for k in layout.active.tolist())
    floors = den_floors(path)
    for k, nu in sorted(m.mir.items()):
        cut = mir_row(layout, k, floors[k])
        total -= nu * cut.f * cut.goal
    total -= owed(m.cuts)
    for step in path:
        mu = m.branch.get(step.node, 0)
        at = 0 if step.split.on in ("household", "departure") else step.split.at
        total += mu * TEN * (-(at + 1) if step.high else at)
    return total


def kind_costs(layout: Layout, path: Path, m: Multipliers) -> I64:
    """cost(kind) of the module, (n_kinds,) in 1e-10 point; what a kind adds to the value of a pair is taken off."""
    den = np.zeros(len(m.rows), np.int64)
    num = m.rows * RATE_UNIT
    floors = den_floors(path)
    for k, nu in m.mir.items():
        num[k] += nu * mir_row(layout, k, floors[k]).f
    for step in path:
        mu = m.branch.get(step.node, 0) * TEN
        if not mu:
            continue
        signed = -mu if step.high else mu
        if step.split.on == "den":
            den[step.split.row] += signed
        elif step.split.on == "num":
            num[step.split.row] -= signed
    kinds = layout.problem.kinds
    costing = layout.costing
    by_way = costs_of_marks(costing, m.rows, num, den)
    if m.cuts:
        by_way -= gains(m.cuts)[costing.marking]
    cost = by_way[costing.way] - kinds.value * HUNDREDTH
    if m.orders:
        sigma = np.zeros(len(layout.problem.orders), np.int64)
        sigma[list(m.orders)] = list(m.orders.values())
        cost += costs_of_orders(layout.entered, sigma * TEN, len(kinds))
    for two, each in m.after.items() if layout.problem.own_lists is None else ():
        cost[layout.precedence.kinds_after(two)] += each * TEN
        cost[layout.precedence.kinds_of(two[0])] -= each * TEN
    for step in path:
        if step.split.on in ("household", "departure"):
            split, mu = step.split, m.branch.get(step.node, 0) * TEN
            own = (
                layout.kinds_of(split.application)
                if split.on == "household"
                else layout.departures(split.dwelling)
            )
            cost[own] += -mu if step.high else mu
    return np.asarray(cost, np.int64)


def best_options(layout: Layout, kind_cost: I64) -> I64:
    """Cheapest first-rank kind of each option list, as a cost."""
    return least_of_lists(layout.option_ptr, layout.option_kind, kind_cost)


def segment_max(values: I64, ptr: I64) -> I64:
    """Largest value of each segment, NEVER for an empty one."""
    out = np.full(len(ptr) - 1, NEVER, np.int64)
    some = np.flatnonzero(np.diff(ptr) > 0)
    if len(some):
        out[some] = np.maximum.reduceat(values, ptr[some])
    return out


def reduced(entries: ClassEntries, option_cost: I64, prices: I64) -> I64:
    """Reduced value of each entry without its dwelling's bonus, 1e-10 point."""
    return np.asarray(
        entries.value * HUNDREDTH - option_cost[entries.key] - prices[entries.app] * TEN, np.int64
    )


def price_out(
    layout: Layout, formulation: Formulation, path: Path, m: Multipliers, cost: I64 | None = None
) -> Priced:
    """Bound of a node: one pass over all columns.

    Parameters
    ----------
    cost : `kind_costs` at ``m``, where they are known

    Raises
    ------
    ValueError
        A cut does not hold in the node.
    """
    if not all(formulation.holds(cut, path) for cut in m.cuts):
        raise ValueError("cut: more or fewer leases than the node allows")
    problem = layout.problem
    if cost is None:
        cost = kind_costs(layout, path, m)
    options = best_options(layout, cost)
    by_lists = bool(m.after) and problem.own_lists is not None
    freed = freed_prices(problem, m.prices, m.after) if by_lists else m.prices
    prices = held_apart(problem, freed, m.after) if by_lists else m.prices
    if layout.listed:
        named = best_of_runs(layout.runs, layout.full.app, layout.full.value, options, prices)
    else:
        named = best_named(problem, layout.lists, options, prices)
    if by_lists:
        best_behind(problem, cost, freed, m.after, named)
    seat_values = problem.seats.value[layout.seat] * HUNDREDTH - cost[problem.seats.kind[layout.seat]]
    seated = segment_max(seat_values, layout.seat_ptr)
    dwelling = np.maximum(
        np.where(named > NEVER, named, NEVER)[problem.klass] + problem.bonus * HUNDREDTH,
        seated[problem.klass],
    )
    must = problem.must_fill[problem.klass].copy()
    for d, limit in sorted(restrictions(path).items()):
        dwelling[d] = _restricted(formulation, d, limit, cost, m.prices)
        must[d] |= limit.filled
    empty = bool((must & (dwelling < NEVER // 2)).any())
    term = np.where(must, dwelling, np.maximum(0, dwelling))
    total = None
    if not empty:
        total = constant(layout, path, m) + TEN * _exact_sum(m.prices) + _exact_sum(term)
    return Priced(total, cost, named, seated, dwelling)


def _restricted(formulation: Formulation, dwelling: int, limit: Restriction, cost: I64, prices: I64) -> int:
    columns = formulation.columns(dwelling)
    ok = limit.allows(columns.app, columns.account)
    if not ok.any():
        return NEVER
    price = np.where(columns.app >= 0, prices[columns.app] if len(prices) else 0, 0)
    return int((columns.value * HUNDREDTH - cost[columns.kind] - price * TEN)[ok].max())


def _exact_sum(values: I64) -> int:
    """Sum in Python integers by blocks that cannot overflow (each value is below 2^61 / 256)."""
    if not len(values):
        return 0
    if int(np.abs(values).max()) < 2**62 // max(1, len(values)):
        return int(values.sum())
    return sum(int(v) for v in values.tolist())
