"""The LP relaxation of a node, by column generation in HiGHS, kept warm from one node of the tree to the next.

A column of the pool enters when its reduced value, priced over **all** eligible columns in
integers, stands above its unit's dual. Branches are bounds on count rows, so a change of node is a change of bounds.

Every branch and every dwelling that must be filled has an elastic column at a forbidding price: a node that contradicts
itself then has a bound below any solution instead of an infeasible LP, and multipliers to show for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from optimizer.problem.model import I64, MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks
from optimizer.solve.cuts.envelopes import Envelope
from optimizer.solve.cuts.mir import Cut, Inequality, leaning
from optimizer.solve.highs_lp import (
    INFINITY,
    Answer,
    Basis,
    F,
    basis_of,
    cost_after,
    restart,
    run,
    slack_rows,
    without_rows,
    work_of,
)
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import (
    HUNDREDTH,
    NEVER,
    TEN,
    Multipliers,
    Priced,
    kind_costs,
    price_out,
)
from optimizer.solve.proof.links import costs_at_links, dearest_links
from optimizer.solve.proof.node import (
    Path,
    Restriction,
    count_limits,
    den_ceilings,
    den_floors,
    mir_row,
    restrictions,
)
from optimizer.solve.relaxation.matching import matched_prices
from optimizer.solve.relaxation.pricing import PricingPool
from optimizer.solve.relaxation.subproblem import Assigned
from optimizer.solve.watch import Watch

MICRO = 1e6
MET = 2_000
"""Micropoints between a bound and the value of the LP that are rounding."""
WIDEST = 7 * 10**12
"""Micropoints that multipliers of single households or of orders weigh together at most: what verification takes as sure not to leave
64 bits."""


Key = TypeVar("Key")


def checkable(multipliers: dict[Key, int]) -> dict[Key, int]:
    """The multipliers, lowered where they weigh more together than verification takes: any multipliers give a bound."""
    if sum(multipliers.values()) <= WIDEST:
        return multipliers
    return {key: min(y, WIDEST // len(multipliers)) for key, y in multipliers.items()}


def in_proportion(m: Multipliers, part: int, whole: int) -> Multipliers:
    """All multipliers of a node, each lowered by the same factor ``part / whole`` below 1.

    Where a node contradicts itself, orders and splits pass the forbidding price of an elastic column on, several times over. A bound is
    convex in the multipliers: in proportion they still rule the node out, with some of them lowered alone they rule out nothing.
    """

    def lowered(values: dict[Key, int]) -> dict[Key, int]:
        less = {key: y * part // whole for key, y in values.items()}
        return {key: y for key, y in less.items() if y}

    def lowered_all(values: I64) -> I64:
        return np.array([y * part // whole for y in values.tolist()], np.int64)

    return Multipliers(
        lowered_all(m.rows), lowered(m.mir), lowered(m.branch), lowered_all(m.prices), lowered(m.cuts), lowered(m.orders), lowered(m.after)
    )  # fmt: skip


@dataclass(frozen=True)
class NodeLP:
    """Solved LP of a node: multipliers and exact bound, values of the columns, counts of the rows.

    ``settled`` False: the loop was left early because the bound already closes the node, or the clock stopped it.
    ``basis`` of HiGHS and ``cost`` (points, the objective turned round) are those of a settled LP.
    """

    multipliers: Multipliers
    priced: Priced
    x: F
    num: F
    den: F
    shortfall: F
    elastic: float
    settled: bool
    basis: Basis | None = None
    cost: float = 0.0


class Master(PricingPool):
    """The LP of any node of the tree, kept warm from one to the next."""

    def enter(self, path: Path) -> None:
        """Set the bounds of a node."""
        self._enter_counts(path)
        wanted = restrictions(path)
        for d in sorted(wanted):
            if self.unit_of_dwelling[d] < 0:
                self.explode(int(self.layout.problem.klass[d]))
        for d in sorted(set(self.limited) | set(wanted)):
            limit = wanted.get(d, Restriction())
            if self.limited.get(d, Restriction()) != limit:
                self._limit(d, limit)
        self.limited = wanted
        self._enter_households({s.split.application: s.high for s in path if s.split.on == "household"})
        self._enter_departures({s.split.dwelling: s.high for s in path if s.split.on == "departure"})

    def _enter_departures(self, wanted: dict[int, bool]) -> None:
        for d in sorted(self.open_departures.keys() | wanted.keys()):
            if d not in self.departure_row:
                self._add_departure_row(d)
            low, high = (-INFINITY, 0.0) if d in wanted and not wanted[d] else (-INFINITY, INFINITY)
            if wanted.get(d):
                low = 1.0
            self.model.changeRowBounds(self.departure_row[d], low, high)
        self.open_departures = wanted

    def _enter_households(self, wanted: dict[int, bool]) -> None:
        for app in sorted(self.held_to.keys() | wanted.keys()):
            if app not in self.app_row:
                self.app_row[app] = self._add_row(-INFINITY, 1.0, [])
            if app not in self.wanting:
                self.wanting[app] = self._add_column(
                    self.forbidding, 0.0, INFINITY, [(self.app_row[app], 1.0)]
                )
                self.elastic_cols.append(self.wanting[app])
            low, high = -INFINITY, 1.0
            if app in wanted:
                low, high = (1.0, 1.0) if wanted[app] else (-INFINITY, 0.0)
            self.model.changeRowBounds(self.app_row[app], low, high)
        self.held_to = wanted

    def _enter_counts(self, path: Path) -> None:
        low, high = count_limits(path)
        for key in sorted((set(low) | set(high)) - set(self.count_row)):
            self._add_count_row(*key)
        for key in sorted(self.open_counts | set(low) | set(high)):
            self.model.changeRowBounds(
                self.count_row[key], float(low.get(key, -INFINITY)), float(high.get(key, INFINITY))
            )
        self.open_counts = set(low) | set(high)
        floors = {(k, n) for k, n in den_floors(path).items()}
        for k, n in sorted(floors - set(self.mir_row)):
            self._add_mir_row(k, n)
        for k, n in sorted(self.open_mir | floors):
            cut = mir_row(self.layout, k, n)
            goal = cut.f * cut.goal / RATE_UNIT if (k, n) in floors else -INFINITY
            self.model.changeRowBounds(self.mir_row[k, n], goal, INFINITY)
        self.open_mir = floors
        for rounded in self.formulation.cuts.rounded(dict(floors)):
            # of the other rows of the denominator: they hold like that of the row divided on
            if rounded not in self.cut_row:
                self.add_cut_row(rounded)
        self._enter_cuts(path)

    def _enter_cuts(self, path: Path) -> None:
        holding = self.lasting_cuts | {cut for cut in self.passing_cuts if self.formulation.holds(cut, path)}
        for cut in sorted(holding ^ self.open_cuts, key=lambda c: c.order):
            self._open(cut, cut in holding)
        self.open_cuts = holding

    def _open(self, cut: Inequality, yes: bool) -> None:
        low = cut.constant / cut.unit if yes else -INFINITY
        self.model.changeRowBounds(self.cut_row[cut], low, INFINITY)

    def _separate(self, path: Path, answer: Answer, m: Multipliers) -> int:
        """Add the cuts and envelopes that the LP solution misses; how many."""
        x, num, den, short, _ = self._primal(answer)
        if path and self._split_households(x):
            # the node is divided on one of them: what the counts miss shows further down
            return 0
        layout = self.layout
        count = np.asarray(np.bincount(layout.marking[self.columns[1]], x, len(layout.marked)), np.float64)
        worst: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[float, Cut]] = {}
        for each in self.formulation.separation.missed(count, short, den_ceilings(path), den_floors(path)):
            shape = each.cut.shape
            if each.cut not in self.open_cuts:
                # of the multiples of a row, the one that is missed most, a lease for a lease
                depth, like = each.by / max(shape.weights), (shape.rows, shape.base)
                if like not in worst or depth > worst[like][0]:
                    worst[like] = (depth, each.cut)
        found: list[Inequality] = [cut for _, cut in worst.values()]
        pull = self._pull(path, m)
        for window in self.formulation.windows(path).values():
            envelope = self.formulation.envelopes.missed(window, num, den, short, pull)
            if envelope is not None and envelope not in self.open_cuts:
                found.append(envelope)
        for new in found:
            if new not in self.cut_row:
                self.add_cut_row(new)
            self._open(new, True)
            self.open_cuts.add(new)
        return len(found)

    def _split_households(self, x: F) -> bool:
        """Whether a household of a list is housed in part."""
        listed = self.layout.listed_households
        if not listed:
            return False
        total = np.bincount(np.array(self.app, np.int64) + 1, x, len(self.layout.problem.application_ids) + 1)
        part = total[np.array(listed, np.int64) + 1]
        return bool(((part > 1e-5) & (part < 1 - 1e-5)).any())

    def _pull(self, path: Path, m: Multipliers) -> F:
        """(R,) about how many points a lease in num of each row is worth to some multipliers."""
        worth = m.rows / MICRO
        floors = den_floors(path)
        for k, nu in m.mir.items():
            worth[k] += nu * mir_row(self.layout, k, floors[k]).f / RATE_UNIT / MICRO
        for cut, nu in m.cuts.items():
            held = cut.counts if isinstance(cut, Envelope) else tuple(share for _, share in cut.shares())
            for k, share in zip(cut.rows, held, strict=True):
                worth[k] += nu * share / RATE_UNIT / MICRO
        return np.asarray(worth, np.float64)

    def _limit(self, dwelling: int, limit: Restriction) -> None:
        unit = self.units[int(self.unit_of_dwelling[dwelling])]
        must = limit.filled or bool(self.layout.problem.must_fill[unit.klass])
        if must:
            self._make_elastic(unit)
        self.model.changeRowBounds(unit.cap, 1.0 if must else -INFINITY, 1.0)
        own = np.array(unit.columns, np.int64)
        if len(own):
            app = np.array([self.app[j] for j in own], np.int32)
            account = self.layout.problem.kinds.account[[self.kind[j] for j in own]]
            upper = np.where(limit.allows(app, account), INFINITY, 0.0)
            at = np.array([self.at[j] for j in own], np.int32)
            self.model.changeColsBounds(len(at), at, np.zeros(len(at)), upper)

    # ---------------------------------------------------------------- solving

    @property
    def matched(self) -> bool:
        """Whether household prices may be those of `matching`: it knows no restriction of single dwellings."""
        few = len(self.layout.problem.dwelling_ids) < self.formulation.policy.relaxation.assigned_from
        return few and not self.limited

    def _run(self, watch: Watch) -> Answer:
        answer = run(self.model, watch)
        self.work += work_of(self.model)
        return answer

    def solve(
        self,
        path: Path,
        watch: Watch,
        good_enough: int | None = None,
        basis: Basis | None = None,
        cutting: bool = True,
    ) -> NodeLP | None:
        """LP of a node to the end of column generation; None when the clock or the user stopped it.

        ``good_enough``: micropoints; once the exact bound is not above, the rest of the loop is left out. ``basis``: of
        the node this one is a side of; without it HiGHS goes on from whatever node it solved last, often a far one.
        ``cutting``: once no column is missing, add the cuts that the solution misses and go on.
        """
        self.enter(path)
        held = self._begin(basis)
        best: NodeLP | None = None
        primal = False
        while True:
            self.model.setOptionValue("simplex_strategy", 4 if primal else 1)
            answer = self._run(watch)
            if answer.status != "optimal":
                self.model.clearSolver()
                answer = self._run(watch)
            if held:
                self._free(held)
                held, primal = [], True
                continue
            if answer.status != "optimal":
                return best if best is not None and watch.stopped() else None
            if self._hold_orders(answer, cutting):
                primal = False
                continue
            multipliers = self.multipliers(path, answer)
            far = good_enough is None or -answer.objective * MICRO > good_enough + MET
            if cutting and far and self.subproblem is not None and self._separate(path, answer, multipliers):
                # over the pairs at hand first: pricing all of them takes longer
                primal = False
                continue
            multipliers, found = self._assigned(path, multipliers, answer)
            cost = None
            if self.layout.link_of:
                plain = multipliers
                cost = kind_costs(self.layout, path, plain)
                multipliers = dearest_links(self.layout, plain, cost, self._most(answer))
                cost = costs_at_links(self.layout, cost, plain, multipliers)
            priced = price_out(self.layout, self.formulation, path, multipliers, cost)
            closes = good_enough is not None and priced.micropoints <= good_enough
            met = False
            if self.matched and good_enough is not None and not closes and priced.total is not None:
                # the LP's own household prices wait for pairs that it does not hold; these bound what it can still become
                better = replace(
                    multipliers,
                    prices=matched_prices(self.layout, kind_costs(self.layout, path, multipliers)),
                )
                tight = price_out(self.layout, self.formulation, path, better)
                closes = tight.micropoints <= good_enough
                met = tight.micropoints <= -answer.objective * MICRO + MET
                if closes or met:
                    multipliers, priced = better, tight
            if best is None or priced.micropoints < best.priced.micropoints or closes:
                best = self._relaxed(answer, multipliers, priced, False)
            if closes or priced.total is None or watch.stopped():
                return best
            if not met and not path and self._bid_again(multipliers):
                # thousands of pairs, most of them better than those at hand: the basis is no start
                self.model.clearSolver()
                primal = False
                continue
            if found is None:
                added = 0 if met else self._generate(multipliers, priced, answer)
            else:
                met = best.priced.micropoints <= -answer.objective * MICRO + MET
                added = 0 if met else self.add(found.columns)
            if not added:
                if cutting and self._separate(path, answer, multipliers):
                    primal = False
                    continue
                final = self._relaxed(answer, multipliers, priced, True)
                if best.priced.micropoints < priced.micropoints:
                    final = NodeLP(best.multipliers, best.priced, *self._primal(answer), True)
                return replace(final, basis=basis_of(self.model), cost=answer.objective)
            primal = True

    def _hold_orders(self, answer: Answer, cutting: bool) -> bool:
        """Add the rows of the réservataires' orders that an LP solution passes over; once there are none, and where it is to be cut,
        those of `Precedence`. Whether there were any.

        Below some hundred dwellings, where all orders are in the LP from the first, a tree is over before these matter.
        """
        least = self.formulation.policy.relaxation.assigned_from
        many = self.subproblem is not None or self.layout.link_of and self.layout.vacant >= least
        precedes = bool(cutting and many and len(self.layout.precedence))
        if len(self.order_row) == len(self.layout.problem.orders) and not precedes:
            return False
        at, kind = self.columns
        count = np.bincount(kind, answer.x[at], len(self.layout.problem.kinds)).astype(np.float64)
        over = self.passed_over(count)
        if over:
            self.add_orders(over)
            return True
        missed = self.layout.precedence.missed(count) if precedes else []
        missed = [two for two in missed if two not in self.after_row]
        if missed:
            self.add_after(missed)
        return bool(missed)

    def _begin(self, basis: Basis | None) -> list[int]:
        """Start from a basis; the columns it does not know are shut, and returned.

        At the multipliers of the basis some of them may pay: the dual simplex would begin by undoing that, thousands of
        steps from what it is asked. They are let in once the rest is solved.
        """
        if basis is None:
            return []
        restart(self.model, basis)
        if self.subproblem is None or self.limited:
            return []
        new = self.at[np.searchsorted(self.at, basis.columns) :]
        at = np.array(new, np.int32)
        self.model.changeColsBounds(len(at), at, np.zeros(len(at)), np.zeros(len(at)))
        return new

    def _free(self, columns: list[int]) -> None:
        at = np.array(columns, np.int32)
        self.model.changeColsBounds(len(at), at, np.zeros(len(at)), np.full(len(at), INFINITY))

    def _assigned(self, path: Path, m: Multipliers, answer: Answer) -> tuple[Multipliers, Assigned | None]:
        """The same multipliers with the household prices that make most of them, where that is done (`subproblem`)."""
        if self.subproblem is None or self.limited:
            return m, None
        found = self.subproblem.assign(kind_costs(self.layout, path, m), self._class_prices(answer))
        return replace(m, prices=found.prices), found

    def _most(self, answer: Answer) -> I64:
        """(K,) 1e-10 point: what a first rank of each class is worth at most to the LP, without the bonus of the dwelling."""
        most = self._class_prices(answer) * TEN
        most[[not self.units[u].alive for u in self.unit_of_class]] = -NEVER
        # of a class split into single dwellings, the least
        for unit in self.units[len(self.unit_of_class) :]:
            own = int(np.rint(-answer.row_dual[unit.cap] * MICRO)) * TEN
            own -= int(self.layout.problem.bonus[unit.dwellings[0]]) * HUNDREDTH
            most[unit.klass] = min(own, int(most[unit.klass]))
        return most

    def _bid_again(self, m: Multipliers) -> bool:
        """Whether the dwellings of a case with chains and lists bid again, once, now that the LP knows what the lists' orders cost."""
        if self.bid or not self.layout.link_of or not m.orders.keys() - set(self.layout.link_of.values()):
            return False
        self.bid = True
        links = set(self.layout.link_of.values())
        bare = replace(m, orders={p: v for p, v in m.orders.items() if p not in links})
        return self._add_batch(self.bids(kind_costs(self.layout, (), bare))) > 0

    def _class_prices(self, answer: Answer) -> I64:
        """Duals of the units of classes, (K,) in micropoints: what a dwelling is worth before its bonus."""
        price = np.zeros(len(self.unit_of_class), np.int64)
        bonus = self.layout.problem.bonus
        for klass, u in enumerate(self.unit_of_class):
            unit = self.units[u]
            if unit.alive and len(unit.dwellings):
                dual = -answer.row_dual[unit.link if unit.link >= 0 else unit.cap]
                alike = 0 if unit.link >= 0 else int(bonus[unit.dwellings[0]])
                price[klass] = int(np.rint(dual * MICRO)) - alike * MICRO_PER_HUNDREDTH
        return price

    def lighten(self, relaxed: NodeLP) -> NodeLP:
        """The root again, without the rows of the réservataires' lists that hold nothing back there: most were passed over once, on the way
        to its solution, and a simplex step pays for every row."""
        assert relaxed.basis is not None
        slack, after = slack_rows(relaxed.basis), relaxed.basis.rows
        of_lists = (*self.order_row.values(), *self.after_row.values())
        gone = [row for row in of_lists if row >= after or slack[row]]
        if not gone:
            return relaxed
        return replace(relaxed, basis=without_rows(relaxed.basis, self.let_go(gone)))

    def attempt(self, path: Path, basis: Basis, steps: int) -> float | None:
        """Cost of a node on the columns at hand after so many simplex steps from a basis; None when unknown."""
        self.enter(path)
        held = self._begin(basis)
        self.model.setOptionValue("simplex_strategy", 1)
        cost = cost_after(self.model, steps, devex=self.subproblem is not None)
        self.work += work_of(self.model)
        self._free(held)
        return cost

    def multipliers(self, path: Path, answer: Answer) -> Multipliers:
        """Duals of the LP rounded to micropoints and made admissible."""
        dual = np.rint(answer.row_dual * MICRO)
        rows = np.zeros(len(self.layout.problem.rows), np.int64)
        mir: dict[int, int] = {}
        for k in self.layout.active.tolist():
            price = int(self.layout.price[k]) * TEN
            rows[k] = min(max(0, int(dual[self.base_row[k]])), price)
        for k, n in sorted(self.open_mir):
            price = int(self.layout.price[k]) * TEN
            nu = min(max(0, int(dual[self.mir_row[k, n]])), price)
            if nu:
                mir[k] = nu
                rows[k] = min(int(rows[k]), price - nu)
        cuts = self._cut_multipliers(dual, rows, mir)
        branch: dict[int, int] = {}
        for key in sorted(self.open_counts):
            y = int(dual[self.count_row[key]])
            if y:
                branch[self._step(path, key, y > 0)] = abs(y)
        prices = np.zeros(len(self.layout.problem.application_ids), np.int64)
        if self.app_row:
            apps = np.fromiter(self.app_row.keys(), np.int64, len(self.app_row))
            at = np.fromiter(self.app_row.values(), np.int64, len(self.app_row))
            prices[apps] = np.maximum(0, -dual[at]).astype(np.int64)
        single: dict[int, int] = {}
        for app in sorted(self.held_to):
            y = int(dual[self.app_row[app]])
            if y and (y > 0) == self.held_to[app]:
                prices[app] = 0
                single[self._step_on(path, Split("household", application=app))] = abs(y)
        for d in sorted(self.open_departures):
            y = int(dual[self.departure_row[d]])
            if y and (y > 0) == self.open_departures[d]:
                single[self._step_on(path, Split("departure", dwelling=d))] = abs(y)
        orders = {p: int(-dual[row]) for p, row in sorted(self.order_row.items()) if dual[row] < 0}
        after = {two: int(-dual[row]) for two, row in sorted(self.after_row.items()) if dual[row] < 0}
        if self.elastic_cols and answer.x[self.elastic_cols].max() > 1e-6:
            whole = max(sum(some.values()) for some in (single, orders, after))
            found = Multipliers(rows, mir, branch | single, prices, cuts, orders, after)
            return in_proportion(found, WIDEST, whole) if whole > WIDEST else found
        return Multipliers(
            rows, mir, branch | checkable(single), prices, cuts, checkable(orders), checkable(after)
        )

    def _cut_multipliers(self, dual: F, rows: I64, mir: dict[int, int]) -> dict[Inequality, int]:
        """Of the cuts, made admissible; ``rows`` and ``mir`` keep what these leave of each price."""
        cuts = {c: int(dual[self.cut_row[c]]) for c in sorted(self.open_cuts, key=lambda c: c.order)}
        cuts = {c: nu for c, nu in cuts.items() if nu > 0}
        for k, taken in leaning(cuts).items():
            left = int(self.layout.price[k]) * TEN * RATE_UNIT - taken
            leans = [(dict(c.shares()).get(k, 0), c) for c in cuts] if left < 0 else []
            # what rounding took too much of a price is given back where a step of the multiplier gives most of it
            for share, c in sorted(leans, key=lambda lean: -lean[0]):
                if share and left < 0:
                    less = min(cuts[c], -(left // share))
                    cuts[c] -= less
                    left += less * share
            free = left // RATE_UNIT
            if mir.get(k, 0) > free:
                mir[k] = free
            rows[k] = min(int(rows[k]), free - mir.get(k, 0))
        return cuts

    @staticmethod
    def _step(path: Path, key: tuple[str, int], high: bool) -> int:
        """Node of the tightest split of a path on a count, on one side."""
        steps = [s for s in path if (s.split.on, s.split.row) == key and s.high == high]
        steps.sort(key=lambda s: s.split.at)
        return (steps[-1] if high else steps[0]).node

    @staticmethod
    def _step_on(path: Path, split: Split) -> int:
        """Node of a split of a path."""
        return next(s.node for s in path if s.split == split)

    def _primal(self, answer: Answer) -> tuple[F, F, F, F, float]:
        at, kind = self.columns
        x = answer.x[at] if len(at) else np.zeros(0)
        short = np.zeros(len(self.layout.problem.rows))
        some = np.flatnonzero(x > 1e-9)
        count = np.bincount(self.layout.marking[kind[some]], x[some], len(self.layout.marked))
        # summed in numpy's own order, not a library's that depends on its threads
        num, den = (
            (inside * count).sum(axis=1) for inside in (self.formulation.cuts.num, self.formulation.cuts.den)
        )
        for k, col in self.short_col.items():
            short[k] = answer.x[col]
        elastic = float(answer.x[self.elastic_cols].sum()) if self.elastic_cols else 0.0
        return x, num, den, short, elastic

    def _relaxed(self, answer: Answer, m: Multipliers, priced: Priced, settled: bool) -> NodeLP:
        return NodeLP(m, priced, *self._primal(answer), settled)

    def nearest(self, x: F) -> FirstRanks:
        """A proposal near an LP answer: its largest parts first, each dwelling and each household once.

        It may pass over a réservataire's order, and leaves dwellings empty: `Incumbent.offer` mends both.
        """
        some = np.flatnonzero(x > 1e-6)
        room = {u: self.units[u].dwellings.tolist() for u in {self.unit[j] for j in some.tolist()}}
        taken: set[int] = set()
        lines = []
        for j in some[np.argsort(-x[some], kind="stable")].tolist():
            free, app = room[self.unit[j]], self.app[j]
            for _ in range(max(1, int(np.floor(x[j] + 1e-6))) if app < 0 else 1):
                if free and app not in taken:
                    lines.append((free.pop(0 if app >= 0 else -1), app, self.kind[j]))
                    taken.update({app} if app >= 0 else ())
        part = np.array(sorted(lines), np.int32).reshape(-1, 3)
        return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())

    def first_ranks(self, x: F) -> FirstRanks | None:
        """The proposal an integral LP or MIP answer means; None when it is fractional."""
        used = np.flatnonzero(x > 1e-6)
        if len(used) and np.abs(x[used] - np.rint(x[used])).max() > 1e-5:
            return None
        named: dict[int, list[tuple[int, int]]] = {}
        seated: dict[int, list[tuple[int, int]]] = {}
        for j in used.tolist():
            target = named if self.app[j] >= 0 else seated
            target.setdefault(self.unit[j], []).extend([(self.app[j], self.kind[j])] * int(np.rint(x[j])))
        lines = []
        for u in sorted(set(named) | set(seated)):
            dwellings = self.units[u].dwellings.tolist()
            lines += [
                (d, app, kind)
                for d, (app, kind) in zip(dwellings, named.get(u, []) + seated.get(u, []), strict=False)
            ]
        part = np.array(sorted(lines), np.int32).reshape(-1, 3)
        return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
