"""Who may be named on which account for a group of dwellings, one application of each type: kept from one build to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.problem.leans import Missing
from optimizer.problem.model import I32, I64, B
from optimizer.problem.orders import OrderTable

Decided = tuple[int, int, int, bytes]
"""What decisions say of a dwelling: account it is oriented to, household pinned to it and on which account (−1: none), and all
households that are pinned somewhere."""


@dataclass(frozen=True, eq=False)
class NamedGroup:
    """What was asked (``apps``, ``missing``, ``decided``, ``orders``) and what was found.

    Attributes
    ----------
    accounts : of each account that may name somebody: itself, how many types, how many different orders these enter
    signs : (m, 5) int64     those orders, account after account (`orders.Signs`)
    inside : (n,) int64      of each account in turn, places in ``apps`` of those it may name
    columns : (6, n) int64   as `kinds.AskedKinds` wants them, but for what is numbered anew in each build
    first : (n,) bool        whether they may hold the first rank
    """

    apps: I32
    missing: Missing
    decided: Decided
    orders: OrderTable
    accounts: tuple[tuple[int, int, int], ...]
    signs: I64
    inside: I64
    columns: I64
    first: B

    def answers(self, apps: I32, missing: Missing, decided: Decided, orders: OrderTable) -> bool:
        """Whether the same is asked again."""
        return (
            self.orders is orders
            and self.missing == missing
            and self.decided == decided
            and np.array_equal(self.apps, apps)
        )
