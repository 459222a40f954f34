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
from optimizer.fairness.replacing import Replacing
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, B

F = NDArray[np.float64]


class Passed(NamedTuple):
    """Pairs passed by one letting; ``bare``: leapfrogs among them that no reason of design §6 explains."""

    pairs: I64
    bare: B


class Expected(NamedTuple):
    """An allocation of types: its weight, the points to be expected of its lettings, the shortfall of each row (ten-thousandths)."""

    weight: float
    points: float
    short: I64


class Named(NamedTuple):
    """Households of a class an account may name, in the order ≻: pair, application, rank, utility, score, value, kind.

    ``score`` and ``value`` are hundredths of a point, without what the dwelling adds; ``kind`` is a place in ``kinds``.
    """

    pairs: I64
    app: I32
    rank: I64
    gain: F
    score: I64
    value: I64
    kind: I64
    kinds: I32


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
        """Per letting: who is placed before the household that got it, eligible on its account, and would be better off.

        What explains a passage is what explains a leapfrog of first ranks (design §6): that the household passed over has no higher
        score, or a dwelling of its own that it would leave; a réservataire's order; or that putting it there brings no points: its
        fit, burden or lean, and what the rules then miss at their prices, take off what its score adds.
        """
        market = self.market
        held = market.pair_of(one.app, one.klass)
        worths = market.values_of(one.app, one.klass, one.kind)
        exchange = Replacing(market, one, self.lottery.seats)
        found = []
        for pair, app, c, kind, worth in zip(
            held.tolist(),
            one.app.tolist(),
            one.klass.tolist(),
            one.kind.tolist(),
            worths.tolist(),
            strict=True,
        ):
            here = self._named(c, int(market.kinds.account[kind]))
            n = int(np.searchsorted(here.rank, market.pair_rank[pair]))
            better = np.flatnonzero(here.gain[:n] > own[here.app[:n]] + 1e-12)
            bare = (here.score[better] > market.score[pair]) & (own[here.app[better]] == 0.0)
            if bare.any() and not exchange.needed(app):
                lost = exchange.lost(kind, here.kinds)[here.kind[better]]
                bare &= (here.value[better] - worth) * MICRO_PER_HUNDREDTH > lost
            else:
                bare[:] = False
            found.append(Passed(here.pairs[better], bare))
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
            at = at[market.kinds.account[market.option_kind[at]] == account]
            kept = np.searchsorted(market.option_ptr, at, side="right") - 1
            kinds, place = np.unique(market.option_kind[at], return_inverse=True)
            self._named_by[key] = Named(
                kept,
                market.pair_app[kept],
                market.pair_rank[kept].astype(np.int64),
                self.utility[kept],
                market.score[kept],
                market.option_value[at],
                place.astype(np.int64),
                kinds.astype(np.int32),
            )
        return self._named_by[key]
