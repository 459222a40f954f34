"""The tree of an earlier run, divided again on this problem: what it has closed is closed again by one pricing a node.

A pin, a changed share or a new week moves few nodes. Each is bounded by the multipliers that closed it then, with what fits
this problem of them; where that is not enough, the best assignment under the same multipliers gives new household prices
(`subproblem`). What is still open is solved like any other node. Nothing here is believed: every bound is recomputed, and the
divisions cover every proposal whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.cuts.mir import Inequality, Shape, leaning
from optimizer.solve.precedence import Two
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import NEVER, TEN, Multipliers, kind_costs, price_out
from optimizer.solve.proof.node import Path, count_limits, den_ceilings, den_floors
from optimizer.solve.relaxation.matching import matched_prices
from optimizer.solve.relaxation.subproblem import Subproblem, subproblem_of
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import CountKey
from optimizer.solve.tree.pseudocosts import Pseudocosts
from optimizer.solve.warm_start import LARGEST, Closed, Division, Earlier, ToldCut, ToldEnvelope, places_of


def replay(prover: BranchAndBound, earlier: Earlier) -> int:
    """Divide a fresh tree as an earlier one was; number of its nodes (0: it was let go, or there was none)."""
    if not earlier.tree or prover.nodes[0].split is not None:
        return 0
    # first, and from nothing: the multipliers shown are the same with and without an earlier run
    prover.show()
    if prover.watch.stopped() or prover.done:
        return 0
    told = _Told(prover, earlier)
    nodes = told.divide()
    most = prover.incumbent.objective + abs(prover.incumbent.objective) // prover.policy.replay_within
    for number, closed in nodes:
        told.price(number, closed)
        above = prover.nodes[number].bound > most and prover.master.subproblem is not None
        if above or prover.watch.stopped():
            prover.begin_anew()
            return 0
    prover.master.add(told.columns)
    prover.near = True
    prover.brancher.pseudocosts = told.pseudocosts()
    prover.gather()
    return len(nodes)


def _households(earlier: Earlier) -> Iterator[str]:
    """Names of those that an earlier tree prices or is divided on, or was thought of being divided on."""
    for node in earlier.tree:
        if isinstance(node, Closed):
            yield from node.prices
        elif node.application:
            yield node.application
    for lost in earlier.pseudocosts:
        if lost.application:
            yield lost.application


class _Told:
    """An earlier tree in the terms of a problem."""

    def __init__(self, prover: BranchAndBound, earlier: Earlier) -> None:
        self.prover, self.earlier = prover, earlier
        self.layout, self.formulation = prover.layout, prover.master.formulation
        problem = self.layout.problem
        active = set(self.layout.active.tolist())
        place = {(row.rule, row.scope): k for k, row in enumerate(problem.rows)}
        found = [place.get(name, -1) for name in earlier.rows]
        self.row = [k if k in active else -1 for k in found]
        """Of each earlier row, the row here; -1: none that asks for anything."""
        self.app = places_of(problem.application_ids, _households(earlier))
        orders = problem.orders
        self.order = {
            (
                str(problem.dwelling_ids[d]),
                problem.accounts[r] if r >= 0 else "",
                str(problem.application_ids[a]),
            ): p
            for p, (d, r, a) in enumerate(
                zip(orders.dwelling.tolist(), orders.account.tolist(), orders.app.tolist(), strict=True)
            )
        }
        """Rows of the réservataires' orders, by name."""
        self.size = [1] * len(earlier.tree)
        """Nodes below each earlier one, itself included."""
        for i in reversed(range(len(earlier.tree))):
            node = earlier.tree[i]
            if isinstance(node, Division):
                self.size[i] += self.size[node.low] + self.size[node.high]
        self.number: dict[int, int] = {}
        """Of each earlier division, the node it divides here."""
        self.matched = len(problem.dwelling_ids) < self.formulation.policy.relaxation.assigned_from
        """Whether the best prices are those of `matching`."""
        self.columns: list[tuple[int, int, int, int]] = []
        """Pairs of the assignments, kept apart until the tree is: one that is let go leaves no trace in the run."""

    @cached_property
    def subproblem(self) -> Subproblem | None:
        """Its own: the next answer of the run's depends on its last."""
        return (
            None
            if self.prover.master.subproblem is None
            else subproblem_of(self.layout, self.formulation.policy)
        )

    def pseudocosts(self) -> Pseudocosts[CountKey]:
        """What divisions cost then: where it is known, no trial is needed."""
        found: Pseudocosts[CountKey] = Pseudocosts(self.formulation.policy.branching.reliable)
        for lost in self.earlier.pseudocosts:
            place = self.app.get(lost.application, -1) if lost.application else self.row[lost.row]
            if place >= 0:
                key = lost.on, place, lost.rounds, lost.high
                found.total[key], found.trials[key] = lost.total, lost.trials
        return found

    def divide(self) -> list[tuple[int, Closed]]:
        """The nodes, each with the multipliers of the earlier node it stands for."""
        nodes: list[tuple[int, Closed]] = []
        waiting = [(0, 0)]
        while waiting:
            old, number = waiting.pop()
            node = self.earlier.tree[old]
            split = self._split(node) if isinstance(node, Division) else None
            if isinstance(node, Division) and split is not None:
                low, high = self.prover.split(number, split)
                self.number[old] = number
                waiting += [(node.high, high), (node.low, low)]
                continue
            if isinstance(node, Division):
                # on something that is not here: the divisions of either side cover the whole node, and more of them say more
                waiting.append((max(node.low, node.high, key=lambda side: self.size[side]), number))
                continue
            nodes.append((number, node))
        return nodes

    def _split(self, node: Division) -> Split | None:
        """The division on this problem; None when it has no meaning here."""
        if node.on == "household":
            app = self.app.get(node.application, -1)
            return Split("household", application=app) if app in self.layout.listed_households else None
        row = self.row[node.row] if node.row >= 0 else -1
        return Split(node.on, row=row, at=node.at) if row >= 0 else None

    def price(self, number: int, closed: Closed) -> None:
        """Bound a node by the multipliers of its like, with the household prices that were theirs or else the best."""
        node = self.prover.nodes[number]
        m = self._multipliers(node.path, closed)
        priced = price_out(self.layout, self.formulation, node.path, m)
        best = priced.micropoints
        if priced.total is not None and not self.prover.closed(best) and self.subproblem is not None:
            # prices of classes near those of the answer: what their best pair is worth at the prices at hand
            near = np.where(priced.named > NEVER // 2, np.maximum(0, priced.named) // TEN, 0)
            found = self.subproblem.assign(kind_costs(self.layout, node.path, m), near)
            better = replace(m, prices=found.prices)
            bound = price_out(self.layout, self.formulation, node.path, better).micropoints
            if bound < best:
                m, best = better, bound
            self.columns += found.columns
        elif priced.total is not None and not self.prover.closed(best) and self.matched:
            better = replace(m, prices=matched_prices(self.layout, kind_costs(self.layout, node.path, m)))
            bound = price_out(self.layout, self.formulation, node.path, better).micropoints
            if bound < best:
                m, best = better, bound
        if best < node.bound:
            node.multipliers, node.bound, node.empty = m, best, best == NEVER
            node.priced = True

    def _multipliers(self, path: Path, closed: Closed) -> Multipliers:
        """What an earlier node says, as far as it has a meaning here, made admissible."""
        floors = den_floors(path)
        rows = np.zeros(len(self.layout.problem.rows), np.int64)
        mir: dict[int, int] = {}
        for old, value in closed.rows.items():
            if self.row[old] >= 0:
                rows[self.row[old]] += min(value, LARGEST)
        for old, value in closed.mir.items():
            k = self.row[old]
            if k >= 0 and floors.get(k, 0) > 0:
                mir[k] = min(value, LARGEST)
            elif k >= 0:
                rows[k] += min(value, LARGEST)
        here = {step.node for step in path}
        branch = {
            number: min(closed.branch[old], LARGEST)
            for old, number in self.number.items()
            if number in here and old in closed.branch
        }
        prices = np.zeros(len(self.layout.problem.application_ids), np.int64)
        for name, value in closed.prices.items():
            if name in self.app:
                prices[self.app[name]] = min(value, LARGEST)
        cuts: dict[Inequality, int] = {}
        for told in closed.cuts:
            cut = self._cut(path, told)
            if cut is not None and told.nu:
                cuts[cut] = cuts.get(cut, 0) + told.nu
        orders = {
            self.order[name]: min(value, LARGEST)
            for name, value in closed.orders.items()
            if name in self.order
        }
        after: dict[Two, int] = {}
        for (first, other), value in closed.after.items():
            two = self.app.get(first, -1), self.app.get(other, -1)
            if min(two) >= 0 and two in self.layout.precedence:
                after[two] = min(value, LARGEST)
        return self._admissible(Multipliers(rows, mir, branch, prices, cuts, orders, after))

    def _cut(self, path: Path, told: ToldCut | ToldEnvelope) -> Inequality | None:
        """The cut on this problem, for what the node allows now; None when it has no meaning here."""
        rows = tuple(self.row[k] for k in told.rows)
        if min(rows) < 0 or len(set(rows)) < len(rows):
            return None
        cuts = self.formulation.cuts
        if isinstance(told, ToldEnvelope):
            if not set(rows) <= set(cuts.alike[rows[0]]):
                return None
            window = self.formulation.envelopes.window(rows, *count_limits(path))
            if window is None:
                return None
            prices, counts = np.array(told.prices, np.int64), np.array(told.counts, np.int64)
            return self.formulation.envelopes.envelope(window, prices, counts, told.slope)
        base = tuple(self.row[k] for k in told.base)
        if min(base) < 0:
            return None
        shape = Shape(rows, told.weights, base, told.times, told.unit)
        if told.low:
            least = max(den_floors(path).get(k, 0) for k in base)
            return cuts.cut(shape, min(told.at, least), low=True) if least else None
        return cuts.cut(shape, max(told.at, cuts.cap(base, den_ceilings(path))))

    def _admissible(self, m: Multipliers) -> Multipliers:
        """With no row's price exceeded: cuts that ask too much are left out, the others take what they need first."""
        limit = self.layout.price * TEN
        cuts = dict(m.cuts)
        for k, taken in leaning(cuts).items():
            if taken > int(limit[k]) * RATE_UNIT:
                cuts = {cut: nu for cut, nu in cuts.items() if k not in cut.rows}
        free = limit.copy()
        for k, taken in leaning(cuts).items():
            free[k] -= -(-taken // RATE_UNIT)
        mir = {k: min(nu, int(free[k])) for k, nu in m.mir.items()}
        for k, nu in mir.items():
            free[k] -= nu
        return replace(m, rows=np.minimum(m.rows, free), mir=mir, cuts=cuts)
