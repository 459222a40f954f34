"""Columns for the LP, dwelling by dwelling: those worth more than their class at the LP's own prices.

What the LP of a small case grows by, and of any case in which dwellings are told apart; `subproblem` serves the others.
"""

from __future__ import annotations

import numpy as np

from optimizer.problem.model import I32, I64, B
from optimizer.solve.highs_lp import Answer
from optimizer.solve.proof.dual_bound import HUNDREDTH, NEVER, TEN, Multipliers, Priced, best_options, reduced
from optimizer.solve.proof.node import Restriction
from optimizer.solve.relaxation.columns import ColumnPool

TOLERANCE = 10_000


class PricingPool(ColumnPool):
    """A pool that grows by what single dwellings find attractive."""

    def _generate(self, m: Multipliers, priced: Priced, answer: Answer) -> int:
        """Add columns whose reduced value stands above their unit's dual; how many."""
        layout = self.layout
        sigma = np.full(len(layout.problem.class_menu), -NEVER, np.int64)
        link = np.zeros(len(sigma), np.int64)
        for klass, u in enumerate(self.unit_of_class):
            unit = self.units[u]
            if unit.alive and len(unit.dwellings):
                row = unit.link if unit.link >= 0 else unit.cap
                sigma[klass] = int(np.rint(-answer.row_dual[row] * 1e10))
                if unit.link < 0:
                    link[klass] = int(layout.problem.bonus[unit.dwellings[0]]) * HUNDREDTH
        for d in sorted(self.limited):
            sigma[layout.problem.klass[d]] = -NEVER
        entries = layout.cut if layout.exact_for(int((m.prices > 0).sum())) else layout.full
        option_cost = best_options(layout, priced.kind_cost)
        batch: list[tuple[int, int, int, int]] = []
        over = np.flatnonzero(priced.named + link > sigma + TOLERANCE)
        cost = priced.kind_cost
        for klass in over.tolist():
            a, b = int(entries.ptr[klass]), int(entries.ptr[klass + 1])
            part = reduced(entries.part(a, b), option_cost, m.prices) + link[klass]
            u = self.unit_of_class[klass]
            limit = 2 * len(self.units[u].dwellings) + 4
            batch += self._pick(
                u,
                entries.key[a:b],
                entries.app[a:b],
                entries.value[a:b],
                part,
                int(sigma[klass]),
                limit,
                cost,
            )
        added = self._add_batch(batch)
        return added + self._generate_single(m, cost, answer)

    def _pick(
        self, u: int, key: I32, app: I32, value: I64, red: I64, sigma: int, limit: int, cost: I64
    ) -> list[tuple[int, int, int, int]]:
        above = np.flatnonzero(red > sigma + TOLERANCE)
        if len(above) > limit:
            above = above[np.argsort(-red[above], kind="stable")[:limit]]
        batch = []
        for e in above.tolist():
            options = self.layout.option_kind[
                self.layout.option_ptr[key[e]] : self.layout.option_ptr[key[e] + 1]
            ]
            batch.append((u, int(app[e]), int(options[np.argmin(cost[options])]), int(value[e])))
        return batch

    def _generate_single(self, m: Multipliers, cost: I64, answer: Answer) -> int:
        """The same for dwellings told apart: every column of theirs, restrictions applied."""
        added = 0
        problem = self.layout.problem
        singles = set(self.limited) | {
            int(self.units[u].dwellings[0]) for u in range(len(self.unit_of_class), len(self.units))
        }
        for d in sorted(singles):
            columns = self.formulation.columns(d)
            unit = self.units[int(self.unit_of_dwelling[d])]
            limit = self.limited.get(d, Restriction())
            price = np.where(columns.app >= 0, m.prices[columns.app], 0) if len(m.prices) else 0
            red = columns.value * HUNDREDTH - cost[columns.kind] - price * TEN
            sigma = int(np.rint(-answer.row_dual[unit.cap] * 1e10))
            ok: B = (
                limit.allows(columns.app, columns.account) & (red > sigma + TOLERANCE) & (columns.app >= 0)
            )
            above = np.flatnonzero(ok)
            above = above[np.argsort(-red[above], kind="stable")[:6]]
            bonus = int(problem.bonus[d])
            number = int(self.unit_of_dwelling[d])
            added += self._add_batch(
                [
                    (number, int(columns.app[j]), int(columns.kind[j]), int(columns.value[j]) - bonus)
                    for j in above
                ]
            )
        return added
