"""One mechanism on one market, with what metrics read: chances, allocations drawn, the same market under a random order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.lottery import Allocation, Lottery, counts
from optimizer.fairness.market import Market
from optimizer.fairness.replacing import Replacing, held_by, named_of
from optimizer.problem.model import I64

F = NDArray[np.float64]


class Expected(NamedTuple):
    """An allocation of types: its weight, the points to be expected of its lettings, the shortfall of each row (ten-thousandths)."""

    weight: float
    points: float
    short: I64


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
    def expected(self) -> tuple[Expected, ...]:
        """What is to be expected of each allocation of an exact support whose outcomes are drawn; nothing where they are the support itself,
        or chances are not exact: a mean over draws would be off by luck where it need not be."""
        lottery, market = self.lottery, self.market
        if not lottery.exact or lottery.listed(self.draws):
            return ()
        known: dict[tuple[int, int, int], float] = {}

        def worth(group: int, klass: int, kind: int) -> float:
            key = (group, klass, kind)
            if key not in known:
                members = lottery.members[group].astype(np.int32)
                kinds = np.array([market.like(a, klass, kind) for a in members.tolist()], np.int32)
                known[key] = float(
                    market.values_of(members, np.full(len(members), klass, np.int32), kinds).mean()
                )
            return known[key]

        found = []
        for weight, one in lottery.support:
            lots = zip(*(x.tolist() for x in (one.group, one.klass, one.kind, one.count)), strict=True)
            value = sum(n * worth(g, c, k) for g, c, k, n in lots)
            used = np.bincount(one.klass, one.count, market.n_classes).astype(np.int64)
            kinds = np.repeat(one.kind, one.count).astype(np.int32)
            nobody = np.zeros(len(kinds), np.int32)
            short = counts(market, Allocation(nobody, nobody, kinds))[2]
            found.append(Expected(float(weight), (value + market.bonuses(used)) / 100, short))
        return tuple(found)

    @cached_property
    def halves(self) -> tuple[F, F]:
        """(G, K) frequencies of each group at each class over the even draws, and over the odd ones: one tells where to look, the other what is there."""
        groups, k = self.lottery.groups, self.market.n_classes
        size = np.bincount(groups, minlength=1)
        found = []
        for first in (0, 1):
            held = np.zeros((len(size), k))
            for _, one in self.outcomes[first::2]:
                np.add.at(held, (groups[one.app], one.klass), 1.0)
            draws = max(1, len(self.outcomes[first::2]))
            found.append(held / (np.maximum(1, size)[:, None] * draws))
        return found[0], found[1]

    @cached_property
    def passages(self) -> tuple[list[int], list[int], F]:
        """Per outcome: lettings past a better placed household, and those nothing explains; (n,) expected number per household."""
        market = self.market
        own, total = np.zeros(len(market)), np.zeros(len(market))
        named = named_of(market, self.utility)
        passed_by, bare = [], []
        for w, one in self.outcomes:
            held = held_by(market, one)
            own[one.app] = self.utility[held.pair]
            exchange = Replacing(market, one, self.lottery.seats)
            passed, unexplained = exchange.passed_over(named, held, own, float(w), total)
            own[one.app] = 0.0
            passed_by.append(passed)
            bare.append(unexplained)
        return passed_by, bare, total
