"""Restricted MIP: the integer problem over the columns that reduced costs leave.

With an exact bound U of the root and a proposal of value P, an optimal proposal only uses columns whose loss (their
dwelling's price less their reduced value) is at most U − P. Adding all of these to the LP makes the MIP over them exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I64, B, FirstRanks
from optimizer.solve.highs_lp import INFINITY, Answer, add_columns, add_rows, new_model, run
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import HUNDREDTH, NEVER, TEN, Multipliers, Priced
from optimizer.solve.proof.node import Path, restrictions
from optimizer.solve.relaxation.master import Master, NodeLP
from optimizer.solve.watch import Watch

LOOSE = 1e-6


@dataclass(frozen=True)
class RestrictedOptimum:
    """Best proposal of a restricted MIP; ``complete`` when HiGHS claims it the best over the columns it was given."""

    first: FirstRanks | None
    complete: bool
    status: str


def class_values(layout: Layout, priced: Priced) -> I64:
    """Price of every dwelling at the root: its own term of the bound (free sign when it must be filled)."""
    must = layout.problem.must_fill[layout.problem.klass]
    return np.where(must, priced.dwelling, np.maximum(0, priced.dwelling))


def columns_within(
    layout: Layout, m: Multipliers, priced: Priced, slack: int, limit: int
) -> list[tuple[int, int, int, int]] | None:
    """(class, application, kind, value without bonus) of every column with a loss ≤ ``slack`` at some dwelling.

    ``slack`` in 1e-10 point. None when more than ``limit`` would be listed.
    """
    problem = layout.problem
    worth = class_values(layout, priced)
    found: list[tuple[int, int, int, int]] = []
    entries = layout.full
    for klass in range(len(problem.class_menu)):
        dwellings = layout.members(klass)
        a, b = int(entries.ptr[klass]), int(entries.ptr[klass + 1])
        if not len(dwellings) or a == b:
            continue
        floor = int((worth[dwellings] - problem.bonus[dwellings] * HUNDREDTH).min()) - slack
        base = entries.value[a:b] * HUNDREDTH - m.prices[entries.app[a:b]] * TEN
        for j in np.flatnonzero(base >= floor + int(priced.kind_cost.min(initial=0))).tolist():
            key = int(entries.key[a + j])
            for kind in layout.option_kind[layout.option_ptr[key] : layout.option_ptr[key + 1]].tolist():
                if int(base[j]) - int(priced.kind_cost[kind]) >= floor:
                    found.append((klass, int(entries.app[a + j]), kind, int(entries.value[a + j])))
        if len(found) > limit:
            return None
    return found


def solve_restricted(
    master: Master,
    watch: Watch,
    *,
    step: int,
    path: Path = (),
    relative_gap: float = 0.0,
    nodes: int = 0,
    keep: B | None = None,
    least: int | None = None,
) -> RestrictedOptimum:
    """MIP over the columns of the master (``keep``: a mask over them) in one node of the tree.

    The counts of the priced rows enter as integer variables: branching on them is what settles a rule.
    ``least``: micropoints below which a proposal is not looked for.
    """
    master.enter(path)
    lp = master.model.getLp()
    n = int(lp.num_col_)
    upper = np.array(lp.col_upper_, np.float64)
    at = np.array(master.at, np.int32)
    upper[master.elastic_cols] = 0.0
    if keep is not None:
        upper[at[~keep]] = 0.0
    model = new_model()
    model.passModel(lp)
    model.changeColsBounds(n, np.arange(n, dtype=np.int32), np.array(lp.col_lower_, np.float64), upper)
    orders = [p for p in range(len(master.layout.problem.orders)) if p not in master.order_row]
    add_rows(model, np.full(len(orders), -INFINITY), np.zeros(len(orders)), master.orders_of(orders))
    counted = _count_variables(master, model)
    whole = np.concatenate([at, counted]).astype(np.int32)
    if len(whole):
        import highspy

        kind = np.full(len(whole), int(highspy.HighsVarType.kInteger.value), np.uint8)
        model.changeColsIntegrality(len(whole), whole, kind)
    model.setOptionValue("mip_rel_gap", float(relative_gap))
    model.setOptionValue("mip_abs_gap", 0.45 * step / 1e6)
    if nodes:
        model.setOptionValue("mip_max_nodes", int(nodes))
    if least is not None:
        model.setOptionValue("objective_bound", -least / 1e6)
    answer: Answer = run(model, watch)
    if not answer.usable or answer.status == "infeasible":
        return RestrictedOptimum(None, answer.status == "infeasible", answer.status)
    x = answer.x[at] if len(at) else np.zeros(0)
    first = master.first_ranks(np.rint(x))
    return RestrictedOptimum(first, answer.status == "optimal" and relative_gap == 0.0, answer.status)


def _count_variables(master: Master, model: Any) -> NDArray[np.int32]:
    """One integer variable per count (num, den) of each priced row, tied to its columns."""
    rows = [(k, on) for k in master.layout.active.tolist() for on in ("num", "den")]
    first = int(model.getNumCol())
    m = len(rows)
    if not m:
        return np.zeros(0, np.int32)
    add_columns(model, np.zeros(m), np.zeros(m), np.full(m, INFINITY), [[] for _ in range(m)])
    tied = [[(first + i, -1.0), *((j, 1.0) for j in master.using(k, on))] for i, (k, on) in enumerate(rows)]
    add_rows(model, np.zeros(m), np.zeros(m), tied)
    return np.arange(first, first + m, dtype=np.int32)


def master_columns_within(master: Master, path: Path, m: Multipliers, priced: Priced, slack: int) -> B:
    """Which columns of the master lose at most ``slack`` (1e-10 point) in a node."""
    problem = master.layout.problem
    term = np.maximum(priced.dwelling, np.where(problem.must_fill[problem.klass], NEVER, 0))
    for d, limit in restrictions(path).items():
        if limit.filled:
            term[d] = priced.dwelling[d]
    price = np.append(m.prices, 0) * TEN
    cost = priced.kind_cost
    app, kind, value = (
        np.array(master.app, np.int64),
        np.array(master.kind, np.int64),
        np.array(master.value, np.int64),
    )
    floor = np.full(len(master.units), -NEVER, np.int64)
    seat_floor = floor.copy()
    for u, unit in enumerate(master.units):
        if unit.alive and len(unit.dwellings):
            floor[u] = int((term[unit.dwellings] - problem.bonus[unit.dwellings] * HUNDREDTH).min())
            seat_floor[u] = int(term[unit.dwellings].min())
    unit_of = np.array(master.unit, np.int64)
    if not len(app):
        return np.zeros(0, bool)
    red = value * HUNDREDTH - cost[kind] - price[app]
    return np.asarray(red + slack >= np.where(app >= 0, floor[unit_of], seat_floor[unit_of]), bool)


def around(master: Master, path: Path, relaxed: NodeLP, slack: int) -> B:
    """Columns of a program next to the LP solution of a node.

    What that gives whole is kept; where it is fractional, the columns that lose at most ``slack`` (1e-10 point) are free.
    """
    # columns that came after this LP was solved are at zero in it
    x = np.concatenate([relaxed.x, np.zeros(len(master.at) - len(relaxed.x))])
    loose = np.abs(x - np.rint(x)) > LOOSE
    unit, app = np.array(master.unit, np.int64), np.array(master.app, np.int64)
    open_unit = np.zeros(len(master.units), bool)
    open_unit[unit[loose]] = True
    kept: B = (x > 0.5) & ~loose & ~open_unit[unit]
    held = np.zeros(len(master.layout.problem.application_ids) + 1, bool)
    held[app[kept & (app >= 0)]] = True
    free = master_columns_within(master, path, relaxed.multipliers, relaxed.priced, slack)
    return np.asarray(kept | loose | (open_unit[unit] & free & ~held[app]), bool)


def mip_near(
    master: Master,
    path: Path,
    relaxed: NodeLP,
    watch: Watch,
    *,
    step: int,
    least: int,
) -> FirstRanks | None:
    """A proposal next to the LP solution of a node, nearly all of whose counts are whole; None when none was found.

    What the LP solution gives whole is kept; where it is fractional, a MIP chooses among the columns that cost next to
    nothing, within the limits that the node sets to counts. ``least``: micropoints it must be worth to be of use.
    """
    policy = master.formulation.policy.tree
    keep = around(master, path, relaxed, policy.rounding_loss * TEN)
    found = solve_restricted(
        master,
        watch,
        step=step,
        path=path,
        keep=keep,
        nodes=policy.rounding_nodes,
        least=max(
            least, relaxed.priced.micropoints - abs(relaxed.priced.micropoints) // policy.rounding_within
        ),
    )
    return found.first
