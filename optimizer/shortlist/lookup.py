"""Who is eligible for a dwelling on an account, and as what: the view of `Problem` that lists are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import Problem, lottery_number
from optimizer.shortlist.passes import KindMarks, Menu

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]

_REMEMBERED = 256
"""(group, account) pairs whose table by type is kept."""


@dataclass(frozen=True)
class Pool:
    """Households eligible for one dwelling on one account, in the entry order of the menu.

    Attributes
    ----------
    app, kind : (n,) int32      application index, kind of a lease to that household on the account
    first : (n,) bool           may hold the first rank there
    score, value : (n,) int64   hundredths of a point, value whole as in design §5
    """

    app: I32
    kind: I32
    first: B
    score: I64
    value: I64


@dataclass(frozen=True)
class ByType:
    """What an account may do in a group of dwellings, by application type.

    Attributes
    ----------
    kind : (types,) int32     -1: it may not name that type
    first : (types,) bool     whether a household of it may be first
    lean, keep : (types,) int64   ``value`` and ``keep`` of the kind, hundredths; 0 where there is none
    named : the types it may name, ascending
    """

    kind: I32
    first: B
    lean: I64
    keep: I64
    named: I64


def menu_of(problem: Problem, part: slice) -> Menu:
    """A span of the entries as the passes read it."""
    columns = (problem.entry_app, problem.entry_type, problem.entry_score, problem.entry_fit)
    return Menu(part.start, part.stop, *columns)


def kind_marks(problem: Problem) -> KindMarks:
    """The rows that each kind enters as the passes read them."""
    kinds = problem.kinds
    return KindMarks(kinds.ptr, kinds.row, kinds.num, kinds.den, kinds.more)


class Pools:
    """Eligible households per (dwelling, account), computed on demand from the implicit structure.

    Nothing is kept per dwelling: a country has thousands of millions of pairs.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        options = problem.options
        bounds = np.arange(problem.n_groups + 1, dtype=np.int64) * problem.n_types
        self._group_at = options.ptr[np.searchsorted(options.key, bounds)]
        keys = np.repeat(options.key, np.diff(options.ptr))
        self.option_type: I32 = (keys % problem.n_types).astype(np.int32)
        self.option_account: I32 = problem.kinds.account[options.kind]
        self._by_type: dict[tuple[int, int], ByType] = {}

    def options_of(self, group: int) -> slice:
        """Options of a group: positions in ``problem.options.kind``, ``option_type`` and ``option_account``."""
        return slice(int(self._group_at[group]), int(self._group_at[group + 1]))

    def group(self, dwelling: int) -> int:
        """Group of a dwelling; the first one when it has no class (nor a menu)."""
        klass = int(self.problem.klass[dwelling])
        return int(self.problem.class_group[klass]) if klass >= 0 else 0

    def by_type(self, group: int, account: int) -> ByType:
        """What an account may do in a group.

        A country has thousands of types and a group names some of them: the columns are zeroed at once and filled where it does.
        """
        known = self._by_type.get((group, account))
        if known is not None:
            return known
        problem, kinds, here = self.problem, self.problem.kinds, self.options_of(group)
        hit = np.flatnonzero(self.option_account[here] == account) + here.start
        types, of = self.option_type[hit], problem.options.kind[hit]
        kind = np.full(problem.n_types, -1, np.int32)
        first = np.zeros(problem.n_types, np.bool_)
        lean, keep = np.zeros(problem.n_types, np.int64), np.zeros(problem.n_types, np.int64)
        kind[types], first[types] = of, problem.options.first[hit]
        lean[types], keep[types] = kinds.value[of], kinds.keep[of]
        if len(self._by_type) >= _REMEMBERED:
            self._by_type.clear()
        # options come by group and type
        found = self._by_type[group, account] = ByType(kind, first, lean, keep, types.astype(np.int64))
        return found

    def kinds_by_type(self, group: int, account: int) -> tuple[I32, B]:
        """For each application type: its kind on that account in that group (-1: none), and whether it may be first."""
        found = self.by_type(group, account)
        return found.kind, found.first

    def entries(self, dwelling: int) -> slice:
        """Menu of a dwelling; empty when it has none."""
        return self.problem.entries_of(dwelling) if self.problem.klass[dwelling] >= 0 else slice(0, 0)

    def kinds(self, dwelling: int, account: int) -> I32:
        """:meth:`kinds_by_type` for the group of a dwelling."""
        return self.kinds_by_type(self.group(dwelling), account)[0]

    def pool(self, dwelling: int, account: int) -> Pool:
        """Everyone eligible for (dwelling, account); empty when the dwelling has no menu."""
        problem = self.problem
        entries = self.entries(dwelling)
        types = problem.entry_type[entries]
        by_type, may_first = self.kinds_by_type(self.group(dwelling), account)
        kind = by_type[types]
        keep = np.flatnonzero(kind >= 0)
        score = problem.entry_score[entries][keep].astype(np.int64)
        return Pool(
            app=problem.entry_app[entries][keep],
            kind=kind[keep],
            first=may_first[types[keep]],
            score=score,
            value=problem.values(entries)[keep] + problem.bonus[dwelling] + problem.kinds.value[kind[keep]],
        )

    def accounts_of(self, dwelling: int) -> list[int]:
        """Accounts on which at least one household is eligible for the dwelling, in account order."""
        problem = self.problem
        klass = int(problem.klass[dwelling])
        if klass < 0:
            return []
        here = self.options_of(int(problem.class_group[klass]))
        present = np.zeros(problem.n_types, bool)
        present[problem.entry_type[self.entries(dwelling)]] = True
        accounts: list[int] = np.unique(self.option_account[here][present[self.option_type[here]]]).tolist()
        return accounts

    @cached_property
    def seats(self) -> dict[tuple[int, int], int]:
        """(class, kind) -> the first seat of ``problem.seats``."""
        found: dict[tuple[int, int], int] = {}
        pairs = zip(self.problem.seats.klass.tolist(), self.problem.seats.kind.tolist(), strict=True)
        for i, pair in enumerate(pairs):
            found.setdefault(pair, i)
        return found

    def seat_value(self, dwelling: int, kind: int) -> tuple[int, int]:
        """Value of the seat of that kind on the dwelling, and what of it its public may not bring (0 or less), hundredths."""
        seat = self.seats[int(self.problem.klass[dwelling]), kind]
        return int(self.problem.seats.value[seat]), -int(self.problem.seats.deduction[seat])

    def lottery(self, app: int, dwelling: int, account: int) -> int:
        """The lottery number h of design §5 (empty application id for a seat)."""
        problem = self.problem
        name = str(problem.application_ids[app]) if app >= 0 else ""
        return lottery_number(
            problem.seed, name, str(problem.dwelling_ids[dwelling]), problem.accounts[account]
        )
