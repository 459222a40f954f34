"""What a mechanism answers: an allocation, or a lottery over allocations whose chances are exact fractions.

Households that nothing tells apart form a *group*: one allocation of a support says how many of a group are housed, and
each of them is drawn with the same chance. So a lottery over thousands of people is a short list that can be added up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.market import Market
from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT

F = NDArray[np.float64]
PER_DIGEST = 8
"""Numbers of 32 bits in a SHA-256."""


@dataclass(frozen=True)
class Draw:
    """One draw of a lottery: every number is a SHA-256 of the seed, of a name and of the draw's own number.

    A household keeps its numbers whoever else applies, and whatever the order of the files.
    """

    seed: str
    index: int = 0
    draws: int = 1_000

    def number(self, name: str) -> int:
        """32 bits for a name at this draw; eight draws share one digest."""
        block, place = divmod(self.index, PER_DIGEST)
        digest = hashlib.sha256(f"{self.seed}|{name}|draw|{block}".encode()).digest()
        return int.from_bytes(digest[4 * place : 4 * place + 4], "big")

    def unit(self, name: str) -> float:
        """A number of [0, 1) with 53 bits."""
        digest = hashlib.sha256(f"{self.seed}|{name}|unit|{self.index}".encode()).digest()
        return (int.from_bytes(digest[:7], "big") >> 3) / 2.0**53


def drawn(members: Sequence[int], number: int, name: str, draw: Draw) -> list[int]:
    """``number`` of the members, each set of that size with the same chance."""
    if len(members) == 1:
        return list(members)
    left = list(members)
    chosen = []
    for i in range(min(number, len(left))):
        at = int(draw.unit(f"{name}|{i}") * len(left))
        chosen.append(left[at])
        left[at] = left[-1]
        left.pop()
    return chosen


class Numbers:
    """The numbers of all households for successive draws, eight at a time."""

    def __init__(self, seed: str, names: Sequence[str]) -> None:
        self._seed, self._names = seed, list(names)
        self._block, self._held = -1, np.zeros((0, PER_DIGEST), np.uint32)

    def at(self, index: int) -> I64:
        """(n,) ``Draw(seed, index).number(name)`` of every name."""
        block, place = divmod(index, PER_DIGEST)
        if block != self._block:
            tail = f"|draw|{block}".encode()
            head = f"{self._seed}|".encode()
            digests = b"".join(hashlib.sha256(head + n.encode() + tail).digest() for n in self._names)
            self._held = np.frombuffer(digests, ">u4").reshape(-1, PER_DIGEST).astype(np.uint32)
            self._block = block
        return self._held[:, place].astype(np.int64)


@dataclass(frozen=True)
class Allocation:
    """Lettings, by application: parallel arrays ``app``, ``klass``, ``kind``."""

    app: I32
    klass: I32
    kind: I32

    def __len__(self) -> int:
        return len(self.app)


def allocation(lettings: Sequence[tuple[int, int, int]]) -> Allocation:
    """From (application, class, kind), sorted."""
    rows = np.array(sorted(lettings), np.int32).reshape(-1, 3)
    return Allocation(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy())


@dataclass(frozen=True)
class Lots:
    """An allocation of groups: ``count`` households of ``group`` on ``klass`` counted as ``kind``."""

    group: I32
    klass: I32
    kind: I32
    count: I32


def lots(rows: Mapping[tuple[int, int, int], int]) -> Lots:
    """From (group, class, kind) -> count, zeros left out, sorted."""
    kept = sorted((*key, n) for key, n in rows.items() if n)
    table = np.array(kept, np.int32).reshape(-1, 4)
    return Lots(*(table[:, i].copy() for i in range(4)))


@dataclass(frozen=True)
class Lottery:
    """A lottery over allocations of a market.

    Attributes
    ----------
    groups : (n,) int32
        Households of one group have the same chances.
    share : (group, class) -> Fraction
        Chance of one member; sampled lotteries hold the frequency among their draws.
    support : pairs (weight, lots)
        Weights add up to one; empty where the lottery is known by its chances and its sampler only.
    exact : bool
        Whether ``share`` is the lottery's own, and not a frequency over draws.
    sampler : draw -> `Allocation`, for lotteries without support
    draws : draws behind a sampled lottery (0: exact)
    proof : what `verify` needs besides: stages and their duals, the interval of a decomposition.
    """

    market: Market
    groups: I32
    share: Mapping[tuple[int, int], Fraction]
    support: tuple[tuple[Fraction, Lots], ...] = ()
    exact: bool = True
    sampler: Callable[[Draw], Allocation] | None = None
    draws: int = 0
    proof: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """A line: where its chances come from, and how many allocations it lists."""
        known = "exact" if self.exact else f"{self.draws} draws"
        return f"<Lottery {known}; households: {len(self.groups)}, allocations: {len(self.support)}>"

    @property
    def certain(self) -> bool:
        """Whether it always gives one allocation of named households."""
        return len(self.support) == 1 and len(self.members) == len(self.groups)

    @property
    def seats(self) -> I32:
        """Kinds of the waiting seats that every allocation of it leaves to direct réservataires."""
        return np.array(self.proof.get("seat_kinds", []), np.int32)

    @cached_property
    def members(self) -> tuple[I64, ...]:
        """Applications of each group."""
        if not len(self.groups):
            return ()
        order = np.argsort(self.groups, kind="stable")
        size = np.bincount(self.groups) if len(self.groups) else np.zeros(0, int)
        return tuple(np.asarray(x, np.int64) for x in np.split(order, np.cumsum(size)[:-1]))

    @cached_property
    def chance(self) -> tuple[Fraction, ...]:
        """Chance of being housed of one member of each group."""
        found = [Fraction(0)] * len(self.members)
        for (group, _), share in self.share.items():
            found[group] += share
        return tuple(found)

    @cached_property
    def p(self) -> F:
        """(n,) chance of being housed."""
        each = np.array([float(x) for x in self.chance], np.float64)
        return each[self.groups] if len(each) else np.zeros(0)

    @cached_property
    def matrix(self) -> F:
        """(groups, K) chance of each class for one member of each group."""
        found = np.zeros((len(self.members), self.market.n_classes))
        for (group, klass), share in self.share.items():
            found[group, klass] = float(share)
        return found

    def sample(self, draw: Draw) -> Allocation:
        """One allocation: lots by their weights, then households of a group by the order of their numbers."""
        if self.sampler is not None:
            return self.sampler(draw)
        left, chosen = Fraction(draw.unit("support")), self.support[-1][1]
        for weight, one in self.support:
            left -= weight
            if left < 0:
                chosen = one
                break
        return self.people(chosen, draw)

    def people(self, chosen: Lots, draw: Draw) -> Allocation:
        """Households of the lots."""
        wanted: dict[int, list[tuple[int, int]]] = {}
        for g, c, k, n in zip(
            *(x.tolist() for x in (chosen.group, chosen.klass, chosen.kind, chosen.count)), strict=True
        ):
            wanted.setdefault(g, []).extend([(c, k)] * n)
        found = []
        for g, places in wanted.items():
            mine = self.members[g].tolist()
            members = drawn(mine, len(places), str(self.market.application_ids[mine[0]]), draw)
            found += [
                (int(a), c, self.market.like(int(a), c, k))
                for a, (c, k) in zip(members, places, strict=False)
            ]
        return allocation(found)

    def listed(self, draws: int) -> bool:
        """Whether its outcomes are its support: it names households, and is short."""
        single = len(self.members) == len(self.groups)
        return bool(single and self.support and (len(self.support) <= draws or self.draws))

    def outcomes(self, draws: int) -> list[tuple[Fraction, Allocation]]:
        """Allocations with their weights: the support itself where it names households and is short, else draws."""
        if self.listed(draws):
            return [(w, Allocation(x.group, x.klass, x.kind)) for w, x in self.support]
        return [(Fraction(1, draws), self.sample(Draw(self.market.seed, i))) for i in range(draws)]


def certain(market: Market, chosen: Allocation, proof: Mapping[str, Any] | None = None) -> Lottery:
    """The lottery that always gives one allocation."""
    one = Lots(chosen.app, chosen.klass, chosen.kind, np.ones(len(chosen), np.int32))
    share = {(a, c): Fraction(1) for a, c in zip(chosen.app.tolist(), chosen.klass.tolist(), strict=True)}
    return Lottery(
        market, np.arange(len(market), dtype=np.int32), share, ((Fraction(1), one),), proof=proof or {}
    )


def mixed(
    market: Market,
    outcomes: Sequence[tuple[Fraction, Allocation]],
    *,
    alike: I32 | None = None,
    draws: int = 0,
) -> Lottery:
    """A lottery of given allocations.

    Parameters
    ----------
    alike : (n,) int32, optional
        Households that the mechanism treats alike: their frequencies are averaged, which keeps the expectation and lowers
        the noise of draws.
    """
    single = np.arange(len(market), dtype=np.int32)
    share: dict[tuple[int, int], Fraction] = {}
    counts: dict[tuple[int, int], Fraction] = {}
    groups, wide = single if alike is None else alike, max(1, market.n_classes)
    size = np.bincount(groups) if len(groups) else np.zeros(0, int)
    weighing: dict[Fraction, list[Allocation]] = {}
    for weight, one in outcomes:
        weighing.setdefault(weight, []).append(one)
    for weight, some in weighing.items():
        cells = np.concatenate([groups[one.app].astype(np.int64) * wide + one.klass for one in some])
        for cell, times in zip(*(x.tolist() for x in np.unique(cells, return_counts=True)), strict=True):
            key = divmod(cell, wide)
            counts[key] = counts.get(key, Fraction(0)) + times * weight
    for (g, c), total in counts.items():
        share[(g, c)] = total / int(size[g])
    support = tuple((w, Lots(x.app, x.klass, x.kind, np.ones(len(x), np.int32))) for w, x in outcomes)
    if alike is None or len(size) == len(single):
        return Lottery(market, groups, share, support, exact=not draws, draws=draws)
    held = {i: x for i, (_, x) in enumerate(outcomes)}
    if not draws:
        raise ValueError("households are averaged only over draws")
    return Lottery(
        market, groups, share, exact=False, draws=draws, sampler=lambda draw: held[draw.index % len(held)]
    )


def counts(market: Market, chosen: Allocation, seats: I32 | None = None) -> tuple[I64, I64, I64]:
    """(R,) ``num_run``, ``den_run`` and shortfall (ten-thousandths of a lease) of every row.

    Parameters
    ----------
    seats : kinds of waiting seats that are counted besides
    """
    kinds, rows = market.kinds, len(market.rows)
    held = chosen.kind if seats is None else np.concatenate([chosen.kind, seats])
    length = np.diff(kinds.ptr)[held]
    start = np.repeat(kinds.ptr[held], length)
    at = start + np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    row = kinds.row[at]
    num = np.bincount(row, kinds.num[at], rows).astype(np.int64)
    den = np.bincount(row, kinds.den[at], rows).astype(np.int64)
    more = np.bincount(row, kinds.more[at], rows).astype(np.int64)
    rate = np.array([r.rate for r in market.rows], np.int64)
    play = np.array([r.play for r in market.rows], np.int64)
    return num, den, np.maximum(0, rate * den + more - RATE_UNIT * num - play).astype(np.int64)


def worth(market: Market, chosen: Allocation) -> int:
    """Micropoints of an allocation: values and bonuses less the prices of what rules miss."""
    used = np.bincount(chosen.klass, minlength=market.n_classes)
    total = int(market.values_of(chosen.app, chosen.klass, chosen.kind).sum()) + market.bonuses(used)
    short = counts(market, chosen)[2]
    return total * MICRO_PER_HUNDREDTH - sum(
        r.price * int(s) for r, s in zip(market.rows, short, strict=True)
    )
