"""Where pricings are computed: the components of a structure on threads, each from its last answer.

A component's answer is a function of its own arrays, its last answer, the credits then and now, and the slack: nothing
else. So components may be priced on any number of threads, in any order, and the answer is the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.policy import DEFAULT, GenerationPolicy
from optimizer.solve.transport.arcs import applicant_gains, offers_by_class, transpose
from optimizer.solve.transport.bundles import (
    Arcs,
    ArcsByPair,
    Component,
    OffersByClass,
    PairOffers,
    Placement,
    Supply,
)
from optimizer.solve.transport.leases import Leases
from optimizer.solve.transport.market import HEATS, clearing_prices
from optimizer.solve.transport.model import Ints, SmallInts
from optimizer.solve.transport.repair import open_component, repair_component
from optimizer.solve.transport.shortest_paths import place_component
from optimizer.solve.transport.structure import Structure

COUNTERS = 5
"""Counters of work a kernel call keeps."""
REPAIR, GIVEN = -1, -2
UNSOLVED = 1 << 60
"""Slack, in objective units, of an answer that leaves components out: above any that is asked."""


@dataclass(frozen=True)
class Network:
    """The arrays of `Structure` that pricing reads, and their transposes."""

    class_start: Ints
    applicant_start: Ints
    pair_start: Ints
    capacity: Ints
    slot_start: Ints
    offer_start: Ints
    offer_class: SmallInts
    offer_cell: SmallInts
    bonus_start: Ints
    bonus: Ints
    arc_start: Ints
    arc_pair: SmallInts
    arc_value: NDArray[np.integer]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.capacity)

    @property
    def n_applicants(self) -> int:
        """Number of applicants."""
        return len(self.arc_start) - 1

    def component(self, e: int) -> Component:
        """What component ``e`` holds."""
        starts = (self.class_start, self.applicant_start, self.pair_start)
        return Component(*(x[i] for x in starts for i in (e, e + 1)))

    def supply(self, outside: Ints) -> Supply:
        """The dwellings, of which a vacancy earns ``outside`` (K,), in quanta."""
        return Supply(self.capacity, self.slot_start, outside, self.bonus_start, self.bonus)

    def offers(self, credit: Ints) -> PairOffers:
        """The offers, which add ``credit`` (O,) to a value, in quanta."""
        return PairOffers(self.offer_start, self.offer_class, self.offer_cell, credit)

    @property
    def arcs(self) -> Arcs:
        """The pairs of each applicant."""
        return Arcs(self.arc_start, self.arc_pair, self.arc_value)

    @cached_property
    def by_pair(self) -> ArcsByPair:
        """Arcs listed by pair."""
        return ArcsByPair(*transpose(self.arcs, len(self.offer_start) - 1))

    @cached_property
    def by_class(self) -> OffersByClass:
        """Offers listed by class."""
        return OffersByClass(*offers_by_class(self.offer_start, self.offer_class, self.n_classes))


def network_of(structure: Structure) -> Network:
    """What pricing reads of a structure; no array is copied, and structures of the same arrays share one network.

    Its transposed arcs are as large as the arcs: the root's pricer, the local_search's and those of nodes read the same.
    """
    known = structure.shared.get("network")
    arrays = {name: getattr(structure, name) for name in Network.__dataclass_fields__}
    if isinstance(known, Network) and all(getattr(known, name) is array for name, array in arrays.items()):
        return known
    network = Network(**arrays)
    structure.shared["network"] = network
    return network


@dataclass(frozen=True)
class PricingAnswer:
    """One pricing: assignment, class prices, and the two sums of the Lagrangian bound.

    ``gains`` is what applicants earn at these prices, ``dwellings`` what dwellings do, both times the quantum.
    """

    leases: Leases
    price: Ints
    gains: int
    dwellings: int
    work: Ints


@dataclass
class Outcome:
    """Arrays the kernel fills, and the credits they answer; ``gains`` of each component, -1 where nobody summed them."""

    credit: Ints
    offer_credit: Ints
    outside: Ints
    slack: int
    price: Ints
    count: Ints
    worth: Ints
    base: Ints
    owner: SmallInts
    cell: SmallInts
    gains: Ints


class Pricer:
    """Solve the components of a network, each time from the last answer.

    A component whose credits did not move is not solved again; the others are repaired (`repair`).
    """

    def __init__(
        self, network: Network, quantum: int, threads: int = 1, policy: GenerationPolicy = DEFAULT.generation
    ) -> None:
        self.network, self.policy = network, policy
        self.quantum = quantum
        self.threads = threads
        size = np.diff(network.applicant_start) * np.maximum(1, np.diff(network.class_start))
        self._order = np.argsort(-size, kind="stable")
        self.last: Outcome | None = None
        """What the next pricing starts from; one that was there before may be put back."""
        self._halt: Callable[[], bool] | None = None

    def heed(self, halt: Callable[[], bool]) -> None:
        """Ask ``halt`` before each component, from any thread.

        Components left out keep their last assignment and prices: an answer to hand out and a bound that holds, not the best.
        """
        self._halt = halt

    def resume(self, leases: Leases, price: Ints, credit: Ints, outside: Ints, slack: int) -> None:
        """Take an earlier answer, and what it was an answer to, as the last one; without leases, prices to start from."""
        self.last = None
        out = self._start(credit, outside, slack)
        out.price[:] = price
        out.count[:] = np.bincount(leases.klass, minlength=self.network.n_classes)
        out.owner[leases.applicant] = leases.klass
        out.cell[leases.applicant] = leases.cell
        out.worth[leases.applicant] = leases.value * self.quantum
        out.gains[:] = -1
        self.last = out

    def price(self, credit: Ints, outside: Ints, slack: int) -> PricingAnswer:
        """Best assignment for these credits, and its part of the bound."""
        s, q = self.network, self.quantum
        out = self._start(credit, outside, slack)
        last = self.last
        moved = [e for e in self._order if not self._reuse(e, out)]
        slot = np.zeros(s.n_applicants, np.int64)
        member = np.zeros(int(s.slot_start[-1]), np.int32)
        rise = np.zeros(0, np.int64)
        if last is not None:
            rise = np.where(out.owner >= 0, credit[out.cell] - last.credit[out.cell], 0)

        def one(e: int) -> Ints:
            work = np.zeros(COUNTERS, np.int64)
            if self._halt is not None and self._halt():
                out.gains[e] = -1
                out.slack = UNSOLVED
                return work
            component = s.component(e)
            tables = (supply, offers, arcs)
            heat = self._heat(e, out, rise, bids=bool(slack and bidding[e])) if large[e] else REPAIR
            step = slack * q // self.policy.bid_part if bidding[e] else 0
            if heat != REPAIR:
                if heat != GIVEN:
                    clearing_prices(component, q, *tables, out.price, heat)
                open_component(
                    component, q, slack * q, *tables, s.by_class, s.by_pair, credit, placed, work, step
                )
            elif last is None:
                place_component(component, q, *tables, placed, work)
            else:
                repair_component(
                    component, q, slack * q, *tables, s.by_class, s.by_pair, credit, rise, placed, work, step
                )
            gain(e)
            return work

        def gain(e: int) -> None:
            out.gains[e] = applicant_gains(s.component(e), q, offers, arcs, out.price)

        supply, offers, arcs = s.supply(outside), s.offers(out.offer_credit), s.arcs
        placed = Placement(out.price, out.worth, out.base, out.owner, out.cell, slot, member, out.count)

        arcs_of = np.diff(s.arc_start[s.applicant_start])
        large, bidding = arcs_of >= self.policy.large_arcs, arcs_of >= self.policy.bid_arcs
        if moved and (last is not None or large.any()):
            _ = s.by_class, s.by_pair  # built once, before threads ask for them
        if self.threads > 1 and len(moved) > 1 and len(s.arc_pair) >= self.policy.large_arcs:
            with ThreadPoolExecutor(self.threads) as pool:
                works = list(pool.map(one, moved))
        else:
            works = [one(e) for e in moved]
        self.last = out
        held = np.flatnonzero(out.owner >= 0)
        for e in np.flatnonzero(out.gains < 0).tolist():
            gain(e)  # as an earlier answer that was given has it, or left out
        return PricingAnswer(
            leases=Leases(held.astype(np.int32), out.owner[held], out.cell[held], out.worth[held] // q),
            price=out.price,
            gains=int(out.gains.sum()),
            dwellings=class_worth(s, out.price, outside, q),
            work=sum(works, np.zeros(COUNTERS, np.int64)),
        )

    def _heat(self, e: int, out: Outcome, rise: Ints, *, bids: bool) -> int:
        """Heat of `market` with which a large component begins, or ``REPAIR``, or ``GIVEN`` when prices are known."""
        span = slice(self.network.applicant_start[e], self.network.applicant_start[e + 1])
        housed = out.owner[span] >= 0
        if not housed.any():
            return 0 if self.last is None else GIVEN
        moved = rise[span][housed]
        worth = int((out.worth[span][housed] + out.credit[out.cell[span][housed]]).sum())
        # sums of integers: the same whatever the order
        apart = int(np.abs(moved - int(moved.sum()) // len(moved)).sum())
        near = self.policy.apart_bidding if bids else self.policy.apart
        if apart <= near * worth:
            return REPAIR
        if apart <= self.policy.apart_near * worth:
            return len(HEATS) - 1
        return 1 if apart <= self.policy.apart_far * worth else 0

    def _start(self, credit: Ints, outside: Ints, slack: int) -> Outcome:
        """Arrays to fill, holding the last answer when there is one."""
        s, last = self.network, self.last
        n, k = s.n_applicants, s.n_classes
        offers = credit[s.offer_cell]
        if last is None:
            return Outcome(
                credit, offers, outside, slack, np.zeros(k, np.int64), np.zeros(k, np.int64), np.zeros(n, np.int64),
                np.zeros(n, np.int64), np.full(n, -1, np.int32), np.full(n, -1, np.int32),
                np.full(len(s.class_start) - 1, -1, np.int64),
            )  # fmt: skip
        return Outcome(
            credit, offers, outside, slack, last.price.copy(), last.count.copy(), last.worth.copy(),
            last.base.copy(), last.owner.copy(), last.cell.copy(), last.gains.copy(),
        )  # fmt: skip

    def _reuse(self, e: int, out: Outcome) -> bool:
        """Whether a component's credits and outside values are those of the last call, solved at least as well."""
        last, s = self.last, self.network
        if last is None or last.slack > out.slack:
            return False
        offers = slice(s.offer_start[s.pair_start[e]], s.offer_start[s.pair_start[e + 1]])
        classes = slice(s.class_start[e], s.class_start[e + 1])
        return np.array_equal(last.offer_credit[offers], out.offer_credit[offers]) and np.array_equal(
            last.outside[classes], out.outside[classes]
        )


def class_worth(network: Network | Structure, price: Ints, outside: Ints, quantum: int) -> int:
    """Sum over dwellings of max(outside, price + bonus): the dwellings' part of the bound."""
    s = network
    plain = np.diff(s.bonus_start) == 0
    total = int((np.maximum(outside, price) * s.capacity)[plain].sum())
    if plain.all():
        return total
    which = np.repeat(np.arange(s.n_classes), np.diff(s.bonus_start))
    return total + int(np.maximum(outside[which], price[which] + s.bonus[: len(which)] * quantum).sum())
