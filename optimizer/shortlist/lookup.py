"""Who is eligible for a dwelling on an account, and as what: the view of `Problem` that lists are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import Problem, lottery_number

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]


@dataclass(frozen=True)
class Pool:
    """Households eligible for one dwelling on one account, in the entry order of the menu.

    Attributes
    ----------
    app, kind : (n,) int32      application index, kind of a lease to that household on the account
    first : (n,) bool           may hold the first rank there
    score, fit, value : (n,) int64 hundredths of a point (fit with the dwelling's bonus, value as in design §5)
    """

    app: I32
    kind: I32
    first: B
    score: I64
    fit: I64
    value: I64


class Pools:
    """Eligible households per (dwelling, account), computed on demand from the implicit structure."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._by_type: dict[tuple[int, int], tuple[I32, B]] = {}

    def kinds_by_type(self, group: int, account: int) -> tuple[I32, B]:
        """For each application type: its kind on that account in that group (-1: none), and whether it may be first."""
        known = self._by_type.get((group, account))
        if known is not None:
            return known
        problem = self.problem
        kind = np.full(problem.n_types, -1, np.int32)
        first = np.zeros(problem.n_types, np.bool_)
        keys = problem.options.key
        low, high = np.searchsorted(keys, [group * problem.n_types, (group + 1) * problem.n_types])
        for i in range(int(low), int(high)):
            a, b = int(problem.options.ptr[i]), int(problem.options.ptr[i + 1])
            ks = problem.options.kind[a:b]
            hit = np.flatnonzero(problem.kinds.account[ks] == account)
            if len(hit):
                t = int(keys[i]) - group * problem.n_types
                kind[t] = ks[hit[0]]
                first[t] = problem.options.first[a + int(hit[0])]
        self._by_type[group, account] = (kind, first)
        return kind, first

    def pool(self, dwelling: int, account: int) -> Pool:
        """Everyone eligible for (dwelling, account); empty when the dwelling has no menu."""
        problem = self.problem
        klass = int(problem.klass[dwelling])
        entries = problem.entries_of(dwelling) if klass >= 0 else slice(0, 0)
        types = problem.entry_type[entries]
        by_type, may_first = self.kinds_by_type(int(problem.class_group[klass]) if klass >= 0 else 0, account)
        kind = by_type[types]
        keep = kind >= 0
        score = problem.entry_score[entries][keep]
        fit = problem.entry_fit[entries][keep] + problem.bonus[dwelling]
        return Pool(
            app=problem.entry_app[entries][keep],
            kind=kind[keep],
            first=may_first[types][keep],
            score=score,
            fit=fit,
            value=problem.fill_value + score + fit,
        )

    def accounts_of(self, dwelling: int) -> list[int]:
        """Accounts on which at least one household is eligible for the dwelling, in account order."""
        klass = int(self.problem.klass[dwelling])
        if klass < 0:
            return []
        group = int(self.problem.class_group[klass])
        types = np.unique(self.problem.entry_type[self.problem.entries_of(dwelling)])
        found: set[int] = set()
        for t in types.tolist():
            kinds, _ = self.problem.options_of(group, t)
            found.update(self.problem.kinds.account[kinds].tolist())
        return sorted(found)

    def lottery(self, app: int, dwelling: int, account: int) -> int:
        """The lottery number h of design §5 (empty application id for a seat)."""
        problem = self.problem
        name = str(problem.application_ids[app]) if app >= 0 else ""
        return lottery_number(
            problem.seed, name, str(problem.dwelling_ids[dwelling]), problem.accounts[account]
        )
