"""Reproducible draws: PCG64 words turned into choices with integers only.

numpy promises the words of ``PCG64`` seeded by ``SeedSequence``, not the streams of ``Generator``; so every draw here is
made from the words themselves, and the same seed gives the same bytes with any numpy, on any machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ONE = 1 << 32
"""Probability 1 on the 32-bit scale of the draws."""

I64 = NDArray[np.int64]
B = NDArray[np.bool_]


def share(probability: float) -> int:
    """A probability on the 32-bit scale."""
    return min(ONE, max(0, round(probability * ONE)))


@dataclass(frozen=True)
class Table:
    """Outcomes with cumulative integer weights; several tables may stand one after the other (see :func:`stack`)."""

    outcomes: I64
    cumulative: I64
    """Strictly increasing; an outcome without weight is left out."""


def table(weights: Mapping[int, float] | Sequence[float] | I64) -> Table:
    """A table from weights by outcome (or by position). Weights need not sum to one."""
    pairs = list(weights.items()) if isinstance(weights, Mapping) else list(enumerate(weights))
    total = float(sum(w for _, w in pairs)) or 1.0
    whole = [(outcome, round(w / total * (ONE >> 2))) for outcome, w in pairs]
    kept = [(outcome, w) for outcome, w in whole if w > 0]
    return Table(
        np.array([o for o, _ in kept], np.int64), np.cumsum(np.array([w for _, w in kept], np.int64))
    )


@dataclass(frozen=True)
class Stack:
    """Many tables in one: table ``g`` has the cumulative weights between ``start[g]`` and ``start[g + 1]``."""

    outcomes: I64
    cumulative: I64
    start: I64


def stack(weights: I64, group: I64, groups: int) -> Stack:
    """One table per group. ``weights`` and ``group`` (sorted) are parallel; outcomes are their positions.

    A group of total weight 0 may not be drawn from.
    """
    if len(group) and bool((np.diff(group) < 0).any()):
        raise ValueError("groups must be sorted")
    total = int(weights.sum())
    # The products below must stay inside 64 bits: the whole of the weights is kept under 2**31.
    scaled = weights if total < ONE // 2 else np.maximum(weights * (ONE // 4) // total, (weights > 0))
    kept = np.flatnonzero(scaled > 0)
    cumulative = np.cumsum(scaled[kept])
    ends = np.searchsorted(group[kept], np.arange(groups), side="right")
    start = np.concatenate([[0], np.concatenate([[0], cumulative])[ends]])
    return Stack(kept.astype(np.int64), cumulative, start.astype(np.int64))


class Draws:
    """One stream of 32-bit words per (seed, label, number): columns do not depend on each other's order."""

    def __init__(self, seed: int, label: str, number: int = 0) -> None:
        entropy = [seed & 0xFFFFFFFF, seed >> 32, zlib.crc32(label.encode()), number]
        self._bits = np.random.PCG64(np.random.SeedSequence(entropy))

    def words(self, n: int) -> I64:
        """``n`` uniform integers in [0, 2**32)."""
        if n == 0:
            return np.zeros(0, np.int64)
        raw = np.asarray(self._bits.random_raw(n), dtype=np.uint64)
        return (raw >> np.uint64(32)).astype(np.int64)

    def below(self, n: int, bound: int | I64) -> I64:
        """``n`` uniform integers in [0, bound); ``bound`` < 2**31, one or one per draw."""
        return np.asarray((self.words(n) * bound) >> 32, dtype=np.int64)

    def chance(self, n: int, probability: float | I64) -> B:
        """True with the probability (a float, or one 32-bit :func:`share` per draw)."""
        limit = share(probability) if isinstance(probability, (int, float)) else probability
        return np.asarray(self.words(n) < limit)

    def pick(self, n: int, choices: Table) -> I64:
        """``n`` outcomes of a table."""
        at = (self.words(n) * int(choices.cumulative[-1])) >> 32
        return choices.outcomes[np.searchsorted(choices.cumulative, at, side="right")]

    def pick_in(self, group: I64, choices: Stack) -> I64:
        """One outcome of the table ``group[i]`` for each i."""
        low, high = choices.start[group], choices.start[group + 1]
        at = low + ((self.words(len(group)) * (high - low)) >> 32)
        return choices.outcomes[np.searchsorted(choices.cumulative, at, side="right")]


def knots(points: Mapping[int, int], scale: int = 1) -> tuple[I64, I64]:
    """Knots of a distribution given by ranks in percent: positions on the 32-bit scale, values times ``scale``."""
    ranks = sorted(points)
    where = np.array([round(r * ONE / 100) for r in ranks], np.int64)
    return where, np.array([round(points[r] * scale) for r in ranks], np.int64)


def at_rank(words: I64, where: I64, values: I64) -> I64:
    """Value of the distribution at each rank, linear between knots, rounded down."""
    k = np.clip(np.searchsorted(where, words, side="right") - 1, 0, len(where) - 2)
    step = (words - where[k]) * (values[k + 1] - values[k]) // (where[k + 1] - where[k])
    return np.asarray(values[k] + step, dtype=np.int64)


def exponential_knots(days: Sequence[int], below: float, at: int) -> tuple[I64, I64]:
    """Knots of an exponential law with P(value < ``at``) = ``below``, cut at the last of ``days``.

    Positions are rounded to 20 bits so that the last bit of a power does not matter.
    """
    where = [round((1.0 - (1.0 - below) ** (d / at)) * (1 << 20)) << 12 for d in days]
    where[-1] = ONE
    return np.array(where, np.int64), np.array(list(days), np.int64)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` shared in proportion to ``weights`` by largest remainder, ties to the first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    floors = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(floors)]:
        floors[i] += 1
    return floors
