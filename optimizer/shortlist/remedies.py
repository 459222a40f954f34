"""What keeps a row short: of all exchanges of one first rank that would help it, the one that costs least, and what that one gives up.

All other first ranks stay, and whoever comes in has none: exact, and as anybody can count it again. A commission that reads that
an account has more than its share is told with it which dwelling could go elsewhere and what would be lost, not only that something
would.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.problem import Evaluation
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks, Problem
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.switching import ANYBODY, Switching

I64 = NDArray[np.int64]

SCORE, VALUE = -1, -2
"""In place of a row: points of the cotation; fit, effort rate and the leans."""
COLUMNS = (
    "helped",
    "exchange_dwelling",
    "exchange_account",
    "exchange_moves",
    "pays",
    "pays_rule",
    "pays_scope",
)


class _Exchange(NamedTuple):
    """One first rank for another, ``value`` hundredths; ``cost`` in micropoints. The least of several is the first in this order."""

    cost: int
    dwelling: int
    account: int
    kind: int
    value: int


def add_remedies(
    shortfalls: pd.DataFrame, problem: Problem, first: FirstRanks, counted: Evaluation
) -> pd.DataFrame:
    """The rows of `results.unmet` with the exchange that would help each for least.

    Parameters
    ----------
    counted : the proposal counted again

    Returns
    -------
    DataFrame
        ``helped``: ``yes``, ``no`` where no single exchange helps the row, empty where none costs anything (no proof) or none was
        looked for (orders that are no rows). With ``yes``: the dwelling, the account it would go to, whether that is another than now
        (``exchange_moves``), and what the exchange costs most: ``pays`` is ``rule`` (with ``pays_rule`` and ``pays_scope``),
        ``score`` or ``value`` (fit, effort rate, leans).
    """
    number = {(row.rule, row.scope): k for k, row in enumerate(problem.rows)}
    keys = zip(shortfalls["rule"], shortfalls["scope"], strict=True)
    rows = [number[str(rule), str(scope)] for rule, scope in keys]
    lines: list[dict[str, object]] = [{} for _ in rows]
    if problem.own_lists is None and rows:
        search = _Search(problem, first, counted, rows)
        lines = [search.words(k, best) for k, best in zip(rows, search.least(), strict=True)]
    columns = {name: np.array([line.get(name, "") for line in lines], object) for name in COLUMNS}
    return shortfalls.assign(**columns)


class _Search:
    """The best exchanges of all rows at once: each exchange is weighed once, for every row that it helps."""

    def __init__(self, problem: Problem, first: FirstRanks, counted: Evaluation, rows: list[int]) -> None:
        self.problem, self.rows, self.pools = problem, rows, Pools(problem)
        self.switching = Switching(problem, first, counted)
        self.gap = (
            counted.asked - RATE_UNIT * counted.num_run - np.array([r.play for r in problem.rows], np.int64)
        )
        kinds = problem.kinds
        owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.ptr)).astype(np.int64)
        rate = np.array([r.rate for r in problem.rows], np.int64)
        asks = rate[kinds.row] * kinds.den + kinds.more - RATE_UNIT * kinds.num.astype(np.int64)
        self.asks = asks
        self.helps = np.zeros((len(rows), len(kinds) + 1), np.int64)
        """What helps each short row in a first rank of each kind, the more the better; the last kind is nobody's.

        Of a row that limits all that it asks less; of another the lease counted, not the dwelling taken out of what it is a share of.
        """
        for i, k in enumerate(rows):
            at = np.flatnonzero(kinds.row == k)
            helps = -asks[at] if problem.rows[k].ceiling else kinds.num[at]
            np.add.at(self.helps[i], owner[at], helps)

    def least(self) -> list[_Exchange | None]:
        """Of each short row, the exchange that helps it for least."""
        best: list[_Exchange | None] = [None] * len(self.rows)
        switching = self.switching
        for d in np.flatnonzero(self.problem.klass >= 0).tolist():
            held, now = int(switching.held[d]) * MICRO_PER_HUNDREDTH, self.helps[:, int(switching.kind[d])]
            for r in self._accounts(d):
                for kind, value, charge in switching.exchanges(d, r, ANYBODY):
                    found = _Exchange(held - value * MICRO_PER_HUNDREDTH + charge, d, r, kind, value)
                    for i in np.flatnonzero(self.helps[:, kind] > now).tolist():
                        known = best[i]
                        if known is None or found < known:
                            best[i] = found
        return best

    def _accounts(self, d: int) -> list[int]:
        seats = [
            int(self.problem.kinds.account[self.problem.seats.kind[i]])
            for i in self.switching.seats.get(int(self.problem.klass[d]), ())
        ]
        return sorted({*self.pools.accounts_of(d), *seats})

    def words(self, k: int, best: _Exchange | None) -> dict[str, object]:
        """Columns of one row."""
        problem = self.problem
        if best is None:
            return {"helped": "no"}
        if best.cost <= 0:
            return {}
        paid = self._paid(k, best)
        if not paid:
            return {}
        most = max(paid, key=lambda part: (paid[part], -part))
        row = problem.rows[most] if most >= 0 else None
        return {
            "helped": "yes",
            "exchange_dwelling": str(problem.dwelling_ids[best.dwelling]),
            "exchange_account": problem.accounts[best.account],
            "exchange_moves": self._moves(best),
            "pays": "rule" if row is not None else "score" if most == SCORE else "value",
            "pays_rule": row.rule if row is not None else "",
            "pays_scope": row.scope if row is not None else "",
        }

    def _moves(self, best: _Exchange) -> bool:
        kind = int(self.switching.kind[best.dwelling])
        return kind < 0 or int(self.problem.kinds.account[kind]) != best.account

    def _paid(self, k: int, best: _Exchange) -> dict[int, int]:
        """Micropoints that the exchange gives up, by row, `SCORE` or `VALUE`; what it gains is left out."""
        out, into = int(self.switching.kind[best.dwelling]), best.kind
        change = np.zeros(len(self.gap), np.int64)
        for kind, sign in ((into, 1), (out, -1)):
            if kind >= 0:
                part = slice(int(self.problem.kinds.ptr[kind]), int(self.problem.kinds.ptr[kind + 1]))
                np.add.at(change, self.problem.kinds.row[part], sign * self.asks[part])
        more = np.maximum(0, self.gap + change) - np.maximum(0, self.gap)
        paid = {
            int(j): int(self.problem.rows[j].price) * int(more[j]) for j in np.flatnonzero(more > 0) if j != k
        }
        leaves, comes = self._leaves(best.dwelling, out), self._comes(best)
        for name in leaves.keys() | comes.keys():
            lost = (leaves.get(name, 0) - comes.get(name, 0)) * MICRO_PER_HUNDREDTH
            if lost > 0:
                paid[name] = paid.get(name, 0) + lost
        return {name: lost for name, lost in paid.items() if lost > 0}

    def _leaves(self, d: int, kind: int) -> dict[int, int]:
        """Hundredths that the first rank of a dwelling is worth above its filling, by what they are for."""
        problem, switching = self.problem, self.switching
        if kind < 0:
            return {}
        if switching.app[d] < 0:
            return self._seat(d, kind)
        home, app = np.array([d], np.int32), switching.app[d : d + 1].astype(np.int32)
        return self._household(
            int(problem.entry_score[entries_of_pairs(problem, home, app)[0]]), int(switching.held[d])
        )

    def _comes(self, best: _Exchange) -> dict[int, int]:
        """The same of the household or the seat that would come in."""
        pool, switching = self.pools.pool(best.dwelling, best.account), self.switching
        may = switching.free[pool.app] | (pool.app == switching.app[best.dwelling])
        at = np.flatnonzero(may & pool.first & (pool.kind == best.kind) & (pool.value == best.value))
        return (
            self._household(int(pool.score[at[0]]), best.value)
            if len(at)
            else self._seat(best.dwelling, best.kind)
        )

    def _household(self, score: int, value: int) -> dict[int, int]:
        return {SCORE: score, VALUE: value - self.problem.fill_value - score}

    def _seat(self, d: int, kind: int) -> dict[int, int]:
        value, owed = self.pools.seat_value(d, kind)
        row = int(self.problem.seats.owed[self.pools.seats[int(self.problem.klass[d]), kind]])
        return {SCORE: value - owed - self.problem.fill_value, row if row >= 0 else VALUE: owed}
