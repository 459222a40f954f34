"""One mechanism on one market, with what metrics read: chances, allocations drawn, the same market under a random order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.lottery import Allocation, Lottery
from optimizer.fairness.market import Market
from optimizer.problem.model import I32, I64, B

F = NDArray[np.float64]


class Passed(NamedTuple):
    """Pairs passed by one letting; ``bare``: those who count for every priced row that the letting serves."""

    pairs: I64
    bare: B


class Named(NamedTuple):
    """Households of a class an account may name, in the order ≻: pair, application, rank, utility, rows they would serve.

    ``rows`` is (households, words), as :attr:`Study.rows_served`.
    """

    pairs: I64
    app: I32
    rank: I64
    gain: F
    rows: I64


@dataclass(frozen=True, eq=False)
class Study:
    """What a metric is computed from.

    Attributes
    ----------
    lottery : what the mechanism answered
    draws : allocations looked at where the lottery has more
    months : (n,) months since the first application, on the case's date
    waited : (A,) months of every application of the case, those without an eligible pair included
    groups : name -> level of each household
    baseline : chances under a random order on the same market; None where it was not run
    """

    lottery: Lottery
    draws: int
    months: F
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    baseline: F | None = None

    @property
    def market(self) -> Market:
        return self.lottery.market

    @cached_property
    def outcomes(self) -> list[tuple[Fraction, Allocation]]:
        return self.lottery.outcomes(self.draws)

    @cached_property
    def utility(self) -> F:
        """(P,) 1 + fit/1000 of each pair, fit in points."""
        return 1.0 + self.market.fit / 100_000.0

    @cached_property
    def weights(self) -> F:
        return np.array([float(w) for w, _ in self.outcomes])

    @cached_property
    def passages(self) -> tuple[list[int], list[int], F]:
        """Per outcome: lettings past a better placed household, and those no rule explains; (n,) expected number per household."""
        own = np.zeros(len(self.market))
        passed_by, bare, total = [], [], np.zeros(len(self.market))
        for w, one in self.outcomes:
            own[one.app] = self.utility[self.market.pair_of(one.app, one.klass)]
            found = self.overtakings(one, own)
            own[one.app] = 0.0
            passed_by.append(sum(len(x.pairs) for x in found))
            bare.append(sum(int(x.bare.sum()) for x in found))
            for passed in found:
                total[self.market.pair_app[passed.pairs]] += float(w)
        return passed_by, bare, total

    def overtakings(self, one: Allocation, own: F) -> list[Passed]:
        """Per letting: who is placed before the household that got it, eligible on its account, and would be better off."""
        market = self.market
        held = market.pair_of(one.app, one.klass)
        found = []
        for pair, c, kind in zip(held.tolist(), one.klass.tolist(), one.kind.tolist(), strict=True):
            here = self._named(c, int(market.kinds.account[kind]))
            n = int(np.searchsorted(here.rank, market.pair_rank[pair]))
            better = here.gain[:n] > own[here.app[:n]] + 1e-12
            rows = self.rows_served[kind]
            bare = ((here.rows[:n][better] & rows) == rows).all(axis=1)
            found.append(Passed(here.pairs[:n][better], bare))
        return found

    @cached_property
    def rows_served(self) -> I64:
        """(kinds, words) priced rows whose numerator a letting enters: one bit each, 63 to a word."""
        kinds = self.market.kinds
        priced = np.flatnonzero([row.price > 0 for row in self.market.rows])
        order = np.arange(len(priced))
        bit = np.zeros((max(1, len(self.market.rows)), 1 + len(priced) // 63), np.int64)
        bit[priced, order // 63] = np.int64(1) << (order % 63)
        owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.ptr))
        found = np.zeros((len(kinds), bit.shape[1]), np.int64)
        np.bitwise_or.at(found, owner, np.where(kinds.num[:, None] > 0, bit[kinds.row], 0))
        return found

    @cached_property
    def _named_by(self) -> dict[tuple[int, int], Named]:
        return {}

    def _named(self, klass: int, account: int) -> Named:
        """Households of a class that the account may name, in the order ≻."""
        key = (klass, account)
        if key not in self._named_by:
            market = self.market
            pairs = market.class_pairs[klass]
            first, last = market.option_ptr[pairs], market.option_ptr[pairs + 1]
            length = last - first
            at = (
                np.repeat(first, length)
                + np.arange(int(length.sum()))
                - np.repeat(np.cumsum(length) - length, length)
            )
            kind = market.option_kind[at]
            mine = market.kinds.account[kind] == account
            place = np.repeat(np.arange(len(pairs)), length)[mine]
            rows = np.zeros((len(pairs), self.rows_served.shape[1]), np.int64)
            np.bitwise_or.at(rows, place, self.rows_served[kind[mine]])
            named = np.zeros(len(pairs), bool)
            named[place] = True
            kept = pairs[named]
            self._named_by[key] = Named(
                kept,
                market.pair_app[kept],
                market.pair_rank[kept].astype(np.int64),
                self.utility[kept],
                rows[named],
            )
        return self._named_by[key]
