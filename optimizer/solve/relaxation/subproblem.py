"""Given what each kind of lease costs, the best assignment and the household prices that prove it, over all pairs.

The LP of a node (`master`) knows a few pairs and many rules: its multipliers are good, its household prices are those of the
pairs it happens to hold, and over all pairs they bound nothing. Given the multipliers, what is left is a transport problem,
which the kernel solves exactly (`transport.shortest_paths`, `transport.repair`), each time from the nearest answer it has given. Its prices turn the same
multipliers into the best bound they can give, and its assignment is what the LP lacks: not one column, as in
Dantzig and Wolfe, but each of its pairs, which the LP mixes as it likes. On the Doubs year seven rounds end at the LP's
optimum with 17,000 pairs, where adding the pairs that single dwellings find attractive took 90,000 and fifteen times as
long.

References
----------
G. Dantzig, P. Wolfe, *Decomposition principle for linear programs*, Operations Research 8 (1960), 101-111.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.problem.model import I64, MICRO_PER_HUNDREDTH
from optimizer.solve.implicit import household_prices
from optimizer.solve.layout import Layout
from optimizer.solve.policy import SearchPolicy
from optimizer.solve.proof.dual_bound import HUNDREDTH, TEN, best_options, segment_max

if TYPE_CHECKING:
    from optimizer.solve.transport.leases import Leases
    from optimizer.solve.transport.pricing import Outcome, PricingAnswer

QUANTUM = 100
"""Steps of the kernel in one micropoint; the bound (`proof.dual_bound`) counts ten-thousandths of one."""
PAIR, TOTAL = 1 << 49, 1 << 58
"""Largest worth of a pair and of all dwellings, times the quantum, for which the kernel has room."""


@dataclass(frozen=True)
class Assigned:
    """``prices`` (A,) in micropoints; ``columns``: the leases, as (class, application, kind, value without bonus)."""

    prices: I64
    columns: list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class _Known:
    """An answer: its leases, the credits it answers, the pricer's state, and what its households bring."""

    leases: Leases
    credit: I64
    outcome: Outcome
    worth: int

    def apart(self, credit: I64) -> int:
        """By how much other credits differ, summed over the leases."""
        cell = self.leases.cell
        return int(np.abs(credit[cell] - self.credit[cell]).sum())


class Subproblem:
    """Best assignments of one problem for one set of costs after another."""

    def __init__(self, layout: Layout, policy: SearchPolicy) -> None:
        from optimizer.solve.parts.carving import to_transport
        from optimizer.solve.transport.cells import split_cells
        from optimizer.solve.transport.pricing import Pricer, network_of
        from optimizer.solve.transport.structure import build_structure

        self.layout, self.policy = layout, policy.relaxation
        transport = to_transport(layout.problem)
        model = transport.model
        bare = build_structure(model)
        self.structure = replace(bare, cells=split_cells(model, bare.class_of))
        self.kind = transport.option_kind
        self.start = model.option_start
        self.cells = np.flatnonzero(np.diff(self.start) > 0)
        """Those that admit something."""
        self.premium = model.option_value - layout.problem.kinds.value[self.kind] * MICRO_PER_HUNDREDTH
        """Of each option, so that a dwelling that must be filled is."""
        self.must = layout.problem.must_fill.astype(np.int64) * int(self.premium.max(initial=0))
        self.pricer = Pricer(network_of(self.structure), QUANTUM, 1, policy.generation)
        self.known: list[_Known] = []
        """Last answers, the newest first."""

    def assign(self, kind_cost: I64, near: I64 | None = None) -> Assigned:
        """Best assignment when a lease of each kind costs ``kind_cost`` (n_kinds,), 1e-10 point.

        It is reached from the nearest answer known. ``near``: prices of the classes (K,), micropoints, near those of the
        answer, such as the duals of an LP: it is reached from them when every answer is far. Both change how long it takes,
        not what is proven.
        """
        from optimizer.solve.transport.lagrangian import ROUGHEST
        from optimizer.solve.transport.leases import no_leases

        s, layout = self.structure, self.layout
        problem = layout.problem
        credit, outside = self._asked(kind_cost)
        nearest = min(self.known, key=lambda known: known.apart(credit), default=None)
        if near is not None and (
            nearest is None or nearest.apart(credit) > nearest.worth // self.policy.answer_far
        ):
            price = ((near + self.must) * QUANTUM)[s.class_of].clip(-PAIR, PAIR)
            self.pricer.resume(no_leases(), price, credit, outside, ROUGHEST)
        elif nearest is not None:
            self.pricer.last = nearest.outcome
        answer = self.pricer.price(credit, outside, 0)
        self._keep(answer, credit)
        price = np.zeros(len(problem.class_menu), np.int64)
        price[s.class_of] = answer.price
        price = (price - self.must * QUANTUM) * (TEN // QUANTUM)
        options = best_options(layout, kind_cost)
        return Assigned(
            household_prices(problem, layout.lists, options, price), self._columns(answer, kind_cost)
        )

    def _keep(self, answer: PricingAnswer, credit: I64) -> None:
        leases, outcome = answer.leases, self.pricer.last
        assert outcome is not None
        worth = int((leases.value * QUANTUM + np.abs(credit[leases.cell])).sum())
        self.known = [_Known(leases, credit, outcome, worth), *self.known[: self.policy.answers_kept - 1]]

    def _asked(self, kind_cost: I64) -> tuple[I64, I64]:
        """Credit of each household cell, outside value of each class."""
        from optimizer.solve.transport.cells import IMPOSSIBLE

        layout = self.layout
        seats = layout.problem.seats
        step = TEN // QUANTUM
        credit = np.full(len(self.start) - 1, IMPOSSIBLE, np.int64)
        worth = self.premium * QUANTUM - kind_cost[self.kind] // step
        credit[self.cells] = np.maximum.reduceat(worth, self.start[:-1][self.cells]) if len(worth) else 0
        value = seats.value[layout.seat] * HUNDREDTH - kind_cost[seats.kind[layout.seat]]
        seated = np.maximum(0, segment_max(value, layout.seat_ptr))
        return credit, (seated[self.structure.class_of] // step).astype(np.int64)

    def _columns(self, answer: PricingAnswer, kind_cost: I64) -> list[tuple[int, int, int, int]]:
        """The leases, each of its cheapest kind."""
        s, leases = self.structure, answer.leases
        cell, of = np.unique(leases.cell, return_inverse=True)
        kind = np.zeros(len(cell), np.int64)
        for i, c in enumerate(cell.tolist()):
            options = self.kind[self.start[c] : self.start[c + 1]]
            kind[i] = options[np.argmin(kind_cost[options])]
        return list(
            zip(
                s.class_of[leases.klass].tolist(),
                s.applicant_of[leases.applicant].tolist(),
                kind[of].tolist(),
                (leases.value // MICRO_PER_HUNDREDTH).tolist(),
                strict=True,
            )
        )


def subproblem_of(layout: Layout, policy: SearchPolicy) -> Subproblem | None:
    """For a problem that is large enough, and whose sums the kernel has room for; else None."""
    problem = layout.problem
    if len(problem.dwelling_ids) < policy.relaxation.assigned_from or not len(problem.entry_app):
        return None
    if layout.link_of:
        # each tenant is a cell of its own at each dwelling: writing them takes longer than an LP that begins with good pairs
        return None
    made = Subproblem(layout, policy)
    reach = int((layout.price * 10_000).max(initial=0)) * min(len(layout.active), 64)
    model = made.structure.model
    amounts = (model.entry_value, model.option_value, model.bonus, model.seat_value)
    worth = (sum(int(np.abs(v).max(initial=0)) for v in amounts) + reach + 1) * QUANTUM
    return made if worth < PAIR and worth * len(problem.dwelling_ids) < TOTAL else None
